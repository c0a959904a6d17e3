"""Normalisation against float64 by hand and PyTorch's own layers."""

from typing import get_args

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import Tensor, nn

from models.layers.normalization import AXES, LayerNorm2d, Method, Statistics, moments, normalize, shared
from tests.models.nets import close, examples

METHODS: tuple[Method, ...] = get_args(Method)
shapes = st.tuples(st.integers(1, 3), st.sampled_from([1, 2, 4, 6]), st.integers(1, 4), st.integers(1, 4))


def sharing(method: Method, groups: int, batch: int, channels: int) -> list[list[tuple[int, int]]]:
    """Which (image, channel) share a mean and a variance, written out from the definitions."""
    everything = [[(b, c) for c in range(channels)] for b in range(batch)]
    match method:
        case "batch":
            return [[(b, c) for b in range(batch)] for c in range(channels)]
        case "layer":
            return everything
        case "instance":
            return [[(b, c)] for b in range(batch) for c in range(channels)]
        case "group":
            size = channels // groups
            return [row[first : first + size] for row in everything for first in range(0, channels, size)]
        case "none":
            return []


def statistics_by_hand(x: Tensor, method: Method, groups: int) -> tuple[Tensor, Tensor]:
    """Mean and biased variance for each image and channel, summed one value after another in float64."""
    mean = torch.zeros(x.shape[:2], dtype=torch.float64)
    variance = torch.ones_like(mean)
    for cells in sharing(method, groups, *x.shape[:2]):
        values = [float(value) for b, c in cells for value in x[b, c].flatten()]
        average = sum(values) / len(values)
        spread = sum((value - average) ** 2 for value in values) / len(values)
        for b, c in cells:
            mean[b, c], variance[b, c] = average, spread
    return mean, variance


def enough(method: Method, groups: int, x: Tensor) -> bool:
    """Whether there is more than one value to take a variance from."""
    return all(len(cells) * x[0, 0].numel() > 1 for cells in sharing(method, groups, *x.shape[:2]))


def drawn(shape: tuple[int, int, int, int], seed: int, offset: float = 0) -> tuple[Tensor, Tensor, Tensor]:
    """Values, gamma and beta."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(shape, generator=generator) * 3 + offset
    gamma, beta = torch.randn(2, shape[1], generator=generator)
    return x, gamma, beta


@examples(80)
@given(
    shapes,
    st.sampled_from(METHODS),
    st.sampled_from([1, 2, 3]),
    st.integers(0, 999),
    st.booleans(),
    st.sampled_from([0.0, 30.0]),
)
def test_moments_and_result_are_those_by_hand(
    shape: tuple[int, int, int, int],
    method: Method,
    groups: int,
    seed: int,
    channels_last: bool,
    offset: float,
) -> None:
    assume(shape[1] % groups == 0)
    x, gamma, beta = drawn(shape, seed, offset)
    mean, variance = statistics_by_hand(x, method, groups)
    given_x = x.contiguous(memory_format=torch.channels_last) if channels_last else x
    ours = moments(given_x, method, groups)
    assert ours[0].shape == ours[1].shape == shape[:2]
    assert close(ours[0], mean) and close(ours[1], variance)
    if not enough(method, groups, x):
        return
    expected = x.double()
    if method != "none":
        wide = (slice(None), slice(None), None, None)
        expected = (x - mean[wide]) / (variance[wide] + 1e-3).sqrt()
        expected = expected * gamma.double().view(1, -1, 1, 1) + beta.double().view(1, -1, 1, 1)
    result = normalize(given_x, method, gamma, beta, eps=1e-3, statistics="batch", groups=groups)
    assert close(result, expected, 1e-5 if offset == 0 else 1e-3)


@pytest.mark.parametrize("training", [False, True])
def test_batch_equals_pytorchs_layer_in_both_modes(training: bool) -> None:
    x, gamma, beta = drawn((3, 4, 5, 6), 1)
    layer = nn.BatchNorm2d(4, eps=1e-3)
    with torch.no_grad():
        layer.weight.copy_(gamma)
        layer.bias.copy_(beta)
        layer.running_mean, layer.running_var = torch.randn(4), torch.rand(4) + 0.5
        before = layer.running_mean.clone(), layer.running_var.clone()
        statistics: Statistics = "batch" if training else "running"
        ours = normalize(
            x,
            "batch",
            gamma,
            beta,
            layer.running_mean,
            layer.running_var,
            1e-3,
            statistics,
        )
        assert torch.equal(before[0], layer.running_mean) and torch.equal(before[1], layer.running_var)
        assert close(ours, layer.train(training)(x))


def test_layer_equals_pytorchs_layers() -> None:
    x, gamma, beta = drawn((3, 4, 5, 6), 2)
    reference = nn.LayerNorm((4, 5, 6), elementwise_affine=False)(x)
    expected = reference * gamma.view(1, -1, 1, 1) + beta.view(1, -1, 1, 1)
    assert close(normalize(x, "layer", gamma, beta), expected)
    layer = LayerNorm2d(4)
    with torch.no_grad():
        layer.weight.copy_(gamma)
        layer.bias.copy_(beta)
        assert close(layer(x), expected)


@pytest.mark.parametrize(("method", "groups"), [("instance", 4), ("group", 2), ("group", 4), ("group", 1)])
def test_instance_and_group_equal_pytorchs_layers(method: Method, groups: int) -> None:
    x, gamma, beta = drawn((3, 4, 5, 6), 3)
    layer = nn.InstanceNorm2d(4, affine=True) if method == "instance" else nn.GroupNorm(groups, 4)
    with torch.no_grad():
        assert layer.weight is not None and layer.bias is not None
        layer.weight.copy_(gamma)
        layer.bias.copy_(beta)
        assert close(normalize(x, method, gamma, beta, groups=groups), layer(x))


def test_vectors_are_normalised_without_height_and_width() -> None:
    x = torch.randn(5, 6, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert close(normalize(x, "batch", statistics="batch"), nn.BatchNorm1d(6)(x))
    mean, variance = moments(x, "layer")
    assert close(mean, x.mean(1, keepdim=True).expand(5, 6))
    assert close(variance, x.var(1, keepdim=True, correction=0).expand(5, 6))


def test_every_method_names_its_axes() -> None:
    assert set(AXES) == {*METHODS, "layer_channels", "rms"}
    for method in (*METHODS[:-1], "layer_channels", "rms"):
        seen, axes = shared(torch.zeros(2, 4, 3, 5), method, 2)
        named = {"B": 2, "C": 4, "C/groups": 2, "H": 3, "W": 5}
        assert [seen.shape[axis] for axis in axes] == [named[name] for name in AXES[method]]
    with pytest.raises(ValueError):
        shared(torch.zeros(2, 4), "none")
