"""Well-known kernels of any odd or even size, as float32 matrices (height, width)."""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

from models.errors import Refused

Preset = Literal["identity", "box", "gaussian", "sharpen", "sobel_x", "sobel_y", "laplacian", "emboss"]


def _binomial(size: int) -> Tensor:
    """A row of Pascal's triangle: 1 2 1 for size 3; the smoothing that Sobel's kernels use."""
    row = torch.ones(1)
    for _ in range(size - 1):
        row = torch.cat([row, torch.zeros(1)]) + torch.cat([torch.zeros(1), row])
    return row


def _slope(size: int) -> Tensor:
    """A derivative: -1 0 1 for size 3, smoothed for larger ones."""
    row = torch.tensor([-1.0, 1.0])
    for _ in range(size - 2):
        row = torch.cat([row, torch.zeros(1)]) + torch.cat([torch.zeros(1), row])
    return row


def _identity(height: int, width: int) -> Tensor:
    kernel = torch.zeros(height, width)
    kernel[height // 2, width // 2] = 1
    return kernel


def _box(height: int, width: int) -> Tensor:
    return torch.full((height, width), 1 / (height * width))


def _gaussian(height: int, width: int) -> Tensor:
    kernel = torch.outer(_binomial(height), _binomial(width))
    return kernel / kernel.sum()


def _laplacian(height: int, width: int) -> Tensor:
    """The mean of the neighbourhood minus the centre, times the number of cells."""
    return 1 - height * width * _identity(height, width)


def _sharpen(height: int, width: int) -> Tensor:
    """Twice the picture minus its Gaussian blur."""
    return 2 * _identity(height, width) - _gaussian(height, width)


def _sobel_x(height: int, width: int) -> Tensor:
    return torch.outer(_binomial(height), _slope(width))


def _sobel_y(height: int, width: int) -> Tensor:
    return torch.outer(_slope(height), _binomial(width))


def _emboss(height: int, width: int) -> Tensor:
    """Light from the top left: the diagonal slope on top of the picture itself."""
    rows, columns = torch.linspace(-1, 1, height), torch.linspace(-1, 1, width)
    return rows[:, None] + columns[None, :] + _identity(height, width)


PRESETS: dict[Preset, Callable[[int, int], Tensor]] = {
    "identity": _identity,
    "box": _box,
    "gaussian": _gaussian,
    "sharpen": _sharpen,
    "sobel_x": _sobel_x,
    "sobel_y": _sobel_y,
    "laplacian": _laplacian,
    "emboss": _emboss,
}
FLAT: frozenset[Preset] = frozenset({"identity", "box"})
"""The presets that a kernel of one cell in some direction can hold."""


def preset(name: Preset, height: int, width: int) -> Tensor:
    """The kernel `name` of that size. Refused where the size leaves no room for it."""
    if min(height, width) < 2 and name not in FLAT:
        raise Refused(
            "preset-too-large",
            f"A {height}×{width} kernel has no room for {name}; it needs 2×2 cells.",
            "preset",
        )
    return PRESETS[name](height, width)
