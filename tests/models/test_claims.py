"""The claims: what each run answers, and that the verdict follows from the run."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from models.claims import correlation, kernels, output_size, stride
from models.claims.claim import Claim, Measurement, verdict
from models.claims.registry import CLAIMS
from models.claims.trained import convolutions
from models.networks.registry import SPECS
from models.networks.weights import load_network
from models.views.describe import Words

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")

EXPECTED = {
    "local-receptive-field": "holds_with_conditions",
    "weight-sharing": "holds",
    "stride-one-two": "holds_with_conditions",
    "output-size": "holds_with_conditions",
    "same-padding": "holds_with_conditions",
    "padding-saves-border": "holds_with_conditions",
    "kernel-depth": "holds_with_conditions",
    "kernel-count": "holds",
    "it-is-convolution": "does_not_hold",
}
"""What is known about the convolution lab's claims."""
REAL = F.conv2d
Convolve = Callable[..., Tensor]


def words(claim: Claim, measurement: Measurement) -> list[Words]:
    """All texts of a claim and its measurement."""
    texts = [claim.title, claim.statement, claim.limits, measurement.summary, *measurement.table.columns]
    texts += [cell for row in measurement.table.rows for cell in row if isinstance(cell, Words)]
    return [*texts, *([measurement.condition] if measurement.condition else [])]


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)
def test_a_measurement_is_whole_and_can_be_read(claim: Claim) -> None:
    for name in SPECS:
        load_network(name)  # to build one draws from the common generator
    before = torch.random.get_rng_state()
    measurement = claim.measure(3)
    assert torch.equal(before, torch.random.get_rng_state())
    assert Measurement.model_validate(measurement.model_dump()) == measurement
    assert (measurement.id, measurement.seed, measurement.torch) == (claim.id, 3, torch.__version__)
    assert measurement.cases >= 100 and measurement.milliseconds > 0 and measurement.threads >= 1
    assert (measurement.condition is not None) == (measurement.verdict == "holds_with_conditions")
    rows = measurement.table.rows
    assert 1 <= len(rows) <= 16
    assert {len(row) for row in rows} == {len(measurement.table.columns)}
    for text in words(claim, measurement):
        assert text.en.strip() and text.zh.strip()
        assert "nan" not in text.en.lower().split() and "inf" not in text.en.split()


@pytest.mark.parametrize("seed", [0, 1, 2**48 - 1])
@pytest.mark.parametrize("name", EXPECTED)
def test_the_truth_does_not_depend_on_the_seed(name: str, seed: int) -> None:
    assert CLAIMS[name].measure(seed).verdict == EXPECTED[name]


def test_another_seed_tries_other_cases() -> None:
    assert output_size.settings(0) != output_size.settings(1)
    first, second = (CLAIMS["same-padding"].measure(seed).table.rows for seed in (0, 1))
    assert first != second


def test_the_convolution_lab_has_its_claims() -> None:
    assert {claim.id for claim in CLAIMS.values() if "convolution" in claim.labs} == EXPECTED.keys()


def test_the_verdict_follows_from_what_was_true() -> None:
    assert verdict(True, True) == verdict(True, False) == "holds"
    assert verdict(False, True) == "holds_with_conditions"
    assert verdict(False, False) == "does_not_hold"


# Worlds in which something else is true: each must be noticed.


def without_stride(x: Tensor, w: Tensor, b: Any = None, stride: Any = 1, *rest: Any, **more: Any) -> Tensor:
    return REAL(x, w, b, 1, *rest, **more)


def one_row_more(x: Tensor, w: Tensor, *rest: Any, **more: Any) -> Tensor:
    y = REAL(x, w, *rest, **more)
    return torch.cat([y, y[:, :, -1:]], 2)


def without_padding(
    x: Tensor, w: Tensor, b: Any = None, stride: Any = 1, padding: Any = 0, *rest: Any
) -> Tensor:
    needed = x.shape[2] < w.shape[2]
    return REAL(x, w, b, stride, padding if needed else 0, *rest)


def in_a_circle(x: Tensor, w: Tensor, b: Any = None, stride: Any = 1, padding: Any = 0, *rest: Any) -> Tensor:
    side = padding if isinstance(padding, int) else padding[0]
    return REAL(F.pad(x, (side,) * 4, mode="circular"), w, b, stride, 0, *rest)


def any_depth(x: Tensor, w: Tensor, *rest: Any, groups: int = 1, **more: Any) -> Tensor:
    return REAL(x[:, :1], w[:, :1], *rest, **more)


def twice_the_channels(x: Tensor, w: Tensor, *rest: Any, **more: Any) -> Tensor:
    y = REAL(x, w, *rest, **more)
    return torch.cat([y, y], 1)


def mixed_channels(x: Tensor, w: Tensor, *rest: Any, **more: Any) -> Tensor:
    y = REAL(x, w, *rest, **more)
    return y + y.mean(1, keepdim=True)


def turned(x: Tensor, w: Tensor, *rest: Any, **more: Any) -> Tensor:
    return REAL(x, w.flip(2, 3), *rest, **more)


