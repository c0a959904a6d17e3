"""The check that training reproduces what the cards say: what it runs, and what it lets pass."""

import sys
from pathlib import Path

import pytest

from models.networks.registry import SPECS
from models.train import RECIPES
from models.train_faces import STEPS
from tools.retrain import card_of, command, compare

TRAINED = [name for name, spec in SPECS.items() if spec.source == "card"]


def test_every_network_with_weights_of_ours_can_be_trained() -> None:
    assert set(TRAINED) <= RECIPES.keys() | STEPS.keys()
    makefile = (Path(__file__).parents[2] / "Makefile").read_text()
    recipe = makefile.split("\ntrain:")[1].split("\n\n")[0].split()
    assert [name for name in TRAINED if name not in [word.rstrip(";") for word in recipe]] == []


@pytest.mark.parametrize("name", TRAINED)
def test_a_network_is_trained_by_its_own_card(name: str) -> None:
    python, *rest = command(card_of(name), Path("there"), Path("data"))
    assert python == sys.executable and rest[:3] == ["-m", "models.train", name]
    assert rest[-4:] == ["--into", "there", "--data", "data"]
    assert command(card_of(name), Path("there"), None)[-2:] == ["--into", "there"]


def test_every_accuracy_must_be_within_a_point() -> None:
    shipped = {"name": "x", "accuracy": 0.9, "accuracy_right_half": 0.0, "seed": 0}
    again = shipped | {"accuracy": 0.909, "accuracy_right_half": 0.02, "seed": 1}
    assert compare(shipped, again) == [
        ("accuracy", 0.9, 0.909, True),
        ("accuracy_right_half", 0.0, 0.02, False),
    ]
