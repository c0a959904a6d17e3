"""What reaches the layers of the trained networks when they see held-out pictures, as material for experiments."""

from collections.abc import Iterable

import torch
from torch import Tensor

from models.claims.claim import Cell, both
from models.heldout import ITEMS, inputs
from models.networks.registry import FASHION_MNIST
from models.networks.weights import load_network
from models.recorder import Record, run
from models.views.describe import Words

PART = 32
"""Pictures that go through a network at once: few enough for their maps to stay near the processor."""


def drawn(count: int, generator: torch.Generator) -> Tensor:
    """The places of `count` held-out pictures, all different, int64."""
    return torch.randperm(ITEMS, generator=generator)[:count]


def pictures(items: Tensor) -> Tensor:
    """The held-out pictures at these places, as the networks take them: (B, 1, 28, 28)."""
    return inputs(items, FASHION_MNIST)


def arriving(network: str, layers: Iterable[str], x: Tensor) -> dict[str, Tensor]:
    """What each of these layers of a trained network is given when it sees `x`, in evaluation: (B, C, …) each."""
    trained = load_network(network).network
    sources = {layer: trained.steps[layer].inputs[0] for layer in layers}
    record = Record(frozenset(sources.values()))
    parts = [run(trained, part, record=record).activations for part in torch.split(x, PART)]
    return {layer: torch.cat([part[source] for part in parts]) for layer, source in sources.items()}


def named(network: str, layer: str) -> Words:
    """A layer of a network, in words."""
    title = load_network(network).spec.title
    return both(f"{title['en']}, {layer}", f"{title['zh']}，{layer}")


def written(difference: float) -> Cell:
    """A difference that may be nothing at all, or no more than rounding."""
    if difference == 0:
        return both("none, to the bit", "无，逐位相等")
    if difference >= 0.001:
        return f"{difference:.3f}"
    digits, power = f"{difference:.0e}".split("e")
    return f"{digits} × 10{str(int(power)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"
