"""Convolution against float64 by hand and PyTorch's own layer."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import Tensor, nn

from models.layers.convolution import (
    Padding,
    PaddingMode,
    SameConv2d,
    conv2d,
    effective_kernel_size,
    pad,
    resolve_padding,
    same_padding,
)
from tests.models.nets import close, examples

NUMPY_MODES: dict[PaddingMode, Any] = {
    "zeros": "constant",
    "reflect": "reflect",
    "replicate": "edge",
    "circular": "wrap",
}
pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))
sides = st.tuples(*[st.integers(0, 3)] * 4)


def tensorflow_same(size: int, kernel_size: int, stride: int) -> tuple[int, int]:
    """The formula as https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2 writes it."""
    remainder = size % stride
    total = max(kernel_size - (stride if remainder == 0 else remainder), 0)
    return total // 2, total - total // 2


def by_hand(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: tuple[int, int],
    sides: tuple[int, int, int, int],
    mode: PaddingMode,
    dilation: tuple[int, int],
    groups: int,
) -> Tensor:
    """Every output element as a sum of products in float64."""
    top, bottom, left, right = sides
    padded = np.pad(
        x.double().numpy(), ((0, 0), (0, 0), (top, bottom), (left, right)), mode=NUMPY_MODES[mode]
    )
    kernels = weight.double().numpy()
    count, per_group, k_h, k_w = kernels.shape
    height = (padded.shape[2] - dilation[0] * (k_h - 1) - 1) // stride[0] + 1
    width = (padded.shape[3] - dilation[1] * (k_w - 1) - 1) // stride[1] + 1
    out = np.zeros((len(x), count, height, width))
    for o in range(count):
        first = o // (count // groups) * per_group
        for y in range(height):
            for z in range(width):
                rows = slice(y * stride[0], y * stride[0] + dilation[0] * (k_h - 1) + 1, dilation[0])
                columns = slice(z * stride[1], z * stride[1] + dilation[1] * (k_w - 1) + 1, dilation[1])
                window = padded[:, first : first + per_group, rows, columns]
                out[:, o, y, z] = (window * kernels[o]).sum((1, 2, 3))
    result = torch.from_numpy(out)
    return result if bias is None else result + bias.double().view(1, -1, 1, 1)


@examples(60)
@given(
    batch=st.integers(1, 2),
    size=st.tuples(st.integers(1, 8), st.integers(1, 8)),
    groups=st.integers(1, 3),
    per_group=st.tuples(st.integers(1, 2), st.integers(1, 2)),
    kernel_size=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=pairs,
    dilation=pairs,
    padding=st.one_of(st.sampled_from(["valid", "same"]), sides),
    mode=st.sampled_from(list(NUMPY_MODES)),
    with_bias=st.booleans(),
    channels_last=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_every_setting_equals_the_sum_by_hand(
    batch: int,
    size: tuple[int, int],
    groups: int,
    per_group: tuple[int, int],
    kernel_size: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    padding: Padding,
    mode: PaddingMode,
    with_bias: bool,
    channels_last: bool,
    seed: int,
) -> None:
    sides = resolve_padding(padding, size, kernel_size, stride, dilation)
    most = max(sides[:2]), max(sides[2:])
    if mode == "reflect":
        assume(most[0] < size[0] and most[1] < size[1])
    if mode == "circular":
        assume(most[0] <= size[0] and most[1] <= size[1])
    for i in (0, 1):
        assume(
            size[i] + sides[2 * i] + sides[2 * i + 1] >= effective_kernel_size(kernel_size[i], dilation[i])
        )
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(batch, groups * per_group[0], *size, generator=generator)
    weight = torch.randn(groups * per_group[1], per_group[0], *kernel_size, generator=generator)
    bias = torch.randn(len(weight), generator=generator) if with_bias else None
    expected = by_hand(x, weight, bias, stride, sides, mode, dilation, groups)
    given_x = x.contiguous(memory_format=torch.channels_last) if channels_last else x
    assert close(conv2d(given_x, weight, bias, stride, padding, mode, dilation, groups), expected)


@examples(40)
@given(
    size=st.integers(5, 12),
    channels=st.sampled_from([(2, 4, 1), (4, 6, 2), (3, 3, 3)]),
    kernel_size=st.integers(1, 4),
    stride=st.integers(1, 3),
    dilation=st.integers(1, 2),
    padding=st.integers(0, 3),
    mode=st.sampled_from(list(NUMPY_MODES)),
)
def test_equals_pytorchs_layer(
    size: int,
    channels: tuple[int, int, int],
    kernel_size: int,
    stride: int,
    dilation: int,
    padding: int,
    mode: PaddingMode,
) -> None:
    assume(size + 2 * padding >= effective_kernel_size(kernel_size, dilation))
    torch.manual_seed(0)
    layer = nn.Conv2d(
        channels[0],
        channels[1],
        kernel_size,
        stride,
        padding,
        dilation,
        channels[2],
        padding_mode=mode,
    )
    x = torch.randn(2, channels[0], size, size + 1)
    ours = conv2d(
        x,
        layer.weight,
        layer.bias,
        (stride, stride),
        (padding, padding, padding, padding),
        mode,
        (dilation, dilation),
        channels[2],
    )
    with torch.no_grad():
        assert close(ours.detach(), layer(x))


@given(st.integers(1, 300), st.integers(1, 11), st.integers(1, 9), st.integers(1, 9))
def test_same_padding_is_tensorflows(size: int, kernel_size: int, stride: int, dilation: int) -> None:
    reach = dilation * (kernel_size - 1) + 1
    before, after = same_padding(size, kernel_size, stride, dilation)
    assert (before, after) == tensorflow_same(size, reach, stride)
    assert (size + before + after - reach) // stride + 1 == -(-size // stride)
    assert after - before in (0, 1)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("size", [7, 8])
def test_the_same_layer_pads_by_that_rule(size: int, stride: int) -> None:
    torch.manual_seed(0)
    layer = SameConv2d(2, 3, 3, stride)
    x = torch.randn(1, 2, size, size)
    before, after = tensorflow_same(size, 3, stride)
    padded = nn.functional.pad(x, (before, after, before, after))
    expected = nn.functional.conv2d(padded, layer.weight, layer.bias, stride)
    assert close(layer(x).detach(), expected.detach())


def test_padding_adds_to_the_sides_that_were_named() -> None:
    x = torch.arange(6.0).view(1, 1, 2, 3)
    assert pad(x, (0, 0, 0, 0), "circular") is x
    assert pad(x, (1, 0, 0, 2)).tolist() == [[[[0, 0, 0, 0, 0], [0, 1, 2, 0, 0], [3, 4, 5, 0, 0]]]]
    assert pad(x, (0, 1, 1, 0), "circular").tolist() == [[[[2, 0, 1, 2], [5, 3, 4, 5], [2, 0, 1, 2]]]]


@pytest.mark.parametrize("dilation", [1, 7, 300])
def test_padding_far_wider_than_the_map_is_computed_right(dilation: int) -> None:
    torch.manual_seed(0)
    x = torch.randn(1, 2, 5, 6).contiguous(memory_format=torch.channels_last)
    weight = torch.randn(3, 2, 3, 3)
    sides = resolve_padding("same", (5, 6), (3, 3), (1, 1), (dilation, dilation))
    expected = by_hand(x, weight, None, (1, 1), sides, "zeros", (dilation, dilation), 1)
    assert close(conv2d(x, weight, padding="same", dilation=(dilation, dilation)), expected)
