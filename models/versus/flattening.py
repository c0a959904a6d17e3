"""A picture as one long vector: where each pixel lands, and how far from its neighbours."""

from typing import Any, Literal

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor as Array

from models.errors import Refused
from models.tensors import Encoding, Tensor, encode

Order = Literal["chw", "hwc"]
Side = Literal["left", "right", "up", "down", "channel"]
BESIDE: tuple[tuple[Side, int, int], ...] = (("left", 0, -1), ("right", 0, 1), ("up", -1, 0), ("down", 1, 0))


class FlattenPlace(BaseModel):
    """A pixel of one channel."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    c: int = Field(0, ge=0)
    y: int = Field(ge=0)
    x: int = Field(ge=0)


class FlattenParams(BaseModel):
    """Flatten the canvas."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    order: Order = Field(
        "chw", description="Of the axes: PyTorch's, or with the channels last, as Keras has it."
    )
    at: FlattenPlace | None = Field(None, description="A pixel to find again.")


class FlattenedPixel(BaseModel):
    c: int
    y: int
    x: int
    index: int = Field(description="In the vector.")
    value: float


class FlattenedNeighbour(FlattenedPixel):
    side: Side = Field(description="channel: the same pixel in another channel.")
    distance: int = Field(
        description="Elements of the vector between it and the pixel, those from one to the next."
    )


class Strides(BaseModel):
    """By how much the index grows with each of them, as PyTorch says it."""

    c: int
    y: int
    x: int


class FlattenResult(BaseModel):
    order: Order
    length: int
    vector: Tensor
    strides: Strides
    at: FlattenedPixel | None
    neighbours: list[FlattenedNeighbour]


def flatten(canvas: Array, params: FlattenParams, encoding: Encoding) -> FlattenResult:
    """The canvas (C, H, W) as a vector. Refused where it has no such pixel."""
    vector = flattened(canvas, params.order)
    indices = places(canvas.shape, params.order)
    strides = indices.stride()
    return FlattenResult.model_construct(
        order=params.order,
        length=len(vector),
        vector=encode(vector, encoding),
        strides=Strides(c=strides[0], y=strides[1], x=strides[2]),
        at=_pixel(canvas, indices, _checked(params.at, canvas.shape)) if params.at else None,
        neighbours=_neighbours(canvas, indices, _checked(params.at, canvas.shape)) if params.at else [],
    )


def flattened(x: Array, order: Order) -> Array:
    """(C, H, W) → (C · H · W)."""
    return (x if order == "chw" else x.permute(1, 2, 0)).flatten()


def places(shape: torch.Size, order: Order) -> Array:
    """Where in the vector each pixel lands: (C, H, W), int64, a view of 0, 1, 2 …"""
    channels, height, width = shape
    count = torch.arange(shape.numel())
    return count.view(shape) if order == "chw" else count.view(height, width, channels).permute(2, 0, 1)


def _checked(place: FlattenPlace, shape: torch.Size) -> tuple[int, int, int]:
    at = place.c, place.y, place.x
    for name, index, size in zip("cyx", at, shape, strict=True):
        if index >= size:
            raise Refused(
                "out-of-range", f"The canvas has {name} from 0 to {size - 1}.", f"flatten.at.{name}"
            )
    return at


def _pixel(canvas: Array, indices: Array, at: tuple[int, int, int]) -> FlattenedPixel:
    return FlattenedPixel(**_numbers(canvas, indices, at))


def _numbers(canvas: Array, indices: Array, at: tuple[int, int, int]) -> dict[str, Any]:
    c, y, x = at
    return {"c": c, "y": y, "x": x, "index": int(indices[at]), "value": float(canvas[at])}


def _neighbours(canvas: Array, indices: Array, at: tuple[int, int, int]) -> list[FlattenedNeighbour]:
    """Those that the picture has."""
    c, y, x = at
    beside: list[tuple[Side, tuple[int, int, int]]] = [(side, (c, y + dy, x + dx)) for side, dy, dx in BESIDE]
    beside += [("channel", (other, y, x)) for other in range(len(canvas)) if other != c]
    return [
        FlattenedNeighbour(
            side=side,
            distance=abs(int(indices[place]) - int(indices[at])),
            **_numbers(canvas, indices, place),
        )
        for side, place in beside
        if all(0 <= index < size for index, size in zip(place, canvas.shape, strict=True))
    ]
