"""One number taken apart: its terms add up to it."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from models.errors import Refused
from models.interventions import apply
from models.networks.registry import FASHION_MNIST, SPECS
from models.networks.weights import Loaded, load_network
from models.recorder import Record, run
from models.shapes import propagate
from models.views.unit import UnitParams, UnitResult, explain_unit
from tests.models.nets import NAMES, close, examples, parsed, pictures, small

IMAGE = "0" * 64


def of_small() -> Loaded:
    """The small network with random weights, as if it were registered."""
    return Loaded(SPECS["lenet"], small()[1], "", None)


def asked(loaded: Loaded, batch: Tensor, **params: Any) -> UnitResult:
    return explain_unit(loaded, batch, UnitParams.model_validate({"image": IMAGE, **params}))


def value(
    loaded: Loaded, batch: Tensor, changes: list[dict[str, Any]], layer: str, place: tuple[int, ...]
) -> float:
    """The element as a run of the whole network records it."""
    x = run(loaded.network, batch, parsed(*changes), Record(frozenset({layer}))).activations[layer]
    return float(x[(0, *place)])


def check_sum(unit: UnitResult, expected: float) -> None:
    """The terms are consistent, and add up to the value."""
    assert unit.terms is not None
    inputs, weights, products = (
        np.asarray(x) for x in (unit.terms.inputs, unit.terms.weights, unit.terms.products)
    )
    assert inputs.shape == weights.shape == products.shape and inputs.ndim == 3
    assert np.allclose(inputs * weights, products, rtol=1e-12)
    assert np.allclose(products.sum((1, 2)), unit.terms.channel_sums)
    assert unit.terms.sum == pytest.approx(products.sum() + unit.terms.bias)
    tolerance = 1e-5 * max(1.0, np.abs(products).sum())
    assert unit.value == pytest.approx(unit.scale * unit.terms.sum, abs=tolerance * max(1.0, abs(unit.scale)))
    assert unit.value == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize("name", NAMES)
def test_terms_of_every_convolution_and_linear_layer_add_up(name: str) -> None:
    loaded = load_network(name)
    network = loaded.network
    batch = pictures(network, seed=2)
    shapes = propagate(network.steps, network.input_shape)
    chosen = [step.name for step in network.steps.values() if step.kind in ("conv", "linear")]
    for number, layer in enumerate([*chosen[:: 12 if len(chosen) > 30 else 1], network.output]):
        generator = np.random.default_rng(number)
        place = tuple(int(generator.integers(size)) for size in shapes[layer])
        where = dict(zip(("channel", "y", "x"), place, strict=False))
        check_sum(asked(loaded, batch, layer=layer, **where), value(loaded, batch, [], layer, place))


pairs = st.tuples(st.integers(1, 3), st.integers(1, 3))


@examples(80)
@given(
    st.sampled_from(["conv1", "conv2"]),
    pairs,
    st.one_of(st.sampled_from(["valid", "same"]), st.tuples(*[st.integers(0, 4)] * 4)),
    st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
    pairs,
    st.one_of(st.just(1.0), st.floats(-3, 3, width=32)),
    st.data(),
)
def test_terms_add_up_at_every_border_with_every_setting(
    layer: str, stride: Any, padding: Any, mode: str, dilation: Any, scale: float, data: st.DataObject
) -> None:
    loaded = of_small()
    batch = pictures(loaded.network, seed=7)
    moved: dict[str, Any] = {"kind": "conv", "layer": layer, "padding": padding, "padding_mode": mode}
    changes = [
        moved | {"stride": stride, "dilation": dilation},
        {"kind": "channels", "layer": layer, "channels": [1, 4], "scale": scale},
    ]
    if layer == "conv2":  # the addition behind it leaves no choice of size
        changes[0] = moved | {"dilation": dilation, "padding": "same"}
    try:
        shape = propagate(apply(loaded.network, parsed(*changes)), loaded.network.input_shape)[layer]
    except Refused:
        return
    place = tuple(data.draw(st.integers(0, size - 1)) for size in shape)
    channel, y, x = place
    unit = asked(loaded, batch, interventions=changes, layer=layer, channel=channel, y=y, x=x)
    check_sum(unit, value(loaded, batch, changes, layer, place))
    assert unit.scale == (scale if channel in (1, 4) else 1)
    assert unit.terms is not None and unit.rows is not None and unit.columns is not None
    assert unit.terms.channels == ([0, 1] if layer == "conv1" else [0, 1, 2] if channel < 3 else [3, 4, 5])
    source = {"conv1": "input", "conv2": "pool1"}[layer]
    record = Record(frozenset({source}))
    below = run(loaded.network, batch, parsed(*changes), record).activations[source]
    for number, each in enumerate(unit.terms.channels):
        for i, row in enumerate(unit.rows):
            for j, column in enumerate(unit.columns):
                inside = 0 <= row < below.shape[2] and 0 <= column < below.shape[3]
                if inside:
                    assert unit.terms.inputs[number][i][j] == float(below[0, each, row, column])
                elif mode == "zeros":
                    assert unit.terms.inputs[number][i][j] == 0


def test_other_layers_show_what_goes_in() -> None:
    loaded = of_small()
    batch = pictures(loaded.network)
    activations = run(loaded.network, batch, record=Record.everything(loaded.network)).activations
    for step in loaded.network.steps.values():
        if step.kind in ("conv", "linear"):
            continue
        shape = activations[step.name].shape[1:]
        place = (3, 1, 2)[: len(shape)] if shape[-1] > 1 else (3, 0, 0)[: len(shape)]
        unit = asked(loaded, batch, layer=step.name, **dict(zip(("channel", "y", "x"), place, strict=False)))
        assert unit.terms is None and unit.scale == 1
        assert unit.value == pytest.approx(float(activations[step.name][(0, *place)]), abs=1e-5)
        ins = [activations[source][0] for source in step.inputs]
        if step.kind == "flatten":
            assert unit.inputs is None
        elif step.kind == "pool":
            assert unit.rows is not None and unit.columns is not None
            cells = ins[0][place[0]][unit.rows][:, unit.columns]
            assert close(torch.tensor(unit.inputs), cells)
            by_hand = cells.max() if step.name == "pool1" else cells.mean()
            assert unit.value == pytest.approx(float(by_hand), abs=1e-6)
        else:
            assert unit.inputs == pytest.approx([float(x[place]) for x in ins], abs=1e-5)
            assert unit.rows is None and unit.columns is None
        if step.kind == "add":
            assert unit.inputs is not None and unit.value == pytest.approx(sum(unit.inputs), abs=1e-6)


def test_the_box_is_cut_at_the_picture_and_absent_where_nothing_is_seen() -> None:
    loaded = of_small()
    batch = pictures(loaded.network)
    box = asked(loaded, batch, layer="conv1", channel=0, y=0, x=9).receptive_field
    assert box is not None and (box.top, box.bottom, box.left, box.right) == (0, 1, 8, 9)
    whole = asked(loaded, batch, layer="pool2", channel=0).receptive_field
    assert whole is not None and (whole.top, whole.bottom, whole.left, whole.right) == (0, 11, 0, 9)
    assert asked(loaded, batch, layer="head", channel=0).receptive_field is None
    far = [{"kind": "conv", "layer": "conv1", "padding": [20, 0, 0, 0]}]
    assert asked(loaded, batch, interventions=far, layer="conv1", channel=0).receptive_field is None
    near = asked(loaded, batch, interventions=far, layer="conv1", channel=0, y=18).receptive_field
    assert near is not None and (near.top, near.bottom) == (0, 0)


@pytest.mark.parametrize(
    ("params", "code", "field"),
    [
        ({"layer": "nowhere", "channel": 0}, "no-such-layer", "layer"),
        ({"layer": "input", "channel": 0}, "no-such-layer", "layer"),
        ({"layer": "conv1", "channel": 6}, "out-of-range", "channel"),
        ({"layer": "conv1", "channel": 0, "y": 12}, "out-of-range", "y"),
        ({"layer": "conv1", "channel": 0, "x": 10}, "out-of-range", "x"),
        ({"layer": "head", "channel": 4}, "out-of-range", "channel"),
    ],
)
def test_a_unit_that_is_not_there_is_refused(params: dict[str, Any], code: str, field: str) -> None:
    loaded = of_small()
    with pytest.raises(Refused) as refusal:
        asked(loaded, pictures(loaded.network), **params)
    assert (refusal.value.code, refusal.value.field) == (code, field)


def test_masks_of_a_unit_are_those_of_the_run_with_its_seed() -> None:
    loaded = load_network("mlp")
    batch = pictures(loaded.network)
    changes: list[dict[str, Any]] = [{"kind": "dropout", "layer": "hidden1.dropout", "p": 0.5}]
    record = Record(frozenset({"hidden1.dropout"}))
    x = run(loaded.network, batch, parsed(*changes), record, seed=11).activations["hidden1.dropout"]
    for channel in range(20):
        unit = asked(loaded, batch, interventions=changes, layer="hidden1.dropout", channel=channel, seed=11)
        assert unit.value == float(x[0, channel])
    assert loaded.spec.dataset is FASHION_MNIST
