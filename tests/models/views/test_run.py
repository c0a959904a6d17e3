"""Questions about networks, asked without HTTP."""

from typing import Any

import orjson
import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from models.errors import Refused
from models.interventions import MAX_ELEMENTS
from models.networks.registry import SPECS
from models.networks.weights import Loaded, load_network
from models.recorder import Record, run
from models.shapes import propagate, receptive_fields
from models.statistics import BINS, summarize
from models.tensors import Encoding, decode
from models.views.describe import describe, list_networks, settings
from models.views.run import NUMBERS_OF_A_CHANNEL, RunParams, RunResult, _bytes, run_network
from models.views.weights import WeightsParams, WeightsResult, weights
from tests.models.nets import NAMES, close, parsed, pictures, small, untrained

IMAGE = "0" * 64


def loaded(name: str) -> Loaded:
    """A network with random weights, as if they were trained."""
    network = (small() if name == "small" else untrained(name))[1]
    return Loaded(
        SPECS["efficientnet_lite0" if name == "efficientnet_lite0" else "lenet"], network, "v", None
    )


def asked(name: str, batch: Tensor, encoding: Encoding = "float32", **params: Any) -> RunResult:
    body = {"images": [IMAGE] * len(batch), **params}
    return run_network(loaded(name), batch, RunParams.model_validate(body), encoding)


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_holds_every_layer_as_the_walk_records_it(name: str) -> None:
    _, network = untrained(name)
    batch = pictures(network, 1 if name == "efficientnet_lite0" else 2)
    recording = run(network, batch, record=Record.everything(network))
    names = ["input", *network.steps]
    names = names[:: 20 if len(names) > 60 else 1]
    record = [
        {
            "layer": layer,
            "channels": {"strongest": 3},
            "normalization": layer in recording.normalizations,
            "dropout": layer in recording.dropouts,
        }
        for layer in names
    ]
    answer = asked(name, batch, record=record, top=3)
    fields = receptive_fields(network.steps, propagate(network.steps, network.input_shape))
    assert [layer.layer for layer in answer.layers] == names
    for layer in answer.layers:
        whole = recording.activations[layer.layer]
        assert layer.shape == list(whole.shape)
        assert layer.range == pytest.approx((float(whole.min()), float(whole.max())), rel=1e-4, abs=1e-4)
        strength = whole.abs().transpose(0, 1).flatten(1).mean(1)
        assert len(layer.channels) == min(3, whole.shape[1]) == len(set(layer.channels))
        others = [c for c in range(whole.shape[1]) if c not in layer.channels]
        picked = strength[layer.channels]
        assert picked.tolist() == sorted(picked.tolist(), reverse=True) or close(
            picked, picked.sort().values, 1e-3
        )
        assert not others or float(strength[others].max()) <= float(picked.min()) * (1 + 1e-4) + 1e-6
        assert layer.activation is not None
        assert close(decode(layer.activation), whole[:, layer.channels], 1e-4)
        field = fields.get(layer.layer)
        assert (layer.receptive_field is None) == (field is None)
        if field is not None and layer.receptive_field is not None:
            assert (layer.receptive_field.size, layer.receptive_field.start) == (field.size, field.start)
        assert (layer.normalization is not None) == (layer.layer in recording.normalizations)
        assert (layer.dropout is not None) == (layer.layer in recording.dropouts)
        assert layer.difference is None
    assert answer.range == (
        min(layer.range[0] for layer in answer.layers),
        max(layer.range[1] for layer in answer.layers),
    )


