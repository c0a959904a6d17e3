"""An image as waves with colours that natural pictures vary in: what activation maximisation changes in place of pixels.

Olah, Mordvintsev & Schubert 2017, https://distill.pub/2017/feature-visualization/ ("preconditioning"); the matrix of
colours and the scales are those of their library, https://github.com/tensorflow/lucid (Apache-2.0).
"""

from math import cos, radians, sin

import torch
import torch.nn.functional as F
from torch import Tensor

COLOURS = torch.tensor([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])
"""How red, green and blue are made of three colours that do not go together in ImageNet's pictures: square root of
their covariance."""
LONGEST = COLOURS.norm(dim=0).max()
QUIET = 0.01
"""Standard deviation of the waves at the start: nearly grey."""
CALM = 4.0
"""What the waves' sum is divided by, before the logistic function brings it into 0…1."""
SLOPE = 0.02
"""Difference of neighbours above which total variation grows in a straight line (Huber's function)."""


def start(channels: int, size: int, generator: torch.Generator) -> Tensor:
    """Random waves of a square image, real and imaginary parts: (channels, size, size // 2 + 1, 2)."""
    return torch.randn((channels, size, size // 2 + 1, 2), generator=generator) * QUIET


def loudness(size: int, longest: int) -> Tensor:
    """By how much each wave counts, (size, size // 2 + 1): in proportion to its length, as in natural pictures.

    Waves beyond `longest` pixels count no more than one of that length: a unit that sees less than a wave takes it for
    a plain colour, of which longer waves would make more and more.
    """
    frequency = torch.hypot(torch.fft.fftfreq(size)[:, None], torch.fft.rfftfreq(size)[None])
    scale: Tensor = 1 / frequency.clamp(min=1 / longest)
    return scale


def picture(waves: Tensor, scale: Tensor) -> Tensor:
    """The image of `waves`, each times its `scale`: (1, C, size, size) in 0…1. Its borders go on at the opposite ones."""
    size = waves.shape[1]
    y: Tensor = torch.fft.irfft2(torch.view_as_complex(waves) * scale, s=(size, size), norm="ortho") / CALM
    if len(waves) == 3:
        y = torch.einsum("dc,chw->dhw", COLOURS / LONGEST, y)
    return y.sigmoid()[None]


def moved(x: Tensor, jitter: int, turn: float, zoom: float, generator: torch.Generator) -> Tensor:
    """`x` (1, C, H, W) a little elsewhere, so that no single pixel matters; of the same size.

    Rolled by up to `jitter` pixels along both axes, turned by up to `turn` degrees and enlarged or reduced by up to the
    share `zoom`, mirrored at the borders.
    """
    if jitter:
        dy, dx = torch.randint(-jitter, jitter + 1, (2,), generator=generator).tolist()
        x = x.roll((dy, dx), (2, 3))
    if turn or zoom:
        angle, share = (torch.rand(2, generator=generator) * 2 - 1).tolist()
        angle, factor = radians(angle * turn), 1 / (1 + share * zoom)
        c, s = cos(angle) * factor, sin(angle) * factor
        grid = F.affine_grid(torch.tensor([[[c, -s, 0.0], [s, c, 0.0]]]), list(x.shape), align_corners=False)
        x = F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)
    return x


def roughness_gradient(image: Tensor) -> Tensor:
    """The gradient of the total variation of `image` (1, C, H, W): how much each value stands out, from -4 to 4.

    Total variation is the sum of the differences between neighbours without their sign (Huber's function of them, which
    has a gradient at 0); the last row is the first one's neighbour, as in `picture`. Rudin, Osher & Fatemi 1992.
    """
    gradient = torch.zeros_like(image)
    for axis in (2, 3):
        rise = ((image - image.roll(1, axis)) / SLOPE).clamp(-1, 1)
        gradient += rise - rise.roll(-1, axis)
    return gradient
