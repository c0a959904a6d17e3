"""The running statistics of batch normalisation: what training leaves behind for evaluation.

After each batch: running = (1 - momentum) · running + momentum · batch, with the batch's mean and its unbiased
variance, although the biased one normalises the batch. momentum None weighs every batch alike (1 / their number).
Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Running:
    """Mean and variance (C) after `batches` batches."""

    mean: Tensor
    variance: Tensor
    batches: int = 0

    @classmethod
    def fresh(cls, channels: int) -> "Running":
        """As a layer has them before its first batch: mean 0, variance 1."""
        return cls(torch.zeros(channels), torch.ones(channels))


def weight(momentum: float | None, batches: int) -> float:
    """How much the batch after `batches` others weighs."""
    return 1 / (batches + 1) if momentum is None else momentum


def updated(running: Running, x: Tensor, momentum: float | None = 0.1) -> Running:
    """The running statistics after the batch `x` (B, C, …), the very bits that `nn.BatchNorm*d` would hold.

    `running` stays as it is. Raises ValueError, PyTorch's own, where a channel has a single value.
    """
    mean, variance = running.mean.clone(), running.variance.clone()
    if x.numel() == x.shape[1]:
        F.batch_norm(x, None, None, training=True)  # it raises
    torch.batch_norm_update_stats(x, mean, variance, weight(momentum, running.batches))
    return Running(mean, variance, running.batches + 1)
