"""The lab of the three principles as a whole: over HTTP, on whatever is sent to it, and as quickly as it must be."""

import json
from time import process_time
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient
from hypothesis import event, given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from app.samples import samples
from models.labs.principles import EXAMPLES, PrinciplesParams, PrinciplesResult, pictures
from models.networks.registry import IMAGENET
from models.pictures import Prepared
from tests.models.nets import examples
from tests.models.photos import sample_id

URL = "/api/labs/principles"
ITEM = {"kind": "item", "index": 3}
IDS = [sample.id for sample in samples()]
CAT = {"source": {"kind": "picture", "image": sample_id("chelsea")}, "network": "efficientnet_lite0"}
EVERYTHING: dict[str, Any] = {
    **CAT,
    "record": ["picture"],
    "wiring": {"layer": "stem.conv", "channel": 31, "y": 0, "x": 3, "dense": {}},
    "growth": {"channel": 5, "y": 0.4, "layers": ["stem.conv", "block8.add"]},
    "counts": {"height": 16, "filters": 8},
    "sharing": {"layer": "block4.depth_conv", "out_channel": 3, "row": 4, "target": 281},
    "patches": {"layer": "block3.add", "channel": 2, "images": IDS[:3], "count": 4},
}


@pytest.mark.parametrize("example", [*EXAMPLES, EVERYTHING])
def test_examples_are_answered_always_alike(client: TestClient, example: dict[str, Any]) -> None:
    for encoding in ("list", "float32", "uint8"):
        answer = client.post(f"{URL}?tensors={encoding}", json=example)
        assert answer.status_code == 200, answer.text
        found = PrinciplesResult.model_validate(answer.json()).model_dump()
        asked = {"wiring", "growth", "counts", "sharing", "patches"} & example.keys()
        assert {name for name in found if isinstance(found[name], dict)} == asked | (
            {"picture"} if "record" in example else set()
        )
    assert client.post(f"{URL}?tensors=uint8", json=example).content == answer.content


def test_stored_pictures_are_named_in_order() -> None:
    both = PrinciplesParams.model_validate(EVERYTHING)
    fields = ("source.image", *(f"patches.images.{index}" for index in range(3)))
    assert pictures(both) == Prepared((sample_id("chelsea"), *IDS[:3]), fields, IMAGENET)
    assert pictures(PrinciplesParams.model_validate({"source": ITEM})) is None


def test_the_own_picture_is_not_one_of_those_looked_through(client: TestClient) -> None:
    of_item = {**CAT, "source": ITEM, "patches": EVERYTHING["patches"]}
    found, alone = (client.post(URL, json=body).json() for body in (EVERYTHING, of_item))
    assert found["patches"] == alone["patches"] and len(found["patches"]["patches"]) == 4


def test_a_picture_that_is_not_there_is_named(client: TestClient) -> None:
    patches = {**EVERYTHING["patches"], "images": [IDS[0], "f" * 64]}
    for field, body in {
        "patches.images.1": {"source": ITEM, "network": "efficientnet_lite0", "patches": patches},
        "source.image": {"source": {"kind": "picture", "image": "f" * 64}},
    }.items():
        answer = client.post(URL, json=body)
        assert (answer.status_code, answer.json()["field"]) == (404, field)


PATCHES = {"layer": "conv1.conv", "images": IDS[:1]}
REFUSALS: list[tuple[dict[str, Any], str, str]] = [
    ({"network": "nothing"}, "no-such-network", "network"),
    ({"wiring": {"layer": "nothing"}}, "no-such-layer", "wiring.layer"),
    ({"wiring": {"layer": "conv1.conv", "channel": 24}}, "out-of-range", "wiring.channel"),
    ({"wiring": {"layer": "conv1.conv", "y": 28}}, "out-of-range", "wiring.y"),
    ({"wiring": {"layer": "conv1.conv", "dense": {"unit": 512}}}, "out-of-range", "wiring.dense.unit"),
    ({"wiring": {"layer": "conv1.conv", "dense": {"unit": -1}}}, "invalid", "wiring.dense.unit"),
    ({"growth": {"layers": ["conv1.conv", "head"]}}, "no-maps", "growth.layers.1"),
    ({"growth": {"layers": ["input"]}}, "no-such-layer", "growth.layers.0"),
    ({"growth": {}, "network": "mlp"}, "no-maps", "growth.layers"),
    ({"growth": {"y": 1.1}}, "invalid", "growth.y"),
    ({"growth": {"layers": ["conv1.conv"] * 13}}, "invalid", "growth.layers"),
    ({"counts": {"kernel_size": 31, "height": 8}}, "kernel-too-large", "counts.kernel_size"),
    ({"counts": {"height": 256, "width": 256, "in_channels": 2048}}, "too-much-work", "counts.height"),
    ({"counts": {"units": 0}}, "invalid", "counts.units"),
    ({"sharing": {"layer": "pool1"}}, "wrong-kind", "sharing.layer"),
    ({"sharing": {"layer": "input"}}, "no-such-layer", "sharing.layer"),
    ({"sharing": {"layer": "conv1.conv", "in_channel": 1}}, "out-of-range", "sharing.in_channel"),
    ({"sharing": {"layer": "conv1.conv", "column": 3}}, "out-of-range", "sharing.column"),
    ({"sharing": {"layer": "conv1.conv", "target": 10}}, "out-of-range", "sharing.target"),
    ({"patches": {**PATCHES, "layer": "head"}}, "no-maps", "patches.layer"),
    ({"patches": {**PATCHES, "layer": "input"}}, "no-such-layer", "patches.layer"),
    ({"patches": {**PATCHES, "channel": 24}}, "out-of-range", "patches.channel"),
    ({"patches": {**PATCHES, "images": IDS[:1] * 17}}, "invalid", "patches.images"),
    ({"patches": {**PATCHES, "count": 17}}, "invalid", "patches.count"),
    (
        {**CAT, "patches": {"layer": "block9.project_norm", "images": IDS[:1], "count": 16}},
        "answer-too-large",
        "patches",
    ),
]


