"""The normalisation lab as a whole: on numbers by hand against torch.nn, over HTTP, and on whatever is sent to it."""

import json
from typing import Any

import pytest
import torch
from fastapi.testclient import TestClient
from hypothesis import event, given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from pydantic import ValidationError
from torch import Tensor, nn

from models.errors import Refused
from models.labs.normalization import EXAMPLES, NormalizationParams, NormalizationResult, pictures, run
from models.networks.weights import load_network
from models.pictures import Prepared
from models.tensors import Encoding, decode
from tests.models.nets import examples
from tests.models.photos import sample_id

LIMIT = 32 << 20
METHODS = ("batch", "layer", "layer_channels", "instance", "group", "rms")
ALL = ["pictures", "input", "normalized", "output", "sets"]
URL = "/api/labs/normalization"


def items(*indices: int) -> list[dict[str, Any]]:
    return [{"kind": "item", "index": index} for index in indices]


VGG = {"kind": "network", "network": "tiny_vgg_batch", "layer": "conv4.conv", "batch": items(0, 5, 9)}
EFFICIENT = {**VGG, "network": "efficientnet_lite0", "layer": "stem.conv"}


def grid(*shape: int, seed: int = 0) -> dict[str, Any]:
    values = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    return {"kind": "grid", "values": values.tolist()}


def asked(body: dict[str, Any], encoding: Encoding = "float32", limit: int = LIMIT) -> NormalizationResult:
    return run(NormalizationParams.model_validate(body), None, encoding, limit)


def tensor(result: NormalizationResult, name: str) -> Tensor:
    found = getattr(result, name)
    assert found is not None, name
    return decode(found)


def layer_of(body: dict[str, Any], x: Tensor) -> tuple[nn.Module, bool]:
    """The layer of torch.nn that the body describes, and whether it wants the channels last."""
    channels, eps = x.shape[1], body["eps"]
    method = body["method"]
    layer: nn.Module
    if method == "batch":
        layer = nn.BatchNorm2d(
            channels, eps, body["momentum"], track_running_stats=body["track_running_stats"]
        )
    elif method == "layer":
        layer = nn.LayerNorm(list(x.shape[1:]), eps)
    elif method == "instance":
        layer = nn.InstanceNorm2d(channels, eps, affine=True)
    elif method == "group":
        layer = nn.GroupNorm(body["groups"], channels, eps)
    else:
        layer = (nn.RMSNorm if method == "rms" else nn.LayerNorm)(channels, eps)
    gamma, beta = (torch.tensor(body[name]) for name in ("gamma", "beta"))
    if method == "layer":
        gamma, beta = (each[:, None, None].expand(x.shape[1:]) for each in (gamma, beta))
    with torch.no_grad():
        layer.get_parameter("weight").copy_(gamma)
        if method != "rms":
            layer.get_parameter("bias").copy_(beta)
    return layer.train(body["mode"] == "train"), method in ("layer_channels", "rms")


@st.composite
def bodies(draw: DrawFn) -> dict[str, Any]:
    """A grid of numbers and a layer that fits it."""
    shape = draw(st.tuples(*[st.integers(1, 5)] * 4))
    groups = draw(st.sampled_from([g for g in range(1, 6) if shape[1] % g == 0]))
    numbers = st.floats(-3, 3, width=32)
    return {
        "source": grid(*shape, seed=draw(st.integers(0, 99))),
        "method": draw(st.sampled_from(METHODS)),
        "groups": groups,
        "eps": draw(st.sampled_from([1e-5, 1e-2, 1.0])),
        "gamma": draw(st.lists(numbers, min_size=shape[1], max_size=shape[1])),
        "beta": [0.0] * shape[1] if draw(st.booleans()) else [1.5] * shape[1],
        "mode": draw(st.sampled_from(["train", "eval"])),
        "track_running_stats": draw(st.booleans()),
        "momentum": draw(st.sampled_from([None, 0.1, 0.7])),
        "at": {name: draw(st.integers(0, size - 1)) for name, size in zip("bcyx", shape, strict=True)},
    }


