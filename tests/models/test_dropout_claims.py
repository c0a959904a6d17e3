"""The dropout lab's claims: that the verdict follows from the run, and the numbers of the evidence."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from models import masking
from models.claims import (
    dropout_ensemble,
    dropout_eval,
    dropout_expectation,
    dropout_not_for_conv,
    dropout_places,
    zoneout,
)
from models.claims.claim import Measurement
from models.claims.dropped import chance, deviations
from models.claims.registry import CLAIMS
from models.dropping import draws, ensemble
from models.dropping.neighbours import NeighboursResult
from models.layers import gru
from models.layers.dropout import dropout_mask
from models.layers.zoneout import zoneout as zoned
from models.network import Step
from models.networks.weights import load_network
from models.tensors import decode
from models.views.describe import Words

EXPECTED = {
    "dropout-mask": "holds",
    "dropout-expectation": "holds_with_conditions",
    "dropout-eval": "holds_with_conditions",
    "dropout-ensemble": "holds_with_conditions",
    "dropout-not-for-conv": "holds_with_conditions",
    "spatial-dropout": "holds",
    "dropconnect": "holds",
    "zoneout": "holds",
    "stochastic-depth": "holds",
    "droppath": "holds",
    "dropout-places": "holds",
}
"""What is known about the claims."""
Fake = Callable[..., Tensor]


@pytest.mark.parametrize("seed", [0, 1, 2**48 - 1])
@pytest.mark.parametrize("name", EXPECTED)
def test_the_truth_does_not_depend_on_the_seed(name: str, seed: int) -> None:
    assert CLAIMS[name].measure(seed).verdict == EXPECTED[name]


def test_the_dropout_lab_has_its_claims() -> None:
    assert {claim.id for claim in CLAIMS.values() if "dropout" in claim.labs} == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_another_seed_tries_other_cases(name: str) -> None:
    first, second = (CLAIMS[name].measure(seed).model_dump(include={"table", "summary"}) for seed in (0, 1))
    assert first != second


# Worlds in which something else is true: each must be noticed.


def keeping_more(shape: Any, p: float, *rest: Any) -> Tensor:
    return dropout_mask(shape, p * 0.95, *rest)


def by_channel(shape: Any, p: float, variant: Any, *rest: Any) -> Tensor:
    return dropout_mask(shape, p, "channel", *rest)


def by_channel_in_full(shape: Any, p: float, variant: Any, *rest: Any) -> Tensor:
    return dropout_mask(shape, p, "channel", *rest).expand(shape).contiguous()


def by_element(shape: Any, p: float, variant: Any, *rest: Any) -> Tensor:
    return dropout_mask(shape, p, "element", *rest)


def by_row(shape: Any, p: float, variant: Any, *rest: Any) -> Tensor:
    return dropout_mask(shape, p, "row", *rest)


def by_batch(shape: Any, p: float, variant: Any, *rest: Any) -> Tensor:
    return dropout_mask(shape, p, "batch", *rest)


def every_time_the_same(shape: Any, p: float, variant: Any, *rest: Any) -> Tensor:
    return dropout_mask(shape, p, variant, torch.Generator().manual_seed(1))


def keeping_all(shape: Any, p: float, *rest: Any) -> Tensor:
    return dropout_mask(shape, 0, *rest)


def unscaled(x: Tensor, mask: Tensor, p: float, *rest: Any) -> Tensor:
    return x * mask


def untouched(x: Tensor, *rest: Any) -> Tensor:
    return x


def columns(shape: Any, p: float, generator: Any = None) -> Tensor:
    return dropout_mask((1, *shape[1:]), p, "element", generator).expand(*shape)


def rows(shape: Any, p: float, generator: Any = None) -> Tensor:
    return dropout_mask(shape, p, "row", generator).expand(*shape)


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("dropout-mask", {"dropout_mask": keeping_more}),
        ("dropout-mask", {"dropout_mask": by_channel}),
        ("dropout-mask", {"dropout_mask": by_channel_in_full}),
        ("dropout-mask", {"dropout_mask": every_time_the_same}),
        ("dropout-mask", {"dropout": unscaled}),
        ("spatial-dropout", {"dropout_mask": by_element}),
        ("spatial-dropout", {"dropout_mask": by_row}),
        ("spatial-dropout", {"dropout_mask": keeping_all}),
        ("spatial-dropout", {"dropout": unscaled}),
        ("dropconnect", {"connect_mask": columns}),
        ("dropconnect", {"connect_mask": rows}),
        ("dropconnect", {"drop_connect": unscaled}),
        ("stochastic-depth", {"dropout_mask": by_row}),
        ("stochastic-depth", {"dropout_mask": by_element}),
        ("stochastic-depth", {"dropout_mask": keeping_all}),
        ("stochastic-depth", {"dropout": unscaled}),
        ("droppath", {"dropout_mask": by_batch}),
        ("droppath", {"dropout_mask": by_channel}),
        ("droppath", {"dropout_mask": keeping_all}),
        ("droppath", {"dropout": unscaled}),
        ("dropout-places", {"dropout": untouched}),
        ("dropout-places", {"dropout_mask": keeping_more}),
    ],
)
def test_a_falsified_dropout_changes_the_verdict(
    monkeypatch: pytest.MonkeyPatch, name: str, changed: dict[str, Fake]
) -> None:
    for function, fake in changed.items():
        monkeypatch.setattr(masking, function, fake)
    assert CLAIMS[name].measure(0).verdict == "does_not_hold"


def test_without_scaling_the_expectation_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draws, "keeping_scale", lambda p: 1.0)
    assert CLAIMS["dropout-expectation"].measure(0).verdict == "does_not_hold"


def test_directly_before_a_relu_the_expectation_stays_through_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dropout_expectation, "PLACES", dropout_expectation.PLACES[:1])
    assert CLAIMS["dropout-expectation"].measure(0).verdict == "holds"


def test_a_dropout_that_works_in_evaluation_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = F.dropout

    def halving(x: Tensor, p: float, training: bool, *rest: Any) -> Tensor:
        return real(x, p, training, *rest) * (1 - p)

    monkeypatch.setattr(F, "dropout", halving)
    assert CLAIMS["dropout-eval"].measure(0).verdict == "does_not_hold"


def test_a_dropout_that_never_works_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masking, "dropout", untouched)
    assert CLAIMS["dropout-eval"].measure(0).verdict == "does_not_hold"


def test_if_all_scaled_in_training_dropout_would_do_nothing_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dropout_eval, "others", lambda vectors, seed: iter(()))
    assert CLAIMS["dropout-eval"].measure(0).verdict == "holds"


def test_before_the_head_the_geometric_mean_is_always_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dropout_ensemble, "LAYERS", dropout_ensemble.LAYERS[:2])
    assert CLAIMS["dropout-ensemble"].measure(0).verdict == "holds"


def test_without_scaling_the_network_is_not_the_mean_of_the_ensemble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ensemble, "keeping_scale", lambda p: 1.0)
    assert CLAIMS["dropout-ensemble"].measure(0).verdict == "does_not_hold"


def test_subnetworks_that_agree_are_no_ensemble(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dropout_ensemble, "decode", lambda tensor: decode(tensor) * 0)
    assert CLAIMS["dropout-ensemble"].measure(0).verdict == "does_not_hold"


def rigged(r2: float, element: int, channel: int) -> dropout_not_for_conv.Layer:
    """A layer with so many of 100 pictures right."""
    pictures = torch.arange(100)
    neighbours = NeighboursResult(
        layer="conv",
        channels=8,
        distances=[1],
        correlation=[0.5],
        r2=r2,
        r2_channels=[],
        between_channels=0.1,
    )
    return dropout_not_for_conv.Layer("conv", neighbours, pictures < element, pictures < channel)


@pytest.mark.parametrize(
    ("bearing", "others", "expected"),
    [
        (6, rigged(0.9, 90, 70), "holds"),
        (5, rigged(0.4, 90, 70), "holds_with_conditions"),
        (3, rigged(0.9, 90, 88), "holds_with_conditions"),
        (3, rigged(0.9, 50, 90), "holds_with_conditions"),
        (2, rigged(0.9, 90, 90), "does_not_hold"),
        (2, rigged(0.49, 90, 20), "does_not_hold"),
        (0, rigged(0.9, 50, 90), "does_not_hold"),
    ],
)
def test_convolutions_are_judged_by_the_rule(
    monkeypatch: pytest.MonkeyPatch, bearing: int, others: dropout_not_for_conv.Layer, expected: str
) -> None:
    found = iter([rigged(0.6, 90, 80)] * bearing + [others] * (6 - bearing))
    monkeypatch.setattr(dropout_not_for_conv, "layer", lambda *rest: next(found))
    assert CLAIMS["dropout-not-for-conv"].measure(0).verdict == expected


def zeroing(new: Tensor, old: Tensor, mask: Tensor) -> Tensor:
    return mask * new


def taking_the_new(new: Tensor, old: Tensor, mask: Tensor) -> Tensor:
    return new


def keeping_nearly(new: Tensor, old: Tensor, mask: Tensor) -> Tensor:
    return zoned(new, old * 0.999, mask)


@pytest.mark.parametrize("fake", [zeroing, taking_the_new, keeping_nearly])
def test_a_state_that_is_not_kept_is_noticed(monkeypatch: pytest.MonkeyPatch, fake: Fake) -> None:
    monkeypatch.setattr(gru, "zoneout", fake)
    assert CLAIMS["zoneout"].measure(0).verdict == "does_not_hold"


@pytest.mark.parametrize(
    ("nearer", "expected"), [((), "does_not_hold"), ((0.1, 0.2), "holds_with_conditions")]
)
def test_states_that_stray_no_less_count(
    monkeypatch: pytest.MonkeyPatch, nearer: tuple[float, ...], expected: str
) -> None:
    monkeypatch.setattr(zoneout.Kept, "nearer", property(lambda kept: kept.p in nearer))
    measurement = CLAIMS["zoneout"].measure(0)
    assert measurement.verdict == expected
    if measurement.condition:
        assert "p = 0.1, p = 0.2." in measurement.condition.en


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        (lambda name, place: name == "block2.drop_hidden", "holds_with_conditions"),
        (lambda name, place: name == "block1.drop1", "holds_with_conditions"),
        (lambda name, place: place == "attention", "does_not_hold"),
        (lambda name, place: place == "embedding", "does_not_hold"),
    ],
    ids=["one of the dense layers", "one residual end", "all attention", "the embedding"],
)
def test_places_without_dropout_are_noticed(
    monkeypatch: pytest.MonkeyPatch, missing: Callable[[str, Any], bool], expected: str
) -> None:
    real = dropout_places.place_of

    def without(step: Step, steps: dict[str, Step]) -> Any:
        place = real(step, steps)
        return None if missing(step.name, place) else place

    monkeypatch.setattr(dropout_places, "place_of", without)
    assert CLAIMS["dropout-places"].measure(0).verdict == expected


# The numbers of the evidence


@pytest.fixture(scope="module")
def measured() -> dict[str, Measurement]:
    return {name: CLAIMS[name].measure(5) for name in EXPECTED}


def number(cell: Any) -> float:
    """The first number of a cell."""
    return float(str(cell).split()[0].rstrip("%").replace(",", ""))


def test_keep_rates_are_near_1_minus_p(measured: dict[str, Measurement]) -> None:
    *plain, channels = measured["dropout-mask"].table.rows
    for row in plain:
        assert number(row[2]) == pytest.approx(1 - number(row[0]), abs=0.004)
        assert row[1] == 432_256 and abs(number(row[5])) < 0.008
    assert channels[1] == 8 * 4 * 64 and channels[5] == "+1.0000"


def test_errors_fall_as_the_root_of_the_masks(measured: dict[str, Measurement]) -> None:
    table = measured["dropout-expectation"].table.rows
    for row in table:
        assert number(row[1]) / number(row[2]) == pytest.approx(10, rel=0.5)
    assert isinstance(table[0][6], Words) and all(number(row[6]) > 0 for row in table[1:])


def test_only_what_scales_later_does_something_in_evaluation(measured: dict[str, Measurement]) -> None:
    table = measured["dropout-eval"].table.rows
    assert len(table) == 12
    for row in table[:-2]:
        assert isinstance(row[1], Words) and row[1].en == "none, to the bit"
    assert all(number(row[1]) > 0.1 for row in table[-2:]) and all(number(row[2]) > 0.1 for row in table)


def test_there_are_two_to_the_n_subnetworks(measured: dict[str, Measurement]) -> None:
    table = measured["dropout-ensemble"].table.rows
    assert [number(row[2]) for row in table] == [4 * 2**10] * 3 + [4 * 2**7]
    assert [row[3].en for row in table if isinstance(row[3], Words)] == ["yes", "yes", "no", "no"]


def test_element_dropout_harms_the_first_convolution_most(measured: dict[str, Measurement]) -> None:
    *layers, vectors, clean = measured["dropout-not-for-conv"].table.rows
    right = [number(row[3]) for row in layers]
    assert min(right) == right[0] and number(clean[3]) >= max(right) - 2
    assert number(vectors[3]) > 80


def test_maps_are_whole_only_where_they_are_dropped_as_a_whole(measured: dict[str, Measurement]) -> None:
    *channel, element, block, row = measured["spatial-dropout"].table.rows
    assert all(each[5] == 0 and each[6] == "16 / 16" for each in channel)
    assert element[5] == 768 and number(block[5]) > 384 and row[5:] == [0, "0 / 16"]


def test_dropout_of_the_input_loses_the_same_for_every_output(measured: dict[str, Measurement]) -> None:
    *connect, first, second = measured["dropconnect"].table.rows
    for row in connect:
        distinct, outputs = str(row[3]).split(" / ")
        assert distinct == outputs and number(row[4]) == number(row[5]) == 0
    assert number(first[3]) == number(second[3]) == 1 and number(first[4]) > 100


def test_zeros_are_those_held_from_the_first_row_on(measured: dict[str, Measurement]) -> None:
    for row in measured["zoneout"].table.rows:
        same, held = str(row[1]).split(" / ")
        assert same == held and 0 < number(row[2]) < number(held)
        assert number(row[5]) < number(row[4]) < number(row[3])
    labels, x = torch.zeros(4, dtype=torch.int64), torch.randn(4, 1, 28, 28)
    with torch.inference_mode():
        clean = zoneout.read(x, labels, "none", 0.0, 0)
        kept = zoneout.compare(x, labels, clean, 0.3, 0)
    assert kept.zeros == kept.since_first > 0


def test_branches_are_those_of_the_networks(measured: dict[str, Measurement]) -> None:
    for name, decisions in (("stochastic-depth", 1), ("droppath", 4)):
        *branches, other = measured[name].table.rows
        assert [number(row[1]) for row in branches] == pytest.approx(
            [depth / 12 for depth in range(1, 7)], abs=1e-3
        )
        assert {row[2] for row in branches} == {decisions}
        assert [number(str(row[5])) > 0 for row in branches] == [decisions > 1] * 6
    assert other[2] == 64 * 128 and str(other[3]).startswith("0 / ")


def test_the_places_are_found_in_the_graph(measured: dict[str, Measurement]) -> None:
    assert [row[1] for row in measured["dropout-places"].table.rows] == [1, 3, 3, 6, 13, 0]
    assert dropout_places.dropouts("mini_vit") == {
        "embedding": ["embed.drop"],
        "attention": [f"block{n}.drop_weights" for n in (1, 2, 3)],
        "residual": [f"block{n}.drop{end}" for n in (1, 2, 3) for end in (1, 2)],
        "dense": [f"block{n}.drop_hidden" for n in (1, 2, 3)],
    }
    steps = load_network("mlp").network.steps
    assert dropout_places.place_of(steps["hidden1.dropout"], steps) == "dense"


def test_deviations_are_those_of_the_binomial() -> None:
    assert deviations(60, 100, 0.5) == pytest.approx(2) == deviations(40, 100, 0.5)
    assert deviations(90, 100, 0.9) == pytest.approx(0)
    assert chance(0.0001) == "< 0.001" and chance(0.0234) == "0.023"
