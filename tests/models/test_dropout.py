"""The law of dropout's masks, and what is done with them."""

import math
from typing import get_args

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.layers.dropout import StochasticDepth, Variant, dropout, dropout_mask, mask_shape
from tests.models.nets import close, examples

VARIANTS: tuple[Variant, ...] = get_args(Variant)
SHARED: dict[Variant, tuple[int, ...]] = {
    "element": (6, 5, 4, 3),
    "channel": (6, 5, 1, 1),
    "row": (6, 1, 1, 1),
    "batch": (1, 1, 1, 1),
}


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("variant", VARIANTS)
def test_one_decision_for_each_element_channel_row_or_batch(variant: Variant) -> None:
    assert mask_shape((6, 5, 4, 3), variant) == SHARED[variant]
    assert mask_shape((6, 5), variant) == SHARED[variant][:2]
    assert dropout_mask((6, 5, 4, 3), 0.5, variant, seeded(0)).shape == SHARED[variant]


@examples(30)
@given(st.sampled_from(VARIANTS), st.floats(0, 1), st.integers(0, 2**48 - 1))
def test_a_mask_holds_ones_with_the_probability_to_keep(variant: Variant, p: float, seed: int) -> None:
    shape = {"element": (4, 10, 10, 10), "channel": (40, 100, 2, 2), "row": (4000, 3), "batch": (2, 3)}[
        variant
    ]
    mask = dropout_mask(shape, p, variant, seeded(seed))
    assert mask.dtype == torch.float32
    assert ((mask == 0) | (mask == 1)).all()
    assert torch.equal(mask, dropout_mask(shape, p, variant, seeded(seed)))
    if variant != "batch":
        spread = math.sqrt(p * (1 - p) / mask.numel())
        assert abs(float(mask.mean()) - (1 - p)) <= 6 * spread + 1e-6


def test_a_batch_is_kept_as_often_as_p_says() -> None:
    kept = sum(float(dropout_mask((2, 3), 0.3, "batch", seeded(seed))) for seed in range(2000))
    assert abs(kept / 2000 - 0.7) < 6 * math.sqrt(0.21 / 2000)


@pytest.mark.parametrize("variant", VARIANTS)
def test_nothing_is_dropped_at_0_and_all_at_1(variant: Variant) -> None:
    x = torch.randn(6, 5, 4, 3, generator=seeded(0))
    none, every = (dropout_mask(x.shape, p, variant, seeded(1)) for p in (0.0, 1.0))
    assert (none == 1).all() and (every == 0).all()
    assert torch.equal(dropout(x, none, 0.0), x)
    assert (dropout(x, every, 1.0) == 0).all()


def test_dropping_all_keeps_the_way_for_a_gradient() -> None:
    x = torch.ones(2, 3, requires_grad=True)
    (gradient,) = torch.autograd.grad(dropout(x, torch.zeros(2, 3), 1.0).sum(), x)
    assert (gradient == 0).all()


@examples(30)
@given(st.sampled_from(VARIANTS), st.floats(0, 0.95), st.integers(0, 1000))
def test_what_is_kept_is_scaled_so_that_the_expectation_stays(variant: Variant, p: float, seed: int) -> None:
    x = torch.randn(6, 5, 4, 3, generator=seeded(seed))
    mask = dropout_mask(x.shape, p, variant, seeded(seed))
    assert close(dropout(x, mask, p), x.double() * mask / (1 - p))


def test_stochastic_depth_drops_rows_or_the_batch_in_training_only() -> None:
    torch.manual_seed(0)
    x = torch.randn(64, 2, 3, 3)
    for variant in ("row", "batch"):
        layer = StochasticDepth(0.5, variant)
        assert layer.eval()(x) is x
        layer.train()
        results = [layer(x) for _ in range(20)]
        for y in results:
            rows = {bool((row == 0).all()) for row in y}
            for row, given_row in zip(y, x, strict=True):
                assert not row.any() or close(row, 2 * given_row)
            assert len(rows) == (2 if variant == "row" else 1)
        assert len({bool(y.any()) for y in results}) == (1 if variant == "row" else 2)
    assert StochasticDepth(0, "row").train()(x) is x
    assert "p=0.5, variant=row" in repr(StochasticDepth(0.5, "row"))
