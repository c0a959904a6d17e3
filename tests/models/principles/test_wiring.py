"""Rows of the Jacobian and the growth of fields, against PyTorch's own Jacobian of the Module."""

from functools import cache

import pytest
import torch
from hypothesis import given as drawn
from hypothesis import strategies as st
from torch import nn

from models.errors import Refused
from models.network import INPUT
from models.principles.growth import GrowthParams, grow, layers_of
from models.principles.wiring import WiringParams, inside, wire
from models.sensitivity import effective
from models.tensors import decode
from tests.models.nets import close, examples
from tests.models.principles.asking import alike, at_layer, given, loaded, module_of

NETWORKS = ("small", "tokens", "tiny_vgg_batch", "tiny_vgg_layer", "mlp", "lenet")
module_with = cache(module_of)


@examples(60)
@drawn(st.sampled_from(NETWORKS), st.integers(0, 3), st.data())
def test_rows_are_those_of_the_jacobian(name: str, seed: int, data: st.DataObject) -> None:
    network = loaded(name)
    layer = data.draw(st.sampled_from([step for step in network.network.steps if step != INPUT]))
    place = tuple(data.draw(st.integers(0, size - 1)) for size in network.shapes[layer])
    where = dict(zip(("channel", "y", "x"), place, strict=False))
    asked = given(network, seed)
    found = wire(asked, WiringParams(layer=layer, **where), "float32").conv
    module = module_with(name)
    jacobian = torch.autograd.functional.jacobian(  # type: ignore[no-untyped-call]
        lambda x: at_layer(module, layer, x)[0][place][None], asked.x
    )
    row, expected = decode(found.row), jacobian[0, 0]
    assert row.shape == expected.shape
    assert float((row - expected).abs().max()) <= 1e-4 * max(1.0, float(expected.abs().max()))
    assert found.unit == [*place] and found.inputs == row.numel() and found.wired == int((row != 0).sum())
    if name in ("small", "tiny_vgg_layer", "tokens"):
        return  # statistics over whole maps and attention see more than kernels do
    outside = torch.ones_like(row, dtype=torch.bool)
    top, left, bottom, right = (max(side, 0) for side in found.box)
    outside[:, top:bottom, left:right] = False
    assert (row[outside] == 0).all() and found.wired <= found.theory.wired


@examples(40)
@drawn(
    st.tuples(*[st.integers(1, 3)] * 4),
    st.tuples(*[st.integers(0, 2)] * 2),
    st.integers(0, 9),
    st.data(),
)
def test_the_row_of_a_first_layer_is_its_weights(
    sizes: tuple[int, ...], padding: tuple[int, int], seed: int, data: st.DataObject
) -> None:
    *kernel, stride, dilation = sizes
    conv = nn.Conv2d(2, 4, (kernel[0], kernel[1]), stride, padding, dilation)
    module = nn.Sequential(conv, nn.Flatten())
    network = alike(module, (2, 9, 8), seed)
    place = [data.draw(st.integers(0, size - 1)) for size in network.shapes["0"]]
    params = WiringParams(layer="0", channel=place[0], y=place[1], x=place[2])
    found = wire(given(network, seed), params, "float32").conv
    assert found.difference == 0
    weights = conv.weight[place[0]].detach()
    assert set(decode(found.row).unique().tolist()) <= {0.0, *weights.flatten().tolist()}
    if dilation == 1:
        assert found.wired == found.theory.wired == 2 * inside(found.box, 9, 8)


def test_every_network_has_the_dense_layer_of_its_own_kind_beside_it() -> None:
    params = WiringParams.model_validate({"layer": "conv1", "dense": {"unit": 3}})
    found = wire(given(loaded("smiley_cnn")), params, "float32")
    assert found.dense is not None and found.dense.network == "smiley_mlp"
    assert found.dense.difference == 0 and found.dense.inputs == found.conv.inputs == 1024


def test_the_dense_unit_beside_it_sees_everything_by_its_own_weights() -> None:
    asked = given(loaded("tiny_vgg_batch"))
    params = WiringParams.model_validate({"layer": "conv1.conv", "channel": 3, "dense": {"unit": 7}})
    found = wire(asked, params, "float32")
    assert found.conv.unit == [3, 14, 14] and found.conv.wired == 9 and found.conv.difference == 0
    assert found.dense is not None and found.dense.difference == 0
    weight = loaded("mlp").network.steps["hidden1.linear"].arguments["weight"][7].detach()
    assert torch.equal(decode(found.dense.row).flatten(), weight)
    assert (found.dense.box, found.dense.theory.wired) == ((0, 0, 28, 28), 784)
    deeper = wire(asked, WiringParams(layer="conv2.conv"), "float32")
    assert deeper.dense is None and deeper.conv.difference is None
    of_colours = given(loaded("efficientnet_lite0"))
    found = wire(
        of_colours, WiringParams.model_validate({"layer": "stem.conv", "y": 0, "dense": {}}), "uint8"
    )
    assert found.dense is None and (found.conv.wired, found.conv.difference) == (27, 0)


@pytest.mark.parametrize("name", ["tiny_vgg_batch", "tiny_vgg_layer", "small"])
def test_growing_fields_are_the_rows_of_each_layer(name: str) -> None:
    asked = given(loaded(name), 5)
    found = grow(asked, GrowthParams(channel=9, y=0.3, x=1), "float32").layers
    assert [sight.layer for sight in found] == layers_of(asked.loaded)
    for sight in found:
        channels, height, width = asked.loaded.shapes[sight.layer]
        assert sight.unit == [min(9, channels - 1), int(0.3 * height), width - 1]
        c, y, x = sight.unit
        alone = wire(asked, WiringParams(layer=sight.layer, channel=c, y=y, x=x), "float32").conv
        heat = decode(sight.heat)
        assert close(heat, decode(alone.row).abs().amax(0)) and abs(sight.value - alone.value) < 1e-5
        assert sight.moved == int((heat != 0).sum()) and sight.field.box == alone.box
        top, left, bottom, right = (max(side, 0) for side in sight.field.box)
        heat[top:bottom, left:right] = 0
        assert sight.outside == int((heat != 0).sum())
        assert sight.inside == inside(sight.field.box, *heat.shape) and sight.effective <= sight.moved
    assert any(sight.outside for sight in found) == (name == "tiny_vgg_layer")


def test_the_effective_field_is_the_fewest_pixels() -> None:
    heat = torch.tensor([[1.0, 0.0, 90.0], [3.0, 2.0, 4.0]])
    assert effective(heat) == 3  # 90 + 4 = 94 are too few of 100
    assert effective(torch.zeros(2, 2)) == 0
    assert effective(torch.eye(10)) == 10


@pytest.mark.parametrize(
    ("name", "count", "first", "last"),
    [
        ("tiny_vgg_batch", 9, "conv1.conv", "pool3"),
        ("mini_resnet", 8, "stem.act", "pool"),
        ("efficientnet_lite0", 10, "stem.act", "pool"),
        ("mlp", 0, None, None),
    ],
)
def test_a_dozen_layers_at_most_are_chosen(
    name: str, count: int, first: str | None, last: str | None
) -> None:
    layers = layers_of(loaded(name))
    assert len(layers) == count and (layers[0], layers[-1]) == (first, last) if layers else count == 0


def test_a_network_without_maps_has_no_fields_that_grow() -> None:
    with pytest.raises(Refused) as refusal:
        grow(given(loaded("mlp")), GrowthParams(), "list")
    assert (refusal.value.code, refusal.value.field) == ("no-maps", "layers")
