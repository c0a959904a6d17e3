"""The law of dropout's masks, and what is done with them."""

import math
from itertools import combinations
from typing import get_args

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from models.layers.alpha_dropout import AlphaDropout, alpha_dropout
from models.layers.dropout import StochasticDepth, Variant, dropout, dropout_mask, mask_shape, scale_of
from models.layers.probability import check_probability, keeping_scale
from tests.models.nets import close, examples

VARIANTS: tuple[Variant, ...] = get_args(Variant)
BY_DECISION: tuple[Variant, ...] = ("element", "channel", "row", "batch", "alpha")
"""Those whose mask has one independent decision in each entry."""
KEPT_BY_P: tuple[Variant, ...] = ("element", "channel", "row", "batch")
SHARED: dict[Variant, tuple[int, ...]] = {
    "element": (6, 5, 4, 3),
    "alpha": (6, 5, 4, 3),
    "block": (6, 5, 4, 3),
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
@given(st.sampled_from(BY_DECISION), st.floats(0, 1), st.integers(0, 2**48 - 1))
def test_a_mask_holds_ones_with_the_probability_to_keep(variant: Variant, p: float, seed: int) -> None:
    shape = {"channel": (40, 100, 2, 2), "row": (4000, 3), "batch": (2, 3)}.get(variant, (4, 10, 10, 10))
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


@pytest.mark.parametrize("variant", BY_DECISION)
def test_decisions_are_independent_of_each_other(variant: Variant) -> None:
    """Over 4,000 masks no two entries agree more often than independent ones do; neither do two masks in a row."""
    source, draws, p = seeded(7), 4000, 0.4
    masks = torch.stack(
        [dropout_mask((3, 4, 2, 2), p, variant, source).expand(3, 4, 2, 2) for _ in range(draws)]
    ).double()
    apart = {
        "channel": [(0, 0, 0, 0), (0, 1, 0, 0), (1, 0, 0, 0), (2, 3, 0, 0)],
        "row": [(0, 0, 0, 0), (1, 0, 0, 0), (2, 0, 0, 0)],
        "batch": [(0, 0, 0, 0)],
    }.get(variant, [(0, 0, 0, 0), (0, 0, 0, 1), (0, 0, 1, 0), (0, 1, 0, 0), (1, 0, 0, 0)])
    entries = torch.stack([masks[(slice(None), *place)] for place in apart], 1)
    scores = (entries - (1 - p)) / math.sqrt(p * (1 - p))
    for first, second in combinations(range(len(apart)), 2):
        assert abs(float((scores[:, first] * scores[:, second]).mean())) < 5 / math.sqrt(draws)
    assert ((scores[1:] * scores[:-1]).mean(0).abs() < 5 / math.sqrt(draws)).all()


@pytest.mark.parametrize("variant", VARIANTS)
def test_nothing_is_dropped_at_0_and_all_at_1(variant: Variant) -> None:
    x = torch.randn(6, 5, 4, 3, generator=seeded(0))
    none, every = (dropout_mask(x.shape, p, variant, seeded(1)) for p in (0.0, 1.0))
    assert (none == 1).all() and (every == 0).all()
    assert torch.equal(dropout(x, none, 0.0, variant), x)
    assert (dropout(x, every, 1.0, variant) == 0).all()
    assert (scale_of(none, 0.0, variant), scale_of(every, 1.0, variant)) == (1, 0)


@pytest.mark.parametrize("p", [-0.1, 1.0001, math.nan, math.inf, -math.inf])
def test_a_probability_outside_0_to_1_is_named(p: float) -> None:
    with pytest.raises(ValueError, match=str(p)):
        check_probability(p)
    with pytest.raises(ValueError, match="from 0 to 1"):
        dropout_mask((2, 3), p)
    with pytest.raises(ValueError, match="from 0 to 1"):
        dropout(torch.ones(2, 3), torch.ones(2, 3), p)
    with pytest.raises(ValueError, match="from 0 to 1"):
        StochasticDepth(p, "row")


def test_the_scale_is_0_where_nothing_is_kept() -> None:
    assert [keeping_scale(p) for p in (0.0, 0.5, 0.75, 1.0)] == [1, 2, 4, 0]


def test_dropping_all_keeps_the_way_for_a_gradient() -> None:
    x = torch.ones(2, 3, requires_grad=True)
    (gradient,) = torch.autograd.grad(dropout(x, torch.zeros(2, 3), 1.0).sum(), x)
    assert (gradient == 0).all()


@examples(30)
@given(st.sampled_from(KEPT_BY_P), st.floats(0, 0.95), st.integers(0, 1000))
def test_what_is_kept_is_scaled_so_that_the_expectation_stays(variant: Variant, p: float, seed: int) -> None:
    x = torch.randn(6, 5, 4, 3, generator=seeded(seed))
    mask = dropout_mask(x.shape, p, variant, seeded(seed))
    assert close(dropout(x, mask, p, variant), x.double() * mask / (1 - p))


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_element_dropout_has_the_law_of_pytorchs(p: float) -> None:
    """The same two values with the same frequencies, the same expectation, and the identity outside training."""
    torch.manual_seed(0)
    x = torch.randn(1, 200, generator=seeded(3)) + 3
    many = x.expand(2000, 200)
    ours = dropout(many, dropout_mask(many.shape, p, "element", seeded(1)), p)
    theirs = F.dropout(many, p)
    for y in (ours, theirs):
        kept = y != 0
        assert close(y[kept], (many / (1 - p))[kept])
        assert abs(float(kept.double().mean()) - (1 - p)) < 6 * math.sqrt(p * (1 - p) / many.numel())
        spread = x.abs() * math.sqrt(p / (1 - p) / len(many))
        assert ((y.double().mean(0) - x[0]).abs() < 5 * spread).all()
    assert torch.equal(F.dropout(x, p, training=False), x)


def test_channel_dropout_is_dropout2d_s() -> None:
    """Constant over height and width, in PyTorch's layer as in ours, and dropped as often."""
    torch.manual_seed(0)
    x = torch.rand(50, 60, 3, 4, generator=seeded(2)) + 1
    ours = dropout(x, dropout_mask(x.shape, 0.3, "channel", seeded(5)), 0.3)
    for y in (ours, F.dropout2d(x, 0.3)):
        whole = (y != 0).flatten(2)
        assert torch.equal(whole.all(2), whole.any(2))
        kept = whole.all(2).double()
        assert abs(float(kept.mean()) - 0.7) < 6 * math.sqrt(0.21 / 3000)
        assert close(y[whole.all(2)], x[whole.all(2)] / 0.7)
        assert 0 < float(kept[0].mean()) < 1


@pytest.mark.parametrize("p", [0.05, 0.2, 0.5])
def test_alpha_dropout_is_pytorchs_and_keeps_mean_and_variance(p: float) -> None:
    x = torch.randn(400, 500, generator=seeded(4))
    mask = dropout_mask(x.shape, p, "alpha", seeded(6))
    y = alpha_dropout(x, mask, p)
    assert abs(float(y.mean())) < 0.02 and abs(float(y.var()) - 1) < 0.03
    torch.manual_seed(0)
    theirs = F.alpha_dropout(x, p, training=True)
    filler = float(theirs.flatten().mode().values)
    assert close(alpha_dropout(x, (theirs - filler).abs().gt(1e-6).float(), p), theirs, 1e-4)
    assert torch.equal(AlphaDropout(p).eval()(x), x)
    trained = AlphaDropout(p).train()(x)
    assert abs(float(trained.mean())) < 0.02 and not torch.equal(trained, x)


def rows_of(y: Tensor) -> set[bool]:
    return {bool((row == 0).all()) for row in y}


def test_stochastic_depth_drops_rows_or_the_batch_in_training_only() -> None:
    torch.manual_seed(0)
    x = torch.randn(64, 2, 3, 3)
    for variant in ("row", "batch"):
        layer = StochasticDepth(0.5, variant)
        assert layer.eval()(x) is x
        layer.train()
        results = [layer(x) for _ in range(20)]
        for y in results:
            for row, given_row in zip(y, x, strict=True):
                assert not row.any() or close(row, 2 * given_row)
            assert len(rows_of(y)) == (2 if variant == "row" else 1)
        assert len({bool(y.any()) for y in results}) == (1 if variant == "row" else 2)
    assert StochasticDepth(0, "row").train()(x) is x
    assert "p=0.5, variant=row" in repr(StochasticDepth(0.5, "row"))
