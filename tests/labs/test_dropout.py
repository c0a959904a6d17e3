"""The dropout lab as a whole: over HTTP, on whatever is sent to it, and as quickly as it must be."""

import json
from time import process_time
from typing import Any

import orjson
import pytest
import torch
from fastapi.testclient import TestClient
from hypothesis import event, given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from pydantic import ValidationError

from models.errors import Refused
from models.labs.dropout import EXAMPLES, DropoutParams, DropoutResult, pictures
from models.networks.weights import load_network
from models.pictures import Prepared
from tests.models.dropping.asking import asked, grid, items, of_network, tensor
from tests.models.nets import examples
from tests.models.photos import sample_id

URL = "/api/labs/dropout"
ALL = ["pictures", "input", "mask", "output", "weight"]
VARIANTS = ("element", "channel", "block", "row", "batch", "alpha", "connect")
EVERYTHING: dict[str, Any] = {
    "source": of_network("conv4.act", 0, 5, 9),
    "variant": "channel",
    "p": 0.3,
    "seed": 7,
    "record": ALL,
    "at": {"b": 1, "c": 3, "y": 4, "x": 5},
    "expectation": {"draws": 200, "after": "relu"},
    "ensemble": {"units": 5},
    "monte_carlo": {"draws": 20},
    "neighbours": {"most": 4},
    "depth": {"network": "mini_resnet"},
}


@pytest.mark.parametrize("example", [*EXAMPLES, EVERYTHING])
def test_examples_are_answered(client: TestClient, example: dict[str, Any]) -> None:
    for encoding in ("list", "float32", "uint8"):
        answer = client.post(f"{URL}?tensors={encoding}", json=example)
        assert answer.status_code == 200, answer.text
        found = DropoutResult.model_validate(answer.json())
        assert found.keep is not None and found.element is not None and found.monte_carlo is not None


def test_the_same_question_has_the_same_answer_and_another_seed_another(client: TestClient) -> None:
    first, second = (client.post(f"{URL}?tensors=uint8", json=EVERYTHING).content for _ in range(2))
    assert first == second
    before, other = (
        json.loads(first),
        client.post(f"{URL}?tensors=uint8", json={**EVERYTHING, "seed": 8}).json(),
    )
    assert other["mask"] != before["mask"] and other["input"] == before["input"]
    assert other["expectation"] == before["expectation"], "its masks have a seed of their own"


def test_what_is_recorded_is_what_was_asked_for() -> None:
    found = asked({**EVERYTHING, "record": ["mask"], "channels": [47, 3, 3]})
    assert found.input is None and found.output is None and found.pictures is None and found.weight is None
    assert (
        found.channels == [47, 3, 3] and found.shape == [3, 48, 14, 14] and found.axes == ["B", "C", "H", "W"]
    )
    mask = tensor(found, "mask")
    assert mask.shape == (3, 3, 14, 14) and torch.equal(mask[:, 1], mask[:, 2])
    vectors = asked({"source": of_network("flatten", 1), "record": ["output"]})
    assert (
        vectors.layout == "vectors"
        and vectors.axes == ["B", "C"]
        and tensor(vectors, "output").shape == (1, 8)
    )
    assert vectors.element is None


def test_stored_pictures_and_held_out_images_go_together(client: TestClient) -> None:
    batch = [{"kind": "picture", "image": sample_id("bag")}, *items(4)]
    source = {**of_network("stem.act", network="efficientnet_lite0"), "batch": batch}
    answer = client.post(f"{URL}?tensors=float32", json={"source": source, "record": ["pictures"]})
    assert answer.status_code == 200, answer.text
    assert DropoutResult.model_validate(answer.json()).shape == [2, 32, 112, 112]
    missing = {**source, "batch": [*items(1), {"kind": "picture", "image": "f" * 64}]}
    answer = client.post(URL, json={"source": missing})
    assert answer.status_code == 404 and answer.json()["field"] == "source.batch.1.image"
    wanted = pictures(DropoutParams.model_validate({"source": missing}))
    assert wanted == Prepared(
        ("f" * 64,), ("source.batch.1.image",), load_network("efficientnet_lite0").spec.dataset
    )
    assert pictures(DropoutParams.model_validate({"source": grid(1, 1, 1, 2)})) is None


