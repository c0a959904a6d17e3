"""The binomial interval against sums over all outcomes, and the rate's place in it."""

from math import comb

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.dropping.keep import binomial_interval, keep_rate
from tests.models.nets import examples


def by_hand(total: int, q: float) -> tuple[float, float]:
    """The smallest outcomes at which the sum of all probabilities reaches 2.5 % and 97.5 %."""
    below, found = 0.0, []
    for k in range(total + 1):
        before = below
        below += comb(total, k) * q**k * (1 - q) ** (total - k)
        found += [k / total for tail in (0.025, 0.975) if before < tail <= below]
    return found[0], found[1]


@examples(100)
@given(st.integers(1, 300), st.sampled_from([0.01, 0.1, 0.25, 0.5, 0.7, 0.95, 0.999]))
def test_the_interval_is_the_sum_over_all_outcomes(total: int, q: float) -> None:
    assert binomial_interval(total, q) == by_hand(total, q)


@pytest.mark.parametrize("total", [10**5, 10**7, 3 * 10**8])
def test_large_numbers_have_the_normal_laws_interval(total: int) -> None:
    lo, hi = binomial_interval(total, 0.3)
    spread = 1.959964 * (0.3 * 0.7 / total) ** 0.5
    assert lo == pytest.approx(0.3 - spread, abs=2 / total) and hi == pytest.approx(
        0.3 + spread, abs=2 / total
    )


def test_95_of_100_masks_keep_a_share_inside() -> None:
    inside = []
    for seed in range(1000):
        mask = torch.empty(40, 25).bernoulli_(0.6, generator=torch.Generator().manual_seed(seed))
        found = keep_rate(mask, 0.6)
        assert found.count == int(mask.sum()) and found.rate == found.count / 1000
        inside.append(found.inside)
    assert 930 <= sum(map(bool, inside)) <= 985


def test_certain_decisions_have_no_width() -> None:
    assert keep_rate(torch.ones(3, 2), 1.0).interval == (1, 1)
    assert keep_rate(torch.zeros(3, 2), 0.0).interval == (0, 0)
    assert keep_rate(torch.zeros(3, 2), 1.0).inside is False
    overlapping = keep_rate(torch.ones(2, 2), 0.4, independent=False)
    assert overlapping.interval is None and overlapping.inside is None and overlapping.expected == 0.4
