"""The normalisation lab's claims: that the verdict follows from the run, and the numbers of the evidence."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from models.claims import (
    bn_batch_size,
    bn_in_transformer,
    bn_train_eval,
    ln_in_cnn,
    ln_statistics,
)
from models.claims.arriving import written
from models.claims.claim import Measurement
from models.claims.paired import Paired
from models.claims.registry import CLAIMS
from models.views.describe import Words

EXPECTED = {
    "bn-statistics": "holds_with_conditions",
    "bn-batch-size": "holds_with_conditions",
    "bn-train-eval": "holds_with_conditions",
    "ln-statistics": "holds_with_conditions",
    "ln-batch-free": "holds",
    "ln-in-cnn": "does_not_hold",
    "bn-in-transformer": "holds_with_conditions",
}
"""What is known about the claims."""
BATCH_NORM, LAYER_NORM, GROUP_NORM = F.batch_norm, F.layer_norm, F.group_norm
Fake = Callable[..., Tensor]


@pytest.mark.parametrize("seed", [0, 1, 2**48 - 1])
@pytest.mark.parametrize("name", EXPECTED)
def test_the_truth_does_not_depend_on_the_seed(name: str, seed: int) -> None:
    assert CLAIMS[name].measure(seed).verdict == EXPECTED[name]


def test_the_normalisation_lab_has_its_claims() -> None:
    assert {claim.id for claim in CLAIMS.values() if "normalization" in claim.labs} == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_another_seed_tries_other_cases(name: str) -> None:
    first, second = (CLAIMS[name].measure(seed).model_dump(include={"table", "summary"}) for seed in (0, 1))
    if name != "ln-batch-free":  # all of whose numbers may be nought
        assert first != second


# Worlds in which something else is true: each must be noticed.


def with_the_unbiased_variance(
    x: Tensor, mean: Any, variance: Any, gamma: Any, beta: Any, training: bool = False, *rest: Any
) -> Tensor:
    if not training:
        return BATCH_NORM(x, mean, variance, gamma, beta, training, *rest)
    y = BATCH_NORM(x, mean, variance, None, None, training, *rest) * (1 - x.shape[1] / x.numel()) ** 0.5
    shape = (-1, *[1] * (x.ndim - 2))
    return y * gamma.view(shape) + beta.view(shape)


def for_each_picture(
    x: Tensor, mean: Any, variance: Any, gamma: Any, beta: Any, training: bool = False, *rest: Any
) -> Tensor:
    y = BATCH_NORM(x, mean, variance, gamma, beta, training, *rest)
    return GROUP_NORM(x, x.shape[1], gamma, beta) if training and x.ndim == 4 else y


def storing_the_biased_variance(
    x: Tensor, mean: Any, variance: Any, gamma: Any, beta: Any, training: bool = False, *rest: Any
) -> Tensor:
    y = BATCH_NORM(x, mean, variance, gamma, beta, training, *rest)
    if training:
        variance *= 1 - x.shape[1] / x.numel()
    return y


def always_running(
    x: Tensor, mean: Any, variance: Any, gamma: Any = None, beta: Any = None, *rest: Any
) -> Tensor:
    zeros, ones = torch.zeros(x.shape[1]), torch.ones(x.shape[1])
    return BATCH_NORM(x, zeros, ones, gamma, beta, False)


def whole_batch(x: Tensor, *rest: Any) -> Tensor:
    return (x - x.mean()) / x.std()


def with_the_size(x: Tensor, *rest: Any) -> Tensor:
    return GROUP_NORM(x, *rest) * (1 + 1e-8 * len(x))


@pytest.mark.parametrize(
    ("name", "changed", "expected"),
    [
        ("bn-statistics", {"batch_norm": with_the_unbiased_variance}, "does_not_hold"),
        ("bn-statistics", {"batch_norm": for_each_picture}, "does_not_hold"),
        ("bn-statistics", {"batch_norm": storing_the_biased_variance}, "holds"),
        ("bn-batch-size", {"batch_norm": always_running}, "does_not_hold"),
        ("bn-train-eval", {"batch_norm": always_running}, "does_not_hold"),
        ("ln-statistics", {"layer_norm": whole_batch}, "does_not_hold"),
        ("ln-statistics", {"group_norm": whole_batch}, "does_not_hold"),
        ("ln-batch-free", {"group_norm": whole_batch}, "does_not_hold"),
        ("ln-batch-free", {"layer_norm": whole_batch}, "does_not_hold"),
        ("ln-batch-free", {"group_norm": with_the_size}, "holds_with_conditions"),
        ("bn-in-transformer", {"batch_norm": always_running}, "does_not_hold"),
        ("bn-in-transformer", {"layer_norm": whole_batch}, "does_not_hold"),
    ],
)
def test_a_falsified_normalisation_changes_the_verdict(
    monkeypatch: pytest.MonkeyPatch, name: str, changed: dict[str, Fake], expected: str
) -> None:
    for function, fake in changed.items():
        monkeypatch.setattr(F, function, fake)
    assert CLAIMS[name].measure(0).verdict == expected


def test_layers_that_differ_with_the_size_in_evaluation_and_refuse_one_picture_depend_on_it_always(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = bn_batch_size.answers
    monkeypatch.setattr(bn_batch_size, "answers", lambda x, size, own: real(x, size, own=True))
    assert CLAIMS["bn-batch-size"].measure(0).verdict == "holds_with_conditions"
    monkeypatch.setattr(bn_batch_size, "single_value", lambda x: "too few values")
    assert CLAIMS["bn-batch-size"].measure(0).verdict == "holds"


@pytest.mark.parametrize(
    ("part", "fake"),
    [
        ("single_value", lambda x: None),
        ("HALVING", (-0.4, -0.3)),
        ("answers", lambda x, size, own: torch.zeros(len(x), dtype=torch.int64)),
    ],
    ids=["one value is accepted", "the scatter shrinks otherwise", "no size is worse"],
)
def test_each_condition_of_the_batch_size_counts(
    monkeypatch: pytest.MonkeyPatch, part: str, fake: Any
) -> None:
    monkeypatch.setattr(bn_batch_size, part, fake)
    assert CLAIMS["bn-batch-size"].measure(0).verdict == "does_not_hold"


def test_layers_that_all_keep_running_statistics_always_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    real = bn_train_eval.batch_norm
    monkeypatch.setattr(bn_train_eval, "batch_norm", lambda step, tracked=True: real(step))
    assert CLAIMS["bn-train-eval"].measure(0).verdict == "holds"


def test_running_statistics_that_hardly_move_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bn_train_eval, "MOMENTUM", 0.001)
    measurement = CLAIMS["bn-train-eval"].measure(0)
    assert measurement.verdict == "does_not_hold"
    assert "did not come near in 100 batches" in measurement.summary.en


def test_on_maps_of_one_place_both_readings_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    real = ln_statistics.arriving

    def one_place(*args: Any) -> dict[str, Tensor]:
        return {name: x if x.ndim == 2 else x[:, :, 3:4, 3:4] for name, x in real(*args).items()}

    monkeypatch.setattr(ln_statistics, "arriving", one_place)
    assert CLAIMS["ln-statistics"].measure(0).verdict == "holds"


@pytest.mark.parametrize(
    ("worse", "expected"),
    [(-60, "does_not_hold"), (0, "does_not_hold"), (19, "holds_with_conditions"), (60, "holds")],
)
def test_layer_normalisation_is_judged_by_the_rule(
    monkeypatch: pytest.MonkeyPatch, worse: int, expected: str
) -> None:
    batch = torch.ones(2000, dtype=torch.bool)
    batch[:100] = False
    layer = batch.clone()
    if worse > 0:
        layer[-worse:] = False
    else:
        layer[:-worse] = True
    monkeypatch.setattr(ln_in_cnn, "all_right", {"tiny_vgg_batch": batch, "tiny_vgg_layer": layer}.get)
    monkeypatch.setattr(ln_in_cnn, "right", lambda network, items: batch[items])
    assert CLAIMS["ln-in-cnn"].measure(0).verdict == expected


def test_a_small_lag_with_many_wins_on_both_sides_is_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = torch.ones(2000, dtype=torch.bool)
    layer = batch.clone()
    batch[:200], layer[-221:] = False, False
    monkeypatch.setattr(ln_in_cnn, "all_right", {"tiny_vgg_batch": batch, "tiny_vgg_layer": layer}.get)
    monkeypatch.setattr(ln_in_cnn, "right", lambda network, items: batch[items])
    measurement = CLAIMS["ln-in-cnn"].measure(0)
    assert measurement.verdict == "does_not_hold"
    assert "can be chance" in measurement.summary.en


def test_padding_that_always_counts_moves_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bn_in_transformer, "masked", bn_in_transformer.counted)
    assert CLAIMS["bn-in-transformer"].measure(0).verdict == "holds_with_conditions"
    monkeypatch.setattr(bn_in_transformer, "running", lambda statistics: bn_in_transformer.counted)
    assert CLAIMS["bn-in-transformer"].measure(0).verdict == "holds"


# The numbers of the evidence


@pytest.fixture(scope="module")
def measured() -> dict[str, Measurement]:
    return {name: CLAIMS[name].measure(5) for name in EXPECTED}


def test_the_stored_variance_is_larger_by_n_over_n_minus_1(measured: dict[str, Measurement]) -> None:
    for _, count, _, _, stored, expected in measured["bn-statistics"].table.rows:
        assert isinstance(count, int) and stored == expected == f"{count / (count - 1):.5f}"
    assert measured["bn-statistics"].table.rows[-1][1] == 4


def test_small_batches_scatter_more_and_recognise_less(measured: dict[str, Measurement]) -> None:
    table = measured["bn-batch-size"].table.rows
    assert [row[0] for row in table] == [str(size) for size in (1, 2, 4, 8, 16, 32, 64, 128)]
    scatter = [float(str(row[1]).rstrip("%")) for row in table]
    assert scatter == sorted(scatter, reverse=True)
    assert scatter[0] / scatter[-1] == pytest.approx(128**0.5, rel=0.25)
    own = [float(str(row[4]).rstrip("%")) for row in table]
    assert own[0] < 50 and own[-1] > 85
    assert table[0][5] == table[-1][5]


def test_pytorch_is_quoted(measured: dict[str, Measurement]) -> None:
    with pytest.raises(ValueError, match="more than 1 value") as caught:
        torch.nn.BatchNorm1d(96)(torch.ones(1, 96))
    summary = measured["bn-batch-size"].summary
    assert str(caught.value) in summary.en and str(caught.value) in summary.zh
    assert bn_batch_size.single_value(torch.ones(1, 3, 2, 2)) is None


def test_modes_come_nearer_with_the_batch(measured: dict[str, Measurement]) -> None:
    rows = measured["bn-train-eval"].table.rows
    for row in rows[:3]:
        one, some, many = (float(str(cell)) for cell in row[1:4])
        assert one > some > many > 0
        assert all(isinstance(count, int) and 5 < count < 100 for count in row[4:])
    for row in rows[3:]:
        assert all(isinstance(cell, Words) and cell.en == "none, to the bit" for cell in row[1:4])


def test_running_statistics_arrive_when_theory_says() -> None:
    """A mean of 2 standard deviations: 2 · 0.9^k ≤ 0.05 first for k = 36; the variance is 1 from the start."""
    x = torch.tensor([1.0, 3.0]).repeat(2048).view(1, 1, 64, 64).expand(8, 1, 64, 64)
    assert bn_train_eval.until_near(x, torch.Generator().manual_seed(0)) == (36, 1)


def test_each_reading_has_its_sets(measured: dict[str, Measurement]) -> None:
    rows = measured["ln-statistics"].table.rows
    assert [row[1] for row in rows] == [
        "12 × 96", "588 × 96", "9408 × 24", "2352 × 48", "588 × 96", "12 × 18816", "12 × 9408", "12 × 4704", "12 × 4704",
    ]  # fmt: skip
    assert rows[-1][5] == 192 and rows[-2][5] == 2 * 4704


def test_accuracies_are_those_of_the_networks(measured: dict[str, Measurement]) -> None:
    batch, layer, *some = measured["ln-in-cnn"].table.rows
    assert batch[1] == layer[1] == 2000 and all(row[1] == 100 for row in some)
    assert isinstance(batch[2], int) and isinstance(layer[2], int)
    won, lost = (int(part.strip("+−")) for part in str(layer[4]).split())
    assert layer[2] - batch[2] == won - lost
    assert batch[2] / 2000 == pytest.approx(0.9348, abs=0.015)  # the card's, on all 10,000


def test_padding_moves_the_more_the_more_there_is(measured: dict[str, Measurement]) -> None:
    rows = measured["bn-in-transformer"].table.rows
    moved = [float(str(row[2])) for row in rows[:4]]
    assert moved == sorted(moved) and moved[0] > 0.05
    for row in rows:
        assert isinstance(row[3], Words) and row[3].en == "none, to the bit"


@pytest.mark.parametrize(
    ("first", "second", "chance"),
    [(0, 0, 1.0), (5, 0, 0.0625), (0, 6, 0.03125), (46, 30, 0.0846461), (10, 10, 1.0)],
)
def test_the_exact_test_is_the_binomial_one(first: int, second: int, chance: float) -> None:
    assert Paired(100, first, second).chance == pytest.approx(chance)


def test_pairs_are_counted() -> None:
    right, other = torch.tensor([1, 1, 1, 0, 0]).bool(), torch.tensor([1, 0, 0, 1, 0]).bool()
    paired = Paired.of(right, other)
    assert paired == Paired(5, 2, 1)
    assert paired.lead == pytest.approx(0.2)
    assert paired.margin == pytest.approx(1.96 * (((3 / 5) - 0.04) / 5) ** 0.5)


def test_differences_are_written_short() -> None:
    assert written(0.25) == "0.250" and written(3e-7) == "3 × 10⁻⁷" and written(2.4e-12) == "2 × 10⁻¹²"
    assert isinstance(written(0), Words)
