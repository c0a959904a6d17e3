"""Normalisation layers: subtract a mean, divide by a standard deviation, scale by gamma, shift by beta.

They differ only in which elements share a mean and a variance:
batch (B, H, W; Ioffe & Szegedy 2015), layer (C, H, W; Ba, Kiros & Hinton 2016), instance (H, W; Ulyanov 2016),
group (C / groups, H, W; Wu & He 2018).
"""

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Method = Literal["batch", "layer", "instance", "group", "none"]
Statistics = Literal["running", "batch"]

AXES: dict[Method, tuple[str, ...]] = {
    "batch": ("B", "H", "W"),
    "layer": ("C", "H", "W"),
    "instance": ("H", "W"),
    "group": ("C/groups", "H", "W"),
    "none": (),
}
"""The axes that share one mean and one variance. A tensor (B, C) has no H and W."""


def grouped(x: Tensor, method: Method, groups: int = 1) -> Tensor:
    """`x` (B, C, …) as a matrix (groups that share statistics, their elements)."""
    if method == "batch":
        return x.transpose(0, 1).flatten(1)
    per_sample = {"layer": 1, "group": groups, "instance": x.shape[1]}[method]
    return x.reshape(x.shape[0] * per_sample, -1)


def moments(x: Tensor, method: Method, groups: int = 1) -> tuple[Tensor, Tensor]:
    """Mean and biased variance of `x` (B, C, …) as `method` takes them, one for each image and channel: (B, C)."""
    batch, channels = x.shape[:2]
    if method == "none":
        return torch.zeros(batch, channels), torch.ones(batch, channels)
    variance, mean = torch.var_mean(grouped(x, method, groups), dim=1, correction=0)
    if method == "batch":
        return mean.expand(batch, channels), variance.expand(batch, channels)
    repeats = batch * channels // len(mean)
    return mean.repeat_interleave(repeats).view(batch, channels), variance.repeat_interleave(repeats).view(
        batch, channels
    )


def normalize(
    x: Tensor,
    method: Method,
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


class LayerNorm2d(nn.GroupNorm):
    """Layer normalisation over (C, H, W) of each sample, with one gamma and one beta per channel.

    It is `nn.GroupNorm` with one group, and so, unlike `nn.LayerNorm((C, H, W))`, takes maps of any size.
    """

    def __init__(self, channels: int, eps: float = 1e-5) -> None:
        super().__init__(1, channels, eps)