@examples(150)
@given(bodies())
def test_every_layer_is_pytorchs(body: dict[str, Any]) -> None:
    x = torch.tensor(body["source"]["values"])
    layer, last = layer_of(body, x)
    try:
        with torch.no_grad():
            y = layer(x.movedim(1, -1)).movedim(-1, 1) if last else layer(x)
    except ValueError as error:
        with pytest.raises(Refused) as refused:
            asked(body)
        assert refused.value.code == "one-value" and str(error) in refused.value.detail
        assert refused.value.field == "source.values"
        return
    if body["method"] == "rms":
        y = y + torch.tensor(body["beta"])[:, None, None]
    result = asked({**body, "record": ALL})
    assert result.check.agrees and result.pictures is None and result.norm is None
    assert torch.equal(tensor(result, "input"), x)
    output = tensor(result, "output")
    assert float(((output - y).abs() / y.abs().clamp(min=1)).max()) < 1e-3 and torch.isfinite(output).all()
    gamma, beta = (torch.tensor(body[name])[:, None, None] for name in ("gamma", "beta"))
    assert torch.allclose(tensor(result, "normalized") * gamma + beta, output, atol=1e-6)
    check_running(result, layer, body)
    check_element(result, body, x, y)


def check_running(result: NormalizationResult, layer: nn.Module, body: dict[str, Any]) -> None:
    """What the layer has stored afterwards, to the bit."""
    if body["method"] != "batch" or not body["track_running_stats"]:
        assert result.running is None
        assert result.statistics == ("batch" if body["method"] == "batch" else None)
        return
    assert result.running is not None and result.running.batches == 0
    assert result.running.after.mean == layer.get_buffer("running_mean").tolist()
    assert result.running.after.variance == layer.get_buffer("running_var").tolist()
    assert set(result.running.before.mean) == {0.0} and set(result.running.before.variance) == {1.0}
    assert result.statistics == ("running" if body["mode"] == "eval" else "batch")


def check_element(result: NormalizationResult, body: dict[str, Any], x: Tensor, y: Tensor) -> None:
    """The numbers of one element fit together, and belong to its set."""
    e = result.element
    assert e is not None
    place = tuple(body["at"][name] for name in "bcyx")
    assert e.index == list(place) and e.x == float(x[place])
    ends = [slice(*getattr(e.box, name)) for name in "bcyx"]
    values = x[tuple(ends)].double()
    assert e.n == values.numel() == result.shared.count and result.shared.sets * e.n == x.numel()
    average = 0.0 if body["method"] == "rms" else float(values.mean())
    variance = float((values - average).square().mean())
    assert e.mean == pytest.approx(average, abs=1e-6) and e.variance == pytest.approx(variance, abs=1e-5)
    assert (e.unbiased is None) == (e.n == 1)
    if e.unbiased is not None:
        assert e.unbiased == pytest.approx(variance * e.n / (e.n - 1), abs=1e-4)
    running = result.statistics == "running"
    assert (e.mean_used, e.variance_used) == (
        (0, 1) if running else pytest.approx((e.mean, e.variance), abs=1e-6)
    )
    assert e.centred == pytest.approx(e.x - e.mean_used, abs=1e-6)
    assert e.std == pytest.approx((e.variance_used + e.eps) ** 0.5, rel=1e-5)
    assert e.normalized == pytest.approx(e.centred / e.std, rel=1e-4, abs=1e-5)
    assert e.y == pytest.approx(e.gamma * e.normalized + e.beta, rel=1e-4, abs=1e-5)
    assert e.pytorch == pytest.approx(float(y[place]), rel=1e-3, abs=1e-3)
    assert sum(e.before.counts) == sum(e.after.counts) == e.n and len(e.before.edges) == 49
    assert e.before.mean == pytest.approx(float(values.mean()), abs=1e-5)
    assert set(e.boxes) == set(METHODS) and e.boxes[body["method"]] == e.box


@pytest.mark.parametrize(
    ("method", "shape"),
    [("batch", [48]), ("layer", [3]), ("layer_channels", [3, 14, 14]), ("instance", [3, 48]), ("group", [3, 6]), ("rms", [3, 14, 14])],
)  # fmt: skip
def test_sets_have_their_natural_shape(method: str, shape: list[int]) -> None:
    result = asked({"source": VGG, "method": method, "groups": 6, "record": ["sets"]})
    assert result.sets is not None and result.sets.unbiased is not None
    mean, variance, unbiased = (
        decode(each) for each in (result.sets.mean, result.sets.variance, result.sets.unbiased)
    )
    assert list(mean.shape) == list(variance.shape) == shape and mean.numel() == result.shared.sets
    n = result.shared.count
    assert torch.allclose(unbiased, variance * (n / (n - 1)), rtol=1e-6)


