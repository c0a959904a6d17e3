"""Theoretical receptive fields against gradients: what an element can see, and no more."""

import copy
from typing import Any

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from torch import Tensor, nn

from models.errors import Refused
from models.interventions import Intervention, apply
from models.layers.arithmetic import Add
from models.network import Network, trace
from models.networks.registry import SPECS
from models.recorder import Record, run
from models.shapes import ReceptiveField, propagate, receptive_fields
from tests.models.nets import NAMES, examples, parsed, untrained

Ends = tuple[int, int]


def seen_by_gradient(network: Network, changes: list[Intervention], layer: str, y: int, x: int) -> Tensor:
    """Which pixels (H, W) move the element (0, y, x) of a layer, by its gradient at an input of ones."""
    picture = torch.ones(1, *network.input_shape, requires_grad=True)
    record = Record(frozenset({layer}))
    output = run(network, picture, changes, record, with_gradient=True).activations[layer]
    (gradient,) = torch.autograd.grad(output[0, 0, y, x], picture)
    return gradient[0].abs().amax(0) > 0


def box(field: ReceptiveField, index: int, axis: int) -> Ends:
    """First and last pixel that the element at an index sees along an axis, in the picture or beyond it."""
    centre = field.start[axis] + index * field.jump[axis]
    first, last = centre - (field.size[axis] - 1) / 2, centre + (field.size[axis] - 1) / 2
    assert first == int(first) and last == int(last)
    return int(first), int(last)


def check(
    network: Network, changes: list[Intervention], layer: str, y: int, x: int, exact: bool = True
) -> None:
    """What moves the element lies in its field, and reaches the field's borders where nothing was cut off."""
    steps = apply(network, changes)
    shapes = propagate(steps, network.input_shape)
    field = receptive_fields(steps, shapes)[layer]
    moved = seen_by_gradient(network, changes, layer, y, x)
    for axis, index in ((0, y), (1, x)):
        first, last = box(field, index, axis)
        along = moved.any(1 - axis).nonzero().flatten().tolist()
        size = network.input_shape[1 + axis]
        if not along:
            assert last < 0 or first >= size or moved.sum() == 0
            continue
        assert first <= along[0] and along[-1] <= last
        if exact and first >= 0 and last < size:
            assert (along[0], along[-1]) == (first, last)


def positive(module: nn.Module) -> nn.Module:
    """All weights positive and small, so that no path to a pixel is closed, saturated or cancelled."""
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.ndim > 1:
                parameter.fill_(0.5 / parameter[0].numel())
            else:
                parameter.abs_().add_(0.1)
    return module


