"""What the networks say wherever the first face, or the picture, may be: every place in one batch."""

import torch
import torch.nn.functional as F
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor as Array

from models.errors import Refused
from models.faces import SIDE, canvas, face
from models.tensors import Encoding, Tensor, encode
from models.versus.pair import Contestant, Pair
from models.versus.scene import FacesScene, Shown, unmoved

REACH = 10
"""Pixels that a picture is moved to each side."""
TRAINED = SIDE // 2
"""Columns in which all faces lay that the networks were trained with."""


class PositionsParams(BaseModel):
    """Put the first face, or the picture, everywhere."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    step: int = Field(1, ge=1, le=4, description="Pixels from one place to the next.")


class Area(BaseModel):
    """From the first to the last, ends included."""

    ys: tuple[int, int]
    xs: tuple[int, int]


class Region(BaseModel):
    """The places in a part of the map."""

    places: int
    mean: float = Field(description="The mean probability of `target`.")
    right: float = Field(description="The share of the places where `target` is the likeliest class.")


class PositionMap(BaseModel):
    network: str
    map: Tensor = Field(description="[Y, X]: the probability of `target` at each place.")
    inside: Region | None = Field(description="The places in `trained`; null where there are none.")
    outside: Region | None
    everywhere: Region


class PositionsResult(BaseModel):
    ys: list[int] = Field(
        description="Of faces where the first one's top is; of pictures how far down it is moved."
    )
    xs: list[int]
    target: int
    trained: Area | None = Field(description="Where a face of this size lay in training; null for pictures.")
    maps: list[PositionMap] = Field(description="MLP and CNN.")


def everywhere(
    scene: Shown,
    stored: Array | None,
    pair: Pair,
    target: int | None,
    params: PositionsParams,
    encoding: Encoding,
) -> PositionsResult:
    """Refused where there is no face, and where nobody says which class is looked for."""
    ys, xs, canvases = places(scene, stored, params.step)
    if target is None:
        raise Refused(
            "missing", "No class is the right one here: say with `target` which is looked for.", "target"
        )
    trained = None
    if isinstance(scene, FacesScene):
        size = scene.faces[0].size
        trained = Area(ys=(0, SIDE - size), xs=(0, TRAINED - size))
    return PositionsResult.model_construct(
        ys=ys,
        xs=xs,
        target=target,
        trained=trained,
        maps=[_map(each, canvases, target, ys, xs, trained, encoding) for each in pair],
    )


def places(scene: Shown, stored: Array | None, step: int) -> tuple[list[int], list[int], Array]:
    """The rows and columns of all places, and the canvas for each: (Y · X, 1, H, W)."""
    if not isinstance(scene, FacesScene):
        offsets = list(range(-REACH, REACH + 1, step))
        return offsets, offsets, slid(unmoved(scene, stored)[0], REACH, step)[:, None]
    if not scene.faces:
        raise Refused("missing", "There is no face to move: put one on the canvas.", "scene.faces")
    first, *others = scene.faces
    free = SIDE - first.size
    tops = list(range(0, free + 1, step))
    corner = F.pad(face(first.size, first.mood, first.turned), (0, free, 0, free))
    return tops, tops, slid(corner, free, step, backwards=False)[:, None].maximum(canvas(others))


def slid(x: Array, reach: int, step: int, backwards: bool = True) -> Array:
    """A map (H, W) moved by 0 or -reach … reach pixels along both axes, row by row: (places, H, W); black comes after."""
    height, width = x.shape
    after = reach if backwards else 0
    frame = F.pad(x, (reach, after, reach, after))
    windows = frame.unfold(0, height, 1).unfold(1, width, 1)  # the further the window, the less x is moved
    return windows.flip(0, 1)[::step, ::step].reshape(-1, height, width)


def _map(
    contestant: Contestant,
    canvases: Array,
    target: int,
    ys: list[int],
    xs: list[int],
    trained: Area | None,
    encoding: Encoding,
) -> PositionMap:
    logits = contestant.see(canvases)[contestant.output]
    probability = logits.softmax(1)[:, target].reshape(len(ys), len(xs))
    right = (logits.argmax(1) == target).reshape(len(ys), len(xs))
    inside = torch.zeros_like(right)
    if trained:
        rows, columns = (
            torch.tensor([ends[0] <= place <= ends[1] for place in axis])
            for axis, ends in ((ys, trained.ys), (xs, trained.xs))
        )
        inside = rows[:, None] & columns
    return PositionMap.model_construct(
        network=contestant.name,
        map=encode(probability, encoding),
        inside=_region(probability, right, inside),
        outside=_region(probability, right, ~inside) if trained else None,
        everywhere=_region(probability, right, torch.ones_like(right)),
    )


def _region(probability: Array, right: Array, where: Array) -> Region | None:
    count = int(where.sum())
    if count == 0:
        return None
    mean, share = (float(values[where].float().mean()) for values in (probability, right))
    return Region.model_construct(places=count, mean=mean, right=share)
