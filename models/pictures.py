"""From a stored picture to a network's input."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from models.networks.registry import Dataset

LUMA = (0.299, 0.587, 0.114)
"""What red, green and blue add to brightness (ITU-R BT.601)."""


@dataclass(frozen=True)
class Fitted:
    """A stored picture that a question needs, whole, its longer side at most `size`; `field` is where it is named."""

    image: str
    size: int
    field: str


@dataclass(frozen=True)
class Prepared:
    """Stored pictures that a question needs as the input of `dataset`'s networks; `fields` are where each is named."""

    images: tuple[str, ...]
    fields: tuple[str, ...]
    dataset: Dataset


def prepare(rgb: Tensor, dataset: Dataset) -> Tensor:
    """The middle square of `rgb` (H, W, 3; uint8), at the size, colours and scale that `dataset` has: (C, H', W').

    Enlarged or reduced by bicubic interpolation with antialiasing; grey is the luma of the colours.
    """
    channels, height, width = dataset.shape
    side = min(rgb.shape[:2])
    top, left = (rgb.shape[0] - side) // 2, (rgb.shape[1] - side) // 2
    square = rgb[top : top + side, left : left + side].permute(2, 0, 1)[None]
    if (side, side) != (height, width):
        square = F.interpolate(square, (height, width), mode="bicubic", antialias=True)
    x = square[0].float() / 255
    if channels == 1:
        x = grey(x)
    mean, std = (torch.tensor(values)[:, None, None] for values in (dataset.mean, dataset.std))
    return (x - mean) / std


def light(inputs: Tensor, dataset: Dataset) -> Tensor:
    """A network's input (B, C, H, W) as light from 0 to 1."""
    mean, std = (torch.tensor(values).view(-1, 1, 1) for values in (dataset.mean, dataset.std))
    return inputs * std + mean


def fitted(rgb: Tensor, size: int) -> Tensor:
    """The whole of `rgb` (H, W, 3; uint8) with its longer side at most `size`, never enlarged: (3, H', W') in 0…1.

    Reduced by bicubic interpolation with antialiasing, as `prepare` does.
    """
    height, width = rgb.shape[:2]
    x = rgb.permute(2, 0, 1)[None]
    longest = max(height, width)
    if longest > size:
        shape = max(round(height * size / longest), 1), max(round(width * size / longest), 1)
        x = F.interpolate(x, shape, mode="bicubic", antialias=True)
    return x[0].contiguous().float() / 255


def grey(rgb: Tensor) -> Tensor:
    """The luma of colours (3, H, W): (1, H, W)."""
    return (rgb * torch.tensor(LUMA)[:, None, None]).sum(0, keepdim=True)
