"""Every intervention against plain PyTorch: the same Module with the same thing changed in it."""

import copy
from collections.abc import Callable, Sequence
from typing import Any, get_args

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from torch import Tensor, nn

from models.errors import Refused
from models.interventions import apply
from models.layers.activation import Function
from models.layers.kernels import PRESETS, Preset, preset
from models.network import Network, trace
from models.recorder import Record, run
from tests.models.nets import (
    INTERVENTIONS,
    Small,
    close,
    examples,
    parsed,
    pictures,
    randomize,
    small,
    untrained,
)

FUNCTIONS: tuple[Function, ...] = get_args(Function)
Change = Callable[[nn.Module], nn.Module]


def swapped(module: nn.Module, layer: str, change: Change) -> nn.Module:
    """A copy of a Module in which one layer is what `change` makes of it."""
    module = copy.deepcopy(module)
    module.set_submodule(layer, change(module.get_submodule(layer)))
    return module


def agree(
    nets: tuple[nn.Module, Network], changed: nn.Module, changes: Sequence[Any], count: int = 2
) -> None:
    """The walk with the changes computes what the changed Module computes."""
    _, network = nets
    batch = pictures(network, count, seed=4)
    with torch.no_grad():
        expected = changed(batch)
    assert close(run(network, batch, parsed(*changes)).activations[network.output], expected, 1e-4)


class Padded(nn.Module):
    """Padding of each side by itself, then a convolution."""

    def __init__(self, conv: nn.Conv2d, sides: tuple[int, int, int, int], mode: str) -> None:
        super().__init__()
        self.conv = conv
        self.sides = sides
        self.mode = "constant" if mode == "zeros" else mode
        self.conv.padding = (0, 0)

    def forward(self, x: Tensor) -> Tensor:
        top, bottom, left, right = self.sides
        if any(self.sides):
            x = F.pad(x, (left, right, top, bottom), self.mode)
        return F.conv2d(
            x, self.conv.weight, self.conv.bias, self.conv.stride, 0, self.conv.dilation, self.conv.groups
        )


pairs = st.one_of(st.none(), st.tuples(st.integers(1, 5), st.integers(1, 5)))
sides = st.tuples(*[st.integers(0, 5)] * 4)
modes = st.sampled_from([None, "zeros", "reflect", "replicate", "circular"])


@examples(80)
@given(st.sampled_from([1, 2, 4, 6]), pairs, st.one_of(st.none(), st.just("valid"), sides), modes, pairs)
def test_convolutions_move_as_pytorchs_do_or_are_refused_where_they_fail(
    number: int, stride: Any, padding: Any, mode: str | None, dilation: Any
) -> None:
    module, network = untrained("tiny_vgg_batch")
    layer = f"conv{number}.conv"
    asked = {"stride": stride, "padding": padding, "padding_mode": mode, "dilation": dilation}
    change = {"kind": "conv", "layer": layer, **asked}

    def moved(conv: nn.Module) -> nn.Module:
        assert isinstance(conv, nn.Conv2d)
        conv.stride, conv.dilation = stride or conv.stride, dilation or conv.dilation
        pixels = {None: (1, 1, 1, 1), "valid": (0, 0, 0, 0)}.get(padding, padding)
        return Padded(conv, pixels, mode or "zeros")

    changed = swapped(module, layer, moved)
    try:
        apply(network, parsed(change))
    except Refused as refused:
        assert refused.code in ("kernel-too-large", "padding-too-large")
        assert refused.field is not None and refused.field.startswith("interventions")
        with pytest.raises(RuntimeError), torch.no_grad():
            changed(pictures(network))
        return
    agree((module, network), changed, [change])


