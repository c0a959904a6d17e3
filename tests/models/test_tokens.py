"""A Transformer laid open: its steps, shapes, costs, fields, records, changes and units."""

import copy
from math import sqrt
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from models.errors import Refused
from models.interventions import apply
from models.layers.attention import split_heads
from models.layers.normalization import ChannelNorm, LayerNorm2d
from models.network import Network, trace
from models.networks.mini_vit import MiniViT
from models.networks.registry import SPECS
from models.networks.weights import Loaded
from models.recorder import Record, Recording, run
from models.shapes import multiply_adds, parameters, propagate, receptive_fields
from models.views.describe import settings
from models.views.explain import ExplainParams, explain
from models.views.run import LayerNormalization, RunParams, run_network
from models.views.unit import UnitParams, UnitResult, explain_unit
from models.views.weights import WeightsParams, weights
from tests.models.nets import close, parsed, pictures, randomize, small, tokens

IMAGE = "0" * 64
NORMS = ("block.norm1", "block.norm2", "norm")


def recorded(*changes: dict[str, Any], count: int = 3, network: Network | None = None) -> Recording:
    """Everything in a run of the Transformer (or another network) with some changes."""
    network = network or tokens()[1]
    return run(network, pictures(network, count, seed=4), parsed(*changes), Record.everything(network))


def loaded(network: Network | None = None) -> Loaded:
    """The Transformer (or another network), as if it were registered."""
    return Loaded(SPECS["lenet"], network or tokens()[1], "", None)


def test_the_walk_computes_what_the_module_computes() -> None:
    module, network = tokens()
    with torch.no_grad():
        expected = module(pictures(network, 3, seed=4))
    assert close(recorded().activations["head"], expected)
    kinds = {step.name: step.kind for step in network.steps.values()}
    assert kinds["position"] == "position" and kinds["block.weights"] == "attention"
    assert kinds["block.mix"] == "mix" and {kinds[name] for name in NORMS} == {"norm"}
    assert network.steps["block.mix"].inputs == ("block.drop_weights", "block.qkv")


def test_shapes_parameters_and_costs_are_those_of_the_module() -> None:
    module, network = tokens()
    shapes = propagate(network.steps, network.input_shape)
    assert shapes == {name: tuple(x.shape[1:]) for name, x in recorded().activations.items()}
    assert shapes["block.weights"] == (2, 6, 6) and shapes["block.mix"] == (8, 3, 2)
    assert sum(map(parameters, network.steps.values())) == sum(p.numel() for p in module.parameters())
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module(pictures(network))
    total = sum(multiply_adds(step, shapes[step.name]) for step in network.steps.values())
    assert 2 * total == counter.get_total_flops()
    for layer in ("block.weights", "block.mix"):
        assert multiply_adds(network.steps[layer], shapes[layer]) == 6 * 6 * 8


def test_settings_are_plain_values() -> None:
    _, network = tokens()
    shapes = propagate(network.steps, network.input_shape)
    told = {step.name: settings(step, shapes[step.inputs[0]]) for step in network.steps.values()}
    assert told["position"] == {"channels": 8, "height": 3, "width": 2}
    assert told["block.weights"] == {"num_heads": 2, "head_dim": 4} and told["block.mix"] == {}
    assert told["norm"] == {"method": "layer_channels", "eps": 1e-5, "groups": 1}


def moved(network: Network, layer: str, channel: int, y: int, x: int) -> Tensor:
    """Which pixels (H, W) move an element, by its gradient."""
    picture = pictures(network, seed=3).requires_grad_()
    output = run(network, picture, record=Record(frozenset({layer})), with_gradient=True).activations[layer]
    (gradient,) = torch.autograd.grad(output[0, channel, y, x], picture)
    return gradient[0].abs().amax(0) > 0


