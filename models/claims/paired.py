"""Two answers to the same questions, compared question by question.

Exact test: McNemar 1947, https://doi.org/10.1007/BF02295996, with the binomial distribution in the place of chi-squared.
"""

from dataclasses import dataclass
from math import comb, sqrt

from torch import Tensor


@dataclass(frozen=True)
class Paired:
    """Of `items` questions only the first got `first` right, only the second `second`; the rest says nothing."""

    items: int
    first: int
    second: int

    @classmethod
    def of(cls, first: Tensor, second: Tensor) -> "Paired":
        """From what each got right: two boolean tensors (N)."""
        return cls(len(first), int((first & ~second).sum()), int((second & ~first).sum()))

    @property
    def chance(self) -> float:
        """How often equals would differ by as much or more, either way: the two-sided p of McNemar's exact test."""
        apart = self.first + self.second
        tail: int = sum(comb(apart, k) for k in range(min(self.first, self.second) + 1))
        return min(1.0, tail / 2 ** (apart - 1)) if apart else 1.0

    @property
    def lead(self) -> float:
        """By which share of the questions the first is ahead."""
        return (self.first - self.second) / self.items

    @property
    def margin(self) -> float:
        """Half the width of the lead's 95 % interval, by the normal approximation."""
        apart = self.first + self.second
        return 1.96 * sqrt(apart - (self.first - self.second) ** 2 / self.items) / self.items