@examples(25)
@given(
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
)
def test_same_padding_keeps_the_size_divided_by_the_stride(
    stride: tuple[int, int], dilation: tuple[int, int]
) -> None:
    _, network = small()
    change = {
        "kind": "conv",
        "layer": "conv1",
        "padding": "same",
        "stride": stride,
        "dilation": dilation,
    }
    record = Record(frozenset({"conv1"}))
    try:
        x = run(network, pictures(network), parsed(change), record).activations["conv1"]
    except Refused as refused:
        assert refused.code in (
            "kernel-too-large",
            "one-value",
        )  # pooling a map of one row; a group of one value
    else:
        assert x.shape[2:] == (-(-12 // stride[0]), -(-10 // stride[1]))


numbers = st.floats(-1e6, 1e6, allow_nan=False, width=32)


@examples(25)
@given(
    st.sampled_from(["conv1", "conv2"]),
    st.integers(0, 5),
    st.integers(0, 1),
    st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=3, max_size=3),
)
def test_an_edited_kernel_is_that_of_a_module_with_other_weights(
    layer: str, out: int, in_: int, values: list[list[float]]
) -> None:
    def edited(conv: nn.Module) -> nn.Module:
        assert isinstance(conv, nn.Conv2d)
        with torch.no_grad():
            conv.weight[out, in_] = torch.tensor(values)
        return conv

    change = {"kind": "kernel", "layer": layer, "out": out, "in": in_, "values": values}
    agree(small(), swapped(small()[0], layer, edited), [change])


def test_edits_of_one_kernel_add_up() -> None:
    _, network = small()
    cell = [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
    changes = parsed(
        {"kind": "kernel", "layer": "conv1", "out": 0, "in": 0, "values": cell},
        {"kind": "kernel", "layer": "conv1", "out": 0, "in": 1, "values": cell},
    )
    batch = pictures(network)
    x = run(network, batch, changes, Record(frozenset({"conv1"}))).activations["conv1"]
    bias = network.steps["conv1"].arguments["bias"]
    assert close(x[:, 0], batch.sum(1) + bias[0])


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("in_", [None, 0, 1])
def test_a_preset_takes_a_kernels_place_with_its_norm(name: Preset, in_: int | None) -> None:
    module, network = small()
    conv = module.get_submodule("conv1")
    assert isinstance(conv, nn.Conv2d)
    weight = conv.weight.detach().clone()
    pattern = preset(name, 3, 3)
    for index in (0, 1) if in_ is None else (in_,):
        weight[4, index] = pattern / pattern.norm() * weight[4, index].norm()

    def put(conv: nn.Module) -> nn.Module:
        assert isinstance(conv, nn.Conv2d)
        conv.weight = nn.Parameter(weight)
        return conv

    change = {"kind": "kernel_preset", "layer": "conv1", "out": 4, "in": in_, "preset": name}
    agree((module, network), swapped(module, "conv1", put), [change])
    changed = apply(network, parsed(change))["conv1"].arguments["weight"]
    assert close(changed.flatten(2).norm(dim=2), conv.weight.detach().flatten(2).norm(dim=2))


class Scaled(nn.Module):
    """A layer, then its channels times factors."""

    def __init__(self, layer: nn.Module, factors: Tensor) -> None:
        super().__init__()
        self.layer = layer
        self.factors = factors

    def forward(self, *inputs: Tensor) -> Tensor:
        y: Tensor = self.layer(*inputs)
        return y * self.factors.view(1, -1, *[1] * (y.ndim - 2))


@pytest.mark.parametrize("layer", [name for name in small()[1].steps if name != "head"])
@examples(6)
@given(
    channels=st.lists(st.integers(0, 5), min_size=1, max_size=8),
    scale=st.floats(-1000, 1000, width=32).filter(lambda scale: scale != 1),
)
def test_channels_of_any_layer_are_scaled_once_each(layer: str, channels: list[int], scale: float) -> None:
    factors = torch.ones(6)
    factors[list(set(channels))] = scale
    change = {"kind": "channels", "layer": layer, "channels": channels, "scale": scale}
    agree(small(), swapped(small()[0], layer, lambda part: Scaled(part, factors)), [change])


def test_channels_are_silenced_by_default_and_scales_multiply() -> None:
    _, network = small()
    record = Record(frozenset({"act1"}))
    batch = pictures(network)
    plain = run(network, batch, (), record).activations["act1"]
    silent = run(network, batch, parsed({"kind": "channels", "layer": "act1", "channels": [2]}), record)
    assert (silent.activations["act1"][:, 2] == 0).all()
    assert torch.equal(silent.activations["act1"][:, [0, 1, 3, 4, 5]], plain[:, [0, 1, 3, 4, 5]])
    twice = [{"kind": "channels", "layer": "act1", "channels": [1], "scale": scale} for scale in (2, -3)]
    assert close(run(network, batch, parsed(*twice), record).activations["act1"][:, 1], plain[:, 1] * -6)


def normalized_by(norm: nn.Module, method: str, groups: int) -> nn.Module:
    """PyTorch's own layer of another method, with the gamma and beta of `norm`."""
    assert isinstance(norm, nn.BatchNorm2d | nn.GroupNorm)
    channels = len(norm.weight)
    layers: dict[str, Callable[[], nn.Module]] = {
        "batch": lambda: nn.BatchNorm2d(channels, norm.eps, track_running_stats=False),
        "layer": lambda: nn.GroupNorm(1, channels, norm.eps),
        "instance": lambda: nn.InstanceNorm2d(channels, norm.eps, affine=True),
        "group": lambda: nn.GroupNorm(groups, channels, norm.eps),
        "none": lambda: nn.Identity(),
    }
    other = layers[method]()
    if method != "none":
        other.load_state_dict({"weight": norm.weight, "bias": norm.bias})
    return other


@pytest.mark.parametrize("layer", ["norm1", "norm2"])
@pytest.mark.parametrize(
    ("method", "groups"),
    [("batch", 1), ("layer", 1), ("instance", 1), ("group", 1), ("group", 2), ("group", 3), ("none", 1)],
)
@pytest.mark.parametrize("count", [1, 3])
def test_normalisation_by_another_method(layer: str, method: str, groups: int, count: int) -> None:
    change: dict[str, Any] = {"kind": "normalization", "layer": layer, "method": method}
    if method == "group":
        change["groups"] = groups
    if method == "batch":
        change["statistics"] = "batch"
    changed = swapped(small()[0], layer, lambda norm: normalized_by(norm, method, groups))
    agree(small(), changed, [change], count)


def test_running_statistics_may_be_asked_for_where_there_are_some() -> None:
    module, _ = small()
    agree(small(), module, [{"kind": "normalization", "layer": "norm1", "statistics": "running"}])
    agree(small(), module, [{"kind": "normalization", "layer": "norm1"}])


def test_other_groups_of_a_group_normalisation() -> None:
    changed = swapped(small()[0], "norm2", lambda norm: normalized_by(norm, "group", 2))
    agree(small(), changed, [{"kind": "normalization", "layer": "norm2", "groups": 2}])


class Masked(nn.Module):
    """Times a fixed mask and scale."""

    def __init__(self, mask: Tensor, p: float) -> None:
        super().__init__()
        self.mask = mask
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        return x * self.mask / (1 - self.p) if self.p < 1 else torch.zeros_like(x)


@examples(40)
@given(
    st.sampled_from(["drop", "dropout"]),
    st.sampled_from([None, "element", "channel", "row", "batch"]),
    st.one_of(st.none(), st.floats(0, 0.99), st.just(1.0)),
    st.one_of(st.none(), st.integers(0, 2**48 - 1)),
)
def test_dropout_multiplies_by_the_recorded_mask(
    layer: str, variant: str | None, p: float | None, seed: int | None
) -> None:
    module, network = small()
    change = {"kind": "dropout", "layer": layer, "variant": variant, "p": p, "seed": seed}
    record = Record(dropouts=frozenset({layer}))
    recorded = run(network, pictures(network, 2, seed=4), parsed(change), record).dropouts[layer]
    own = {"drop": ("row", 0.4), "dropout": ("element", 0.3)}[layer]
    assert (recorded.variant, recorded.p) == (variant or own[0], own[1] if p is None else p)
    assert recorded.mask is not None and (seed is None or recorded.seed == seed)
    mask = recorded.mask
    agree(small(), swapped(module, layer, lambda _: Masked(mask, recorded.p)), [change])


def test_dropout_switched_off_is_not_there() -> None:
    change = {"kind": "dropout", "layer": "dropout", "p": 0.9, "on": False}
    agree(small(), small()[0], [change])


@pytest.mark.parametrize("layer", ["act1", "act2"])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_another_activation(layer: str, function: Function) -> None:
    layers: dict[Function, nn.Module] = {
        "relu": nn.ReLU(),
        "relu6": nn.ReLU6(),
        "leaky_relu": nn.LeakyReLU(0.01),
        "gelu": nn.GELU(),
        "identity": nn.Identity(),
    }
    change = {"kind": "activation", "layer": layer, "function": function}
    agree(small(), swapped(small()[0], layer, lambda _: layers[function]), [change])


@pytest.mark.parametrize(
    ("layer", "method", "other"),
    [
        ("pool1", "avg", nn.AvgPool2d(2)),
        ("pool1", "max", nn.MaxPool2d(2)),
        ("pool2", "max", nn.AdaptiveMaxPool2d(1)),
        ("pool2", "avg", nn.AdaptiveAvgPool2d(1)),
    ],
)
def test_pooling_by_the_other_method(layer: str, method: str, other: nn.Module) -> None:
    change = {"kind": "pooling", "layer": layer, "method": method}
    agree(small(), swapped(small()[0], layer, lambda _: other), [change])


def test_many_changes_at_once_are_all_in_force() -> None:
    module = copy.deepcopy(small()[0])
    conv = module.get_submodule("conv1")
    assert isinstance(conv, nn.Conv2d)
    conv.stride = (2, 1)
    module.set_submodule("act1", nn.GELU())
    module.set_submodule("norm1", normalized_by(module.get_submodule("norm1"), "instance", 1))
    module.set_submodule("pool2", nn.AdaptiveMaxPool2d(1))
    changes = [
        {"kind": "pooling", "layer": "pool2", "method": "max"},
        {"kind": "normalization", "layer": "norm1", "method": "instance"},
        {"kind": "conv", "layer": "conv1", "stride": [2, 1]},
        {"kind": "activation", "layer": "act1", "function": "gelu"},
    ]
    agree(small(), module, changes)
    agree(small(), module, changes[::-1])


@pytest.mark.parametrize("name", ["efficientnet_lite0", "tiny_vgg_batch", "tiny_vgg_layer", "tiny_vgg_none"])
@pytest.mark.parametrize("stride", [[1, 1], [3, 2], [5, 5]])
def test_any_stride_works_before_a_global_pooling_head(name: str, stride: list[int]) -> None:
    _, network = untrained(name)
    layer = {"efficientnet_lite0": "block4.depth_conv"}.get(name, "conv3.conv")
    changes = parsed({"kind": "conv", "layer": layer, "stride": stride})
    record = Record(frozenset({layer, network.output}))
    recording = run(network, pictures(network), changes, record)
    size = {"efficientnet_lite0": 56}.get(name, 14)
    assert recording.activations[layer].shape[2:] == (-(-size // stride[0]), -(-size // stride[1]))
    assert recording.activations[network.output].isfinite().all()


def test_a_networks_own_reflection_is_checked_as_well() -> None:
    module = nn.Sequential(nn.Conv2d(1, 1, 3), nn.Conv2d(1, 1, 3, padding=2, padding_mode="reflect"))
    network = trace(randomize(module), (1, 6, 6))
    assert run(network, pictures(network)).activations["1"].shape == (1, 1, 6, 6)
    with pytest.raises(Refused, match="reflect") as refusal:
        apply(network, parsed({"kind": "conv", "layer": "0", "stride": [3, 3]}))
    assert refusal.value.field == "interventions"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e400, "1e400", None, [], "x"])
@pytest.mark.parametrize(
    "change",
    [
        {"kind": "channels", "layer": "act1", "channels": [0], "scale": ...},
        {"kind": "kernel", "layer": "conv1", "out": 0, "in": 0, "values": [[..., 0, 0], [0] * 3, [0] * 3]},
        {"kind": "dropout", "layer": "drop", "seed": ...},
        {"kind": "conv", "layer": "conv1", "stride": [..., 1]},
        {"kind": "conv", "layer": "conv1", "padding": [..., 1, 1, 1]},
    ],
    ids=lambda change: "-".join(change),
)
def test_what_is_no_finite_number_is_refused(change: dict[str, Any], value: object) -> None:
    def put(item: Any) -> Any:
        if isinstance(item, list):
            return [put(each) for each in item]
        return value if item is ... else item

    if value is None and change.get("seed") is ...:
        return  # a seed of its own is optional
    with pytest.raises(ValidationError):
        INTERVENTIONS.validate_python([{key: put(item) for key, item in change.items()}])


def test_small_has_every_kind_of_layer() -> None:
    kinds = {step.kind for step in trace(Small(), (2, 12, 10)).steps.values()}
    assert kinds == {"conv", "norm", "activation", "pool", "linear", "dropout", "add", "flatten"}
