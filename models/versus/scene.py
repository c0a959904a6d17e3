"""What both networks are shown: faces on a canvas, or a picture that is moved, scaled and turned."""

from typing import Annotated, Literal

import torch.nn.functional as F
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor

from models import heldout
from models.errors import Refused
from models.faces import MOODS, Face, canvas
from models.networks.registry import FASHION_MNIST, Dataset
from models.pictures import Prepared, light
from models.views.run import ImageId

FURTHEST = 20
"""Pixels that a picture can be moved."""
COLOURS = Dataset("colours", (3, 32, 32), (0.0,) * 3, (1.0,) * 3)
"""A small picture in colours, as the notes have it; no network here takes it."""
NOTHING = 0
"""The class of a canvas without a face; the moods come after it, in their order."""

Offset = Annotated[int, Field(ge=-FURTHEST, le=FURTHEST)]


class FacesScene(BaseModel):
    """Faces on a black canvas; where two overlap, the brighter pixel is seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["faces"]
    faces: list[Face] = Field(max_length=3)


class _Moved(BaseModel):
    """How a picture is changed about its middle, then moved; what it leaves free is black."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    dy: Offset = Field(0, description="Pixels down.")
    dx: Offset = Field(0, description="Pixels to the right.")
    scale: float = Field(1.0, ge=0.4, le=1.5, allow_inf_nan=False)
    turned: bool = Field(False, description="By 180°.")


class ItemScene(_Moved):
    """One of the 2,000 Fashion-MNIST images that no network was trained on."""

    kind: Literal["item"]
    index: int = Field(ge=0, lt=heldout.ITEMS)


class PictureScene(_Moved):
    """A stored picture: its middle square, in grey, of 28×28 pixels."""

    kind: Literal["picture"]
    image: ImageId


class ColoursScene(BaseModel):
    """A stored picture's middle square in colours, of 32×32 pixels: to be flattened alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["colours"]
    image: ImageId


Shown = FacesScene | ItemScene | PictureScene
"""What there are networks for."""
Scene = Annotated[FacesScene | ItemScene | PictureScene | ColoursScene, Field(discriminator="kind")]


def pictures(scene: Scene) -> Prepared | None:
    """The stored picture that is named, as it must be prepared; None where there is none."""
    if isinstance(scene, PictureScene | ColoursScene):
        dataset = COLOURS if isinstance(scene, ColoursScene) else FASHION_MNIST
        return Prepared((scene.image,), ("scene.image",), dataset)
    return None


def draw(scene: Scene, stored: Tensor | None) -> Tensor:
    """The canvas (C, H, W), light from 0 to 1; `stored` (1, C, H, W) is the named picture, prepared.

    Refused where a face reaches out of it.
    """
    if isinstance(scene, FacesScene):
        try:
            return canvas(scene.faces)
        except Refused as refused:
            raise refused.within("scene") from None
    if isinstance(scene, ColoursScene):
        return _stored(stored, COLOURS)
    return shifted(unmoved(scene, stored), scene.dy, scene.dx)


def unmoved(scene: ItemScene | PictureScene, stored: Tensor | None) -> Tensor:
    """The picture, scaled and turned, in the middle: (1, 28, 28)."""
    if isinstance(scene, ItemScene):
        x = heldout.held_out().images[scene.index][None].float() / 255
    else:
        x = _stored(stored, FASHION_MNIST)
    return changed(x, scene)


def changed(x: Tensor, scene: ItemScene | PictureScene) -> Tensor:
    """Pictures (…, 28, 28) scaled and turned as the scene has it, about their middle."""
    side = x.shape[-1]
    if scene.turned:
        x = x.flip(-2, -1)
    size = round(side * scene.scale)
    if size == side:
        return x
    x = F.interpolate(
        x.reshape(-1, 1, side, side), (size, size), mode="bilinear", antialias=size < side
    ).reshape(*x.shape[:-2], size, size)
    before = (side - size) // 2
    return F.pad(x, (before, side - size - before) * 2)


def shifted(x: Tensor, dy: int, dx: int) -> Tensor:
    """Maps (…, H, W) moved down and to the right by whole pixels, no more than they have; what is left free is 0."""
    return F.pad(x, (dx, -dx, dy, -dy))


def right(scene: Scene) -> int | None:
    """The right class, where there is one: faces of both moods are neither."""
    if isinstance(scene, ItemScene):
        return int(heldout.held_out().labels[scene.index])
    if isinstance(scene, FacesScene):
        labels = {label(each) for each in scene.faces} or {NOTHING}
        return labels.pop() if len(labels) == 1 else None
    return None


def label(face: Face) -> int:
    """The class of a face."""
    return MOODS.index(face.mood) + 1


def _stored(stored: Tensor | None, dataset: Dataset) -> Tensor:
    assert stored is not None, (
        "whoever runs a lab takes the picture that its params name from the store first"
    )
    return light(stored, dataset)[0].clamp(0, 1)
