"""Pooling, activations, addition and the well-known kernels."""

import math
from collections.abc import Callable
from typing import get_args

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from models.errors import Refused
from models.layers.activation import Function, activate
from models.layers.arithmetic import Add
from models.layers.kernels import (
    PATTERNS,
    PRESETS,
    ROOM,
    Pattern,
    PatternSettings,
    Transform,
    pattern,
    preset,
    transformed,
)
from models.layers.pooling import Method, pool2d
from tests.models.nets import close, examples

FUNCTIONS: tuple[Function, ...] = get_args(Function)


@examples(40)
@given(
    st.sampled_from(["max", "avg"]),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.booleans(),
    st.integers(3, 7),
)
def test_pooling_equals_pytorchs_layers(
    method: Method, kernel_size: tuple[int, int], stride: tuple[int, int], padded: bool, size: int
) -> None:
    padding = (kernel_size[0] // 2, kernel_size[1] // 2) if padded else (0, 0)
    x = torch.randn(2, 3, size, size + 1, generator=torch.Generator().manual_seed(size))
    layer = {"max": nn.MaxPool2d, "avg": nn.AvgPool2d}[method](kernel_size, stride, padding)
    assert torch.equal(pool2d(x, method, kernel_size, stride, padding), layer(x))


def test_global_pooling_equals_pytorchs_layers() -> None:
    x = torch.randn(2, 3, 5, 4, generator=torch.Generator().manual_seed(0))
    assert close(pool2d(x, "avg", None, (1, 1), (0, 0)), nn.AdaptiveAvgPool2d(1)(x))
    assert torch.equal(pool2d(x, "max", None, (1, 1), (0, 0)), nn.AdaptiveMaxPool2d(1)(x))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_activations_equal_their_definitions(function: Function) -> None:
    x = torch.linspace(-9, 9, 181)
    definitions: dict[Function, Callable[[float], float]] = {
        "relu": lambda v: max(v, 0.0),
        "relu6": lambda v: min(max(v, 0.0), 6.0),
        "leaky_relu": lambda v: v if v > 0 else 0.01 * v,
        "gelu": lambda v: v * 0.5 * (1 + math.erf(v / math.sqrt(2))),
        "identity": lambda v: v,
    }
    before = x.clone()
    assert close(activate(x, function), torch.tensor([definitions[function](float(v)) for v in x]), 1e-6)
    assert torch.equal(x, before)


def test_add_adds() -> None:
    assert Add()(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 5.0])).tolist() == [4, 7]


