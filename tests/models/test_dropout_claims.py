"""The dropout lab's claims: that the verdict follows from the run, and the numbers of the evidence."""

import pytest

from models.claims.registry import CLAIMS

EXPECTED = {
    "dropout-mask": "holds",
    "dropout-expectation": "holds_with_conditions",
    "dropout-eval": "holds_with_conditions",
    "dropout-ensemble": "holds_with_conditions",
    "dropout-not-for-conv": "holds_with_conditions",
    "spatial-dropout": "holds",
    "dropconnect": "holds",
    "stochastic-depth": "holds",
    "droppath": "holds",
    "dropout-places": "holds",
}
"""What is known about the claims."""


@pytest.mark.parametrize("seed", [0, 1, 2**48 - 1])
@pytest.mark.parametrize("name", EXPECTED)
def test_the_truth_does_not_depend_on_the_seed(name: str, seed: int) -> None:
    assert CLAIMS[name].measure(seed).verdict == EXPECTED[name]


def test_the_dropout_lab_has_its_claims() -> None:
    assert {claim.id for claim in CLAIMS.values() if "dropout" in claim.labs} == EXPECTED.keys()