def test_attention_sees_all_places_and_nothing_before_it_does() -> None:
    _, network = tokens()
    shapes = propagate(network.steps, network.input_shape)
    fields = receptive_fields(network.steps, shapes)
    flat = {name for name, shape in shapes.items() if len(shape) < 3}
    assert set(shapes) - set(fields) == flat | {"block.weights", "block.drop_weights"}
    for layer in ("patch", "position", "block.norm1", "block.qkv"):
        assert (fields[layer].size, fields[layer].jump) == ((4, 4), (4, 4))
        seen = torch.zeros(12, 8, dtype=torch.bool)
        seen[8:12, 4:8] = True
        assert torch.equal(moved(network, layer, 5, 2, 1), seen)
    for layer in (
        "block.mix",
        "block.proj",
        "block.add1",
        "block.norm2",
        "block.reduce",
        "block.add2",
        "norm",
    ):
        field = fields[layer]
        assert field.jump == (4, 4) and field.start == (1.5, 1.5)
        for y, x in ((0, 0), (2, 1), (1, 0)):
            assert moved(network, layer, 3, y, x).all()
            for axis, index, size in ((0, y, 12), (1, x, 8)):
                centre, reach = field.start[axis] + index * field.jump[axis], (field.size[axis] - 1) / 2
                assert centre - reach <= 0 and centre + reach >= size - 1
    assert moved(network, "block.weights", 1, 0, 5).all()


def test_a_field_does_not_grow_from_block_to_block() -> None:
    network = trace(MiniViT(), (1, 28, 28))
    fields = receptive_fields(network.steps, propagate(network.steps, network.input_shape))
    assert {fields[f"block{n}.add2"].size for n in (1, 2, 3)} == {(52, 52)}


def statistics_by_place(x: Tensor, method: str) -> tuple[Tensor, Tensor]:
    """Mean and variance of the channels at each place, in float64; for rms 0 and the mean square."""
    x = x.double()
    if method == "rms":
        return torch.zeros_like(x[:, 0]), x.square().mean(1)
    return x.mean(1), x.var(1, correction=0)


@pytest.mark.parametrize("method", ["layer_channels", "rms"])
@pytest.mark.parametrize(
    "layers", [("tokens", *NORMS), ("small", "norm1", "norm2")], ids=lambda each: each[0]
)
def test_statistics_of_places_are_recorded_as_such(method: str, layers: tuple[str, ...]) -> None:
    network = {"tokens": tokens, "small": small}[layers[0]]()[1]
    changes = [{"kind": "normalization", "layer": layer, "method": method} for layer in layers[1:]]
    recording = recorded(*changes, network=network)
    for layer in layers[1:]:
        record = recording.normalizations[layer]
        assert record.by_place and record.axes == ("C",) and record.statistics is None
        assert record.count == record.inputs.shape[1]
        mean, variance = statistics_by_place(record.inputs, method)
        assert mean.shape == (3, *record.inputs.shape[2:])
        for ours, by_hand in ((record.mean, mean), (record.variance, variance)):
            assert close(ours, by_hand)
        assert close(record.batch_mean, mean) and close(record.batch_variance, variance)
        assert record.gamma is not None and record.beta is not None
        by_hand = (record.inputs.double() - mean[:, None]) / (variance[:, None] + record.eps).sqrt()
        by_hand = by_hand * record.gamma.view(-1, 1, 1) + record.beta.view(-1, 1, 1)
        assert close(record.outputs, by_hand.detach())


class RMSNorm(nn.Module):
    """PyTorch's RMSNorm over the channels of maps, plus beta, which it does not have."""

    def __init__(self, norm: nn.Module, channels: int) -> None:
        super().__init__()
        self.rms = nn.RMSNorm(channels, eps=norm.eps)  # type: ignore[arg-type]
        self.rms.weight.data.copy_(norm.weight)  # type: ignore[arg-type]
        self.beta = norm.bias

    def forward(self, x: Tensor) -> Tensor:
        return (self.rms(x.movedim(1, -1)) + self.beta).movedim(-1, 1)  # type: ignore[no-any-return]


