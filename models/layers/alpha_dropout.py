"""AlphaDropout, for networks of SELUs: what is dropped takes SELU's lowest value, and mean and variance are restored.

Klambauer, Unterthiner, Mayr & Hochreiter 2017, https://arxiv.org/abs/1706.02515, section "Alpha dropout". Mean and
variance stay over a layer whose values have mean 0 and variance 1; an element's own expectation does not.
"""

from dataclasses import dataclass
from math import sqrt

import torch
from torch import Tensor, nn

from models.layers.probability import check_probability

LOWEST = -1.7580993408473766
"""-λα: what SELU approaches far below 0."""


@dataclass(frozen=True)
class Affine:
    """y = a · x + b."""

    a: float
    b: float


def restoring(p: float) -> Affine:
    """The a and b that give values of mean 0 and variance 1 their mean and variance back. p < 1."""
    check_probability(p)
    a = 1 / sqrt((1 - p) * (1 + p * LOWEST**2))
    return Affine(a, -a * p * LOWEST)


def alpha_dropout(x: Tensor, mask: Tensor, p: float) -> Tensor:
    """a · (x · mask + LOWEST · (1 - mask)) + b, in the shape of `x`. With p = 1 nothing is kept and the result is 0."""
    check_probability(p)
    if p == 1:
        return x * 0
    to = restoring(p)
    return to.a * (x * mask + LOWEST * (1 - mask)) + to.b


class AlphaDropout(nn.Module):
    """Drops to SELU's lowest value in training."""

    def __init__(self, p: float) -> None:
        super().__init__()
        check_probability(p)
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        """`x` of any shape → the same shape; the identity outside training."""
        if not self.training or self.p == 0:
            return x
        return alpha_dropout(x, torch.empty(x.shape, device=x.device).bernoulli_(1 - self.p), self.p)

    def extra_repr(self) -> str:
        return f"p={self.p}"