def test_a_trained_layer_brings_its_numbers_and_the_request_may_have_others() -> None:
    norm = load_network("tiny_vgg_batch").network.module.get_submodule("conv4.norm")
    found = asked({"source": VGG})
    assert found.norm is not None and found.norm.model_dump() == {
        "layer": "conv4.norm", "method": "batch", "groups": 1, "eps": 1e-5, "tracked": True,
    }  # fmt: skip
    assert found.gamma == norm.get_parameter("weight").tolist()
    assert found.beta == norm.get_parameter("bias").tolist()
    assert found.running is not None
    assert found.running.before.mean == norm.get_buffer("running_mean").tolist()
    assert found.running.batches == int(norm.get_buffer("num_batches_tracked")) > 0
    assert found.channels == list(range(8)) and found.shape == [3, 48, 14, 14]
    other = asked(
        {
            "source": VGG,
            "gamma": 2,
            "beta": [0.5] * 48,
            "eps": 0.1,
            "running": "fresh",
            "channels": [47, 3, 3],
        }
    )
    assert set(other.gamma) == {2.0} and set(other.beta) == {0.5} and other.eps == 0.1
    assert other.running is not None and set(other.running.before.variance) == {1.0}
    assert torch.equal(tensor(other, "input")[:, 1], tensor(found, "input")[:, 3])
    assert torch.equal(tensor(other, "input")[:, 1], tensor(other, "input")[:, 2])


def test_eval_is_what_the_network_does() -> None:
    loaded = load_network("tiny_vgg_batch")
    found = asked({"source": VGG, "mode": "eval", "record": ["pictures", "input", "output"], "channels": [7]})
    norm = loaded.network.module.get_submodule("conv4.norm")
    seen: list[Tensor] = []
    handle = norm.register_forward_hook(lambda _, __, output: seen.append(output))
    mean, std = loaded.spec.dataset.mean[0], loaded.spec.dataset.std[0]
    loaded.network.module((tensor(found, "pictures") - mean) / std)
    handle.remove()
    assert torch.allclose(tensor(found, "output"), seen[0][:, [7]], atol=1e-4)
    assert found.running is not None and found.running.before == found.running.after


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_are_answered(client: TestClient, example: dict[str, Any]) -> None:
    for encoding in ("list", "float32", "uint8"):
        answer = client.post(f"{URL}?tensors={encoding}", json=example)
        assert answer.status_code == 200, answer.text
        assert NormalizationResult.model_validate(answer.json()).check.agrees


def test_stored_pictures_and_held_out_images_go_together(client: TestClient) -> None:
    batch = [
        {"kind": "picture", "image": sample_id("bag")},
        *items(4),
        {"kind": "picture", "image": sample_id("chelsea")},
    ]
    for source in ({**VGG, "batch": batch}, {**EFFICIENT, "batch": batch}):
        answer = client.post(f"{URL}?tensors=float32", json={"source": source, "record": ["pictures"]})
        assert answer.status_code == 200, answer.text
        result = NormalizationResult.model_validate(answer.json())
        assert result.check.agrees and result.shape[0] == 3
        seen = tensor(result, "pictures")
        assert float(seen.min()) > -1e-5 and float(seen.max()) < 1 + 1e-5
        assert not torch.equal(seen[0], seen[2])


def test_a_picture_that_is_not_there_is_named(client: TestClient) -> None:
    batch = [*items(1), {"kind": "picture", "image": "f" * 64}]
    answer = client.post(URL, json={"source": {**VGG, "batch": batch}})
    assert answer.status_code == 404 and answer.json()["field"] == "source.batch.1.image"


def test_the_same_question_has_the_same_answer(client: TestClient) -> None:
    body = {"source": VGG, "training": {}, "mates": {"seed": 3}, "spread": {}, "folding": {}, "record": ALL}
    first, second = (client.post(f"{URL}?tensors=uint8", json=body).content for _ in range(2))
    assert first == second
    other = client.post(f"{URL}?tensors=uint8", json={**body, "mates": {"seed": 4}}).json()
    assert other["mates"] != json.loads(first)["mates"]


def test_what_the_params_name_is_taken_from_the_store() -> None:
    batch = [*items(1), {"kind": "picture", "image": "f" * 64}]
    wanted = pictures(NormalizationParams.model_validate({"source": {**VGG, "batch": batch}}))
    assert wanted == Prepared(
        ("f" * 64,), ("source.batch.1.image",), load_network("tiny_vgg_batch").spec.dataset
    )
    assert pictures(NormalizationParams.model_validate({"source": grid(1, 1, 1, 2)})) is None


