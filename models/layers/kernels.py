"""Well-known kernels of any odd or even size, as float32 matrices (height, width), and ways to turn them.

Sources: Scharr 2000, https://doi.org/10.11588/heidok.00000962; Daugman 1985 for Gabor's, https://doi.org/10.1364/JOSAA.2.001160
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor

from models.errors import Refused

Preset = Literal["identity", "box", "gaussian", "sharpen", "sobel_x", "sobel_y", "laplacian", "emboss"]
"""Kernels that are known by their name alone."""
Pattern = Preset | Literal["scharr_x", "scharr_y", "gabor", "random"]
"""All kernels that are made here; `PatternSettings` says more of some."""
Transform = Literal["flip", "rotate", "transpose", "normalise", "negate"]


@dataclass(frozen=True)
class PatternSettings:
    """What some kernels can be made with; None takes a value that suits the size.

    `sigma` and `wavelength` in cells, `angle` in degrees: the direction in which a Gabor kernel's waves follow each
    other, 0 to the right, counter-clockwise.
    """

    sigma: float | None = None
    angle: float | None = None
    wavelength: float | None = None
    seed: int | None = None


Maker = Callable[[int, int, PatternSettings], Tensor]
"""Height, width and settings → a kernel."""


def _binomial(size: int) -> Tensor:
    """A row of Pascal's triangle: 1 2 1 for size 3; the smoothing that Sobel's kernels use."""
    row = torch.ones(1)
    for _ in range(size - 1):
        row = _convolved(row, torch.ones(2))
    return row


def _convolved(a: Tensor, b: Tensor) -> Tensor:
    """The full convolution of two rows."""
    terms = torch.zeros(len(b), len(a) + len(b) - 1)
    for index, factor in enumerate(b):
        terms[index, index : index + len(a)] = a * factor
    return terms.sum(0)


def _slope(size: int) -> Tensor:
    """A derivative: -1 0 1 for size 3, smoothed for larger ones."""
    return _convolved(_binomial(size - 1), torch.tensor([-1.0, 1.0]))


def _scharr(size: int) -> Tensor:
    """Scharr's smoothing, 3 10 3, which keeps an edge's strength at every angle; smoothed on for larger sizes."""
    return _convolved(torch.tensor([3.0, 10.0, 3.0]), _binomial(size - 2)) if size > 2 else _binomial(size)


def _offsets(size: int) -> Tensor:
    """Each cell's distance from the middle, in float64: -1 0 1 for size 3."""
    return torch.arange(size, dtype=torch.float64) - (size - 1) / 2


