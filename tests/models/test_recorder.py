"""The walk records what the Module computes, and leaves the network as it was."""

import copy
import hashlib
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from models.errors import Refused
from models.layers.arithmetic import Add
from models.layers.normalization import AXES
from models.masking import layer_seed
from models.network import INPUT, Network, trace
from models.recorder import Record, run
from tests.models.nets import NAMES, close, leaves, parsed, pictures, small, untrained
from tests.models.test_normalization import statistics_by_hand


def hooked(module: nn.Module, batch: Tensor) -> dict[str, Tensor]:
    """The output of every layer of a Module, by forward hooks on a copy."""
    module = copy.deepcopy(module)
    outputs: dict[str, Tensor] = {}
    for name, part in leaves(module):
        part.register_forward_hook(lambda _m, _x, y, name=name: outputs.__setitem__(name, y.clone()))
    with torch.no_grad():
        module(batch)
    return outputs


def fingerprint(network: Network) -> str:
    """A hash of every bit of a network's tensors, their layout, and of its steps' other arguments."""
    sums = hashlib.sha256()
    for name, tensor in network.module.state_dict().items():
        sums.update(f"{name} {tensor.shape} {tensor.stride()} {tensor.data_ptr()}".encode())
        sums.update(tensor.numpy().tobytes())
    for step in network.steps.values():
        plain = {key: value for key, value in step.arguments.items() if not isinstance(value, Tensor)}
        sums.update(f"{step.name} {step.inputs} {plain} {step.scaled}".encode())
    sums.update(
        str([(part.training, len(part._forward_hooks)) for part in network.module.modules()]).encode()
    )
    return sums.hexdigest()


@pytest.mark.parametrize("name", NAMES)
def test_every_activation_is_that_of_the_module(name: str) -> None:
    module, network = untrained(name)
    batch = pictures(network, 1 if name == "efficientnet_lite0" else 2)
    recorded = run(network, batch, record=Record.everything(network)).activations
    expected = hooked(module, batch)
    assert set(recorded) == set(expected) | {INPUT}
    assert torch.equal(recorded[INPUT], batch)
    for step, activation in expected.items():
        assert close(recorded[step], activation, 1e-4), step


@pytest.mark.parametrize("name", NAMES)
def test_what_is_left_out_changes_no_bit_of_what_is_recorded(name: str) -> None:
    _, network = untrained(name)
    batch = pictures(network)
    others = [step.name for step in network.steps.values() if step.kind != "conv"]
    whole = run(network, batch, record=Record(frozenset(others)), seed=3).activations
    chosen = others[:: 20 if len(others) > 60 else 3]
    for step in [*chosen, network.output]:
        alone = run(network, batch, record=Record(frozenset({step})), seed=3).activations
        assert set(alone) == {step}
        assert torch.equal(alone[step], whole[step]), step
    assert torch.equal(run(network, batch).activations[network.output], whole[network.output])


@pytest.mark.parametrize("name", NAMES)
def test_recording_a_convolution_changes_later_values_by_rounding_alone(name: str) -> None:
    """A convolution of which nobody sees the output may be computed together with its normalisation."""
    _, network = untrained(name)
    batch = pictures(network)
    everything = run(network, batch, record=Record.everything(network)).activations
    output = run(network, batch).activations[network.output]
    assert close(output, everything[network.output], 1e-4)