VECTORS = {**VGG, "layer": "flatten"}
REFUSALS: list[tuple[dict[str, Any], str, str]] = [
    ({"source": {**VECTORS, "batch": items(3)}}, "one-value", "source.batch"),
    ({"source": VECTORS, "method": "instance"}, "one-value", "source.batch"),
    ({"source": grid(1, 3, 1, 1)}, "one-value", "source.values"),
    ({"source": VGG, "method": "group", "groups": 5}, "groups", "groups"),
    ({"source": VGG, "gamma": [1, 2]}, "wrong-size", "gamma"),
    ({"source": VGG, "beta": [1] * 49}, "wrong-size", "beta"),
    ({"source": VGG, "channels": [0, 48]}, "out-of-range", "channels.1"),
    ({"source": VGG, "at": {"b": 3, "c": 0}}, "out-of-range", "at.b"),
    ({"source": VGG, "at": {"b": 0, "c": 48}}, "out-of-range", "at.c"),
    ({"source": VGG, "at": {"b": 0, "c": 0, "y": 14}}, "out-of-range", "at.y"),
    ({"source": VECTORS, "at": {"b": 0, "c": 0, "x": 1}}, "out-of-range", "at.x"),
    ({"source": {**VGG, "layer": "nothing"}}, "no-such-layer", "source.layer"),
    ({"source": grid(2, 2, 2, 2), "running": "trained"}, "no-running-statistics", "running"),
    ({"source": {**VGG, "network": "tiny_vgg_layer"}, "running": "trained"}, "no-running-statistics", "running"),
    ({"source": VGG, "running": "fed"}, "missing", "training"),
    ({"source": VGG, "eps": 0}, "eps", "eps"),
    ({"source": {"kind": "grid", "values": [[[[3, 3]]]]}, "eps": 0, "method": "layer"}, "overflow", "eps"),
    ({"source": {**EFFICIENT, "batch": items(*range(64))}, "record": ["input", "pictures"]}, "answer-too-large", "record"),
    ({"source": {**EFFICIENT, "batch": items(*range(64)), "layer": "block2.expand_conv"}}, "too-much-work", "source.batch"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "code", "field"), REFUSALS)
