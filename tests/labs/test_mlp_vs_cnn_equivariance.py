"""Shifting and convolving, and convolving and shifting: what is predicted comes true, and the given program agrees."""

import runpy
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import assume, event, given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from models.errors import Refused
from models.labs.mlp_vs_cnn import MlpVsCnnParams, run
from models.tensors import decode
from models.versus.commuting import Commuting
from models.versus.equivariance import EquivarianceParams, EquivarianceResult, commute
from tests.models.nets import examples

PADDINGS = ("zeros", "valid", "circular", "reflect", "replicate")


def noise(height: int, width: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(1, height, width, generator=torch.Generator().manual_seed(seed))


def weights(height: int, width: int, seed: int = 0) -> dict[str, Any]:
    values = torch.randn(1, height, width, generator=torch.Generator().manual_seed(seed))
    return {"kind": "values", "values": values.tolist()}


def asked(canvas: torch.Tensor, **settings: Any) -> EquivarianceResult:
    with torch.inference_mode():
        return commute(canvas, EquivarianceParams.model_validate(settings), "float32")


@st.composite
def questions(draw: DrawFn) -> tuple[torch.Tensor, dict[str, Any]]:
    """Noise, a kernel of noise and any settings."""
    canvas = noise(draw(st.integers(16, 32)), draw(st.integers(16, 32)), draw(st.integers(0, 99)))
    settings = {
        "dy": draw(st.integers(-8, 8)),
        "dx": draw(st.integers(-8, 8)),
        "stride": draw(st.integers(1, 4)),
        "pooling": draw(st.sampled_from(["none", "max", "avg"])),
        "padding": draw(st.sampled_from(PADDINGS)),
        "relu": draw(st.booleans()),
        "kernel": weights(draw(st.integers(1, 6)), draw(st.integers(1, 6)), draw(st.integers(0, 99))),
    }
    if draw(st.booleans()):  # shifts by whole numbers of steps are rare otherwise
        steps = settings["stride"] * (1 if settings["pooling"] == "none" else 2)
        settings |= {name: settings[name] // steps * steps for name in ("dy", "dx") if settings[name] > 0}
    return canvas, settings


@examples(150)
@given(questions())
def test_what_is_predicted_comes_true(question: tuple[torch.Tensor, dict[str, Any]]) -> None:
    canvas, settings = question
    found = asked(canvas, **settings)
    event(f"inside {found.inside.expected.reason}, everywhere {found.everywhere.expected.reason}")
    sure = (
        settings["pooling"] != "max" and not settings["relu"]
    )  # these can hide a difference of few elements
    for part in (found.inside, found.everywhere):
        assert part.equal or not part.expected.equal, part
        if sure:
            assert part.equal == part.expected.equal, part
    steps = settings["stride"] * (1 if settings["pooling"] == "none" else 2)
    whole = settings["dy"] % steps == settings["dx"] % steps == 0
    assert (found.output_shift is not None) == whole
    if whole:
        assert found.inside.equal and found.inside.relative <= 1e-5
        if settings["padding"] == "circular" and not any(size % steps for size in canvas.shape[1:]):
            assert found.everywhere.equal
    elif found.inside.elements > 20 and not settings["relu"]:
        assert not found.inside.equal, "a picture of noise is nowhere like itself"


@pytest.mark.parametrize(
    ("settings", "inside", "everywhere"),
    [
        ({"dy": 3, "dx": -2}, (True, "whole"), (False, "border")),
        ({"dy": 3, "dx": -2, "padding": "circular"}, (True, "whole"), (True, "circular")),
        ({"dy": 3, "dx": -2, "padding": "valid"}, (True, "whole"), (False, "border")),
        ({"dy": 3, "dx": -2, "padding": "reflect"}, (True, "whole"), (False, "border")),
        ({"dy": 3, "dx": -2, "padding": "replicate"}, (True, "whole"), (False, "border")),
        ({"dy": 0, "dx": 1, "stride": 2}, (False, "stride"), (False, "stride")),
        ({"dy": 0, "dx": 1, "stride": 2, "padding": "circular"}, (False, "stride"), (False, "stride")),
        ({"dy": 0, "dx": 2, "stride": 2, "pooling": "max"}, (False, "pooling"), (False, "pooling")),
        ({"dy": 1, "dx": 0, "pooling": "max", "relu": True}, (False, "pooling"), (False, "pooling")),
        ({"dy": -4, "dx": 4, "stride": 2, "pooling": "avg"}, (True, "whole"), (False, "border")),
        ({"dy": 4, "dx": 4, "stride": 2, "pooling": "avg"}, (True, "whole"), (True, "away")),
        ({"dy": 4, "dx": 4, "stride": 2, "pooling": "avg", "padding": "circular"}, (True, "whole"), (True, "circular")),
        ({"dy": 0, "dx": 3, "stride": 3, "padding": "circular"}, (True, "whole"), (False, "wrap")),
        ({"dy": 0, "dx": 4, "stride": 4}, (True, "whole"), (True, "away")),
        ({"dy": 0, "dx": 0, "stride": 3, "pooling": "max"}, (True, "still"), (True, "still")),
        ({"dy": 2, "dx": 0, "kernel": weights(1, 1)}, (True, "whole"), (True, "away")),
    ],
)  # fmt: skip
def test_the_cases_of_the_books(
    settings: dict[str, Any], inside: tuple[bool, str], everywhere: tuple[bool, str]
) -> None:
    found = asked(noise(32, 32), **{"kernel": weights(3, 3), **settings})
    assert (found.inside.expected.equal, found.inside.expected.reason) == inside
    assert (found.everywhere.expected.equal, found.everywhere.expected.reason) == everywhere
    assert found.inside.equal == inside[0] and found.everywhere.equal == everywhere[0]
    assert (found.inside.relative > 0.01) == (not inside[0])


def test_black_at_the_border_is_like_padding() -> None:
    canvas = torch.zeros(1, 32, 32)
    canvas[:, 10:20, 8:18] = noise(10, 10)
    for padding in PADDINGS:
        found = asked(canvas, dy=4, dx=-6, padding=padding)
        assert found.everywhere.equal and found.everywhere.expected.reason in ("away", "circular"), padding
        assert float(decode(found.difference).abs().max()) == found.everywhere.max
    found = asked(torch.zeros(1, 32, 32), dy=1, dx=1, stride=2)
    assert found.everywhere.equal and found.inside.expected.reason == "blank" and found.inside.relative == 0


def test_inside_is_where_only_own_pixels_are_seen() -> None:
    found = asked(noise(12, 10), dy=2, dx=-1, kernel=weights(3, 3))
    counted = decode(found.counted)
    expected = torch.zeros(12, 10)
    expected[3:-1, 1:-2] = (
        1  # row p sees p - 1 … p + 1, which come from p - 3 … p - 1; column q from q … q + 2
    )
    assert torch.equal(counted, expected) and found.inside.elements == int(expected.sum())
    counted = decode(asked(noise(12, 10), dy=0, dx=1, stride=2, kernel=weights(3, 3)).counted)
    expected = torch.zeros(6, 5)
    expected[1:, 2:] = (
        1  # 1 / 2 is rounded to 1: column 1 would have to come from column 0, which sees padding
    )
    assert torch.equal(counted, expected)


@pytest.mark.parametrize("padding", PADDINGS)
def test_both_orders_are_pytorchs(padding: str) -> None:
    canvas, weight = noise(20, 17), weights(3, 4)
    found = asked(canvas, dy=4, dx=2, stride=2, padding=padding, pooling="avg", relu=True, kernel=weight)
    layer = torch.nn.Conv2d(1, 1, (3, 4), bias=False)
    layer.weight = torch.nn.Parameter(torch.tensor([weight["values"]]))
    pads = (0, 0, 0, 0) if padding == "valid" else (1, 2, 1, 1)
    mode = {"zeros": "constant", "valid": "constant"}.get(padding, padding)
    moved = torch.zeros(1, 20, 17)
    moved[:, 4:, 2:] = canvas[:, :-4, :-2]
    if padding == "circular":
        moved = torch.cat([canvas[:, -4:], canvas[:, :-4]], 1)
        moved = torch.cat([moved[..., -2:], moved[..., :-2]], 2)
    with torch.no_grad():
        first = F.avg_pool2d(F.relu(layer(F.pad(moved[None], pads, mode=mode))[:, :, ::2, ::2]), 2)
    torch.testing.assert_close(decode(found.moved_then), first[0, 0])
    torch.testing.assert_close(decode(found.moved), moved[0])
    assert found.shifted_by == (1, 1) and found.output_shift is None


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"dy": 3, "dx": -5, "stride": 2, "pooling": "max", "padding": "circular", "relu": True},
        {"dy": -4, "dx": 8, "stride": 4, "pooling": "avg", "padding": "reflect", "kernel": weights(5, 5)},
        {"dy": 1, "dx": 1, "padding": "valid", "kernel": weights(11, 2)},
        {"dy": 0, "dx": -8, "padding": "replicate", "kernel": weights(4, 4), "stride": 3},
    ],
)
def test_the_program_needs_nothing_but_pytorch(
    settings: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scene = {"kind": "item", "index": 3, "scale": 1.2, "dx": 2}
    params = MlpVsCnnParams.model_validate({"scene": scene, "equivariance": settings})
    answer = run(params, None, "float32", 1 << 25)
    assert answer.equivariance is not None and answer.canvas is not None
    file = tmp_path / "program.py"
    file.write_text(answer.equivariance.snippet)
    names = runpy.run_path(str(file))
    assert torch.equal(names["x"][0], decode(answer.canvas))
    for name in ("moved_then", "then_moved", "difference"):
        torch.testing.assert_close(
            names[name][0, 0], decode(getattr(answer.equivariance, name)), atol=1e-5, rtol=1e-5
        )
    printed = dict(line.split(": ") for line in capsys.readouterr().out.strip().splitlines())
    assert float(printed["everywhere"]) == pytest.approx(answer.equivariance.everywhere.max, abs=1e-5)
    assert float(printed["inside the border"]) == pytest.approx(answer.equivariance.inside.max, abs=1e-5)


@pytest.mark.parametrize(
    ("kernel", "code", "field"),
    [
        ({"kind": "values", "values": [[[1, 2], [3]]]}, "ragged", "equivariance.kernel.values"),
        ({"kind": "values", "values": [[[1]], [[1]]]}, "kernel-depth", "equivariance.kernel.values"),
        ({"kind": "values", "values": [[[1]]], "bias": 1}, "no-effect", "equivariance.kernel.bias"),
        ({"kind": "network", "network": "no", "layer": "x", "channel": 0}, "no-such-network", "equivariance.kernel.network"),
    ],
)  # fmt: skip
def test_kernels_that_cannot_be_are_named(kernel: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        asked(noise(16, 16), kernel=kernel)
    assert (refused.value.code, refused.value.field) == (code, field)


@given(st.integers(-8, 8), st.integers(1, 4), st.sampled_from(["none", "max"]))
def test_the_output_is_shifted_by_the_nearest_whole_number(shift: int, stride: int, pooling: Any) -> None:
    both = Commuting(torch.ones(1, 1, 3, 3), shift, 0, stride, "zeros", pooling, False)
    assume(both.steps > 1)
    assert abs(both.output_shift[0] * both.steps - shift) <= both.steps / 2
    assert both.whole == (both.output_shift[0] * both.steps == shift)