@pytest.mark.parametrize(("body", "code", "field"), REFUSALS)
def test_refusals_name_their_field(client: TestClient, body: dict[str, Any], code: str, field: str) -> None:
    answer = client.post(URL, json={"source": ITEM, **body})
    assert answer.status_code == 422, answer.text
    assert (answer.json()["code"], answer.json()["field"]) == (code, field)


HEAVY: list[dict[str, Any]] = [
    {"growth": {"layers": [f"block{index}.project_norm" for index in range(5, 17)]}},
    {"growth": {}, "wiring": {"layer": "features.act"}, "sharing": {"layer": "block2.expand_conv"}},
    {"patches": {"layer": "features.act", "images": [IDS[0]] * 16, "count": 16}},
]


@pytest.mark.parametrize("body", HEAVY)
def test_the_largest_questions_take_no_more_than_seconds(client: TestClient, body: dict[str, Any]) -> None:
    """Of the processor's time, which other programs do not lengthen as much as they do a clock's."""
    started = process_time()
    answer = client.post(f"{URL}?tensors=uint8", json={**CAT, **body})
    assert answer.status_code == 200 and process_time() - started < 4, answer.text[:300]


LAYERS = {
    "tiny_vgg_batch": ["conv2.conv", "conv4.act", "conv6.conv", "pool3", "flatten", "head", "input", "no"],
    "tiny_vgg_layer": ["conv5.act", "conv1.norm"],
    "mini_vit": ["embed.patch", "block1.qkv", "block1.weights", "block1.mix", "head"],
    "mini_resnet": ["block6.conv2", "block6.add", "pool"],
    "row_gru": ["rows", "last", "head"],
    "mlp": ["flatten", "hidden1.linear", "hidden2.dropout"],
}
small = st.integers(0, 12)
share = st.sampled_from([0.0, 0.5, 1.0])


@st.composite
def questions(draw: DrawFn) -> dict[str, Any]:
    network = draw(st.sampled_from(list(LAYERS)))
    layer = st.sampled_from(LAYERS[network])
    picture = st.builds(lambda image: {"kind": "picture", "image": image}, st.sampled_from(IDS))
    item = st.builds(lambda index: {"kind": "item", "index": index}, st.integers(0, 1999))
    settings: dict[str, Any] = {
        "record": st.lists(st.just("picture"), max_size=2),
        "wiring": st.fixed_dictionaries(
            {"layer": layer, "channel": small, "y": st.none() | small, "x": st.none() | small},
            optional={"dense": st.builds(dict, unit=st.integers(0, 600))},
        ),
        "growth": st.fixed_dictionaries(
            {"channel": small, "y": share, "x": share},
            optional={"layers": st.lists(layer, min_size=1, max_size=3)},
        ),
        "counts": st.fixed_dictionaries(
            {name: st.integers(0, 40) for name in ("height", "width", "kernel_size", "stride", "padding")}
        ),
        "sharing": st.fixed_dictionaries(
            {"layer": layer, "out_channel": small, "in_channel": small, "row": small, "target": st.none() | small}
        ),
        "patches": st.fixed_dictionaries(
            {"layer": layer, "channel": small, "images": st.lists(st.sampled_from(IDS), min_size=1, max_size=3)}
        ),
    }  # fmt: skip
    chosen = {name: draw(value) for name, value in settings.items() if draw(st.integers(0, 2)) == 0}
    return {"source": draw(picture | item), "network": network, **chosen}


@examples(50)
@given(questions(), st.sampled_from(["list", "float32", "uint8"]))
def test_every_question_is_answered_or_refused(
    client: TestClient, body: dict[str, Any], encoding: str
) -> None:
    response = client.post(f"{URL}?tensors={encoding}", json=body)
    event(f"{response.status_code} {response.json().get('code', '')}")
    if response.status_code == 200:
        PrinciplesResult.model_validate(response.json())
        orjson.loads(response.content)  # strict: no NaN and no Infinity
    else:
        assert response.status_code in (404, 422), response.text
        assert response.json()["code"] and response.json()["field"], json.dumps(body)