def test_statistics_are_those_of_the_chosen_channels() -> None:
    _, network = small()
    batch = pictures(network, 3)
    recording = run(network, batch, record=Record.everything(network))
    record = recording.normalizations["norm1"]
    answer = asked(
        "small",
        batch,
        record=[
            {
                "layer": "norm1",
                "activation": False,
                "normalization": True,
                "channels": {"indices": [4, 1]},
            }
        ],
    )
    layer = answer.layers[0]
    assert layer.activation is None and layer.channels == [4, 1] and layer.normalization is not None
    shown = layer.normalization
    assert (shown.method, shown.statistics, shown.axes, shown.count) == (
        "batch",
        "running",
        ["B", "H", "W"],
        360,
    )
    for name, expected in (
        ("mean", record.mean),
        ("variance", record.variance),
        ("batch_mean", record.batch_mean),
        ("batch_variance", record.batch_variance),
    ):
        assert close(torch.tensor(getattr(shown, name)), expected[:, [4, 1]])
    for name, stored in (
        ("running_mean", record.running_mean),
        ("running_variance", record.running_var),
        ("gamma", record.gamma),
        ("beta", record.beta),
    ):
        assert stored is not None and getattr(shown, name) == stored[[4, 1]].tolist()
    for distribution, x in ((shown.before, record.inputs), (shown.after, record.outputs)):
        by_hand = summarize(x[:, [4, 1]])
        assert distribution.counts == by_hand.counts.tolist()
        assert distribution.edges == by_hand.edges.tolist()
        assert (distribution.mean, distribution.std) == (by_hand.mean.tolist(), by_hand.std.tolist())
        assert (distribution.lo, distribution.hi) == (by_hand.lo.tolist(), by_hand.hi.tolist())
    numbers = sum(len(row) for key in ("edges", "counts") for row in getattr(shown.before, key))
    assert numbers == 2 * (BINS + BINS + 1)
    assert NUMBERS_OF_A_CHANNEL == 2 * (4 + BINS + BINS + 1) + 4


def test_masks_are_those_of_the_chosen_channels() -> None:
    _, network = small()
    batch = pictures(network, 2)
    for variant, shape in (
        ("element", [2, 2, 6, 5]),
        ("channel", [2, 2, 1, 1]),
        ("row", [2, 1, 1, 1]),
        ("batch", [1, 1, 1, 1]),
    ):
        changes = [{"kind": "dropout", "layer": "drop", "p": 0.5, "variant": variant}]
        record = [{"layer": "drop", "dropout": True, "channels": {"indices": [5, 0]}}]
        layer = asked("small", batch, interventions=changes, record=record, seed=6).layers[0]
        whole = run(network, batch, parsed(*changes), Record.everything(network), seed=6)
        assert layer.dropout is not None and layer.dropout.mask is not None and layer.activation is not None
        assert layer.dropout.mask.shape == shape
        before = whole.activations["norm2"][:, [5, 0]]
        assert close(decode(layer.activation), before * decode(layer.dropout.mask) * layer.dropout.scale)
    off = asked("small", batch, record=[{"layer": "drop", "dropout": True}]).layers[0].dropout
    assert off is not None and (off.on, off.mask, off.scale, off.keep_rate) == (False, None, 1, 1)


def test_predictions_are_the_softmax_of_the_logits() -> None:
    module, network = untrained("lenet")
    batch = pictures(network, 3)
    answer = asked("lenet", batch, top=4, classes=[9, 0, 9])
    with torch.no_grad():
        probabilities = module(batch).softmax(1)
    names = SPECS["lenet"].dataset.classes()
    for row, scores in zip(probabilities, answer.predictions, strict=True):
        likeliest = row.argsort(descending=True)[:4].tolist()
        assert [score.index for score in scores[:4]] == likeliest
        assert [score.index for score in scores[4:]] == [i for i in (9, 0) if i not in likeliest]
        for score in scores:
            assert score.probability == pytest.approx(float(row[score.index]), abs=1e-5)
            assert (score.name.en, score.name.zh) == (names[score.index]["en"], names[score.index]["zh"])
    assert [len(scores) for scores in asked("lenet", batch, top=1000).predictions] == [10] * 3
    assert asked("lenet", batch, top=0).predictions == []
    assert asked("lenet", batch, top=0).range is None


