"""How many decisions fell for keeping, and how many should have."""

import torch
from pydantic import BaseModel, Field

TAIL = 0.025
"""Of the probability outside the interval, on each side."""


class KeepRate(BaseModel):
    rate: float = Field(description="Kept of all decisions; of blocks, elements kept of all elements.")
    count: int
    total: int
    decisions: list[int] = Field(
        description="The mask's own shape: one decision for each entry, but for blocks."
    )
    expected: float = Field(description="1 - p; of blocks, which overlap, what their places make likely.")
    interval: tuple[float, float] | None = Field(
        description="Between these the rate lies with a probability of 95 % (binomial); null for blocks."
    )
    inside: bool | None


def keep_rate(mask: torch.Tensor, expected: float, independent: bool = True) -> KeepRate:
    """What `mask`, of zeros and ones, kept; `independent` where each entry was decided by itself."""
    total = mask.numel()
    count = int(mask.sum(dtype=torch.float64))
    interval = binomial_interval(total, expected) if independent else None
    rate = count / total
    return KeepRate(
        rate=rate,
        count=count,
        total=total,
        decisions=list(mask.shape),
        expected=expected,
        interval=interval,
        inside=None if interval is None else interval[0] <= rate <= interval[1],
    )


def binomial_interval(total: int, q: float) -> tuple[float, float]:
    """The 2.5 % and 97.5 % quantiles of Binomial(total, q), as shares of `total`; exact."""
    if q in (0, 1):
        return q, q
    reach = 12 * (total * q * (1 - q)) ** 0.5 + 12
    first, last = max(int(total * q - reach), 0), min(int(total * q + reach) + 1, total)
    k = torch.arange(first, last + 1, dtype=torch.float64)
    n = torch.tensor(float(total), dtype=torch.float64)
    q_ = torch.tensor(q, dtype=torch.float64)
    log_ways = torch.lgamma(n + 1) - torch.lgamma(k + 1) - torch.lgamma(n - k + 1)
    below = (log_ways + k * q_.log() + (n - k) * torch.log1p(-q_)).exp().cumsum(0)
    lo, hi = (int(torch.searchsorted(below, tail)) for tail in (TAIL, 1 - TAIL))
    return float(k[lo]) / total, float(k[min(hi, len(k) - 1)]) / total
