"""How a unit answers to each number of its network's input: one walk, and the gradients of any of its units.

Effective receptive field: Luo et al. 2016, https://arxiv.org/abs/1701.04128
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor

from models.errors import Refused
from models.interventions import MAX_ELEMENTS
from models.network import Step
from models.recorder import Record, walk
from models.shapes import Shape, written

MOST = 0.95
"""The share of the gradient that the effective field holds."""


@dataclass(frozen=True)
class Passed:
    """A forward pass that can still be differentiated: the input `x` (1, C, H, W) and the recorded activations."""

    x: Tensor
    activations: Mapping[str, Tensor]

    def row(self, layer: str, place: tuple[int, ...]) -> Tensor:
        """The unit's row of the Jacobian (C, H, W): how much it grows for each number of the input that does."""
        target = self.activations[layer][0][place]
        (gradient,) = torch.autograd.grad(target, self.x, retain_graph=True)
        return gradient[0].contiguous()


def forward(steps: dict[str, Step], x: Tensor, layers: Iterable[str]) -> Passed:
    """One walk with `x` (1, C, H, W) as far as the `layers`, which are kept together with what a gradient needs."""
    leaf = x.clone().requires_grad_()
    return Passed(leaf, walk(steps, leaf, Record(frozenset(layers)), with_gradient=True).activations)


def heat_of(row: Tensor) -> Tensor:
    """A row of the Jacobian (C, H, W) as one number for each pixel (H, W): the largest size over the colours."""
    return row.abs().amax(0)


def effective(heat: Tensor) -> int:
    """The fewest pixels that hold most of the gradient; 0 where there is none."""
    total = heat.sum()
    if total == 0:
        return 0
    shares = heat.flatten().sort(descending=True).values.cumsum(0) / total
    return int((shares < MOST).sum()) + 1


def check_memory(shapes: Iterable[Shape], field: str) -> None:
    """Refused where a gradient, which needs every step's output at once, would hold too many numbers."""
    numbers = sum(map(prod, shapes))
    if numbers > MAX_ELEMENTS:
        raise Refused(
            "too-much-work",
            f"A gradient would hold {numbers:,} numbers at once; {MAX_ELEMENTS:,} are allowed.",
            field,
        )


def middle(shape: Shape, channel: int, y: int | None, x: int | None) -> tuple[int, ...]:
    """A unit of a layer of `shape`, (channel, y, x) or (feature,): in the middle along an axis that is not given."""
    given = zip((y, x), shape[1:], strict=False)
    return channel, *(size // 2 if index is None else index for index, size in given)


def check_place(layer: str, shape: Shape, place: tuple[int, ...]) -> None:
    """Refused, with its axis as the field, where a layer of `shape` has no such unit."""
    for name, index, size in zip(("channel", "y", "x"), place, shape, strict=False):
        if index >= size:
            raise Refused(
                "out-of-range", f"{layer} has the shape {written(shape)}; {name} counts from 0.", name
            )