def test_difference_is_after_minus_before_where_shapes_agree() -> None:
    _, network = small()
    batch = pictures(network, 2)
    changes = [{"kind": "activation", "layer": "act1", "function": "gelu"}]
    record = [{"layer": layer, "normalization": layer == "norm1"} for layer in ("norm1", "act1", "head")]
    answer = asked("small", batch, interventions=changes, record=record, difference=True)
    before = run(network, batch, record=Record.everything(network)).activations
    after = run(network, batch, parsed(*changes), Record.everything(network)).activations
    for layer in answer.layers:
        assert layer.difference is not None
        expected = after[layer.layer] - before[layer.layer]
        assert close(decode(layer.difference), expected)
    first = answer.layers[0].difference
    assert first is not None and (decode(first) == 0).all(), "nothing changed before the intervention"
    resized = [{"kind": "conv", "layer": "conv1", "stride": [2, 2]}]
    record = [{"layer": layer, "activation": False} for layer in ("conv1", "head")]
    answer = asked("small", batch, interventions=resized, record=record, difference=True)
    assert [layer.difference is None for layer in answer.layers] == [True, False]


def test_one_answer_reports_what_made_it() -> None:
    answer = asked("small", pictures(small()[1], 2), seed=77)
    assert (answer.network, answer.version, answer.seed) == ("lenet", "v", 77)
    assert (answer.torch, answer.threads) == (torch.__version__, torch.get_num_threads())
    assert answer.images == [IMAGE, IMAGE]