class Forked(nn.Module):
    """A convolution whose outcome goes through an activation function and past it."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)
        self.act = nn.ReLU()
        self.add = Add()

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x)
        added: Tensor = self.add(self.act(y), y)
        return added


def test_an_activation_overwrites_nothing_that_another_step_needs() -> None:
    module, batch = Forked(), torch.randn(2, 1, 6, 6)
    network = trace(module, (1, 6, 6))
    with torch.no_grad():
        expected = module(batch)
    assert close(run(network, batch).activations["add"], expected, 1e-6)


def test_what_no_recorded_step_needs_is_not_computed() -> None:
    _, network = small()

    def never(*_: object, **__: object) -> Tensor:
        raise AssertionError("computed in vain")

    cut = replace(network, steps={**network.steps, "conv2": replace(network.steps["conv2"], function=never)})
    assert set(run(cut, pictures(network), record=Record(frozenset({"pool1", INPUT}))).activations) == {
        "pool1",
        INPUT,
    }
    assert run(cut, pictures(network), record=Record()).activations == {}


@pytest.mark.parametrize("method", [None, "batch", "layer", "instance", "group", "none"])
def test_normalisation_statistics_are_those_by_hand(method: str | None) -> None:
    _, network = small()
    batch = pictures(network, 3)
    extra = {"groups": 2} if method == "group" else {}
    changes = []
    if method == "batch":
        changes = parsed(
            {"kind": "normalization", "layer": "norm1", "statistics": "batch"},
            {"kind": "normalization", "layer": "norm2", "method": "batch"},
        )
    elif method is not None:
        changes = parsed(
            *[
                {"kind": "normalization", "layer": layer, "method": method, **extra}
                for layer in ("norm1", "norm2")
            ]
        )
    recording = run(network, batch, changes, Record.everything(network))
    own = {"norm1": ("batch", 1), "norm2": ("group", 3)}
    for layer, source in (("norm1", "conv1"), ("norm2", "conv2")):
        record = recording.normalizations[layer]
        used, groups = (method or own[layer][0]), extra.get("groups", own[layer][1])
        x, y = recording.activations[source], recording.activations[layer]
        module = network.module.get_submodule(layer)
        assert isinstance(module, nn.BatchNorm2d | nn.GroupNorm)
        assert (record.method, record.axes, record.eps) == (used, AXES[record.method], module.eps)
        mean, variance = statistics_by_hand(x, record.method, groups)
        assert close(record.batch_mean, mean) and close(record.batch_variance, variance)
        running = layer == "norm1" and method is None
        assert record.statistics == ("running" if running else "batch" if used == "batch" else None)
        if running:
            stored = module.get_buffer("running_mean"), module.get_buffer("running_var")
            mean, variance = (each.double().expand(3, 6) for each in stored)
        assert close(record.mean, mean) and close(record.variance, variance)
        sharing = {"batch": 3, "layer": 6, "instance": 1, "group": 6 // groups, "none": 0}[used]
        assert record.count == (sharing * x[0, 0].numel() or 1)
        if used == "none":
            assert torch.equal(y, x)
        else:
            assert record.gamma is not None and record.beta is not None
            wide = (slice(None), slice(None), None, None)
            by_hand = (x.double() - mean[wide]) / (variance[wide] + record.eps).sqrt()
            by_hand = by_hand * record.gamma.view(1, -1, 1, 1) + record.beta.view(1, -1, 1, 1)
            assert close(y, by_hand.detach(), 1e-4)
        assert torch.equal(record.inputs, x) and torch.equal(record.outputs, y)
        assert close(record.before.mean, x.mean((0, 2, 3))) and close(record.after.mean, y.mean((0, 2, 3)))
        assert record.after.counts.sum() == y.numel()


def test_running_statistics_are_recorded_and_stay() -> None:
    _, network = small()
    record = run(network, pictures(network), record=Record.everything(network)).normalizations["norm1"]
    module = network.module.get_submodule("norm1")
    assert isinstance(module, nn.BatchNorm2d)
    assert record.running_mean is module.running_mean and record.running_var is module.running_var
    assert record.gamma is module.weight and record.beta is module.bias


def test_a_dropped_activation_is_its_input_times_mask_and_scale() -> None:
    _, network = small()
    batch = pictures(network, 5)
    for variant in ("element", "channel", "row", "batch"):
        for p in (0.0, 0.3, 0.8, 1.0):
            changes = parsed(
                {"kind": "dropout", "layer": "drop", "variant": variant, "p": p},
                {"kind": "dropout", "layer": "dropout", "variant": variant, "p": p, "seed": 5},
            )
            recording = run(network, batch, changes, Record.everything(network), seed=9)
            for layer, source, seed in (
                ("drop", "norm2", layer_seed(9, "drop")),
                ("dropout", "flatten", 5),
            ):
                record = recording.dropouts[layer]
                assert (record.variant, record.p, record.on, record.seed) == (variant, p, True, seed)
                assert record.mask is not None
                assert record.scale == (1 / (1 - p) if p < 1 else 0)
                assert record.keep_rate == pytest.approx(float((record.mask == 1).float().mean()))
                expected = recording.activations[source] * record.mask * record.scale
                assert close(recording.activations[layer], expected)


def test_dropout_is_off_unless_switched_on() -> None:
    _, network = small()
    record = run(network, pictures(network), record=Record.everything(network)).dropouts["drop"]
    assert (record.on, record.seed, record.mask, record.keep_rate, record.scale) == (False, None, None, 1, 1)


def test_one_seed_gives_one_result_and_each_layer_a_mask_of_its_own() -> None:
    _, network = untrained("mlp")
    changes = parsed(
        *[{"kind": "dropout", "layer": f"hidden{i}.dropout", "p": 0.5} for i in (1, 2)],
    )

    def masks(seed: int) -> list[Tensor]:
        found = run(network, pictures(network, 2), changes, Record.everything(network), seed).dropouts
        return [record.mask for record in found.values() if record.mask is not None]

    torch.manual_seed(1)
    first = masks(0)
    torch.manual_seed(2)
    again, other = masks(0), masks(1)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not any(torch.equal(a, b) for a, b in zip(first, other, strict=True))
    assert not torch.equal(first[0][:, :256], first[1])
    assert len({layer_seed(seed, layer) for seed in range(50) for layer in ("a", "b")}) == 100


def test_a_walk_draws_nothing_from_the_global_generator() -> None:
    _, network = small()
    state = torch.get_rng_state()
    run(network, pictures(network), parsed({"kind": "dropout", "layer": "drop"}))
    assert torch.equal(torch.get_rng_state(), state)


EVERY_KIND = (
    {"kind": "conv", "layer": "conv1", "stride": [2, 1], "padding": "same", "padding_mode": "reflect"},
    {"kind": "kernel", "layer": "conv1", "out": 1, "in": 0, "values": [[1, 2, 3]] * 3},
    {"kind": "kernel_preset", "layer": "conv2", "out": 2, "preset": "sobel_x"},
    {"kind": "channels", "layer": "act1", "channels": [0, 3], "scale": -2},
    {"kind": "normalization", "layer": "norm1", "statistics": "batch"},
    {"kind": "normalization", "layer": "norm2", "method": "instance"},
    {"kind": "dropout", "layer": "drop", "p": 0.5, "variant": "element"},
    {"kind": "dropout", "layer": "dropout", "p": 0.5},
    {"kind": "activation", "layer": "act2", "function": "gelu"},
    {"kind": "pooling", "layer": "pool1", "method": "avg"},
    {"kind": "pooling", "layer": "pool2", "method": "max"},
)


@pytest.mark.parametrize("with_gradient", [False, True])
def test_no_run_changes_a_bit_of_the_network(with_gradient: bool) -> None:
    _, network = small()
    before = fingerprint(network)
    plain = run(network, pictures(network, 2)).activations[network.output]
    changes = parsed(*EVERY_KIND)
    batch = pictures(network, 2)
    bits = batch.clone()
    changed = run(network, batch, changes, Record.everything(network), with_gradient=with_gradient)
    assert not torch.equal(changed.activations[network.output], plain)
    assert torch.equal(batch, bits)
    assert fingerprint(network) == before
    assert torch.equal(run(network, pictures(network, 2)).activations[network.output], plain)


@pytest.mark.parametrize("name", NAMES)
def test_no_run_changes_a_bit_of_a_registered_network(name: str) -> None:
    _, network = untrained(name)
    before = fingerprint(network)
    changes = [
        {"kind": "channels", "layer": step.name, "channels": [0], "scale": 2}
        if step.kind in ("conv", "linear")
        else {"kind": "normalization", "layer": step.name, "method": "instance"}
        if step.kind == "norm"
        else {"kind": "dropout", "layer": step.name, "p": 0.1}
        if step.kind == "dropout"
        else {"kind": "activation", "layer": step.name, "function": "gelu"}
        for step in network.steps.values()
        if step.kind in ("conv", "linear", "norm", "dropout", "activation")
    ]
    run(network, pictures(network, 2), parsed(*changes), Record.everything(network))
    assert fingerprint(network) == before


def test_an_exception_in_mid_walk_leaves_nothing_behind() -> None:
    _, network = small()
    before = fingerprint(network)
    plain = run(network, pictures(network)).activations[network.output]

    def fail(*_: object, **__: object) -> Tensor:
        raise RuntimeError("in mid-walk")

    broken = replace(network, steps={**network.steps, "add": replace(network.steps["add"], function=fail)})
    for with_gradient in (False, True):
        with pytest.raises(RuntimeError, match="in mid-walk"):
            run(broken, pictures(network), parsed(*EVERY_KIND[:6]), with_gradient=with_gradient)
    assert not torch.is_inference_mode_enabled() and torch.is_grad_enabled()
    assert fingerprint(network) == before
    assert torch.equal(run(network, pictures(network)).activations[network.output], plain)


def louder(times: int, layer: str = "conv1") -> list[dict[str, object]]:
    return [{"kind": "channels", "layer": layer, "channels": list(range(6)), "scale": 1000}] * times


def test_numbers_beyond_float32_are_refused() -> None:
    _, network = small()
    for record in (Record.everything(network), Record(frozenset({"conv1"}))):
        with pytest.raises(Refused, match=r"conv1|pool1|norm1|act1") as refusal:
            run(network, pictures(network), parsed(*louder(14)), record)
        assert (refusal.value.code, refusal.value.field) == ("overflow", "interventions")


def test_statistics_beyond_float32_are_refused_even_where_the_values_are_not() -> None:
    _, network = small()
    changes = parsed(*louder(8))
    values = run(network, pictures(network), changes, Record(frozenset({"norm1"}))).activations["norm1"]
    assert 1e22 < values.abs().max() < 1e28
    with pytest.raises(Refused, match="norm1") as refusal:
        run(network, pictures(network), changes, Record(normalizations=frozenset({"norm1"})))
    assert refusal.value.code == "overflow"


def test_numbers_that_are_no_numbers_are_refused() -> None:
    _, network = small()
    batch = pictures(network)
    batch[0, 0, 5, 5] = float("nan")
    with pytest.raises(Refused):
        run(network, batch)