OTHERS: dict[str, Any] = {
    "batch": lambda channels, eps: nn.BatchNorm2d(channels, eps, track_running_stats=False),
    "layer": LayerNorm2d,
    "instance": lambda channels, eps: nn.InstanceNorm2d(channels, eps, affine=True),
    "group": lambda channels, eps: nn.GroupNorm(2, channels, eps),
    "layer_channels": ChannelNorm,
}


@pytest.mark.parametrize("method", [*OTHERS, "rms", "none"])
@pytest.mark.parametrize("layer", ["block.norm1", "norm", "norm1"])
def test_a_normalisation_is_swapped_for_any_other(layer: str, method: str) -> None:
    module, network = small() if layer == "norm1" else tokens()
    module = copy.deepcopy(module)
    norm: Any = module.get_submodule(layer)
    if method == "none":
        other: nn.Module = nn.Identity()
    elif method == "rms":
        other = RMSNorm(norm, len(norm.weight))
    else:
        other = OTHERS[method](len(norm.weight), norm.eps)
        other.load_state_dict({"weight": norm.weight, "bias": norm.bias})
    module.set_submodule(layer, other)
    change: dict[str, Any] = {"kind": "normalization", "layer": layer, "method": method}
    if method == "group":
        change["groups"] = 2
    if layer == "norm1" and method == "batch":
        change["statistics"] = "batch"
    batch = pictures(network, 3, seed=4)
    with torch.no_grad():
        assert close(run(network, batch, parsed(change)).activations[network.output], module(batch))


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (
            {"kind": "conv", "layer": "patch", "stride": [2, 2]},
            "shapes-differ",
            "position adds .* 8×3×2, but 8×5×3",
        ),
        (
            {"kind": "conv", "layer": "block.qkv", "stride": [2, 1]},
            "shapes-differ",
            "block.add1 adds .* 8×2×2",
        ),
        ({"kind": "conv", "layer": "block.expand", "stride": [2, 1]}, "shapes-differ", "block.add2 adds"),
        ({"kind": "conv", "layer": "block.qkv", "padding": [64] * 4}, "shapes-differ", "block.add1 adds"),
        (
            {"kind": "normalization", "layer": "norm", "statistics": "batch"},
            "no-effect",
            "method layer_channels there is no choice",
        ),
        ({"kind": "normalization", "layer": "norm", "groups": 2}, "no-effect", "no groups to choose"),
        ({"kind": "normalization", "layer": "block.mix", "method": "layer"}, "wrong-kind", "of the kind mix"),
        ({"kind": "conv", "layer": "position", "stride": [1, 1]}, "wrong-kind", "of the kind position"),
        ({"kind": "dropout", "layer": "block.weights"}, "wrong-kind", "of the kind attention"),
        ({"kind": "channels", "layer": "block.weights", "channels": [2]}, "out-of-range", "has 2 channels"),
    ],
)
def test_what_cannot_be_changed_is_refused_by_name(change: dict[str, Any], code: str, words: str) -> None:
    with pytest.raises(Refused, match=words) as refusal:
        apply(tokens()[1], parsed(change))
    assert refusal.value.code == code
    assert refusal.value.field is not None and refusal.value.field.startswith("interventions")


def test_one_channel_has_no_variance_but_a_mean_square() -> None:
    network = trace(randomize(nn.Sequential(nn.Conv2d(1, 1, 3), nn.GroupNorm(1, 1))), (1, 6, 6))
    change = {"kind": "normalization", "layer": "1", "method": "layer_channels"}
    with pytest.raises(Refused) as refusal:
        apply(network, parsed(change))
    assert refusal.value.code == "one-value"
    apply(network, parsed({**change, "method": "rms"}))


