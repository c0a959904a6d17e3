"""Reductions of activations: summaries and histograms per channel."""

from dataclasses import dataclass

import torch
from torch import Tensor

BINS = 48


@dataclass(frozen=True)
class Summary:
    """What the values of each channel look like, over images and positions.

    `mean`, `std` (biased), `lo` and `hi` are (C); `counts` is (C, BINS) and `edges` (C, BINS + 1): equal bins from
    lo to hi. A constant channel has all its values in the first bin.
    """

    mean: Tensor
    std: Tensor
    lo: Tensor
    hi: Tensor
    edges: Tensor
    counts: Tensor


def summarize(x: Tensor) -> Summary:
    """Summarise `x` (B, C, …) channel by channel."""
    rows = x.transpose(0, 1).flatten(1)
    variance, mean = torch.var_mean(rows, dim=1, correction=0)
    lo, hi = rows.amin(1), rows.amax(1)
    width = (hi - lo).clamp_min(torch.finfo(rows.dtype).tiny)
    bins = ((rows - lo[:, None]) / width[:, None] * BINS).long().clamp_(0, BINS - 1)
    offset = torch.arange(len(rows))[:, None] * BINS
    counts = torch.bincount((bins + offset).flatten(), minlength=len(rows) * BINS).view(len(rows), BINS)
    edges = lo[:, None] + (hi - lo)[:, None] * torch.linspace(0, 1, BINS + 1)
    return Summary(mean, variance.sqrt(), lo, hi, edges, counts)
