"""The convolutions of the trained networks, as material for experiments."""

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor

from models.networks.registry import SPECS
from models.networks.weights import load_network
from models.views.describe import Words


@dataclass(frozen=True)
class TrainedConvolution:
    """One convolution of a trained network; `in_channels` are those of the map that reaches it."""

    network: str
    title: Words
    name: str
    weight: Tensor
    stride: tuple[int, int]
    groups: int
    in_channels: int


def convolutions() -> Iterator[TrainedConvolution]:
    """All convolutions of all trained networks, in order."""
    for name in SPECS:
        loaded = load_network(name)
        for step in loaded.network.steps.values():
            if step.kind == "conv":
                a = step.arguments
                yield TrainedConvolution(
                    name,
                    Words(**loaded.spec.title),
                    step.name,
                    a["weight"],
                    a["stride"],
                    a["groups"],
                    loaded.shapes[step.inputs[0]][0],
                )
