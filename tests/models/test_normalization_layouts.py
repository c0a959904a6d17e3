"""Every normalisation on vectors, sequences, maps and tokens: PyTorch's layers, and float64 one value after another."""

from itertools import product
from typing import Any

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import Tensor, nn

from models.layers.normalization import Norm, channels_first, normalize, spread, statistics_of
from models.layers.running import Running, updated
from tests.models.nets import close, examples

NORMS: tuple[Any, ...] = ("batch", "layer", "layer_channels", "instance", "group", "rms")
sizes = st.integers(1, 4)
shapes = st.one_of(
    *[st.tuples(st.integers(1, 4), st.sampled_from([1, 2, 4, 6]), *[sizes] * n) for n in range(3)]
)
EPS = 1e-3


def key(method: Norm, groups: int, channels: int, place: tuple[int, ...]) -> tuple[int, ...]:
    """What tells the sets of elements apart, from the definitions: equal keys share a mean and a variance."""
    b, c, *rest = place
    return {
        "batch": (c,),
        "layer": (b,),
        "layer_channels": (b, *rest),
        "rms": (b, *rest),
        "instance": (b, c),
        "group": (b, c // (channels // groups)),
    }[method]


def by_hand(x: Tensor, method: Norm, groups: int) -> tuple[Tensor, Tensor, Tensor, int]:
    """Mean, biased and unbiased variance for each element in float64, and how many share them."""
    places = list(product(*map(range, x.shape)))
    sets: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
    for place in places:
        sets.setdefault(key(method, groups, x.shape[1], place), []).append(place)
    mean, variance, unbiased = (torch.zeros(x.shape, dtype=torch.float64) for _ in range(3))
    for members in sets.values():
        values = [float(x[place]) for place in members]
        average = 0.0 if method == "rms" else sum(values) / len(values)
        squares = sum((value - average) ** 2 for value in values)
        for place in members:
            mean[place], variance[place] = average, squares / len(values)
            unbiased[place] = squares / max(len(values) - 1, 1)
    return mean, variance, unbiased, len(sets[next(iter(sets))])


def pytorchs(x: Tensor, method: Norm, groups: int, gamma: Tensor, beta: Tensor) -> Tensor:
    """What the layer of torch.nn makes of `x` (B, C, …). Raises ValueError where it refuses."""
    channels = x.shape[1]
    of_place = (slice(None), *[None] * (x.ndim - 2))
    layer: nn.Module
    match method:
        case "batch":
            layer = (nn.BatchNorm2d if x.ndim == 4 else nn.BatchNorm1d)(channels, EPS)
        case "instance":
            layer = (nn.InstanceNorm2d if x.ndim == 4 else nn.InstanceNorm1d)(channels, EPS, affine=True)
        case "group":
            layer = nn.GroupNorm(groups, channels, EPS)
        case "layer":
            layer = nn.LayerNorm(list(x.shape[1:]), EPS)
            gamma, beta = gamma[of_place].expand(x.shape[1:]), beta[of_place].expand(x.shape[1:])
        case "layer_channels":
            layer = nn.LayerNorm(channels, EPS)
        case "rms":
            layer = nn.RMSNorm(channels, EPS)
    with torch.no_grad():
        layer.get_parameter("weight").copy_(gamma)
        if method != "rms":
            layer.get_parameter("bias").copy_(beta)
        if method in ("layer_channels", "rms"):
            return layer(x.movedim(1, -1)).movedim(-1, 1)  # type: ignore[no-any-return]
        return layer(x)  # type: ignore[no-any-return]


def drawn(shape: tuple[int, ...], seed: int) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    gamma, beta = torch.randn(2, shape[1], generator=generator)
    return torch.randn(shape, generator=generator) * 3 + 1, gamma, beta


@examples(200)
@given(shapes, st.sampled_from(NORMS), st.sampled_from([1, 2, 3]), st.integers(0, 999), st.booleans())
def test_every_shape_is_normalised_as_by_hand_and_as_pytorch_does(
    shape: tuple[int, ...], method: Norm, groups: int, seed: int, tokens: bool
) -> None:
    assume(shape[1] % groups == 0 and not (method == "instance" and len(shape) == 2))
    x, gamma, beta = drawn(shape, seed)
    if tokens and len(shape) == 3:  # the same numbers, laid out in memory as (B, L, D)
        x = channels_first(x.transpose(1, 2).contiguous())
    mean, variance, unbiased, count = by_hand(x, method, groups)
    found = statistics_of(x, method, groups)
    assert found.count == count and (found.unbiased is None) == (count == 1)
    for ours, theirs in ((found.mean, mean), (found.variance, variance), (found.unbiased, unbiased)):
        if ours is not None:
            assert close(spread(ours, x.shape, method, groups).expand(x.shape), theirs)
    shift = torch.zeros_like(beta) if method == "rms" else beta
    of_place = (None, slice(None), *[None] * (x.ndim - 2))
    expected = (x - mean) / (variance + EPS).sqrt() * gamma[of_place] + shift[of_place]
    if count == 1 and method in ("batch", "instance"):
        with pytest.raises(ValueError, match="more than 1"):
            pytorchs(x, method, groups, gamma, beta)
        return
    assume(count > 1 or method in ("layer_channels", "rms"))
    theirs = pytorchs(x, method, groups, gamma, beta)
    ours = normalize(x, method, gamma, shift, eps=EPS, statistics="batch", groups=groups)
    assert close(ours, expected, 1e-4) and close(ours, theirs, 1e-5)


@pytest.mark.parametrize("method", NORMS)
def test_sets_of_a_vector_have_one_number_each(method: Norm) -> None:
    found = statistics_of(drawn((3, 4), 0)[0], method, 2)
    shape = {"batch": [4], "instance": [3, 4], "group": [3, 2]}.get(method, [3])
    assert list(found.mean.shape) == list(found.variance.shape) == shape


def test_rms_takes_a_shift_that_pytorchs_layer_has_not() -> None:
    x, gamma, beta = drawn((2, 4, 3), 5)
    assert torch.equal(
        normalize(x, "rms", gamma, beta), (normalize(x, "rms", gamma).movedim(1, -1) + beta).movedim(-1, 1)
    )


@examples(120)
@given(
    shapes,
    st.integers(1, 6),
    st.sampled_from([None, 0.0, 0.1, 0.5, 1.0]),
    st.integers(0, 999),
    st.booleans(),
)
def test_running_statistics_are_pytorchs_to_the_bit(
    shape: tuple[int, ...], batches: int, momentum: float | None, seed: int, channels_last: bool
) -> None:
    assume(shape[0] * torch.Size(shape[2:]).numel() > 1)
    layer = (nn.BatchNorm2d if len(shape) == 4 else nn.BatchNorm1d)(shape[1], momentum=momentum)
    running = Running.fresh(shape[1])
    mean, variance = torch.zeros(shape[1], dtype=torch.float64), torch.ones(shape[1], dtype=torch.float64)
    for batch in range(batches):
        x = drawn(shape, seed + batch)[0]
        if channels_last and x.ndim == 4:
            x = x.contiguous(memory_format=torch.channels_last)
        before = running.mean.clone()
        after = updated(running, x, momentum)
        assert torch.equal(running.mean, before)  # a new pair, the old one as it was
        running = after
        layer(x)
        rows = x.double().transpose(0, 1).flatten(1)
        share = 1 / (batch + 1) if momentum is None else momentum
        mean = (1 - share) * mean + share * rows.mean(1)
        variance = (1 - share) * variance + share * rows.var(1, correction=1)
    assert torch.equal(running.mean, layer.running_mean)  # type: ignore[arg-type]
    assert torch.equal(running.variance, layer.running_var)  # type: ignore[arg-type]
    assert running.batches == batches == int(layer.num_batches_tracked or 0)
    assert close(running.mean, mean) and close(running.variance, variance)


def test_a_single_value_for_each_channel_is_pytorchs_error() -> None:
    with pytest.raises(ValueError, match="Expected more than 1 value per channel when training"):
        updated(Running.fresh(3), torch.zeros(1, 3))
