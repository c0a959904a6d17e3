"""Reductions of activations: summaries and histograms per channel."""

from dataclasses import dataclass

import torch
from torch import Tensor

BINS = 48
AT_ONCE = 1 << 20
"""Values whose bins are computed together: small enough to stay in the processor's cache."""


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
    at_once = max(1, AT_ONCE // rows.shape[1])
    parts = (torch.split(tensor, at_once) for tensor in (rows, lo, hi))
    counts = torch.cat([_counts(*part) for part in zip(*parts, strict=True)])
    edges = lo[:, None] + (hi - lo)[:, None] * torch.linspace(0, 1, BINS + 1)
    return Summary(mean, variance.sqrt(), lo, hi, edges, counts)


def _counts(rows: Tensor, lo: Tensor, hi: Tensor) -> Tensor:
    """How many values of each of `rows` (C, N) fall into each of its bins between `lo` and `hi` (C): (C, BINS)."""
    width = torch.where(hi > lo, hi - lo, 1)
    bins = (rows - lo[:, None]).div_(width[:, None]).mul_(BINS).int().clamp_(max=BINS - 1)
    bins += torch.arange(len(rows), dtype=torch.int32)[:, None] * BINS
    return torch.bincount(bins.flatten(), minlength=len(rows) * BINS).view(len(rows), BINS)