@pytest.mark.parametrize(
    ("params", "code", "field"),
    [
        ({"record": [{"layer": "nowhere"}]}, "no-such-layer", "record.0.layer"),
        ({"record": [{"layer": "act1"}, {"layer": "x"}]}, "no-such-layer", "record.1.layer"),
        ({"record": [{"layer": "act1", "normalization": True}]}, "wrong-kind", "record.0.normalization"),
        ({"record": [{"layer": "input", "dropout": True}]}, "wrong-kind", "record.0.dropout"),
        (
            {"record": [{"layer": "act1", "channels": {"indices": [6]}}]},
            "out-of-range",
            "record.0.channels.indices",
        ),
        ({"classes": [0, 4]}, "out-of-range", "classes.1"),
        ({"interventions": [{"kind": "conv", "layer": "nowhere"}]}, "no-such-layer", "interventions.0.layer"),
    ],
)
def test_what_is_not_there_is_refused(params: Any, code: str, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        asked("small", pictures(small()[1]), **params)
    assert (refusal.value.code, refusal.value.field) == (code, field)


@pytest.mark.parametrize(
    "params",
    [
        {"images": []},
        {"images": [IMAGE] * 65},
        {"images": ["0" * 63]},
        {"images": ["G" * 64]},
        {"images": [IMAGE + "\n"]},
        {"record": [{"layer": "act1"}] * 257},
        {"record": [{"layer": "act1", "channels": {"strongest": 0}}]},
        {"record": [{"layer": "act1", "channels": {"indices": []}}]},
        {"record": [{"layer": "act1", "channels": {"indices": [-1]}}]},
        {"record": [{"layer": "act1", "channels": {"strongest": 1, "indices": [1]}}]},
        {"record": [{"layer": "act1", "maps": True}]},
        {"interventions": [{"kind": "channels", "layer": "act1", "channels": [0]}] * 65},
        {"seed": -1},
        {"seed": 2**48},
        {"top": -1},
        {"top": 1001},
        {"classes": [-1]},
        {"extra": 1},
    ],
    ids=lambda params: str(params)[:60],
)
def test_what_no_network_could_answer_is_not_a_question(params: Any) -> None:
    with pytest.raises(ValidationError):
        RunParams.model_validate({"images": [IMAGE], **params})


def never(*_: object) -> None:
    raise AssertionError("computed before it was checked")


def test_answers_that_would_be_too_large_are_refused_before_computing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("models.views.run.walk", never)
    batch = pictures(untrained("efficientnet_lite0")[1], 16)
    record = [{"layer": layer} for layer in ("stem.act", "block2.expand_act", "block2.depth_act")]
    encodings: tuple[Encoding, ...] = ("list", "float32", "uint8")
    for encoding in encodings:
        with pytest.raises(Refused, match=r"\d+ MiB; 32 MiB are allowed") as refusal:
            asked("efficientnet_lite0", batch, encoding, record=record)
        assert (refusal.value.code, refusal.value.field) == ("answer-too-large", "record")
    with pytest.raises(AssertionError, match="computed"):
        asked("efficientnet_lite0", batch[:2], "uint8", record=record)


@pytest.mark.parametrize("encoding", ["list", "float32", "uint8"])
def test_the_size_of_an_answer_is_foreseen(encoding: Encoding, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an answer is estimated to take is about what it takes, so that the limit holds."""
    foreseen: list[float] = []

    def counted(*args: Any) -> float:
        foreseen.append(_bytes(*args))
        return foreseen[-1]

    monkeypatch.setattr("models.views.run._bytes", counted)
    record = [
        {"layer": "conv2.norm", "normalization": True},
        {"layer": "conv4.norm", "normalization": True, "activation": False},
        {"layer": "conv1.act", "channels": {"indices": [3, 3, 3]}},
    ]
    batch = pictures(untrained("tiny_vgg_batch")[1], 3)
    answer = asked("tiny_vgg_batch", batch, encoding, record=record, difference=True, top=0)
    written = orjson.dumps(answer, default=lambda model: model.__dict__)
    assert 0.8 * len(written) <= sum(foreseen) <= 2 * len(written)


def test_what_is_held_in_memory_is_limited_even_where_little_is_returned() -> None:
    network = untrained("efficientnet_lite0")[1]
    record = [{"layer": layer, "channels": {"strongest": 1}} for layer in list(network.steps)[:20]] * 2
    with pytest.raises(Refused, match=f"{MAX_ELEMENTS:,}") as refusal:
        asked(
            "efficientnet_lite0", torch.zeros(1, 3, 224, 224).expand(12, -1, -1, -1), "uint8", record=record
        )
    assert (refusal.value.code, refusal.value.field) == ("too-much-work", "record")


@pytest.mark.parametrize("name", NAMES)
def test_a_description_holds_every_step(name: str) -> None:
    info = describe(name)
    network = load_network(name).network
    assert [node.name for node in info.nodes] == ["input", *network.steps]
    assert [node for block in info.blocks for node in block.nodes] == list(network.steps)
    assert all(block.output == block.nodes[-1] for block in info.blocks)
    assert info.parameters == sum(p.numel() for p in network.module.parameters())
    assert info.multiply_adds == sum(node.multiply_adds for node in info.nodes)
    assert len(info.classes) == info.nodes[-1].shape[0]
    for node in info.nodes[1:]:
        assert node.inputs == list(network.steps[node.name].inputs)
        assert node.block == node.name.split(".")[0]
        assert node.operation == type(network.module.get_submodule(node.name)).__name__
    row = next(row for row in list_networks().networks if row.name == name)
    assert (row.parameters, row.multiply_adds, row.input) == (
        info.parameters,
        info.multiply_adds,
        info.input.shape,
    )


def test_networks_are_listed_in_the_registrys_order() -> None:
    assert [row.name for row in list_networks().networks] == list(SPECS)


def test_settings_say_what_a_layer_was_built_with() -> None:
    _, network = small()
    shapes = propagate(network.steps, network.input_shape)
    said = {step.name: settings(step, shapes[step.inputs[0]]) for step in network.steps.values()}
    assert said["conv2"] == {
        "in_channels": 6,
        "out_channels": 6,
        "kernel_size": (3, 3),
        "stride": (1, 1),
        "padding": (1, 1, 1, 1),
        "same": False,
        "padding_mode": "zeros",
        "dilation": (1, 1),
        "groups": 2,
        "bias": False,
    }
    assert said["pool1"] == {
        "method": "max",
        "kernel_size": (2, 2),
        "stride": (2, 2),
        "padding": (0, 0, 0, 0),
        "whole_map": False,
    }
    assert said["pool2"]["whole_map"] and said["pool2"]["kernel_size"] == (6, 5)
    assert said["norm1"] == {"method": "batch", "statistics": "running", "groups": 1, "eps": 1e-5}
    assert said["norm2"] == {"method": "group", "groups": 3, "eps": 1e-5}
    assert said["drop"] == {"variant": "row", "p": 0.4, "on": False, "seed": None}
    assert said["flatten"] == {"in": [6, 1, 1], "out": 6}
    assert said["head"] == {"in_features": 6, "out_features": 4, "bias": True}
    assert said["act2"] == {"function": "relu6"} and said["add"] == {}
    stem = next(node for node in describe("efficientnet_lite0").nodes if node.name == "stem.conv")
    assert (stem.settings["same"], stem.settings["padding"]) == (True, (0, 1, 0, 1))


def read(name: str, **params: Any) -> WeightsResult:
    return weights(loaded(name), WeightsParams.model_validate(params), "float32")


def test_weights_are_those_of_the_module_before_and_after_a_change() -> None:
    module, _ = small()
    weight = module.get_submodule("conv1").weight
    changes = [{"kind": "kernel", "layer": "conv1", "out": 2, "in": 1, "values": [[1, 2, 3]] * 3}]
    answer = read("small", layer="conv1", channels=[2, 0], interventions=changes)
    assert isinstance(weight, Tensor)
    expected = weight.detach()[[2, 0]].clone()
    assert torch.equal(decode(answer.original), expected)
    expected[0, 1] = torch.tensor([[1.0, 2, 3]] * 3)
    assert torch.equal(decode(answer.weight), expected)
    bias = module.get_submodule("conv1").bias
    assert isinstance(bias, Tensor)
    assert answer.channels == [2, 0] and answer.bias == bias[[2, 0]].tolist()
    assert read("small", layer="conv2", channels=[5]).bias is None


@pytest.mark.parametrize(
    ("name", "layer", "shape"),
    [
        ("mlp", "hidden1.linear", [2, 1, 28, 28]),
        ("mlp", "head", [2, 256]),
        ("lenet", "dense1.linear", [2, 16, 5, 5]),
        ("lenet", "dense2.linear", [2, 120]),
        ("mini_resnet", "head", [2, 64, 1, 1]),
        ("efficientnet_lite0", "head", [2, 1280]),
        ("efficientnet_lite0", "block2.depth_conv", [2, 1, 3, 3]),
    ],
)
def test_rows_of_a_linear_layer_are_shown_as_the_maps_that_they_weigh(
    name: str, layer: str, shape: list[int]
) -> None:
    answer = read(name, layer=layer, channels=[1, 0])
    assert answer.weight.shape == answer.original.shape == shape
    module, _ = untrained(name)
    stored = module.get_submodule(layer).weight
    assert isinstance(stored, Tensor)
    assert torch.equal(decode(answer.weight).flatten(1), stored.detach()[[1, 0]].flatten(1))


@pytest.mark.parametrize(
    ("params", "code", "field"),
    [
        ({"layer": "nowhere", "channels": [0]}, "wrong-kind", "layer"),
        ({"layer": "norm1", "channels": [0]}, "wrong-kind", "layer"),
        ({"layer": "input", "channels": [0]}, "wrong-kind", "layer"),
        ({"layer": "conv1", "channels": [0, 6]}, "out-of-range", "channels"),
        (
            {"layer": "conv1", "channels": [0], "interventions": [{"kind": "conv", "layer": "x"}]},
            "no-such-layer",
            "interventions.0.layer",
        ),
    ],
)
def test_weights_that_are_not_there_are_refused(params: Any, code: str, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        read("small", **params)
    assert (refusal.value.code, refusal.value.field) == (code, field)
