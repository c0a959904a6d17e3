"""First shift, then convolve; or first convolve, then shift: when must both give the same?

f is one convolution with one kernel, perhaps ReLU and pooling 2×2 after it. Where the shift is no whole number of its
steps, no shift of its output can match: Zhang 2019, https://arxiv.org/abs/1904.11486. Where padding comes in, the border
is not like the rest: Kayhan & van Gemert 2020, https://arxiv.org/abs/2003.07064.
"""

from dataclasses import dataclass
from math import copysign, floor
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from models.layers.convolution import PaddingMode, Sides, conv2d, pad, pytorch_same_padding
from models.layers.pooling import pool2d
from models.versus.scene import shifted

Padding = Literal["zeros", "valid", "circular", "reflect", "replicate"]
Pooling = Literal["none", "max", "avg"]
Reason = Literal["still", "whole", "stride", "pooling", "blank", "none", "circular", "wrap", "border", "away"]


@dataclass(frozen=True)
class Expected:
    """Whether both orders must give the same, and why."""

    equal: bool
    reason: Reason


@dataclass(frozen=True)
class Commuting:
    """f and a shift by (dy, dx). `weight` is (1, 1, k_h, k_w)."""

    weight: Tensor
    dy: int
    dx: int
    stride: int
    padding: Padding
    pooling: Pooling
    relu: bool

    @property
    def circular(self) -> bool:
        """Whether what leaves the picture on one side comes in on the other."""
        return self.padding == "circular"

    @property
    def sides(self) -> Sides:
        """Pixels of padding: as many as keep the size with a stride of 1."""
        if self.padding == "valid":
            return 0, 0, 0, 0
        height, width = (pytorch_same_padding(size) for size in self.weight.shape[2:])
        return *height, *width

    @property
    def mode(self) -> PaddingMode:
        """Where padding takes its values from; without padding it does not matter."""
        return "zeros" if self.padding == "valid" else self.padding

    @property
    def steps(self) -> int:
        """Pixels of the picture from one element of the output to the next."""
        return self.stride * (1 if self.pooling == "none" else 2)

    @property
    def whole(self) -> bool:
        """Whether the shift is a whole number of steps."""
        return self.dy % self.steps == self.dx % self.steps == 0

    @property
    def output_shift(self) -> tuple[int, int]:
        """Elements by which the output is shifted: the nearest whole number of steps."""
        return _nearest(self.dy / self.steps), _nearest(self.dx / self.steps)

    def f(self, x: Tensor) -> Tensor:
        """(1, 1, H, W) → (1, 1, h, w)."""
        y = conv2d(x, self.weight, None, (self.stride, self.stride), self.sides, self.mode)
        if self.relu:
            y = F.relu(y)
        return y if self.pooling == "none" else pool2d(y, self.pooling, (2, 2), (2, 2), (0, 0))

    def shift(self, x: Tensor, dy: int, dx: int) -> Tensor:
        """Move maps (…, H, W); what is left free is 0, or what left on the other side."""
        return x.roll((dy, dx), (-2, -1)) if self.circular else shifted(x, dy, dx)

    def counted(self, x: Tensor) -> Tensor:
        """Which elements (h, w) lie inside the border: in both orders they see the picture's own pixels alone."""
        own = torch.ones_like(x)
        seen = self._windows(shifted(own, self.dy, self.dx), "zeros")
        before = self._windows(own, "zeros")
        there = shifted(before, *self._inner_shift)
        return self._pooled((seen * there).amin(0) > 0)

    def agreeing(self, x: Tensor) -> Tensor:
        """Which elements (h, w) see the very same numbers in both orders wherever the kernel is not 0.

        Where the second order has nothing to shift there, it says 0, as f does of black.
        """
        seen = self._windows(self.shift(x, self.dy, self.dx), self.mode)
        before = self._windows(x, self.mode)
        there = self.shift(before, *self._inner_shift)
        used = self.weight.flatten() != 0
        return self._pooled((seen == there)[used].all(0))

    def inside(self, x: Tensor) -> Expected:
        """What must come of the elements inside the border, worked out without computing them."""
        if self.dy == self.dx == 0:
            return Expected(True, "still")
        counted = self.counted(x)
        if not counted.any():
            return Expected(True, "none")
        if self.whole:
            return Expected(True, "whole")
        return self._broken(bool(self.agreeing(x)[counted].all()))

    def everywhere(self, x: Tensor) -> Expected:
        """The same for all elements."""
        if self.dy == self.dx == 0:
            return Expected(True, "still")
        agreeing = bool(self.agreeing(x).all())
        if not self.whole:
            return self._broken(agreeing)
        if not self.circular:
            return Expected(agreeing, "away" if agreeing else "border")
        moved = [size for size, by in zip(x.shape[2:], (self.dy, self.dx), strict=True) if by]
        if all(size % self.steps == 0 for size in moved):
            return Expected(True, "circular")
        return Expected(agreeing, "blank" if agreeing else "wrap")

    def _broken(self, agreeing: bool) -> Expected:
        """The shift is no whole number of steps; only a picture alike in all places hides that."""
        if agreeing:
            return Expected(True, "blank")
        by_stride = self.dy % self.stride or self.dx % self.stride
        return Expected(False, "stride" if by_stride else "pooling")

    @property
    def _inner_shift(self) -> tuple[int, int]:
        """The shift of the output, in elements before pooling."""
        dy, dx = self.output_shift
        each = self.steps // self.stride
        return dy * each, dx * each

    def _windows(self, x: Tensor, mode: PaddingMode) -> Tensor:
        """What each element before pooling sees: (k_h · k_w, h, w), whole pooling windows only."""
        padded = pad(x, self.sides, mode)
        size = [
            (length - kernel) // self.stride + 1
            for length, kernel in zip(padded.shape[2:], self.weight.shape[2:], strict=True)
        ]
        windows = F.unfold(padded, self.weight.shape[2:], stride=self.stride)[0].reshape(-1, *size)
        each = self.steps // self.stride
        return windows[:, : size[0] // each * each, : size[1] // each * each]

    def _pooled(self, true: Tensor) -> Tensor:
        """For which elements of the output it is true of all that they are made of."""
        each = self.steps // self.stride
        height, width = true.shape
        return true.reshape(height // each, each, width // each, each).all(3).all(1)


def _nearest(share: float) -> int:
    """Halves go away from 0."""
    return int(copysign(floor(abs(share) + 0.5), share))
