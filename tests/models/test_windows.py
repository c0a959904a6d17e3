"""The table of cases that Python and JavaScript share, against our formulas and against PyTorch."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from models.layers.convolution import (
    full_padding,
    pytorch_same_padding,
    same_padding,
    transposed_same_padding,
)
from models.layers.windows import Axis, TransposedAxis, largest_padding, pooling_axis, source, sources
from tests.models.nets import examples

Case = dict[str, Any]
TABLE: dict[str, list[Case]] = json.loads(
    (Path(__file__).parent.parent / "data/sliding.json").read_text("utf-8")
)


def picked(case: Case, *names: str) -> list[Any]:
    return [case[name] for name in names]


def outputs(function: Any, *arguments: Any, **settings: Any) -> int:
    """The length of PyTorch's answer; 0 where it refuses."""
    try:
        return int(function(*arguments, **settings).shape[2])
    except RuntimeError:
        return 0


@pytest.mark.parametrize("case", TABLE["axes"])
def test_convolutions_of_the_table(case: Case) -> None:
    size, before, after, kernel_size, stride, dilation = picked(
        case, "size", "before", "after", "kernel_size", "stride", "dilation"
    )
    axis = Axis(size, before, after, kernel_size, stride, dilation)
    assert [axis.effective, axis.output, axis.remainder] == picked(case, "effective", "output", "remainder")
    assert list(same_padding(size, kernel_size, stride, dilation)) == case["same_tensorflow"]
    assert list(full_padding(kernel_size, dilation)) == case["full"]
    same = list(pytorch_same_padding(kernel_size, dilation))
    assert (same if stride == 1 else None) == case["same_pytorch"]
    rules = {"valid": [0, 0], "custom": [before, after]} | {
        name: case[name] for name in ("same_pytorch", "same_tensorflow", "full")
    }
    assert [before, after] == rules[case["padding"]]

    padded = F.pad(torch.zeros(1, 1, size), (before, after))
    kernel = torch.zeros(1, 1, kernel_size)
    assert outputs(F.conv1d, padded, kernel, stride=stride, dilation=dilation) == case["output"]
    if case["output"]:
        padded.requires_grad_()
        summed = F.conv1d(padded, torch.ones_like(kernel), stride=stride, dilation=dilation).sum()
        (touched,) = torch.autograd.grad(summed, padded)
        assert axis.padded - 1 - int(touched[0, 0].nonzero().max()) == case["remainder"]


@pytest.mark.parametrize("case", [case for case in TABLE["axes"] if case["same_pytorch"]])
def test_same_is_what_pytorch_pads(case: Case) -> None:
    size, kernel_size, dilation = picked(case, "size", "kernel_size", "dilation")
    generator = torch.Generator().manual_seed(size)
    x, kernel = (
        torch.randn(1, 1, size, generator=generator),
        torch.randn(1, 1, kernel_size, generator=generator),
    )
    theirs = F.conv1d(x, kernel, padding="same", dilation=dilation)
    ours = F.conv1d(F.pad(x, case["same_pytorch"]), kernel, dilation=dilation)
    assert torch.allclose(ours, theirs, atol=1e-5)
    assert case["same_pytorch"] == case["same_tensorflow"], "with stride 1 the two rules are one"


@pytest.mark.parametrize("case", TABLE["transposed"])
def test_transposed_convolutions_of_the_table(case: Case) -> None:
    size, before, after, kernel_size, stride, dilation, output_padding = picked(
        case, "size", "before", "after", "kernel_size", "stride", "dilation", "output_padding"
    )
    axis = TransposedAxis(size, before, after, kernel_size, stride, dilation, output_padding)
    assert [axis.effective, axis.output] == picked(case, "effective", "output")
    assert list(transposed_same_padding(kernel_size, stride, dilation)) == case["same_tensorflow"]
    x, kernel = torch.zeros(1, 1, size), torch.zeros(1, 1, kernel_size)
    settings = {"stride": stride, "dilation": dilation}
    whole = outputs(F.conv_transpose1d, x, kernel, output_padding=output_padding, **settings)
    assert whole - before - after == case["output"]
    if case["padding"] == "same_tensorflow":
        assert case["output"] == size * stride
        assert sum(same_padding(size * stride, kernel_size, stride, dilation)) == before + after
    most = case["largest_output_padding"]
    assert outputs(F.conv_transpose1d, x, kernel, output_padding=most, **settings) > 0
    assert outputs(F.conv_transpose1d, x, kernel, output_padding=most + 1, **settings) == 0


@pytest.mark.parametrize("case", TABLE["pooling"])
def test_poolings_of_the_table(case: Case) -> None:
    size, kernel_size, stride, ceil_mode = picked(case, "size", "kernel_size", "stride", "ceil_mode")
    axis = pooling_axis(size, kernel_size, stride, ceil_mode)
    assert [axis.output, axis.remainder, axis.after] == picked(case, "output", "remainder", "after")
    for pool in (F.max_pool1d, F.avg_pool1d):
        assert (
            outputs(pool, torch.zeros(1, 1, size), kernel_size, stride, ceil_mode=ceil_mode) == case["output"]
        )


@examples(150)
@given(st.integers(1, 30), st.integers(1, 8), st.integers(1, 8), st.booleans())
def test_every_pooling_has_pytorchs_size(size: int, kernel_size: int, stride: int, ceil_mode: bool) -> None:
    axis = pooling_axis(size, kernel_size, stride, ceil_mode)
    x = torch.zeros(1, 1, size)
    assert axis.output == outputs(F.max_pool1d, x, kernel_size, stride, ceil_mode=ceil_mode)


@pytest.mark.parametrize("case", TABLE["sources"])
def test_sources_of_the_table(case: Case) -> None:
    size, before, after, mode = picked(case, "size", "before", "after", "padding_mode")
    assert sources(size, before, after, mode) == case["sources"]
    assert [source(i, size, mode) for i in range(-before, size + after)] == case["sources"]
    most = largest_padding(size, mode)
    assert most is None or max(before, after) <= most
    row = torch.arange(1.0, size + 1).view(1, 1, 1, size)
    how = {"mode": "constant" if mode == "zeros" else mode}
    padded = F.pad(row, (before, after, 0, 0), **how)[0, 0, 0]
    assert padded.tolist() == [0 if index is None else index + 1 for index in case["sources"]]
    if most is not None:
        with pytest.raises(RuntimeError):
            F.pad(row, (most + 1, 0, 0, 0), **how)


@examples(100)
@given(
    st.integers(1, 6),
    st.integers(0, 4),
    st.integers(1, 5),
    st.integers(1, 5),
    st.integers(1, 3),
    st.integers(0, 4),
)
def test_every_element_of_a_transposed_convolution_is_the_sum_of_its_cells(
    size: int, cut: int, kernel_size: int, stride: int, dilation: int, extra: int
) -> None:
    axis = TransposedAxis(size, cut, cut, kernel_size, stride, dilation, extra % max(stride, dilation))
    if axis.output < 1:
        return
    x, kernel = torch.randn(
        2, 1, 1, max(size, kernel_size), generator=torch.Generator().manual_seed(size)
    ).double()
    x, kernel = x[..., :size], kernel[..., :kernel_size]
    theirs = F.conv_transpose1d(
        x[None, 0], kernel[None, 0], None, stride, cut, axis.output_padding, 1, dilation
    )
    assert theirs.shape[2] == axis.output
    for index in range(axis.output):
        by_hand = sum(float(x[0, 0, i] * kernel[0, 0, cell]) for i, cell in axis.cells(index))
        assert by_hand == pytest.approx(float(theirs[0, 0, index]), abs=1e-9)
