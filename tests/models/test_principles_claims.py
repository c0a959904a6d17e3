"""The claims of the lab of the three principles: that the verdicts follow from the run, and the evidence."""

from dataclasses import replace
from functools import cache

import pytest
import torch
from torch import Tensor

from models.claims import hierarchy
from models.claims.registry import CLAIMS
from models.networks.weights import Loaded, load_network
from tests.models.nets import untrained

EXPECTED = {"local-receptive-field", "weight-sharing", "hierarchy"}


def test_the_principles_have_their_claims() -> None:
    assert {claim.id for claim in CLAIMS.values() if "principles" in claim.labs} == EXPECTED


def test_features_build_up_whatever_the_seed() -> None:
    first, second = (CLAIMS["hierarchy"].measure(seed) for seed in (0, 2**48 - 1))
    assert first.verdict == second.verdict == "holds_with_conditions"
    assert first.table != second.table and len(first.table.rows) == 14


@cache
def seen() -> list[hierarchy.Stage]:
    return hierarchy.stages(torch.Generator().manual_seed(0))


@cache
def told() -> list[float]:
    return hierarchy.readable(hierarchy.drawn(400, torch.Generator().manual_seed(0)))


def verdict(monkeypatch: pytest.MonkeyPatch, stages: list[hierarchy.Stage], shares: list[float]) -> str:
    monkeypatch.setattr(hierarchy, "stages", lambda generator: stages)
    monkeypatch.setattr(hierarchy, "readable", lambda items: shares)
    return CLAIMS["hierarchy"].measure(0).verdict


def test_the_verdict_follows_from_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    stages, shares = seen(), told()
    assert verdict(monkeypatch, stages, shares) == "holds_with_conditions"
    assert verdict(monkeypatch, [*stages[:-1], replace(stages[-1], coarse=0.3)], shares) == "holds"
    for changed in (
        stages[::-1],
        [replace(stages[0], stripes=0.5), *stages[1:]],
        [*stages[:-1], replace(stages[-1], stripes=0.9)],
        [*stages[:-1], replace(stages[-1], fine=0.4, coarse=0.3)],
        [replace(stages[0], field=9), *stages[1:]],
    ):
        assert verdict(monkeypatch, changed, shares) == "does_not_hold"
    for wrong in (shares[::-1], [0.5] * 6, [*shares[:3], 0.1, *shares[4:]]):
        assert verdict(monkeypatch, stages, wrong) == "does_not_hold"


def test_a_network_that_has_learned_nothing_has_no_hierarchy(monkeypatch: pytest.MonkeyPatch) -> None:
    trained = load_network(hierarchy.DEEP)
    random = Loaded(trained.spec, untrained(hierarchy.DEEP)[1], "", None)
    monkeypatch.setattr(
        hierarchy, "load_network", lambda name: random if name == hierarchy.DEEP else load_network(name)
    )
    stages = hierarchy.stages(torch.Generator().manual_seed(0))
    assert min(stages[-1].shares) > 0.9
    assert verdict(monkeypatch, stages, told()) == "does_not_hold"


def test_scraps_are_all_of_the_picture_in_another_order() -> None:
    def tiles(x: Tensor) -> list[list[float]]:
        cut = x.unfold(2, 4, 4).unfold(3, 4, 4).permute(0, 2, 3, 1, 4, 5).flatten(3)
        return sorted(cut.flatten(0, 2).tolist())

    x = torch.arange(2 * 3 * 12 * 12.0).view(2, 3, 12, 12)
    mixed = hierarchy.shuffled(x, 4, torch.Generator().manual_seed(1))
    assert tiles(mixed) == tiles(x) and not torch.equal(mixed, x)
    assert torch.equal(hierarchy.shuffled(x, 12, torch.Generator()), x)


def test_what_evokes_as_much_is_all_of_it() -> None:
    whole = torch.tensor([0.0, 1.0, 2.0, 4.0])
    assert hierarchy.evoked(whole, whole) == hierarchy.content(whole, whole) == 1
    assert hierarchy.evoked(torch.tensor([9.0, 0.0, 1.0, 4.0]), whole) == 0.5
    assert hierarchy.content(torch.tensor([9.0, 0.0, 1.0, 3.7]), whole) == pytest.approx(1 / 3)


def test_stripes_go_in_all_directions() -> None:
    bands = hierarchy.stripes(torch.Generator().manual_seed(0))
    assert bands.shape == (24, 3, 112, 112) and len({band.sum().item() for band in bands}) > 12
    lying, standing = (bands.var(axis).mean((1, 2)) for axis in (2, 3))
    assert int((lying < 1e-9).sum()) == int((standing < 1e-9).sum()) == 6