def with_the_mean(x: Tensor, w: Tensor, *rest: Any, **more: Any) -> Tensor:
    return REAL(x, w, *rest, **more) + x.mean()


def brighter_to_the_right(x: Tensor, w: Tensor, *rest: Any, **more: Any) -> Tensor:
    y = REAL(x, w, *rest, **more)
    return y * torch.linspace(1, 2, y.shape[3])


@pytest.mark.parametrize(
    ("name", "convolve", "expected"),
    [
        ("stride-one-two", without_stride, "does_not_hold"),
        ("output-size", one_row_more, "does_not_hold"),
        ("same-padding", without_padding, "does_not_hold"),
        ("padding-saves-border", without_padding, "does_not_hold"),
        ("padding-saves-border", in_a_circle, "holds"),
        ("kernel-depth", any_depth, "does_not_hold"),
        ("kernel-count", twice_the_channels, "does_not_hold"),
        ("kernel-count", mixed_channels, "holds_with_conditions"),
        ("it-is-convolution", turned, "holds"),
        ("local-receptive-field", with_the_mean, "does_not_hold"),
        ("weight-sharing", brighter_to_the_right, "does_not_hold"),
    ],
)
def test_a_falsified_convolution_changes_the_verdict(
    monkeypatch: pytest.MonkeyPatch, name: str, convolve: Convolve, expected: str
) -> None:
    monkeypatch.setattr(F, "conv2d", convolve)
    assert CLAIMS[name].measure(0).verdict == expected


def test_a_right_formula_would_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output_size, "by_the_notes", lambda setting: Fraction(output_size.complete(setting)))
    measurement = CLAIMS["output-size"].measure(0)
    assert (measurement.verdict, measurement.condition) == ("holds", None)


def test_kernels_that_stay_the_same_when_turned_are_convolved(monkeypatch: pytest.MonkeyPatch) -> None:
    trained = [
        each.__class__(**{**vars(each), "weight": each.weight + each.weight.flip(2, 3)})
        for each in convolutions()
    ]
    monkeypatch.setattr(correlation, "convolutions", lambda: trained)
    assert CLAIMS["it-is-convolution"].measure(0).verdict == "holds_with_conditions"


def test_without_grouped_convolutions_kernels_are_as_deep_as_their_input(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        kernels,
        "random_cases",
        lambda generator, every=kernels.random_cases: (c for c in every(generator) if c.groups == 1),
    )
    monkeypatch.setattr(kernels, "trained_cases", lambda: iter(()))
    assert CLAIMS["kernel-depth"].measure(0).verdict == "holds"


def test_unusual_strides_in_the_networks_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = [each.__class__(**{**vars(each), "stride": (3, 3)}) for each in convolutions()]
    monkeypatch.setattr(stride, "convolutions", lambda: odd)
    assert CLAIMS["stride-one-two"].measure(0).verdict == "does_not_hold"


# The numbers of the evidence


def rows(name: str) -> list[list[Any]]:
    return CLAIMS[name].measure(5).table.rows


def test_the_formula_fails_exactly_where_there_is_a_remainder_or_a_dilation() -> None:
    exact, remainder, dilated, refused = rows("output-size")
    assert exact[1] == exact[2] == exact[3] == exact[4] > 100
    assert remainder[1] == remainder[3] == remainder[4] > 100 and remainder[2] == 0
    assert dilated[1] == dilated[4] > 100 and dilated[2] == 0
    assert refused[1] == refused[4] > 100
    for setting in output_size.settings(5):
        actual = output_size.measured(setting)
        assert output_size.right(output_size.complete(setting), actual)


def test_border_pixels_are_counted() -> None:
    counted = [row[1:4] for row in rows("padding-saves-border")[:6]]
    assert counted == [[1, 3, 9], [4, 6, 9], [9, 9, 9], [4, 6, 9], [1, 5, 25], [9, 15, 25]]
    leaks = [int(row[4].rstrip("%")) for row in rows("padding-saves-border")]
    assert leaks[0] == leaks[3] == leaks[4] == 0 < leaks[1]
    assert leaks[6] < leaks[7] < leaks[8] < leaks[9]


def test_aliases_and_overlaps_are_those_of_the_strides() -> None:
    table = rows("stride-one-two")
    assert [row[2] for row in table] == [6, 3, 0, 0, 0, 6]
    assert [row[4] for row in table if not isinstance(row[4], Words)] == [3, 6, 12, 3, 6]


def test_parameters_are_those_of_the_notes_example() -> None:
    assert [row[2] for row in rows("weight-sharing")] == [896, 917_504, 100_696_064, 393_344, 393_344]
    assert [row[3] for row in rows("weight-sharing")[:3]] == [1024, 1, 1]


def test_outputs_are_wired_as_theory_has_it() -> None:
    table = rows("local-receptive-field")
    assert [row[2] for row in table[:6]] == [9, 18, 27, 4, 25, 81]
    for _, _, wired, theory, effective in table[6:11]:
        assert effective < wired <= theory
    assert table[11][2] > table[11][3]  # layer normalisation lets everything in
