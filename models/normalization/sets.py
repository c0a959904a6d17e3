"""Which elements share a mean and a variance, and what these are."""

from math import prod

import torch
from pydantic import BaseModel, Field
from torch import Tensor

from models.layers.normalization import Moments, Norm
from models.normalization.source import AXES, Layout
from models.tensors import Encoding, encode
from models.tensors import Tensor as WireTensor

Ends = tuple[int, int]


class SharedAxes(BaseModel):
    """Who shares a mean and a variance."""

    axes: list[str] = Field(description="The axes that a mean is taken over, as they are called in `axes`.")
    count: int = Field(description="Elements in one set: n.")
    sets: int = Field(description="How many sets the tensor has.")


class SetStatistics(BaseModel):
    """One number a set: [C] for batch, [B] for layer, [B, C] for instance, [B, G] for group; [B, H, W], [B, L] or
    [B] for layer_channels and rms. Of rms the mean is 0 and the variance the mean square."""

    mean: WireTensor
    variance: WireTensor = Field(description="The biased one, which normalises.")
    unbiased: WireTensor | None = Field(description="The variance over n - 1; null where n is 1.")


class SetBox(BaseModel):
    """A part of the tensor, each axis from its first index up to, without, its last.

    Of tokens y is the token and x is [0, 1]; of vectors both are.
    """

    b: Ends
    c: Ends
    y: Ends
    x: Ends


def reduced(method: Norm, layout: Layout, groups: int) -> list[str]:
    """The names of the axes that share."""
    batch, channels, *space = AXES[layout]
    within = f"{channels}/{groups}" if groups > 1 else channels
    axes: dict[Norm, list[str]] = {
        "batch": [batch, *space],
        "layer": [channels, *space],
        "instance": space,
        "group": [within, *space],
        "layer_channels": [channels],
        "rms": [channels],
    }
    return axes[method]


def size(method: Norm, shape: torch.Size, groups: int) -> int:
    """Elements in one set of a tensor of `shape` (B, C, …)."""
    space = prod(shape[2:])
    sizes: dict[Norm, int] = {
        "batch": shape[0] * space,
        "layer": shape[1] * space,
        "instance": space,
        "group": shape[1] // groups * space,
        "layer_channels": shape[1],
        "rms": shape[1],
    }
    return sizes[method]


def shared(method: Norm, layout: Layout, shape: torch.Size, groups: int) -> SharedAxes:
    count = size(method, shape, groups)
    return SharedAxes(axes=reduced(method, layout, groups), count=count, sets=prod(shape) // count)


def statistics(found: Moments, encoding: Encoding) -> SetStatistics:
    unbiased = found.unbiased
    return SetStatistics.model_construct(
        mean=encode(found.mean, encoding),
        variance=encode(found.variance, encoding),
        unbiased=None if unbiased is None else encode(unbiased, encoding),
    )


def box(method: Norm, shape: torch.Size, groups: int, place: tuple[int, int, int, int]) -> SetBox:
    """Those that share with the element at `place` (b, c, y, x) of a tensor of `shape` (B, C, …)."""
    whole = (*shape, 1, 1)[:4]
    b, c, y, x = ((index, index + 1) for index in place)
    every_b, every_c, every_y, every_x = ((0, length) for length in whole)
    per_group = shape[1] // groups
    first = place[1] // per_group * per_group
    boxes: dict[Norm, tuple[Ends, Ends, Ends, Ends]] = {
        "batch": (every_b, c, every_y, every_x),
        "layer": (b, every_c, every_y, every_x),
        "instance": (b, c, every_y, every_x),
        "group": (b, (first, first + per_group), every_y, every_x),
        "layer_channels": (b, every_c, y, x),
        "rms": (b, every_c, y, x),
    }
    b, c, y, x = boxes[method]
    return SetBox(b=b, c=c, y=y, x=x)


def elements(x: Tensor, part: SetBox) -> Tensor:
    """The elements of `x` (B, C, …) in a box, as a row."""
    wide = x.view(*x.shape, *[1] * (4 - x.ndim))
    return wide[
        part.b[0] : part.b[1], part.c[0] : part.c[1], part.y[0] : part.y[1], part.x[0] : part.x[1]
    ].reshape(-1)
