"""The claims about an MLP beside a CNN: true whatever the seed, and other worlds are noticed."""

from functools import cache

import pytest
import torch
from torch import Tensor

from models.claims import flattened, same_feature, shifted
from models.claims.claim import Measurement
from models.claims.registry import CLAIMS
from models.layers.permutation import permute
from models.versus.commuting import Commuting
from models.versus.pair import Contestant

EXPECTED = {
    "flatten-loses-space": "holds_with_conditions",
    "shift-is-new-input": "holds_with_conditions",
    "same-feature-anywhere": "holds_with_conditions",
}
"""What is known about the claims."""


@cache
def measured(name: str) -> list[Measurement]:
    return [CLAIMS[name].measure(seed) for seed in (0, 2**48 - 1)]


@pytest.mark.parametrize("name", EXPECTED)
def test_the_truth_does_not_depend_on_the_seed(name: str) -> None:
    first, second = measured(name)
    assert first.verdict == second.verdict == EXPECTED[name]
    assert first.table != second.table


def test_the_lab_has_its_claims() -> None:
    assert {claim.id for claim in CLAIMS.values() if "mlp-vs-cnn" in claim.labs} == EXPECTED.keys()


def test_trained_kernels_commute_with_shifts_where_it_is_predicted() -> None:
    for each in measured("same-feature-anywhere"):
        rows = each.table.rows
        assert [row[1] for row in rows] == [
            "24 / 24",
            "0 / 24",
            "24 / 24",
            "24 / 24",
            "0 / 24",
            "24 / 24",
            "0 / 24",
        ]
        assert all(row[3] == "24 / 24" for row in rows)


def test_a_kernel_that_knows_its_place_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Commuting.f
    monkeypatch.setattr(
        Commuting, "f", lambda self, x: real(self, x) * torch.linspace(1, 1.01, real(self, x).shape[3])
    )
    assert CLAIMS["same-feature-anywhere"].measure(0).verdict == "does_not_hold"


def test_without_border_stride_and_pooling_the_claim_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(same_feature, "KINDS", same_feature.KINDS[:1])
    assert CLAIMS["same-feature-anywhere"].measure(0).verdict == "holds"


def test_an_mlp_that_knows_faces_anywhere_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = shifted.right

    def always(contestant: Contestant, canvases: Tensor, labels: Tensor) -> Tensor:
        return labels >= 0 if contestant.kind == "mlp" else real(contestant, canvases, labels)

    monkeypatch.setattr(shifted, "right", always)
    monkeypatch.setattr(shifted, "WORLDS", shifted.WORLDS[:1])
    assert CLAIMS["shift-is-new-input"].measure(0).verdict == "does_not_hold"


def test_if_only_far_shifts_are_tried_the_claim_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shifted, "FACE_SHIFTS", (0, 16))
    monkeypatch.setattr(shifted, "WORLDS", shifted.WORLDS[:1])
    assert CLAIMS["shift-is-new-input"].measure(0).verdict == "holds"


@pytest.mark.parametrize(
    ("correct", "expected"),
    [
        (
            {"mlp": 360, "mlp_permuted": 358, "tiny_vgg_batch": 385, "tiny_vgg_permuted": 360},
            "holds_with_conditions",
        ),
        ({"mlp": 360, "mlp_permuted": 330, "tiny_vgg_batch": 385, "tiny_vgg_permuted": 360}, "does_not_hold"),
        ({"mlp": 360, "mlp_permuted": 360, "tiny_vgg_batch": 385, "tiny_vgg_permuted": 383}, "does_not_hold"),
        ({"mlp": 360, "mlp_permuted": 360, "tiny_vgg_batch": 360, "tiny_vgg_permuted": 385}, "does_not_hold"),
    ],
)
def test_flattening_is_judged_by_the_rule(
    monkeypatch: pytest.MonkeyPatch, correct: dict[str, int], expected: str
) -> None:
    monkeypatch.setattr(
        flattened,
        "right",
        lambda network, canvases, labels: torch.arange(len(labels)) < correct[network.name],
    )
    assert CLAIMS["flatten-loses-space"].measure(0).verdict == expected


def test_lost_pictures_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    correct = {"mlp": 360, "mlp_permuted": 358, "tiny_vgg_batch": 385, "tiny_vgg_permuted": 360}
    monkeypatch.setattr(
        flattened,
        "right",
        lambda network, canvases, labels: torch.arange(len(labels)) < correct[network.name],
    )
    monkeypatch.setattr(flattened, "permute", lambda x, order: permute(x, order.clamp(max=700)))
    assert CLAIMS["flatten-loses-space"].measure(0).verdict == "holds"
