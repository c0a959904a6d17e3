"""Maps as tokens: each place of a map stands for the patch of the picture behind it."""

import torch
from torch import Tensor

from models.errors import Refused
from models.networks.weights import Loaded
from models.shapes import written

HALF_A_LEVEL = 0.5 / 255
"""Less is black in a picture of 256 levels."""


def patch_of(loaded: Loaded, layer: str) -> tuple[int, int]:
    """Height and width of the patch behind each place. Refused where the places do not part the picture into patches."""
    shape, size = loaded.shapes[layer], loaded.network.input_shape[1:]
    field = loaded.receptive_fields.get(layer)
    if len(shape) != 3 or field is None:
        raise Refused(
            "no-maps",
            f"{layer} gives {written(shape)} numbers: it has no places to be tokens.",
            "source.layer",
        )
    if (shape[1] * field.jump[0], shape[2] * field.jump[1]) != size:
        raise Refused(
            "wrong-kind",
            f"{layer} gives maps of {written(shape[1:])}, which do not part the {written(size)} pixels of the "
            "picture into patches.",
            "source.layer",
        )
    return field.jump


def content(light: Tensor, patch: tuple[int, int]) -> Tensor:
    """Which patches of pictures `light` (B, c, H, W) in 0…1 have something in them that is not black: (B, h · w)."""
    seen = light.amax(1) > HALF_A_LEVEL
    patches = seen.unfold(1, patch[0], patch[0]).unfold(2, patch[1], patch[1])
    return patches.flatten(3).any(3).flatten(1)


def sequences(maps: Tensor, kept: Tensor, padding: int) -> tuple[Tensor, Tensor]:
    """The `kept` (B, h · w) places of maps (B, D, h, w): (B, D, L), zeros at the end, and how many are real (B).

    L is the longest with `padding` more.
    """
    lengths = kept.sum(1)
    x = maps.new_zeros(*maps.shape[:2], int(lengths.max()) + padding)
    for row, every, chosen, length in zip(x, maps.flatten(2), kept, lengths.tolist(), strict=True):
        row[:, :length] = every[:, chosen]
    return x, lengths


def everything(maps: Tensor) -> Tensor:
    """That all places are kept."""
    return torch.ones(len(maps), maps.shape[2] * maps.shape[3], dtype=torch.bool)