@pytest.mark.parametrize(
    ("variant", "shape"),
    [("element", (3, 2, 6, 6)), ("channel", (3, 2, 1, 1)), ("row", (3, 1, 1, 1)), ("batch", (1, 1, 1, 1))],
)
def test_dropout_of_attention_weights_multiplies_by_the_recorded_mask(
    variant: str, shape: tuple[int, ...]
) -> None:
    layer = "block.drop_weights"
    recording = recorded({"kind": "dropout", "layer": layer, "variant": variant, "p": 0.5, "seed": 3})
    mask = recording.dropouts[layer].mask
    assert mask is not None and mask.shape == shape
    weights, dropped = (recording.activations[name] for name in ("block.weights", layer))
    assert torch.equal(dropped, weights * mask / 0.5)
    _, _, value = split_heads(recording.activations["block.qkv"], 2)
    expected = (dropped @ value).transpose(-1, -2).reshape(3, 8, 3, 2)
    assert close(recording.activations["block.mix"], expected)


def test_silencing_a_head_silences_what_it_mixes() -> None:
    plain = recorded().activations["block.mix"]
    silent = recorded({"kind": "channels", "layer": "block.weights", "channels": [1]}).activations[
        "block.mix"
    ]
    assert torch.equal(silent[:, :4], plain[:, :4]) and (silent[:, 4:] == 0).all() and (plain != 0).all()


def unit(layer: str, channel: int, y: int, x: int, *changes: dict[str, Any]) -> UnitResult:
    network = tokens()[1]
    asked = {
        "image": IMAGE, "layer": layer, "channel": channel, "y": y, "x": x, "interventions": list(changes),
    }  # fmt: skip
    return explain_unit(loaded(), pictures(network, 1, seed=4), UnitParams.model_validate(asked))


@pytest.mark.parametrize(("head", "query", "key"), [(0, 0, 0), (1, 5, 2), (0, 3, 5)])
def test_an_attention_weight_is_the_softmax_of_a_dot_product(head: int, query: int, key: int) -> None:
    known = recorded(count=1).activations
    shown = unit("block.weights", head, query, key)
    assert shown.value == float(known["block.weights"][0, head, query, key])
    assert shown.receptive_field is None and shown.rows is None and shown.terms is not None
    q, k, _ = split_heads(known["block.qkv"], 2)
    assert close(torch.tensor(shown.terms.inputs).flatten(), q[0, head, query])
    assert close(torch.tensor(shown.terms.weights).flatten(), k[0, head, key])
    assert shown.terms.channels == list(range(4 * head, 4 * head + 4)) and shown.terms.bias == 0
    assert shown.terms.sum == pytest.approx(float(q[0, head, query] @ k[0, head, key]), abs=1e-5)
    assert shown.inputs is not None and len(shown.inputs) == 6
    assert shown.inputs[key] == pytest.approx(shown.terms.sum / sqrt(4))
    scores = torch.tensor(shown.inputs, dtype=torch.float64)
    assert shown.value == pytest.approx(float(F.softmax(scores, 0)[key]), abs=1e-6)


