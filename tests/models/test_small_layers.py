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
from models.layers.kernels import FLAT, PRESETS, Preset, preset
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


KNOWN: dict[Preset, list[list[float]]] = {
    "identity": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
    "box": [[1 / 9] * 3] * 3,
    "gaussian": [[1 / 16, 2 / 16, 1 / 16], [2 / 16, 4 / 16, 2 / 16], [1 / 16, 2 / 16, 1 / 16]],
    "sharpen": [[-1 / 16, -2 / 16, -1 / 16], [-2 / 16, 28 / 16, -2 / 16], [-1 / 16, -2 / 16, -1 / 16]],
    "sobel_x": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "sobel_y": [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    "laplacian": [[1, 1, 1], [1, -8, 1], [1, 1, 1]],
    "emboss": [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]],
}


@pytest.mark.parametrize("name", PRESETS)
def test_presets_of_3x3_are_the_textbooks(name: Preset) -> None:
    assert close(preset(name, 3, 3), torch.tensor(KNOWN[name], dtype=torch.float32))


@pytest.mark.parametrize("name", PRESETS)
def test_presets_of_every_size_sum_to_what_they_must(name: Preset) -> None:
    sums = {"sobel_x": 0.0, "sobel_y": 0.0, "laplacian": 0.0}
    for height in range(2, 8):
        for width in range(2, 8):
            kernel = preset(name, height, width)
            assert kernel.shape == (height, width)
            assert kernel.norm() > 0
            assert float(kernel.sum()) == pytest.approx(sums.get(name, 1.0), abs=1e-4)


def test_sobel_answers_to_an_edge_in_its_own_direction() -> None:
    edge = torch.zeros(1, 1, 9, 9)
    edge[..., 5:] = 1
    across, along = (F.conv2d(edge, preset(name, 3, 3)[None, None]) for name in ("sobel_x", "sobel_y"))
    assert across.min() == 0 and across.max() == 4
    assert (along == 0).all()


@pytest.mark.parametrize("name", PRESETS)
def test_a_kernel_of_one_row_takes_the_flat_presets_alone(name: Preset) -> None:
    if name in FLAT:
        assert preset(name, 1, 3).sum() == pytest.approx(1)
        assert preset(name, 1, 1).tolist() == [[1]]
    else:
        with pytest.raises(Refused, match="1×3") as refusal:
            preset(name, 1, 3)
        assert (refusal.value.code, refusal.value.field) == ("preset-too-large", "preset")
