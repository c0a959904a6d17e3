"""Sizes, parameters and multiply-adds by arithmetic, against real runs and PyTorch's own counting."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from models.errors import Refused
from models.interventions import apply
from models.network import INPUT
from models.recorder import Record, run
from models.shapes import multiply_adds, output_size, parameters, propagate, written
from tests.models.nets import NAMES, examples, parsed, pictures, small, untrained


@examples(150)
@given(
    st.integers(1, 40),
    st.integers(1, 7),
    st.integers(1, 5),
    st.integers(0, 5),
    st.integers(0, 5),
    st.integers(1, 5),
)
def test_output_size_is_what_a_convolution_has(
    size: int, kernel_size: int, stride: int, before: int, after: int, dilation: int
) -> None:
    expected = output_size(size, kernel_size, stride, before + after, dilation)
    row = F.pad(torch.zeros(1, 1, size), (before, after))
    if expected < 1:
        with pytest.raises(RuntimeError):
            F.conv1d(row, torch.zeros(1, 1, kernel_size), stride=stride, dilation=dilation)
    else:
        output = F.conv1d(row, torch.zeros(1, 1, kernel_size), stride=stride, dilation=dilation)
        assert output.shape[2] == expected


@pytest.mark.parametrize("name", NAMES)
def test_shapes_are_those_of_a_run(name: str) -> None:
    _, network = untrained(name)
    shapes = propagate(network.steps, network.input_shape)
    assert list(shapes) == [INPUT, *network.steps]
    activations = run(network, pictures(network, 2), record=Record.everything(network)).activations
    assert {step: (2, *shape) for step, shape in shapes.items()} == {
        step: tuple(x.shape) for step, x in activations.items()
    }


pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))
paddings = st.one_of(st.sampled_from(["valid", "same"]), st.tuples(*[st.integers(0, 4)] * 4))


@examples(80)
@given(
    pairs, paddings, pairs, pairs, paddings, st.sampled_from(["zeros", "reflect", "replicate", "circular"])
)
def test_shapes_follow_every_setting_of_a_convolution(
    stride: tuple[int, int],
    padding: object,
    dilation: tuple[int, int],
    second_stride: tuple[int, int],
    second_padding: object,
    mode: str,
) -> None:
    _, network = untrained("tiny_vgg_batch")
    changes = parsed(
        {"kind": "conv", "layer": "conv1.conv", "stride": stride, "padding": padding, "dilation": dilation},
        {
            "kind": "conv",
            "layer": "conv4.conv",
            "stride": second_stride,
            "padding": second_padding,
            "padding_mode": mode,
        },
    )
    try:
        steps = apply(network, changes)
    except Refused as refused:
        assert refused.code in ("kernel-too-large", "padding-too-large")
        return
    shapes = propagate(steps, network.input_shape)
    activations = run(network, pictures(network), changes, Record.everything(network)).activations
    assert shapes == {step: tuple(x.shape[1:]) for step, x in activations.items()}


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_those_of_the_module(name: str) -> None:
    module, network = untrained(name)
    assert sum(map(parameters, network.steps.values())) == sum(p.numel() for p in module.parameters())
    for step in network.steps.values():
        assert parameters(step) == sum(p.numel() for p in module.get_submodule(step.name).parameters())


@pytest.mark.parametrize("name", NAMES)
def test_multiply_adds_are_half_of_pytorchs_flops(name: str) -> None:
    module, network = untrained(name)
    shapes = propagate(network.steps, network.input_shape)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module(pictures(network))
    total = sum(multiply_adds(step, shapes[step.name]) for step in network.steps.values())
    assert 2 * total == counter.get_total_flops()


def test_multiply_adds_follow_an_intervention() -> None:
    _, network = untrained("tiny_vgg_batch")
    changes = parsed({"kind": "conv", "layer": "conv1.conv", "stride": [2, 3], "dilation": [2, 1]})
    steps = apply(network, changes)
    shapes = propagate(steps, network.input_shape)
    with FlopCounterMode(display=False) as counter:
        run(network, pictures(network), changes)
    assert (
        2 * sum(multiply_adds(step, shapes[step.name]) for step in steps.values())
        == counter.get_total_flops()
    )


def test_other_steps_have_no_multiply_adds_and_shapes_are_written_with_a_cross() -> None:
    _, network = small()
    shapes = propagate(network.steps, network.input_shape)
    counted = {step.name for step in network.steps.values() if multiply_adds(step, shapes[step.name])}
    assert counted == {"conv1", "conv2", "head"}
    assert written((32, 112, 112)) == "32×112×112"
