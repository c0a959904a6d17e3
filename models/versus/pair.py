"""The two networks that are laid side by side, and what each makes of a canvas."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import torch
from pydantic import BaseModel, Field
from torch import Tensor as Array

from models.errors import Refused
from models.networks.registry import Dataset
from models.networks.weights import Loaded, load_network
from models.recorder import Record, walk
from models.tensors import Encoding, Tensor, encode
from models.versus.scene import FacesScene, Shown
from models.views.describe import Words

Kind = Literal["mlp", "cnn"]
AT_ONCE = 32
"""Canvases that go through a CNN together: few enough for their maps to stay near the processor."""


@dataclass(frozen=True)
class Contestant:
    """One of the two: the layers whose values tell how it sees the canvas."""

    loaded: Loaded
    kind: Kind

    @property
    def name(self) -> str:
        return self.loaded.spec.name

    @property
    def output(self) -> str:
        return self.loaded.network.output

    @cached_property
    def activations(self) -> list[str]:
        """Its layers of activations in order."""
        return [step.name for step in self.loaded.network.steps.values() if step.kind == "activation"]

    @cached_property
    def head_input(self) -> str:
        """The layer that the last one takes its input from."""
        return self.loaded.network.steps[self.output].inputs[0]

    @property
    def hidden(self) -> str:
        """Of an MLP the first layer of activations, of a CNN what its head takes."""
        return self.activations[0] if self.kind == "mlp" else self.head_input

    def see(self, canvases: Array, *layers: str) -> dict[str, Array]:
        """What the layers give for canvases (B, C, H, W) of light from 0 to 1, and the logits as `output`."""
        dataset = self.loaded.spec.dataset
        record = Record(frozenset({self.output, *layers}))
        at_once = AT_ONCE if self.kind == "cnn" else len(canvases)
        parts = [
            walk(self.loaded.network.steps, part, record).activations
            for part in torch.split(normalized(canvases, dataset), at_once)
        ]
        return (
            parts[0]
            if len(parts) == 1
            else {name: torch.cat([part[name] for part in parts]) for name in parts[0]}
        )


@dataclass(frozen=True)
class Pair:
    mlp: Contestant
    cnn: Contestant

    def __iter__(self) -> Iterator[Contestant]:
        yield from (self.mlp, self.cnn)

    @property
    def dataset(self) -> Dataset:
        return self.cnn.loaded.spec.dataset


class NetworkAnswer(BaseModel):
    """What one network makes of the canvas."""

    name: str
    title: Words
    kind: Kind
    logits: list[float]
    probabilities: list[float]
    hidden: Tensor | None = Field(
        description="[F]: of the MLP its first layer of activations, of the CNN what its head takes."
    )
    hidden_layer: str
    predicted: int
    correct: bool | None = Field(description="null where no class is the right one.")


def normalized(light: Array, dataset: Dataset) -> Array:
    """Light (B, C, H, W) from 0 to 1 as the networks of `dataset` take it."""
    mean, std = (torch.tensor(values).view(-1, 1, 1) for values in (dataset.mean, dataset.std))
    return (light - mean) / std


def pair_for(scene: Shown) -> Pair:
    """The networks that know such a scene."""
    mlp, cnn = ("smiley_mlp", "smiley_cnn") if isinstance(scene, FacesScene) else ("mlp", "tiny_vgg_batch")
    return Pair(Contestant(load_network(mlp), "mlp"), Contestant(load_network(cnn), "cnn"))


def response_layer(cnn: Contestant, layer: str | None) -> str:
    """The layer whose maps are shown. Refused where there is none of that name, or where it has no maps."""
    if layer is None:
        return cnn.activations[0]
    shapes = cnn.loaded.shapes
    if layer not in shapes:
        raise Refused("no-such-layer", f"{cnn.name} has no layer {layer!r}.", "layer")
    if len(shapes[layer]) != 3:
        raise Refused("no-maps", f"{layer} has {shapes[layer][0]} numbers but no maps.", "layer")
    return layer


def answer(
    contestant: Contestant, seen: dict[str, Array], right: int | None, hidden: bool, encoding: Encoding
) -> NetworkAnswer:
    """What a network said of one canvas; `seen` holds its layers with a batch of one."""
    logits = seen[contestant.output][0]
    predicted = int(logits.argmax())
    return NetworkAnswer.model_construct(
        name=contestant.name,
        title=Words(**contestant.loaded.spec.title),
        kind=contestant.kind,
        logits=logits.tolist(),
        probabilities=logits.softmax(0).tolist(),
        hidden=encode(seen[contestant.hidden][0], encoding) if hidden else None,
        hidden_layer=contestant.hidden,
        predicted=predicted,
        correct=None if right is None else predicted == right,
    )