def test_what_cannot_be_is_named(body: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        asked(body)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_single_value_is_refused_in_pytorchs_own_words() -> None:
    with pytest.raises(Refused, match=r"ValueError: Expected more than 1 value per channel when training"):
        asked({"source": {**VECTORS, "batch": items(3)}})
    with pytest.raises(Refused, match=r"ValueError: Expected more than 1 spatial element when training"):
        asked({"source": VECTORS, "method": "instance"})
    assert asked({"source": {**VECTORS, "batch": items(3)}, "mode": "eval"}).running is not None
    assert asked({"source": {**VECTORS, "batch": items(3)}, "method": "layer_channels"}).shared.count == 96
    assert asked({"source": {**VGG, "batch": items(3)}}).shared.count == 14 * 14


def test_a_constant_channel_is_normalised_to_nothing() -> None:
    found = asked({"source": {"kind": "grid", "values": [[[[3, 3]], [[1, 2]]]]}, "beta": [0.25, 0]})
    assert tensor(found, "output")[0, 0].tolist() == [[0.25, 0.25]]


NUMBERS = [
    ("source.values.0.0.0.0", {"source": {"kind": "grid", "values": [[[[None]]]]}}),
    ("source.values.0.0.0.0", {"source": {"kind": "grid", "values": [[[[1e7]]]]}}),
    ("source.values.0.0.0.1", {"source": {"kind": "grid", "values": [[[[1, "x"]]]]}}),
    ("eps", {"source": grid(1, 1, 1, 2), "eps": 11}),
    ("eps", {"source": grid(1, 1, 1, 2), "eps": -1e-9}),
    ("momentum", {"source": grid(1, 1, 1, 2), "momentum": 1.5}),
    ("gamma", {"source": grid(1, 1, 1, 2), "gamma": 1e30}),
    ("gamma.0", {"source": grid(1, 1, 1, 2), "gamma": [1e30]}),
    ("source.batch", {"source": {**VGG, "batch": []}}),
    ("source.batch", {"source": {**VGG, "batch": items(*range(65))}}),
    ("source.batch.0.index", {"source": {**VGG, "batch": items(2000)}}),
    ("training.size", {"source": VGG, "training": {"size": 129}}),
    ("spread.draws", {"source": VGG, "spread": {"draws": 10**9}}),
    ("record.0", {"source": VGG, "record": ["all"]}),
]


@pytest.mark.parametrize(("field", "body"), NUMBERS)
def test_numbers_beyond_their_limits_are_named(client: TestClient, field: str, body: dict[str, Any]) -> None:
    answer = client.post(URL, json=body)
    assert answer.status_code == 422 and answer.json()["field"] == field, answer.text


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
@pytest.mark.parametrize("place", ["eps", "gamma", "momentum", "values"])
def test_what_is_no_number_is_refused(client: TestClient, number: str, place: str) -> None:
    body = {"source": {"kind": "grid", "values": [[[[1, 2]]]]}, place: "@"}
    if place == "values":
        body = {"source": {"kind": "grid", "values": [[[["@", 2]]]]}}
    answer = client.post(
        URL, content=json.dumps(body).replace('"@"', number), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (400, 422), answer.text
    with pytest.raises(ValidationError):
        NormalizationParams.model_validate(json.loads(json.dumps(body).replace('"@"', number)))


LAYERS = {
    "tiny_vgg_batch": ["conv1.conv", "conv4.conv", "conv6.conv", "conv6.act", "pool3", "flatten", "head", "input", "nothing"],
    "tiny_vgg_group": ["conv2.conv", "conv2.norm", "flatten"],
    "mini_resnet": ["stem.conv", "head"],
    "lenet": ["conv2.conv", "flatten"],
    "efficientnet_lite0": ["block16.project_conv", "head"],
}  # fmt: skip
small = st.integers(0, 9)
odd = st.sampled_from([0.0, 1e-30, 1e-5, 1.0, -2.0, 10.0, 1e6, -1e6])


@st.composite
def sources(draw: DrawFn) -> dict[str, Any]:
    if draw(st.integers(0, 2)) == 0:
        shape = draw(st.tuples(*[st.integers(1, 4)] * 4))
        count = shape[0] * shape[1] * shape[2] * shape[3]
        values = torch.tensor(draw(st.lists(odd, min_size=count, max_size=count))).reshape(shape)
        return {"kind": "grid", "values": values.tolist()}
    network = draw(st.sampled_from(list(LAYERS)))
    members = st.one_of(
        st.builds(lambda index: {"kind": "item", "index": index}, st.integers(0, 1999)),
        st.just({"kind": "picture", "image": sample_id("bag")}),
    )
    source = {
        "kind": draw(st.sampled_from(["network", "tokens"])),
        "network": network,
        "layer": draw(st.sampled_from(LAYERS[network])),
        "batch": draw(st.lists(members, min_size=1, max_size=4)),
    }
    if source["kind"] == "tokens":
        source |= {"keep": draw(st.sampled_from(["all", "content"])), "padding": draw(st.integers(0, 9))}
    return source


@st.composite
def questions(draw: DrawFn) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "method": st.sampled_from(METHODS),
        "groups": st.integers(1, 8),
        "eps": st.sampled_from([None, 0, 1e-300, 1e-45, 1e-12, 1e-5, 10]),
        "gamma": st.none() | odd | st.lists(odd, min_size=1, max_size=3),
        "beta": st.none() | odd,
        "mode": st.sampled_from(["train", "eval"]),
        "track_running_stats": st.booleans(),
        "momentum": st.sampled_from([None, 0, 0.1, 1]),
        "running": st.sampled_from([None, "trained", "fresh", "fed"]),
        "channels": st.none() | st.lists(small, min_size=1, max_size=3),
        "at": st.none() | st.fixed_dictionaries({name: st.integers(0, 3) for name in "bcyx"}),
        "record": st.lists(st.sampled_from(ALL), max_size=5),
        "training": st.fixed_dictionaries(
            {"size": st.integers(1, 4), "steps": st.integers(1, 5), "channel": small, "seed": small},
            optional={"step": st.integers(0, 6)},
        ),
        "mates": st.fixed_dictionaries({"seed": small, "member": st.integers(0, 4)}),
        "spread": st.fixed_dictionaries({"channel": small, "draws": st.sampled_from([20, 30])}),
        "padding_sweep": st.fixed_dictionaries({"most": st.integers(0, 9)}),
        "folding": st.fixed_dictionaries({"channel": st.integers(0, 50)}),
    }
    chosen = draw(st.sets(st.sampled_from(list(settings)), max_size=9))
    return {"source": draw(sources()), **{name: draw(settings[name]) for name in sorted(chosen)}}


@examples(150)
@given(questions(), st.sampled_from(["list", "float32", "uint8"]))
def test_every_question_is_answered_or_refused(
    client: TestClient, body: dict[str, Any], encoding: str
) -> None:
    answer = client.post(f"{URL}?tensors={encoding}", json=body)
    if answer.status_code == 200:
        event("answered")
        NormalizationResult.model_validate(answer.json())
        assert b"null" not in answer.content.replace(b":null", b""), "a list holds what is no number"
    else:
        event(f"refused: {answer.json().get('code')}")
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["field"], answer.text
