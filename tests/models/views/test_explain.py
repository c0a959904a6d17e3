"""Explanations against hooks and autograd on the Module itself."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from models.errors import Refused
from models.interventions import MAX_ELEMENTS
from models.network import trace
from models.networks.registry import SPECS
from models.networks.weights import Loaded
from models.shapes import propagate, receptive_fields
from models.tensors import Tensor as Wire
from models.tensors import decode
from models.views.explain import ExplainParams, ExplainResult, explain
from tests.models.nets import NAMES, close, pictures, small, untrained

LAST = {
    "efficientnet_lite0": "features.act",
    "mini_resnet": "block6.act2",
    "mini_vit": "norm",
    "row_gru": "rows",
    "lenet": "conv2.pool",
    "tiny_vgg_batch": "conv6.act",
    "tiny_vgg_layer": "conv6.act",
    "tiny_vgg_group": "conv6.act",
    "tiny_vgg_instance": "conv6.act",
    "tiny_vgg_none": "conv6.act",
    "smiley_cnn": "act2",
}
"""The last layer whose maps lie over the picture, in the networks that have one."""


def loaded(name: str) -> Loaded:
    """A network with random weights, as if they were trained."""
    return Loaded(
        SPECS.get(name, SPECS["lenet"]), (small() if name == "small" else untrained(name))[1], "", None
    )


def asked(name: str, batch: Tensor, **params: Any) -> ExplainResult:
    return explain(
        loaded(name), batch, ExplainParams.model_validate({"image": "0" * 64, **params}), "float32"
    )


def pixels(result: ExplainResult) -> Tensor:
    assert isinstance(result.map, Wire)
    return decode(result.map)


def grad_cam_by_hooks(module: nn.Module, layer: str, x: Tensor, index: int) -> Tensor:
    """Selvaraju et al. 2017, equations 1 and 2, from what hooks on the Module see."""
    seen: dict[str, Tensor] = {}

    def keep(gradient: Tensor) -> None:
        seen["gradient"] = gradient

    def forward(_m: nn.Module, _x: object, y: Tensor) -> None:
        seen["activation"] = y
        y.register_hook(keep)  # type: ignore[no-untyped-call]

    handle = module.get_submodule(layer).register_forward_hook(forward)
    logits = module(x.clone().requires_grad_())
    logits[0, index].backward()
    handle.remove()
    alpha = seen["gradient"][0].mean((1, 2))
    maps = (alpha[:, None, None] * seen["activation"][0]).sum(0)
    return torch.relu(maps).detach()


@pytest.mark.parametrize("name", LAST)
def test_grad_cam_is_that_of_hooks_on_the_module(name: str) -> None:
    module, network = untrained(name)
    x = pictures(network, seed=3)
    index = 7 % len(SPECS[name].dataset.classes())
    result = asked(name, x, class_index=index)
    assert (result.layer, result.class_index, result.method) == (LAST[name], index, "grad_cam")
    expected = grad_cam_by_hooks(module, LAST[name], x, index)
    assert expected.max() > 0
    assert close(pixels(result) / expected.max(), expected / expected.max(), 1e-3)


def test_grad_cam_of_another_layer_and_the_likeliest_class() -> None:
    module, network = untrained("mini_resnet")
    x = pictures(network, seed=5)
    result = asked("mini_resnet", x, layer="block3.add")
    likeliest = int(module(x)[0].argmax())
    assert result.class_index == likeliest
    expected = grad_cam_by_hooks(module, "block3.add", x, likeliest)
    assert close(pixels(result) / expected.max(), expected / expected.max(), 1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_input_gradient_is_autograds_on_the_module(name: str) -> None:
    module, network = untrained(name)
    x = pictures(network, seed=3)
    result = asked(name, x, method="input_gradient", class_index=2)
    leaf = x.clone().requires_grad_()
    module(leaf)[0, 2].backward()
    assert leaf.grad is not None
    expected = leaf.grad[0].abs().amax(0)
    assert result.layer is None and result.map.shape == list(network.input_shape[1:])
    # A value within rounding of a kink of ReLU6 lets its gradient through in one of the two only.
    assert close(pixels(result) / expected.max(), expected / expected.max(), 1e-2)


@pytest.mark.parametrize(
    ("name", "layer", "channel", "y", "x"),
    [
        ("efficientnet_lite0", "block3.add", 5, 20, 30),
        ("efficientnet_lite0", "block2.depth_norm", 50, 0, 55),
        ("mini_resnet", "block3.add", 3, 13, 0),
        ("tiny_vgg_batch", "pool2", 40, 6, 3),
        ("lenet", "conv2.conv", 15, 9, 9),
    ],
)
def test_the_effective_receptive_field_lies_in_the_theoretical_one(
    name: str, layer: str, channel: int, y: int, x: int
) -> None:
    module, network = untrained(name)
    batch = pictures(network, seed=8)
    result = asked(name, batch, method="effective_receptive_field", layer=layer, channel=channel, y=y, x=x)
    heat = pixels(result)
    field = receptive_fields(network.steps, propagate(network.steps, network.input_shape))[layer]
    for axis, index in ((0, y), (1, x)):
        moved = heat.amax(1 - axis).nonzero().flatten()
        centre = field.start[axis] + index * field.jump[axis]
        reach = (field.size[axis] - 1) / 2
        assert centre - reach <= int(moved[0]) and int(moved[-1]) <= centre + reach
    assert (result.class_index, result.layer) == (None, layer)
    leaf = batch.clone().requires_grad_()
    seen: list[Tensor] = []
    handle = module.get_submodule(layer).register_forward_hook(lambda _m, _x, out: seen.append(out))
    module(leaf)
    handle.remove()
    (expected,) = torch.autograd.grad(seen[0][0, channel, y, x], leaf)
    heat_by_hand = expected[0].abs().amax(0)
    assert close(heat / heat_by_hand.max(), heat_by_hand / heat_by_hand.max(), 1e-3)


def test_the_middle_unit_is_taken_where_none_is_named() -> None:
    x = pictures(small()[1])
    middle = asked("small", x, method="effective_receptive_field", layer="conv1", channel=2)
    named = asked("small", x, method="effective_receptive_field", layer="conv1", channel=2, y=6, x=5)
    assert torch.equal(pixels(middle), pixels(named))
    of_a_class = asked("small", x, method="effective_receptive_field", layer="head", channel=1)
    assert torch.equal(pixels(of_a_class), pixels(asked("small", x, method="input_gradient", class_index=1)))


def test_interventions_change_the_explanation() -> None:
    x = pictures(small()[1], seed=1)
    plain = asked("small", x, class_index=0)
    silent = asked(
        "small",
        x,
        class_index=0,
        layer="act1",
        interventions=[{"kind": "channels", "layer": "act1", "channels": list(range(6))}],
    )
    assert plain.layer == "act2"
    assert (pixels(silent) == 0).all()


@pytest.mark.parametrize("method", ["grad_cam", "input_gradient", "effective_receptive_field"])
def test_where_dropout_drops_everything_the_explanation_is_empty(method: str) -> None:
    batch = pictures(untrained("lenet")[1])
    network = untrained("efficientnet_lite0")[1]
    dropped = [{"kind": "dropout", "layer": "dropout", "p": 1}]
    extra = {"layer": "dropout"} if method == "effective_receptive_field" else {"class_index": 1}
    result = asked("efficientnet_lite0", pictures(network), method=method, interventions=dropped, **extra)
    assert (pixels(result) == 0).all()
    assert batch.shape == (1, 1, 28, 28)


def test_the_picture_is_left_as_it_was() -> None:
    x = pictures(small()[1])
    bits = x.clone()
    asked("small", x)
    assert torch.equal(x, bits) and not x.requires_grad and x.grad is None


@pytest.mark.parametrize(
    ("name", "params", "code", "field"),
    [
        ("small", {"class_index": 4}, "out-of-range", "class_index"),
        ("small", {"layer": "nowhere"}, "no-such-layer", "layer"),
        ("small", {"layer": "input"}, "no-such-layer", "layer"),
        ("small", {"layer": "head"}, "no-maps", "layer"),
        ("small", {"layer": "pool2"}, "no-maps", "layer"),
        ("mlp", {}, "no-maps", "method"),
        ("small", {"method": "effective_receptive_field"}, "missing", "layer"),
        (
            "small",
            {"method": "effective_receptive_field", "layer": "conv1", "channel": 6},
            "out-of-range",
            "channel",
        ),
        ("small", {"method": "effective_receptive_field", "layer": "conv1", "y": 12}, "out-of-range", "y"),
        ("small", {"method": "effective_receptive_field", "layer": "conv1", "x": 10}, "out-of-range", "x"),
        (
            "small",
            {"interventions": [{"kind": "conv", "layer": "conv2", "stride": [2, 2]}]},
            "shapes-differ",
            "interventions",
        ),
    ],
)
def test_what_cannot_be_explained_is_refused(name: str, params: Any, code: str, field: str) -> None:
    network = (small() if name == "small" else untrained(name))[1]
    with pytest.raises(Refused) as refusal:
        asked(name, pictures(network), **params)
    assert (refusal.value.code, refusal.value.field) == (code, field)


def test_gradients_beyond_float32_are_refused() -> None:
    """Nothing but zeros goes through the network, but the gradient is 10⁴²."""
    module = nn.Sequential(
        nn.Conv2d(1, 1, 1, bias=False), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1, 4, bias=False)
    )
    network = trace(module, (1, 5, 5))
    loud = [{"kind": "channels", "layer": layer, "channels": [0], "scale": 1000} for layer in "01" * 7]
    params = ExplainParams.model_validate(
        {"image": "0" * 64, "method": "input_gradient", "class_index": 0, "interventions": loud}
    )
    with pytest.raises(Refused, match="gradient") as refusal:
        explain(Loaded(SPECS["lenet"], network, "", None), torch.zeros(1, 1, 5, 5), params, "list")
    assert (refusal.value.code, refusal.value.field) == ("overflow", "interventions")


def test_a_gradient_that_would_fill_the_memory_is_refused() -> None:
    wide = [
        {"kind": "conv", "layer": layer, "stride": [1, 1]} for layer in ("stem.conv", "block2.depth_conv")
    ]
    with pytest.raises(Refused, match=f"{MAX_ELEMENTS:,}") as refusal:
        asked("efficientnet_lite0", pictures(untrained("efficientnet_lite0")[1]), interventions=wide)
    assert (refusal.value.code, refusal.value.field) == ("too-much-work", "interventions")