KNOWN: dict[Pattern, list[list[float]]] = {
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "box": [[1 / 9] * 3] * 3,
    "gaussian": [[1 / 16, 2 / 16, 1 / 16], [2 / 16, 4 / 16, 2 / 16], [1 / 16, 2 / 16, 1 / 16]],
    "sharpen": [[-1 / 16, -2 / 16, -1 / 16], [-2 / 16, 28 / 16, -2 / 16], [-1 / 16, -2 / 16, -1 / 16]],
    "sobel_x": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "sobel_y": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "laplacian": [[1, 1, 1], [1, -8, 1], [1, 1, 1]],
    "emboss": [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
    "scharr_x": [[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]],
    "scharr_y": [[-3, -10, -3], [0, 0, 0], [3, 10, 3]],
}
SUMS = {name: 0.0 for name in ("sobel_x", "sobel_y", "scharr_x", "scharr_y", "laplacian")}


@pytest.mark.parametrize("name", KNOWN)
def test_presets_of_3x3_are_the_textbooks(name: Pattern) -> None:
    assert close(pattern(name, 3, 3), torch.tensor(KNOWN[name], dtype=torch.float32))


@pytest.mark.parametrize("name", KNOWN)
def test_presets_of_every_size_sum_to_what_they_must(name: Pattern) -> None:
    for height in range(2, 12):
        for width in range(2, 12):
            kernel = pattern(name, height, width)
            assert kernel.shape == (height, width) and kernel.dtype == torch.float32
            assert kernel.norm() > 0
            tolerance = 1e-4 * max(1.0, float(kernel.abs().sum()) / 100)
            assert float(kernel.sum()) == pytest.approx(SUMS.get(name, 1.0), abs=tolerance)


def test_the_explorers_presets_are_patterns() -> None:
    for name in PRESETS:
        assert torch.equal(preset(name, 5, 4), pattern(name, 5, 4))


def test_sobel_answers_to_an_edge_in_its_own_direction() -> None:
    edge = torch.zeros(1, 1, 9, 9)
    edge[..., 5:] = 1
    across, along = (F.conv2d(edge, preset(name, 3, 3)[None, None]) for name in ("sobel_x", "sobel_y"))
    assert across.min() == 0 and across.max() == 4
    assert (along == 0).all()


@pytest.mark.parametrize("name", PATTERNS)
def test_a_kernel_too_small_for_a_pattern_is_refused(name: Pattern) -> None:
    rows, columns = ROOM.get(name, (1, 1))
    for height in range(1, 4):
        for width in range(1, 4):
            if height >= rows and width >= columns:
                kernel = pattern(name, height, width)
                assert kernel.isfinite().all() and kernel.norm() > 0
                continue
            with pytest.raises(Refused, match=f"{height}×{width}.*{rows}×{columns}") as refusal:
                pattern(name, height, width)
            assert (refusal.value.code, refusal.value.field) == ("preset-too-large", "preset")


@examples(60)
@given(st.integers(1, 11), st.integers(1, 11), st.floats(0.01, 1000))
def test_a_gaussian_follows_its_sigma(height: int, width: int, sigma: float) -> None:
    kernel = pattern("gaussian", height, width, PatternSettings(sigma=sigma)).double()
    assert float(kernel.sum()) == pytest.approx(1, abs=1e-5)
    middle = kernel[height // 2, width // 2]
    for i in range(height):
        for j in range(width):
            far = [
                (i - (height - 1) / 2, j - (width - 1) / 2),
                (height // 2 - (height - 1) / 2, width // 2 - (width - 1) / 2),
            ]
            squares = [a * a + b * b for a, b in far]
            expected = math.exp(-(squares[0] - squares[1]) / (2 * sigma * sigma))
            assert float(kernel[i, j] / middle) == pytest.approx(expected, abs=1e-5)


def test_gabors_waves_follow_each_other_in_the_direction_of_the_angle() -> None:
    settings = PatternSettings(sigma=3, angle=0, wavelength=4)
    kernel = pattern("gabor", 9, 9, settings)
    assert float(kernel[4, 4]) == 1
    for distance in range(5):
        expected = math.exp(-(distance**2) / 18) * math.cos(math.pi / 2 * distance)
        assert float(kernel[4, 4 + distance]) == pytest.approx(expected, abs=1e-6)
        assert float(kernel[4 + distance, 4]) == pytest.approx(math.exp(-(distance**2) / 18), abs=1e-6)
    upwards = pattern("gabor", 9, 9, PatternSettings(sigma=3, angle=90, wavelength=4))
    assert close(upwards, kernel.rot90(), 1e-6)
    rising = pattern("gabor", 9, 9, PatternSettings(sigma=3, angle=45, wavelength=4))
    assert float(rising[2, 6]) < 0 < float(rising[6, 6]), "down its own direction, not across"


def test_random_kernels_follow_their_seed() -> None:
    first, again, other = (pattern("random", 5, 5, PatternSettings(seed=seed)) for seed in (3, 3, 4))
    assert torch.equal(first, again) and not torch.equal(first, other)
    many = torch.stack([pattern("random", 5, 5, PatternSettings(seed=seed)) for seed in range(400)])
    assert float(many.std()) == pytest.approx(1 / 5, rel=0.05) and abs(float(many.mean())) < 0.01


def test_transforms_turn_and_scale() -> None:
    kernel = torch.tensor([[[1.0, 2, 3], [4, 5, 6]], [[0, 0, 0], [0, 0, 1]]])
    turned: dict[Transform, list[list[float]]] = {
        "flip": [[6, 5, 4], [3, 2, 1]],
        "rotate": [[3, 6], [2, 5], [1, 4]],
        "transpose": [[1, 4], [2, 5], [3, 6]],
        "negate": [[-1, -2, -3], [-4, -5, -6]],
    }
    for transform, expected in turned.items():
        assert transformed(kernel, transform)[0].tolist() == expected
    assert close(transformed(kernel, "normalise"), kernel / 22)
    zero_sum = torch.tensor([[[-1.0, 0, 1], [-1e-8, 0, 0]]])
    assert close(transformed(zero_sum, "normalise"), zero_sum / 2)
    assert transformed(torch.zeros(1, 2, 2), "normalise").tolist() == [[[0, 0], [0, 0]]]
    tiny = torch.full((1, 2, 2), 1e-44)
    assert close(transformed(tiny, "normalise"), torch.full((1, 2, 2), 0.25))
