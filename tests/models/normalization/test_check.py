"""The four steps beside torch.nn's layers and beside float64, one value after another."""

from dataclasses import replace
from itertools import product

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import Tensor

from models.layers.running import Running
from models.normalization.check import compare, pytorch, run
from models.normalization.layer import METHODS, Layer, Method
from models.normalization.sets import box, elements
from models.normalization.steps import by_hand
from tests.models.nets import examples
from tests.models.normalization.asking import layer_of

sizes = st.integers(1, 4)
shapes = st.one_of(
    *[st.tuples(st.integers(1, 4), st.sampled_from([1, 2, 4, 6]), *[sizes] * n) for n in range(3)]
)
scales = st.sampled_from([(1.0, 0.0), (30.0, -100.0), (1e-3, 1.0), (1e5, 0.0), (0.0, 2.0)])


def one_by_one(x: Tensor, layer: Layer) -> tuple[Tensor, Tensor]:
    """The definition in float64, element after element, and the size of what each is the sum of."""
    y, scale = torch.empty(2, *x.shape, dtype=torch.float64)
    for place in product(*map(range, x.shape)):
        b, c, *rest = (*place, 0, 0)[:4]
        values = elements(x, box(layer.method, x.shape, layer.groups, (b, c, rest[0], rest[1]))).tolist()
        mean = 0.0 if layer.method == "rms" else sum(values) / len(values)
        variance = sum((value - mean) ** 2 for value in values) / len(values)
        if layer.statistics == "running":
            assert layer.running is not None
            mean, variance = float(layer.running.mean[c]), float(layer.running.variance[c])
        std, gamma, beta = (variance + layer.eps) ** 0.5, float(layer.gamma[c]), float(layer.beta[c])
        y[place] = gamma * (float(x[place]) - mean) / std + beta
        scale[place] = max(1, abs(gamma) * (abs(float(x[place])) + abs(mean)) / std + abs(beta))
    return y, scale


@examples(250)
@given(
    shapes,
    st.sampled_from(METHODS),
    st.sampled_from([1, 2, 3]),
    st.sampled_from([1e-5, 1e-3, 1.0]),
    scales,
    st.booleans(),
    st.booleans(),
    st.integers(0, 999),
)
def test_steps_and_layer_agree_for_every_method_mode_and_shape(
    shape: tuple[int, ...],
    method: Method,
    groups: int,
    eps: float,
    scale: tuple[float, float],
    tracked: bool,
    evaluating: bool,
    seed: int,
) -> None:
    assume(shape[1] % groups == 0)
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(shape, generator=generator) * scale[0] + scale[1]
    running = None
    if method == "batch" and tracked:
        mean, variance = torch.rand(2, shape[1], generator=generator)
        running = Running(mean, variance + 0.1, 3)
    layer = layer_of(method, shape[1], groups, eps, running, evaluating, seed)
    written = pytorch(layer, torch.Size(shape))
    with torch.inference_mode():
        try:
            theirs = run(written, x)
        except ValueError as error:
            assert "Expected more than 1" in str(error)
            return
        steps = by_hand(x, layer)
        found = compare(written.text, x, layer, steps.y, theirs)
    assert found.agrees, found
    exact, size = one_by_one(x, layer)
    for ours in (steps.y, theirs):
        assert float(((ours - exact).abs() / size).max()) <= 1e-6


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(3, 4), (3, 4, 5), (3, 4, 5, 2)])
def test_what_is_written_is_the_layer(method: Method, shape: tuple[int, ...]) -> None:
    if method == "instance" and len(shape) == 2:
        return
    layer = layer_of(method, 4, 2, 1e-3)
    written = pytorch(layer, torch.Size(shape))
    typed = eval(written.text, {"nn": torch.nn}).eval()
    x = torch.randn(shape)
    if method == "batch":
        typed.train()
    plain = replace(layer, gamma=torch.ones(4), beta=torch.zeros(4))
    moved = x.movedim(1, -1) if written.last else x
    with torch.no_grad():
        y = typed(moved)
        assert torch.equal(y.movedim(-1, 1) if written.last else y, run(pytorch(plain, x.shape), x))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("axis", [0, 1])
def test_a_wrong_number_is_found_wherever_it_is(method: Method, axis: int) -> None:
    x = torch.randn(70, 40, 9, 9)  # in several parts
    layer = layer_of(method, 40, 8)
    with torch.inference_mode():
        y = run(pytorch(layer, x.shape), x)
        steps = by_hand(x, layer).y
        assert compare("", x, layer, steps, y).agrees
        place = (69, 3, 0, 8) if axis else (0, 39, 8, 0)
        for wrong_steps in (True, False):
            wrong = (steps if wrong_steps else y).clone()
            wrong[place] += 1e-3
            found = compare("", x, layer, wrong if wrong_steps else steps, y if wrong_steps else wrong)
            assert not found.agrees and found.difference > 1e-6
            assert (found.by_hand > 1e-6) == (not wrong_steps)
        both = compare("", x, layer, steps + 1e-2, y + 1e-2)
        assert not both.agrees and both.by_hand > 1e-6


def test_running_statistics_normalise_each_channel_with_its_own() -> None:
    x = torch.randn(70, 40, 9, 9)
    running = Running(torch.arange(40.0), torch.arange(1.0, 41.0), 5)
    layer = layer_of("batch", 40, running=running, evaluating=True)
    with torch.inference_mode():
        y = run(pytorch(layer, x.shape), x)
        assert compare("", x, layer, by_hand(x, layer).y, y).agrees
    assert torch.equal(running.mean, torch.arange(40.0))