BAG = of_network("conv4.act")
REFUSALS: list[tuple[dict[str, Any], str, str]] = [
    ({"source": of_network("flatten"), "variant": "block"}, "no-maps", "variant"),
    ({"source": BAG, "variant": "connect"}, "wrong-kind", "variant"),
    ({"source": of_network("input"), "variant": "connect"}, "wrong-kind", "variant"),
    ({"source": grid(1, 2, 3, 3), "variant": "connect"}, "wrong-kind", "variant"),
    ({"source": BAG, "variant": "block", "scaling": "classic"}, "no-effect", "scaling"),
    ({"source": BAG, "variant": "alpha", "scaling": "classic"}, "no-effect", "scaling"),
    ({"source": BAG, "channels": [0, 48]}, "out-of-range", "channels.1"),
    ({"source": BAG, "at": {"b": 1, "c": 0}}, "out-of-range", "at.b"),
    ({"source": BAG, "at": {"b": 0, "c": 0, "x": 14}}, "out-of-range", "at.x"),
    ({"source": of_network("nothing")}, "no-such-layer", "source.layer"),
    ({"source": of_network("conv1", network="nothing")}, "no-such-network", "source.network"),
    ({"source": grid(1, 2, 2, 2), "monte_carlo": {}}, "wrong-kind", "monte_carlo"),
    ({"source": of_network("block1.depth_act", network="efficientnet_lite0"), "monte_carlo": {"draws": 500}}, "too-much-work", "monte_carlo.draws"),
    ({"source": of_network("stem.act", *range(64), network="efficientnet_lite0")}, "answer-too-large", "record"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "code", "field"), REFUSALS)