@pytest.mark.parametrize(("channel", "y", "x"), [(0, 0, 0), (3, 2, 1), (4, 1, 0), (7, 0, 1)])
def test_what_attention_mixes_is_a_sum_over_all_places(channel: int, y: int, x: int) -> None:
    drop = {"kind": "dropout", "layer": "block.drop_weights", "p": 0.5, "seed": 8}
    for changes in ((), (drop,)):
        known = recorded(*changes, count=1).activations
        shown = unit("block.mix", channel, y, x, *changes)
        terms = shown.terms
        assert terms is not None and terms.channels == [16 + channel] and shown.inputs is None
        assert (shown.rows, shown.columns) == ([0, 1, 2], [0, 1])
        assert close(torch.tensor(terms.inputs), known["block.qkv"][0, 16 + channel : 17 + channel])
        row = known["block.drop_weights"][0, channel // 4, 2 * y + x]
        assert close(torch.tensor(terms.weights).flatten(), row)
        by_hand = torch.tensor(terms.inputs, dtype=torch.float64) * torch.tensor(terms.weights)
        assert close(torch.tensor(terms.products), by_hand)
        assert terms.sum == pytest.approx(float(by_hand.sum())) and terms.channel_sums == [terms.sum]
        assert shown.value == pytest.approx(terms.sum, abs=1e-5)
        box = shown.receptive_field
        assert box is not None and (box.top, box.left, box.bottom, box.right) == (0, 0, 11, 7)


def test_a_position_adds_its_number() -> None:
    module, _ = tokens()
    shown = unit("position", 5, 2, 1)
    weight = module.get_parameter("position.weight")[0, 5, 2, 1].item()
    assert shown.inputs == [unit("patch", 5, 2, 1).value, weight]
    assert shown.value == pytest.approx(sum(shown.inputs)) and shown.terms is None


def of_norm(layer: str, network: Network, *changes: dict[str, Any], **limit: Any) -> LayerNormalization:
    asked = {
        "images": [IMAGE] * 3, "interventions": list(changes),
        "record": [{"layer": layer, "activation": False, "normalization": True, "channels": {"indices": [5, 1]}}],
    }  # fmt: skip
    batch = pictures(network, 3, seed=4)
    answer = run_network(loaded(network), batch, RunParams.model_validate(asked), "list", **limit)
    result = answer.layers[0].normalization
    assert result is not None
    return result


def test_an_answer_says_which_numbers_belong_to_places_and_which_to_channels() -> None:
    shown = of_norm("norm", tokens()[1])
    record = recorded().normalizations["norm"]
    assert shown.method == "layer_channels" and shown.axes == ["C"] and shown.count == 8
    assert shown.mean is shown.variance is shown.batch_mean is shown.batch_variance is None
    assert shown.places is not None and shown.places.mean == record.mean.tolist()
    assert shown.places.variance == record.variance.tolist()
    assert record.gamma is not None and shown.gamma == record.gamma[[5, 1]].tolist()
    of_channels = of_norm("norm", tokens()[1], {"kind": "normalization", "layer": "norm", "method": "layer"})
    assert of_channels.places is None and of_channels.mean is not None and len(of_channels.mean[0]) == 2


def test_the_numbers_of_places_count_towards_the_answers_size() -> None:
    """The layer's own method would fit; that of the change has two numbers for each place."""
    _, network = small()
    most = 2 * (4 * 3 + 2 * (4 + 48 + 49) + 4) * 20 + 100
    of_norm("norm1", network, max_answer=most)
    change = {"kind": "normalization", "layer": "norm1", "method": "layer_channels"}
    with pytest.raises(Refused) as refusal:
        of_norm("norm1", network, change, max_answer=most)
    assert refusal.value.code == "answer-too-large"


def test_grad_cam_weighs_maps_of_the_picture_and_no_attention_weights() -> None:
    batch = pictures(tokens()[1], seed=4)
    params = {"image": IMAGE, "method": "grad_cam"}
    shown = explain(loaded(), batch, ExplainParams.model_validate(params), "list")
    assert shown.layer == "norm" and shown.map.shape == [3, 2]
    with pytest.raises(Refused) as refusal:
        explain(loaded(), batch, ExplainParams.model_validate({**params, "layer": "block.weights"}), "list")
    assert (refusal.value.code, refusal.value.field) == ("no-maps", "layer")


def test_the_numbers_of_the_places_are_given_channel_by_channel() -> None:
    module, _ = tokens()
    learned = module.get_parameter("position.weight")[0]
    answer = weights(loaded(), WeightsParams(layer="position", channels=[5, 0]), "list")
    assert answer.weight.shape == [2, 1, 3, 2] and answer.bias is None
    assert answer.weight.data == answer.original.data == learned[[5, 0], None].tolist()
    for layer in ("block.weights", "block.mix", "norm"):
        with pytest.raises(Refused, match="no convolution, linear layer or position embedding"):
            weights(loaded(), WeightsParams(layer=layer, channels=[0]), "list")
