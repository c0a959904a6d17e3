"""How much a value of a map tells about its neighbours: why a single dropped pixel is not missed, and a dropped map is."""

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor

from models.errors import Refused
from models.normalization.source import Given

MAX_NUMBERS = 1 << 22
"""Of the tensor: its neighbours are held several times over in float64."""


class NeighboursParams(BaseModel):
    """Correlate values of one map with those some pixels away."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    most: int = Field(default=6, ge=1, le=6, description="The largest distance, in pixels of the map.")


class NeighboursResult(BaseModel):
    """All are means over the layer's channels, all members taken together; constant channels are left out."""

    layer: str
    channels: int = Field(description="How many are not constant.")
    distances: list[int]
    correlation: list[float] = Field(
        description="Pearson's, of values this far apart in a row or in a column."
    )
    r2: float = Field(
        description="The share of a value's variance that its four neighbours explain, by least squares."
    )
    r2_channels: list[float | None] = Field(
        description="The same for each channel of the layer; null where it is constant."
    )
    between_channels: float = Field(
        description="The mean |correlation| of two channels at the same place: what a dropped map could be told from."
    )


def correlate(given: Given, params: NeighboursParams) -> NeighboursResult:
    """Correlations of the tensor of `given`, which must have maps larger than the distance."""
    x = given.x
    if x.ndim != 4 or min(x.shape[2:]) < max(params.most + 1, 3):
        raise Refused(
            "no-maps",
            f"This needs maps of more than {max(params.most, 2)} rows and columns; choose a layer that has them.",
            "neighbours.most",
        )
    if x.numel() > MAX_NUMBERS:
        raise Refused(
            "too-much-work",
            f"The layer gives {x.numel():,} numbers; {MAX_NUMBERS:,} are allowed here. Take fewer members.",
            "neighbours",
        )
    maps = x.transpose(0, 1).double()
    living = (maps.flatten(1).amax(1) > maps.flatten(1).amin(1)).nonzero()[:, 0]
    if len(living) == 0:
        raise Refused("one-value", "All channels are constant: there is nothing to correlate.", "neighbours")
    maps = maps[living]
    distances = list(range(1, params.most + 1))
    r2 = explained(maps)
    of_all: list[float | None] = [None] * x.shape[1]
    for channel, value in zip(living.tolist(), r2.tolist(), strict=True):
        of_all[channel] = value
    return NeighboursResult(
        layer=given.layer,
        channels=len(living),
        distances=distances,
        correlation=[float(apart(maps, distance).mean()) for distance in distances],
        r2=float(r2.mean()),
        r2_channels=of_all,
        between_channels=_between(maps),
    )


def pearson(a: Tensor, b: Tensor) -> Tensor:
    """Of each row of `a` and `b` (C, n); 0 where one of them does not vary."""
    a, b = (each - each.mean(1, keepdim=True) for each in (a, b))
    size = (a.square().sum(1) * b.square().sum(1)).sqrt()
    return torch.where(size > 0, (a * b).sum(1) / size.where(size > 0, torch.ones_like(size)), 0.0)


def apart(maps: Tensor, distance: int) -> Tensor:
    """The correlation of values `distance` apart, in rows and columns taken together, for each channel of (C, B, H, W)."""
    pairs = [
        (maps[..., :-distance, :], maps[..., distance:, :]),
        (maps[..., :-distance], maps[..., distance:]),
    ]
    first, second = (torch.cat([pair[side].flatten(1) for pair in pairs], 1) for side in (0, 1))
    return pearson(first, second)


def explained(maps: Tensor) -> Tensor:
    """R² of each inner value by its four neighbours and a constant, for each channel of (C, B, H, W)."""
    centre = maps[..., 1:-1, 1:-1].flatten(1)
    around = torch.stack(
        [
            maps[..., :-2, 1:-1].flatten(1),
            maps[..., 2:, 1:-1].flatten(1),
            maps[..., 1:-1, :-2].flatten(1),
            maps[..., 1:-1, 2:].flatten(1),
        ],
        2,
    )
    centre = centre - centre.mean(1, keepdim=True)
    around = around - around.mean(1, keepdim=True)
    products = around.transpose(1, 2) @ around
    with_centre = around.transpose(1, 2) @ centre[..., None]
    weights = torch.linalg.pinv(products, hermitian=True) @ with_centre
    total = centre.square().sum(1)
    left = (centre - (around @ weights)[..., 0]).square().sum(1)
    return torch.where(total > 0, 1 - left / total.where(total > 0, torch.ones_like(total)), 0.0)


def _between(maps: Tensor) -> float:
    """The mean |correlation| of all pairs of different channels of (C, B, H, W); 0 where there is one channel."""
    count = len(maps)
    if count < 2:
        return 0.0
    rows = maps.flatten(1)
    rows = rows - rows.mean(1, keepdim=True)
    rows = rows / rows.norm(dim=1, keepdim=True)
    sizes = (rows @ rows.T).abs()
    return float((sizes.sum() - sizes.diagonal().sum()) / (count * (count - 1)))
