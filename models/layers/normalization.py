"""Normalisation layers: subtract a mean, divide by a standard deviation, scale by gamma, shift by beta.

They differ only in which elements share a mean and a variance:
batch (B, H, W; Ioffe & Szegedy 2015), layer (C, H, W; Ba, Kiros & Hinton 2016), instance (H, W; Ulyanov 2016),
group (C / groups, H, W; Wu & He 2018), and layer_channels (C at each place, as Transformers and ConvNeXt read
"layer"; Liu 2022). rms (C at each place; Zhang & Sennrich 2019) divides by the root of the mean square and
subtracts nothing.

Tensors are (B, C), (B, C, L) or (B, C, H, W). Tokens (B, L, D) are `channels_first` as (B, D, L).
"""

from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Method = Literal["batch", "layer", "instance", "group", "none"]
"""What a walk can put in the place of a network's normalisation."""
Norm = Method | Literal["layer_channels", "rms"]
Statistics = Literal["running", "batch"]

AXES: dict[Norm, tuple[str, ...]] = {
    "batch": ("B", "H", "W"),
    "layer": ("C", "H", "W"),
    "instance": ("H", "W"),
    "group": ("C/groups", "H", "W"),
    "layer_channels": ("C",),
    "rms": ("C",),
    "none": (),
}
"""The axes that share one mean and one variance. A tensor (B, C) has no H and W."""


def channels_first(tokens: Tensor) -> Tensor:
    """Tokens (B, L, D), whose channels come last, as (B, D, L); and back. Nothing is copied."""
    return tokens.transpose(1, 2)


def shared(x: Tensor, method: Norm, groups: int = 1) -> tuple[Tensor, tuple[int, ...]]:
    """`x` (B, C, …) seen so that a mean and a variance belong to all elements along some axes, and these axes.

    For the method group the channels become two axes (groups, C / groups); a tensor (B, C) gets a third axis.
    """
    wide = x if x.ndim > 2 else x[:, :, None]
    space = tuple(range(2, wide.ndim))
    match method:
        case "batch":
            return wide, (0, *space)
        case "layer":
            return wide, (1, *space)
        case "instance":
            return wide, space
        case "group":
            parted = wide.reshape(len(x), groups, x.shape[1] // groups, *wide.shape[2:])
            return parted, (2, *(axis + 1 for axis in space))
        case "layer_channels" | "rms":
            return wide, (1,)
        case "none":
            raise ValueError("without normalisation nothing is shared")


@dataclass(frozen=True)
class Moments:
    """What each set of `count` elements has in common: one number a set, in the shape of the axes that tell sets apart.

    That is (C) for batch, (B) for layer, (B, C) for instance, (B, groups) for group, (B, …) for layer_channels and rms.
    `variance` is the biased one, a mean of squares, which normalises; `unbiased` that over count - 1, which running
    statistics store, None where count is 1. For rms the mean is 0 and the variance the mean square.
    """

    count: int
    mean: Tensor
    variance: Tensor

    @property
    def unbiased(self) -> Tensor | None:
        return self.variance * (self.count / (self.count - 1)) if self.count > 1 else None


def statistics_of(x: Tensor, method: Norm, groups: int = 1) -> Moments:
    """The moments of `x` (B, C, …) as `method` takes them."""
    seen, axes = shared(x, method, groups)
    count = 1
    for axis in axes:
        count *= seen.shape[axis]
    if method == "rms":
        variance = seen.square().mean(axes)
        mean = torch.zeros_like(variance)
    else:
        variance, mean = torch.var_mean(seen, dim=axes, correction=0)
    if x.ndim == 2 and method in ("layer_channels", "rms"):
        mean, variance = mean[:, 0], variance[:, 0]  # the axis that was added
    return Moments(count, mean, variance)


def spread(values: Tensor, shape: torch.Size, method: Norm, groups: int = 1) -> Tensor:
    """One number a set, as in Moments, in a form that fits elementwise to a tensor of `shape` (B, C, …)."""
    space = [1] * (len(shape) - 2)
    match method:
        case "batch":
            return values.view(1, -1, *space)
        case "layer":
            return values.view(-1, 1, *space)
        case "instance":
            return values.view(*shape[:2], *space)
        case "group":
            return values.repeat_interleave(shape[1] // groups, 1).view(*shape[:2], *space)
        case "layer_channels" | "rms":
            return values.view(shape[0], 1, *shape[2:])
        case "none":
            raise ValueError("without normalisation nothing is shared")


def moments(x: Tensor, method: Method, groups: int = 1) -> tuple[Tensor, Tensor]:
    """Mean and biased variance of `x` (B, C, …) as `method` takes them, one for each image and channel: (B, C)."""
    if method == "none":
        return torch.zeros(x.shape[:2]), torch.ones(x.shape[:2])
    found = statistics_of(x, method, groups)
    flat = x.shape[:2]
    mean, variance = (
        spread(values, flat, method, groups).expand(flat) for values in (found.mean, found.variance)
    )
    return mean, variance


def normalize(
    x: Tensor,
    method: Norm,
    gamma: Tensor | None = None,
    beta: Tensor | None = None,
    running_mean: Tensor | None = None,
    running_var: Tensor | None = None,
    eps: float = 1e-5,
    statistics: Statistics = "running",
    groups: int = 1,
) -> Tensor:
    """Normalise `x` (B, C, …), scale by `gamma` (C) and shift by `beta` (C); nothing is stored.

    `statistics` matters to the method "batch" alone: the running ones that training left, or this batch's own.
    The method "none" returns `x`.
    """
    match method:
        case "none":
            return x
        case "batch" if statistics == "running":
            return F.batch_norm(x, running_mean, running_var, gamma, beta, False, 0.0, eps)
        case "batch":
            return F.batch_norm(x, None, None, gamma, beta, True, 0.0, eps)
        case "layer":
            return F.group_norm(x, 1, gamma, beta, eps)
        case "instance":
            return F.group_norm(x, x.shape[1], gamma, beta, eps)
        case "group":
            return F.group_norm(x, groups, gamma, beta, eps)
        case "layer_channels":
            y = F.layer_norm(x.movedim(1, -1), x.shape[1:2], gamma, beta, eps)
            return y.movedim(-1, 1)
        case "rms":
            y = F.rms_norm(x.movedim(1, -1), x.shape[1:2], gamma, eps)
            return (y if beta is None else y + beta).movedim(-1, 1)


class LayerNorm2d(nn.GroupNorm):
    """Layer normalisation over (C, H, W) of each sample, with one gamma and one beta per channel.

    It is `nn.GroupNorm` with one group, and so, unlike `nn.LayerNorm((C, H, W))`, takes maps of any size.
    """

    def __init__(self, channels: int, eps: float = 1e-5) -> None:
        super().__init__(1, channels, eps)


class ChannelNorm(nn.LayerNorm):
    """Layer normalisation over the channels of each place by itself, as Transformers normalise each token.

    It is `nn.LayerNorm(channels)` for maps (B, channels, H, W), whose channels do not come last.
    """

    def __init__(self, channels: int, eps: float = 1e-5) -> None:
        super().__init__(channels, eps)

    def forward(self, x: Tensor) -> Tensor:
        """(B, channels, …) → the same shape."""
        return normalize(x, "layer_channels", self.weight, self.bias, eps=self.eps)