@st.composite
def layers(draw: DrawFn) -> nn.Sequential:
    """Two or three convolutions and average poolings with any kernel, stride, padding and dilation."""
    made: list[nn.Module] = []
    for _ in range(draw(st.integers(2, 3))):
        kernel_size = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
        stride = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
        if draw(st.booleans()):
            padding = draw(st.tuples(st.integers(0, 2), st.integers(0, 2)))
            dilation = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
            made.append(nn.Conv2d(1, 1, kernel_size, stride, padding, dilation))
        else:
            made.append(nn.AvgPool2d(kernel_size, stride, (kernel_size[0] // 2, kernel_size[1] // 2)))
    return nn.Sequential(*made)


@examples(80)
@given(layers(), st.data())
def test_what_moves_an_element_is_its_field(module: nn.Sequential, data: st.DataObject) -> None:
    network = trace(positive(module), (1, 19, 17))
    try:
        shape = propagate(network.steps, network.input_shape)[network.output]
    except Refused:
        assume(False)
    y, x = data.draw(st.integers(0, shape[1] - 1)), data.draw(st.integers(0, shape[2] - 1))
    check(network, [], network.output, y, x)


class Joined(nn.Module):
    """Two branches of different reach that meet."""

    def __init__(self) -> None:
        super().__init__()
        self.near = nn.Conv2d(1, 1, 1, stride=2)
        self.far = nn.Conv2d(1, 1, 3, padding=1)
        self.farther = nn.Conv2d(1, 1, 5, stride=2, padding=2)
        self.add = Add()
        self.act = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        return self.act(self.add(self.near(x), self.farther(self.far(x))))  # type: ignore[no-any-return]


@examples(50)
@given(st.integers(0, 9), st.integers(0, 9), st.integers(1, 3), st.data())
def test_where_branches_meet_the_field_holds_both(y: int, x: int, dilation: int, data: st.DataObject) -> None:
    paddings: list[list[int]] = []
    for _ in "yx":  # whatever the sides of both paddings are, their sum leaves 10 elements
        total = 2 * dilation + data.draw(st.sampled_from([3, 4]))
        cuts = sorted(data.draw(st.tuples(*[st.integers(0, total)] * 3)))
        paddings.append([b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True)])
    (a, b, c, d), (e, f, g, h) = paddings
    changes = parsed(
        {"kind": "conv", "layer": "far", "padding": [a, b, e, f], "dilation": [dilation, dilation]},
        {"kind": "conv", "layer": "farther", "padding": [c, d, g, h]},
    )
    check(trace(positive(Joined()), (1, 20, 20)), changes, "act", y, x, exact=False)


@pytest.mark.parametrize("index", [0, 1])
def test_branches_that_move_at_different_speeds_still_lie_in_the_field(index: int) -> None:
    network = trace(positive(Joined()), (1, 20, 20))
    changes = parsed(
        {"kind": "conv", "layer": "near", "stride": [19, 10]},
        {"kind": "conv", "layer": "farther", "stride": [12, 15]},
    )
    shapes = propagate(apply(network, changes), network.input_shape)
    assert shapes["act"] == (1, 2, 2)
    check(network, changes, "act", index, index, exact=False)


def test_numbers_of_a_textbook_example() -> None:
    """Araujo, Norris & Sim 2019: three 3×3 convolutions, the middle one with stride 2."""
    network = trace(
        nn.Sequential(nn.Conv2d(1, 1, 3), nn.Conv2d(1, 1, 3, 2, padding=1), nn.Conv2d(1, 1, 3)), (1, 32, 32)
    )
    fields = receptive_fields(network.steps, propagate(network.steps, network.input_shape))
    assert [fields[name].size[0] for name in ("0", "1", "2")] == [3, 5, 9]
    assert [fields[name].jump[0] for name in ("0", "1", "2")] == [1, 2, 2]
    assert [fields[name].start[0] for name in ("0", "1", "2")] == [1, 1, 3]


def windows_alone(network: Network) -> list[Intervention]:
    """Changes that leave of a network its kernels and poolings, all of them linear."""
    changes: list[dict[str, Any]] = []
    for step in network.steps.values():
        if step.kind == "activation":
            changes.append({"kind": "activation", "layer": step.name, "function": "identity"})
        elif step.kind == "norm":
            changes.append({"kind": "normalization", "layer": step.name, "method": "none"})
        elif step.kind == "pool":
            changes.append({"kind": "pooling", "layer": step.name, "method": "avg"})
    return parsed(*changes)


@pytest.mark.parametrize("name", NAMES)
def test_every_network_sees_what_its_fields_say(name: str) -> None:
    network = trace(positive(SPECS[name].build()), SPECS[name].dataset.shape)
    changes = windows_alone(network)
    shapes = propagate(network.steps, network.input_shape)
    fields = receptive_fields(network.steps, shapes)
    of_maps = {step for step, shape in shapes.items() if len(shape) == 3}
    weights = {step.name for step in network.steps.values() if step.kind == "attention"}
    dropped = {
        step.name for step in network.steps.values() if weights & set(step.inputs) and step.kind != "mix"
    }
    order = list(network.steps)
    shuffled = set(order[order.index("permute") :]) if "permute" in order else set()
    assert set(fields) == of_maps - weights - dropped - shuffled
    moving = [step.name for step in network.steps.values() if step.kind in ("conv", "pool", "add")]
    chosen = [step for step in moving if step in fields][:: 15 if len(moving) > 30 else 1]
    for layer in chosen:
        _, height, width = shapes[layer]
        for y, x in {(0, width - 1), (height // 2, width // 2)}:
            check(network, changes, layer, y, x)


def test_statistics_of_the_map_let_in_something_from_everywhere() -> None:
    """As the description of receptive fields admits."""
    module, _ = untrained("tiny_vgg_layer")
    network = trace(copy.deepcopy(module), (1, 28, 28))
    torch.manual_seed(0)
    picture = torch.randn(1, 1, 28, 28, requires_grad=True)
    norm = run(network, picture, record=Record(frozenset({"conv1.norm"})), with_gradient=True).activations[
        "conv1.norm"
    ]
    (gradient,) = torch.autograd.grad(norm[0, 0, 5, 5], picture)
    assert (gradient[0, 0] != 0).float().mean() > 0.9
    assert gradient[0, 0].abs().argmax() in [28 * y + x for y in (4, 5, 6) for x in (4, 5, 6)]