def test_what_cannot_be_is_named(body: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        asked(body)
    assert (refused.value.code, refused.value.field) == (code, field)


NUMBERS = [
    ("p", {"p": 1.0000001}),
    ("p", {"p": -1e-9}),
    ("p", {"p": None}),
    ("p", {"p": "half"}),
    ("seed", {"seed": 2**48}),
    ("seed", {"seed": -1}),
    ("block_size", {"block_size": 0}),
    ("block_size", {"block_size": 32}),
    ("variant", {"variant": "all"}),
    ("channels", {"channels": []}),
    ("expectation.draws", {"expectation": {"draws": 10_001}}),
    ("ensemble.units", {"ensemble": {"units": 17}}),
    ("monte_carlo.draws", {"monte_carlo": {"draws": 501}}),
    ("neighbours.most", {"neighbours": {"most": 7}}),
    ("zoneout.p", {"zoneout": {"p": 1.5}}),
    ("depth.p", {"depth": {"network": "mini_resnet", "p": 2}}),
    ("record.0", {"record": ["all"]}),
    ("nothing", {"nothing": 1}),
]


@pytest.mark.parametrize(("field", "settings"), NUMBERS)
def test_numbers_beyond_their_limits_are_named(
    client: TestClient, field: str, settings: dict[str, Any]
) -> None:
    answer = client.post(URL, json={"source": BAG, **settings})
    assert answer.status_code == 422 and answer.json()["field"] == field, answer.text


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_what_is_no_number_is_refused(client: TestClient, number: str) -> None:
    text = json.dumps({"source": BAG, "p": "@"}).replace('"@"', number)
    answer = client.post(URL, content=text, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422), answer.text
    with pytest.raises(ValidationError):
        DropoutParams.model_validate(json.loads(text))


HEAVY: list[dict[str, Any]] = [
    {"source": of_network("conv2.conv"), "expectation": {"draws": 10_000}},
    {"source": of_network("conv2.conv"), "variant": "block", "expectation": {"draws": 3_400}},
    {"source": of_network("conv2.act"), "expectation": {"draws": 2_000, "after": "softmax"}},
    {"source": of_network("conv2.conv"), "variant": "connect", "expectation": {"draws": 2_000, "after": "softmax"}},
    {"source": of_network("conv3.act"), "ensemble": {"units": 12}},
    {"source": of_network("conv1.act"), "monte_carlo": {"draws": 500}},
    {"source": of_network("stem.act", network="mini_resnet"), "monte_carlo": {"draws": 500}},
    {"source": of_network("conv2.act", *range(64)), "neighbours": {"most": 6}},
]  # fmt: skip


@pytest.mark.parametrize("body", HEAVY)
def test_an_experiment_takes_three_seconds_at_most_or_is_refused(body: dict[str, Any]) -> None:
    """Of the processor's time, which other programs do not lengthen as much as they do a clock's."""
    started = process_time()
    try:
        asked({**body, "record": [], "p": 0.3})
    except Refused as refused:
        assert refused.code == "too-much-work" and process_time() - started < 0.5
    assert process_time() - started < 6


LAYERS = {
    "tiny_vgg_batch": ["conv2.conv", "conv4.act", "conv6.conv", "pool3", "flatten", "head", "input", "no"],
    "tiny_vgg_none": ["conv5.act", "head"],
    "mini_resnet": ["block6.conv2", "block6.drop", "block6.add", "pool", "flatten"],
    "mlp": ["flatten", "hidden1.linear", "hidden2.dropout"],
    "efficientnet_lite0": ["block16.depth_conv", "flatten"],
}
small = st.integers(0, 9)
odd = st.sampled_from([0.0, 1e-30, 1.0, -2.0, 1e6, -1e6])
probabilities = st.sampled_from([0.0, 1e-300, 0.1, 0.5, 0.9, 0.9999999999999999, 1.0])


@st.composite
def questions(draw: DrawFn) -> dict[str, Any]:
    if draw(st.integers(0, 2)) == 0:
        shape = draw(st.tuples(*[st.integers(1, 5)] * 4))
        count = shape[0] * shape[1] * shape[2] * shape[3]
        values = torch.tensor(draw(st.lists(odd, min_size=count, max_size=count))).reshape(shape)
        source: dict[str, Any] = {"kind": "grid", "values": values.tolist()}
    else:
        network = draw(st.sampled_from(list(LAYERS)))
        indices = draw(st.lists(st.integers(0, 1999), min_size=1, max_size=3))
        source = of_network(draw(st.sampled_from(LAYERS[network])), *indices, network=network)
    settings: dict[str, Any] = {
        "variant": st.sampled_from(VARIANTS),
        "p": probabilities,
        "seed": small,
        "mode": st.sampled_from(["train", "eval"]),
        "scaling": st.sampled_from(["inverted", "classic"]),
        "block_size": st.integers(1, 31),
        "channels": st.none() | st.lists(small, min_size=1, max_size=3),
        "record": st.lists(st.sampled_from(ALL), max_size=5),
        "at": st.none() | st.fixed_dictionaries({name: st.integers(0, 3) for name in "bcyx"}),
        "expectation": st.fixed_dictionaries(
            {"draws": st.integers(1, 40), "after": st.sampled_from(["none", "relu", "softmax"])}
        ),
        "ensemble": st.fixed_dictionaries({"units": st.integers(1, 16), "draws": st.just(100)}),
        "monte_carlo": st.fixed_dictionaries({"draws": st.integers(2, 20), "seed": small}),
        "neighbours": st.fixed_dictionaries({"most": st.integers(1, 6)}),
        "zoneout": st.fixed_dictionaries({"p": probabilities, "units": st.integers(1, 32)}),
        "depth": st.fixed_dictionaries(
            {"network": st.sampled_from(["mini_resnet", "lenet", "efficientnet_lite0"]), "p": st.none() | probabilities}
        ),
    }  # fmt: skip
    chosen = {name: draw(value) for name, value in settings.items() if draw(st.integers(0, 2)) == 0}
    return {"source": source, **chosen}


@examples(200)
@given(questions(), st.sampled_from(["list", "float32", "uint8"]))
def test_every_question_is_answered_or_refused(
    client: TestClient, body: dict[str, Any], encoding: str
) -> None:
    response = client.post(f"{URL}?tensors={encoding}", json=body)
    event(f"{response.status_code} {response.json().get('code', '')}")
    if response.status_code == 200:
        DropoutResult.model_validate(response.json())
        orjson.loads(response.content)  # strict: no NaN and no Infinity
    else:
        assert response.status_code in (404, 422), response.text
        assert response.json()["code"] and response.json()["field"], response.text
