"""How alike a canvas and the shifted canvas are, in pixels and in every layer: the cosine of the angle between them.

Against what? Activations after ReLU point into one corner of their space, so that no two are at a right angle; each
curve has beside it how alike something else entirely is at the same place.
"""

import torch
import torch.nn.functional as F
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor as Array

from models import heldout
from models.errors import Refused
from models.faces import SIDE, canvas
from models.versus.pair import Pair
from models.versus.positions import REACH
from models.versus.scene import FacesScene, Shown, changed, shifted, unmoved

OTHERS = 50
"""Held-out images of other classes, for comparison."""
PIXELS = "input"


class LikenessParams(BaseModel):
    """Shift the scene from left to right."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LikenessCurve(BaseModel):
    network: str | None = Field(description="null for the pixels themselves, flattened.")
    layer: str
    cosine: list[float | None] = Field(
        description="Of the flattened values here and at each shift; null where all of them are 0."
    )
    other: float | None = Field(
        description="The same of something else at the same place: of the faces with the other mood; of pictures the "
        "mean over 50 held-out images of other classes."
    )


class LikenessResult(BaseModel):
    shifts: list[int] = Field(
        description="Pixels to the right of where the scene is, from the left-most place on."
    )
    curves: list[LikenessCurve]


def compare(
    scene: Shown,
    stored: Array | None,
    pair: Pair,
    layer: str,
    right: int | None,
) -> LikenessResult:
    """Curves of the pixels, the MLP's activations, the CNN's maps at `layer` and what its head takes."""
    shifts, canvases = _row(scene, stored)
    others = _others(scene, right)
    here = shifts.index(0)
    everything = torch.cat([canvases, others])
    found: list[tuple[str | None, str, Array]] = [(None, PIXELS, everything)]
    for contestant, layers in (
        (pair.mlp, pair.mlp.activations),
        (pair.cnn, list(dict.fromkeys([layer, pair.cnn.head_input]))),
    ):
        seen = contestant.see(everything, *layers)
        found += [(contestant.name, name, seen[name]) for name in layers]
    return LikenessResult.model_construct(
        shifts=shifts, curves=[_curve(*each, here, len(canvases)) for each in found]
    )


def _curve(network: str | None, layer: str, values: Array, here: int, count: int) -> LikenessCurve:
    vectors = values.flatten(1).double()
    blank = ~vectors.any(1) | ~vectors[here].any()
    cosine = F.cosine_similarity(vectors, vectors[here : here + 1])
    seen = [None if none else float(value) for value, none in zip(cosine, blank, strict=True)]
    compared = [value for value in seen[count:] if value is not None]
    return LikenessCurve.model_construct(
        network=network,
        layer=layer,
        cosine=seen[:count],
        other=sum(compared) / len(compared) if compared else None,
    )


def _row(scene: Shown, stored: Array | None) -> tuple[list[int], Array]:
    """How far the scene is shifted, and the canvas (N, 1, H, W) for each shift."""
    if not isinstance(scene, FacesScene):
        shifts = list(range(-REACH, REACH + 1))
        x = unmoved(scene, stored)
        limit = x.shape[-1]
        places = [max(-limit, min(limit, scene.dx + shift)) for shift in shifts]
        return shifts, torch.stack([shifted(x, scene.dy, place) for place in places])
    if not scene.faces:
        raise Refused("missing", "There is no face to move: put one on the canvas.", "scene.faces")
    left = min(each.x for each in scene.faces)
    free = min(SIDE - each.size - each.x for each in scene.faces)
    shifts = list(range(-left, free + 1))
    moved = [[each.model_copy(update={"x": each.x + shift}) for each in scene.faces] for shift in shifts]
    return shifts, torch.stack([canvas(faces) for faces in moved])


def _others(scene: Shown, right: int | None) -> Array:
    """Something else at the same place: (N, 1, H, W)."""
    if isinstance(scene, FacesScene):
        mood = {"smile": "sad", "sad": "smile"}
        return canvas([each.model_copy(update={"mood": mood[each.mood]}) for each in scene.faces])[None]
    held = heldout.held_out()
    other = (held.labels != (-1 if right is None else right)).nonzero()[:, 0]
    chosen = other[:: len(other) // OTHERS][:OTHERS]
    return shifted(changed(held.images[chosen][:, None].float() / 255, scene), scene.dy, scene.dx)
