"""The table of sets that JavaScript's arithmetic is tested against, held against PyTorch and the server."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from models.layers.normalization import statistics_of
from models.normalization import sets

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "data/sets.json").read_text("utf-8"))[
    "cases"
]


def _name(case: dict[str, Any]) -> str:
    return f"{case['method']}-{'x'.join(map(str, case['shape']))}-{case['groups']}"


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_a_mean_depends_on_the_elements_of_the_box_and_on_no_other(case: dict[str, Any]) -> None:
    x = torch.linspace(1, 2, torch.Size(case["shape"]).numel()).reshape(case["shape"]).requires_grad_()
    found = statistics_of(x, case["method"], case["groups"])
    means = (found.variance if case["method"] == "rms" else found.mean).flatten()
    assert len(means) == case["sets"]
    assert found.count == case["count"]
    means[case["set"]].backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    inside = torch.zeros(case["shape"], dtype=torch.bool)
    spans = [slice(*case["box"][axis]) for axis in "bcyx"]
    inside[tuple(spans[: len(case["shape"])])] = True
    assert torch.equal(x.grad != 0, inside)
    index = tuple(case["place"][axis] for axis in "bcyx")[: len(case["shape"])]
    assert inside[index]


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_the_server_gives_the_same_box(case: dict[str, Any]) -> None:
    place = case["place"]
    at = (place["b"], place["c"], place["y"], place["x"])
    found = sets.box(case["method"], torch.Size(case["shape"]), case["groups"], at)
    assert {axis: list(getattr(found, axis)) for axis in "bcyx"} == case["box"]
