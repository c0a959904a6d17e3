"""What dropouts leave of what the trained networks compute for held-out pictures, as material for experiments."""

from collections.abc import Iterable
from math import sqrt

import torch
from torch import Tensor

from models.claims.arriving import pictures
from models.heldout import held_out
from models.interventions import DropoutIntervention, Intervention
from models.layers.dropout import Variant
from models.members import HeldOutMember, Member
from models.networks.weights import load_network
from models.normalization.source import Given, NetworkSource, given
from models.recorder import run

CHANCE = 5.0
"""Standard deviations that chance hardly ever exceeds: once in almost two million times."""


def of_layer(network: str, layer: str, items: Tensor) -> Given:
    """What a layer of a trained network gives for the held-out pictures at these places."""
    members: list[Member] = [HeldOutMember(kind="item", index=item) for item in items.tolist()]
    return given(NetworkSource(kind="network", network=network, layer=layer, batch=members), None)


def switched_on(layer: str, p: float, variant: Variant | None = None) -> DropoutIntervention:
    """A network's own dropout in use, as in training."""
    return DropoutIntervention(kind="dropout", layer=layer, p=p, variant=variant)


def answers(network: str, items: Tensor, changes: Iterable[Intervention] = (), seed: int = 0) -> Tensor:
    """The classes (N) that a trained network sees in these pictures, all of them in one batch with masks of their own."""
    trained = load_network(network).network
    logits = run(trained, pictures(items), [*changes], seed=seed).activations[trained.output]
    return logits.argmax(1)


def right(network: str, items: Tensor, changes: Iterable[Intervention] = (), seed: int = 0) -> Tensor:
    """Which of the pictures a network gets right: (N), boolean."""
    return answers(network, items, changes, seed) == held_out().labels[items]


def share(correct: Tensor) -> str:
    """An accuracy as it is written."""
    return f"{float(correct.float().mean()):.1%}"


def deviations(count: int, total: int, q: float) -> float:
    """By how many standard deviations `count` of `total` decisions differs from what the probability `q` makes likely."""
    return abs(count - total * q) / sqrt(total * q * (1 - q))


def chance(p: float) -> str:
    """The p of a test as it is written."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def seeds(count: int, generator: torch.Generator) -> list[int]:
    """Seeds of runs."""
    return torch.randint(1 << 31, (count,), generator=generator).tolist()