def _identity(height: int, width: int, _: PatternSettings) -> Tensor:
    kernel = torch.zeros(height, width)
    kernel[height // 2, width // 2] = 1
    return kernel


def _box(height: int, width: int, _: PatternSettings) -> Tensor:
    return torch.full((height, width), 1 / (height * width))


def _gaussian(height: int, width: int, settings: PatternSettings) -> Tensor:
    """The normal distribution at the cells; without a sigma Pascal's triangle, which comes close to it."""
    if settings.sigma is None:
        kernel = torch.outer(_binomial(height), _binomial(width))
        return kernel / kernel.sum()
    rows, columns = (
        (-((_offsets(size) / settings.sigma) ** 2) / 2).softmax(
            0
        )  # sums to 1 even where all but nothing is left
        for size in (height, width)
    )
    return torch.outer(rows, columns).float()


def _laplacian(height: int, width: int, settings: PatternSettings) -> Tensor:
    """The mean of the neighbourhood minus the centre, times the number of cells."""
    return 1 - height * width * _identity(height, width, settings)


def _sharpen(height: int, width: int, settings: PatternSettings) -> Tensor:
    """Twice the picture minus its Gaussian blur."""
    return 2 * _identity(height, width, settings) - _gaussian(height, width, settings)


def _sobel_x(height: int, width: int, _: PatternSettings) -> Tensor:
    return torch.outer(_binomial(height), _slope(width))


def _sobel_y(height: int, width: int, _: PatternSettings) -> Tensor:
    return torch.outer(_slope(height), _binomial(width))


def _scharr_x(height: int, width: int, _: PatternSettings) -> Tensor:
    return torch.outer(_scharr(height), _slope(width))


def _scharr_y(height: int, width: int, _: PatternSettings) -> Tensor:
    return torch.outer(_slope(height), _scharr(width))


def _emboss(height: int, width: int, settings: PatternSettings) -> Tensor:
    """Light from the top left: the diagonal slope on top of the picture itself."""
    rows, columns = torch.linspace(-1, 1, height), torch.linspace(-1, 1, width)
    return rows[:, None] + columns[None, :] + _identity(height, width, settings)


def _gabor(height: int, width: int, settings: PatternSettings) -> Tensor:
    """A cosine wave under a round Gaussian: how cells of the visual cortex, and many trained kernels, look."""
    wavelength = settings.wavelength or 0.6 * max(height, width)
    sigma = settings.sigma or 0.4 * wavelength
    angle = math.radians(settings.angle or 0.0)
    rows, columns = _offsets(height)[:, None], _offsets(width)[None, :]
    along = columns * math.cos(angle) - rows * math.sin(angle)
    envelope = torch.exp(-((rows / sigma) ** 2 + (columns / sigma) ** 2) / 2)
    return (envelope * torch.cos(2 * math.pi * along / wavelength)).float()


def _random(height: int, width: int, settings: PatternSettings) -> Tensor:
    """Normal numbers with a variance of one over the number of cells, as networks start out."""
    generator = torch.Generator().manual_seed(settings.seed or 0)
    return torch.randn(height, width, generator=generator) / math.sqrt(height * width)


PATTERNS: dict[Pattern, Maker] = {
    "identity": _identity,
    "box": _box,
    "gaussian": _gaussian,
    "sharpen": _sharpen,
    "sobel_x": _sobel_x,
    "sobel_y": _sobel_y,
    "laplacian": _laplacian,
    "emboss": _emboss,
    "scharr_x": _scharr_x,
    "scharr_y": _scharr_y,
    "gabor": _gabor,
    "random": _random,
}
PRESETS: tuple[Preset, ...] = get_args(Preset)
ROOM: dict[Pattern, tuple[int, int]] = {
    "sharpen": (2, 2),
    "sobel_x": (1, 2),
    "sobel_y": (2, 1),
    "laplacian": (2, 2),
    "emboss": (2, 2),
    "scharr_x": (1, 2),
    "scharr_y": (2, 1),
}
"""The rows and columns that a kernel needs at least; one cell is enough for the others."""


def pattern(name: Pattern, height: int, width: int, settings: PatternSettings = PatternSettings()) -> Tensor:
    """The kernel `name` of that size. Refused where the size leaves no room for it."""
    rows, columns = ROOM.get(name, (1, 1))
    if height < rows or width < columns:
        raise Refused(
            "preset-too-large",
            f"A {height}×{width} kernel has no room for {name}; it needs {rows}×{columns} cells.",
            "preset",
        )
    return PATTERNS[name](height, width, settings)


def preset(name: Preset, height: int, width: int) -> Tensor:
    """The kernel `name` of that size. Refused where the size leaves no room for it."""
    return pattern(name, height, width)


def transformed(kernel: Tensor, transform: Transform) -> Tensor:
    """`kernel` (depth, height, width) turned, or with other numbers.

    flip turns it by 180°, rotate by 90° counter-clockwise; normalise divides it by its sum or, where that is next to
    nothing beside the sum of its absolute values, by the latter. A kernel of zeros stays.
    """
    match transform:
        case "flip":
            return kernel.flip(1, 2)
        case "rotate":
            return kernel.rot90(1, (1, 2))
        case "transpose":
            return kernel.transpose(1, 2)
        case "negate":
            return -kernel
        case "normalise":
            total, size = kernel.double().sum(), kernel.double().abs().sum()
            if size == 0:
                return kernel
            return (kernel.double() / (total if total.abs() > 1e-6 * size else size)).float()
