"""The lab of an MLP beside a CNN: over HTTP, against plain PyTorch, and on whatever is sent to it."""

import json
from time import process_time
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from fastapi.testclient import TestClient
from hypothesis import event, given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from pydantic import ValidationError

from models import heldout
from models.errors import Refused
from models.faces import Face, canvas
from models.labs.mlp_vs_cnn import EXAMPLES, MlpVsCnnParams, MlpVsCnnResult, pictures, run
from models.networks.registry import FASHION_MNIST
from models.networks.weights import load_network
from models.pictures import Prepared, light
from models.tensors import decode
from models.versus.scene import COLOURS
from tests.models.nets import examples
from tests.models.photos import photo, sample_id

URL = "/api/labs/mlp-vs-cnn"
SMILEY: dict[str, Any] = {"y": 9, "x": 20}
FACES: dict[str, Any] = {
    "kind": "faces",
    "faces": [SMILEY, {"y": 2, "x": 3, "mood": "sad", "size": 12, "turned": True}],
}
ITEM: dict[str, Any] = {"kind": "item", "index": 9, "dx": 5, "dy": -3}
EXPERIMENTS: dict[str, Any] = {
    "positions": {"step": 4},
    "likeness": {},
    "equivariance": {"stride": 2},
    "flatten": {"at": {"y": 3, "x": 4}},
}


def asked(scene: dict[str, Any], **more: Any) -> MlpVsCnnResult:
    """The answer for a scene without a stored picture."""
    return run(MlpVsCnnParams.model_validate({"scene": scene, **more}), None, "float32", 1 << 25)


def faces(*some: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "faces", "faces": [*some]}


def picture(found: MlpVsCnnResult) -> torch.Tensor:
    assert found.canvas is not None
    return decode(found.canvas)


@pytest.mark.parametrize(
    "body",
    [*EXAMPLES, {"scene": FACES, **EXPERIMENTS}, {"scene": ITEM, "worlds": {}, **EXPERIMENTS}],
    ids=["example", "other example", "faces", "item"],
)
def test_whole_answers_over_http(client: TestClient, body: dict[str, Any]) -> None:
    for encoding in ("list", "uint8"):
        answer = client.post(f"{URL}?tensors={encoding}", json=body)
        assert answer.status_code == 200, answer.text
        found = MlpVsCnnResult.model_validate(answer.json())
        assert [name for name in EXPERIMENTS if (getattr(found, name) is None) == (name in body)] == []
        assert [each.kind for each in found.networks] == ["mlp", "cnn"]


def test_stored_pictures_are_taken_as_the_scene_needs_them(client: TestClient) -> None:
    bag = {"kind": "picture", "image": sample_id("bag"), "dx": 2}
    found = client.post(
        f"{URL}?tensors=float32", json={"scene": bag, "target": 8, "positions": {"step": 4}}
    ).json()
    expected = light(photo("bag", FASHION_MNIST), FASHION_MNIST)[0].clamp(0, 1)
    shown = decode(MlpVsCnnResult.model_validate(found).canvas or pytest.fail())
    torch.testing.assert_close(shown[..., 2:], expected[..., :-2])
    assert (
        found["right"] is None
        and found["networks"][0]["correct"] is None
        and found["positions"]["target"] == 8
    )
    colours = {"kind": "colours", "image": sample_id("chelsea")}
    at = {"c": 1, "y": 20, "x": 7}
    found = client.post(f"{URL}?tensors=float32", json={"scene": colours, "flatten": {"at": at}}).json()
    assert found["shape"] == [3, 32, 32] and found["networks"] == found["classes"] == []
    assert found["flatten"]["at"]["index"] == 1024 + 20 * 32 + 7 and found["flatten"]["length"] == 3072
    for scene, dataset in ((bag, FASHION_MNIST), (colours, COLOURS)):
        wanted = pictures(MlpVsCnnParams.model_validate({"scene": scene}))
        assert wanted == Prepared((scene["image"],), ("scene.image",), dataset)
    answer = client.post(URL, json={"scene": {**bag, "image": "f" * 64}})
    assert answer.status_code == 404 and answer.json()["field"] == "scene.image"


# The scene


def test_moves_by_whole_pixels_are_exact() -> None:
    still = picture(asked({"kind": "item", "index": 9}))
    assert torch.equal(still[0], heldout.held_out().images[9].float() / 255)
    for dy, dx in ((3, -4), (-20, 0), (0, 20), (1, 1)):
        moved = picture(asked({"kind": "item", "index": 9, "dy": dy, "dx": dx}))
        expected = torch.zeros(1, 68, 68)
        expected[:, 20 + dy : 48 + dy, 20 + dx : 48 + dx] = still
        assert torch.equal(moved, expected[:, 20:48, 20:48])
    assert torch.equal(picture(asked({"kind": "item", "index": 9, "turned": True})), still.rot90(2, (1, 2)))


def test_scaled_pictures_keep_their_middle() -> None:
    still, larger = (picture(asked({"kind": "item", "index": 0, "scale": scale})) for scale in (1, 1.5))
    grid = F.affine_grid(torch.tensor([[[2 / 3, 0, 0], [0, 2 / 3, 0]]]), [1, 1, 28, 28], align_corners=False)
    expected = F.grid_sample(still[None], grid, padding_mode="border", align_corners=False)[0]
    torch.testing.assert_close(larger, expected)
    for scale, size in ((0.4, 11), (0.75, 21)):
        smaller = picture(asked({"kind": "item", "index": 0, "scale": scale}))
        before = (28 - size) // 2
        inner = smaller[:, before : before + size, before : before + size]
        assert float(smaller.sum()) == pytest.approx(float(inner.sum()))
        assert float(inner.mean()) == pytest.approx(float(still.mean()), rel=0.05)


def test_faces_are_right_in_their_classes() -> None:
    sad = {**SMILEY, "mood": "sad", "x": 0}
    for scene, right, target in (
        (faces(), 0, 0),
        (faces(SMILEY), 1, 1),
        (faces(SMILEY, {**SMILEY, "x": 1}), 1, 1),
        (faces(sad), 2, 2),
        (faces(sad, SMILEY), None, 2),
    ):
        found = asked(scene)
        assert (found.right, found.target) == (right, target)
        drawn = canvas([Face.model_validate(each) for each in scene["faces"]])
        assert torch.equal(picture(found), drawn)
        assert [each.correct for each in found.networks] == (
            [None] * 2 if right is None else [each.predicted == right for each in found.networks]
        )
    assert asked(ITEM).right == int(heldout.held_out().labels[9]) and asked(ITEM, target=3).target == 3


# The networks


def outputs(module: torch.nn.Module, x: torch.Tensor, layer: str) -> tuple[torch.Tensor, torch.Tensor]:
    """What a Module gives for a batch of one, and what the layer in it does."""
    seen = []
    hook = module.get_submodule(layer).register_forward_hook(
        lambda module, inputs, output: seen.append(output[0])
    )
    with torch.inference_mode():
        logits = module(x)[0]
    hook.remove()
    return logits, seen[0]


@pytest.mark.parametrize(
    ("scene", "layer", "hidden_layers"),
    [(FACES, "conv2", ["act1", "flatten"]), (ITEM, "conv2.conv", ["hidden1.act", "flatten"])],
    ids=["faces", "item"],
)
def test_both_networks_say_what_their_modules_say(
    scene: dict[str, Any], layer: str, hidden_layers: list[str]
) -> None:
    found = asked(scene, layer=layer)
    assert [each.hidden_layer for each in found.networks] == hidden_layers
    for each in found.networks:
        loaded = load_network(each.name)
        mean, std = loaded.spec.dataset.mean[0], loaded.spec.dataset.std[0]
        x = (picture(found)[None] - mean) / std
        logits, hidden = outputs(loaded.network.module, x, each.hidden_layer)
        torch.testing.assert_close(torch.tensor(each.logits), logits, atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(torch.tensor(each.probabilities), logits.softmax(0), atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(decode(each.hidden or pytest.fail()), hidden, atol=1e-4, rtol=1e-4)
        assert each.predicted == int(logits.argmax())
    _, maps = outputs(loaded.network.module, x, layer)
    torch.testing.assert_close(decode(found.responses or pytest.fail()), maps, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("scene", "step"), [(FACES, 3), ({**ITEM, "turned": True, "scale": 0.8}, 4)], ids=["faces", "item"]
)
def test_the_map_of_all_places_is_what_single_runs_say(scene: dict[str, Any], step: int) -> None:
    found = asked(scene, positions={"step": step}, record=[]).positions or pytest.fail()
    maps = {each.network: decode(each.map) for each in found.maps}
    assert all(values.shape == (len(found.ys), len(found.xs)) for values in maps.values())
    for row, column in ((0, 0), (-1, -1), (2, 5), (3, 1), (1, -2)):
        y, x = found.ys[row], found.xs[column]
        if scene["kind"] == "faces":
            first, *others = scene["faces"]
            there = faces({**first, "y": y, "x": x}, *others)
        else:
            there = {**scene, "dy": y, "dx": x}
        for each in asked(there, record=[]).networks:
            assert float(maps[each.name][row, column]) == pytest.approx(
                each.probabilities[found.target], abs=1e-5
            )


def test_regions_are_those_of_the_training() -> None:
    found = asked(faces({**SMILEY, "size": 10}), positions={}).positions or pytest.fail()
    assert found.ys == found.xs == list(range(23)) and found.trained is not None
    assert (found.trained.ys, found.trained.xs) == ((0, 22), (0, 6))
    for each in found.maps:
        assert each.inside and each.outside
        assert (each.inside.places, each.outside.places, each.everywhere.places) == (23 * 7, 23 * 16, 23 * 23)
        values = decode(each.map)
        assert each.inside.mean == pytest.approx(float(values[:, :7].mean()), abs=1e-5)
        assert each.outside.mean == pytest.approx(float(values[:, 7:].mean()), abs=1e-5)
        assert each.everywhere.right >= float((values > 0.5).float().mean())
    other = asked(ITEM, positions={"step": 2}).positions or pytest.fail()
    assert other.ys == list(range(-10, 11, 2)) and other.trained is None and other.maps[0].inside is None


def test_likeness_is_the_cosine_to_the_scene_as_it_is() -> None:
    scene = faces({"y": 4, "x": 5}, {"y": 20, "x": 10})
    found = asked(scene, likeness={}).likeness or pytest.fail()
    assert found.shifts == list(range(-5, 14))
    curves = {(each.network, each.layer): each for each in found.curves}
    assert next(iter(curves)) == (None, "input") and len(curves) == 5
    here, there = (
        picture(asked(faces(*({**each, "x": each["x"] + shift} for each in scene["faces"])))).flatten()
        for shift in (0, 6)
    )
    pixels = curves[None, "input"].cosine
    assert pixels[found.shifts.index(6)] == pytest.approx(
        float(F.cosine_similarity(here, there, 0)), abs=1e-5
    )
    for each in found.curves:
        assert each.cosine[5] == pytest.approx(1) and each.other is not None and each.other <= 1
    low = {"kind": "item", "index": 9, "dy": 14, "dx": 2}
    pixels = (asked(low, likeness={}).likeness or pytest.fail()).curves[0].cosine
    here, there = (picture(asked({**low, "dx": dx})).flatten() for dx in (2, -3))
    assert pixels[5] == pytest.approx(float(F.cosine_similarity(here, there, 0)), abs=1e-5)
    far = asked({"kind": "item", "index": 9, "dx": 20}, likeness={}).likeness or pytest.fail()
    assert far.shifts == list(range(-10, 11)) and far.curves[0].cosine[-2:] == [None, None], (
        "nothing is left of it"
    )


# Flattening


@pytest.mark.parametrize(("order", "steps"), [("chw", (1, 28, 784)), ("hwc", (1, 28, 1))])
def test_pixels_are_found_again_in_the_vector(order: str, steps: tuple[int, int, int]) -> None:
    found = asked(ITEM, flatten={"order": order, "at": {"y": 12, "x": 27}})
    flat = found.flatten or pytest.fail()
    vector = decode(flat.vector)
    assert (flat.strides.x, flat.strides.y, flat.strides.c) == steps and flat.length == 784
    assert flat.at and flat.at.index == 12 * 28 + 27
    assert [(each.side, each.distance) for each in flat.neighbours] == [("left", 1), ("up", 28), ("down", 28)]
    assert [(each.c, each.y, each.x) for each in flat.neighbours] == [(0, 12, 26), (0, 11, 27), (0, 13, 27)]
    for pixel in [flat.at, *flat.neighbours]:
        assert float(vector[pixel.index]) == pixel.value == float(picture(found)[pixel.c, pixel.y, pixel.x])


def test_channels_last_keep_the_colours_of_a_pixel_together() -> None:
    params = {
        "scene": {"kind": "colours", "image": "0" * 64},
        "flatten": {"order": "hwc", "at": {"c": 1, "y": 5, "x": 6}},
    }
    stored = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    found = run(MlpVsCnnParams.model_validate(params), stored, "float32", 1 << 25).flatten or pytest.fail()
    assert torch.equal(
        decode(found.vector), torch.from_numpy(stored[0].numpy().transpose(1, 2, 0).reshape(-1))
    )
    distances = [(each.side, each.distance) for each in found.neighbours]
    assert distances == [("left", 3), ("right", 3), ("up", 96), ("down", 96), ("channel", 1), ("channel", 1)]
    assert found.at and found.at.index == (5 * 32 + 6) * 3 + 1
    assert (found.strides.c, found.strides.y, found.strides.x) == (1, 96, 3)


# Two worlds


def test_each_network_sees_either_world() -> None:
    found = asked(ITEM, worlds={}).worlds or pytest.fail()
    plain, permuted = decode(found.plain), decode(found.permuted)
    assert torch.equal(plain, picture(asked(ITEM))[0]) and sorted(found.permutation) == list(range(784))
    assert torch.equal(permuted.flatten(), plain.flatten()[found.permutation]) and not torch.equal(
        permuted, plain
    )
    said = {(each.kind, each.trained_on, each.shown): each.top for each in found.predictions}
    assert len(said) == 8
    for kind, name in (("mlp", "mlp_permuted"), ("cnn", "tiny_vgg_permuted")):
        network = load_network(name).network
        for shown, given_ in (("plain", plain), ("permuted", permuted)):
            x = ((given_ - FASHION_MNIST.mean[0]) / FASHION_MNIST.std[0]).view(1, 1, 28, 28)
            with torch.inference_mode():
                order = torch.tensor(found.permutation)
                back = x.flatten(2)[:, :, order.argsort()].view(x.shape)  # the network permutes by itself
                probabilities = network.module(back)[0].softmax(0)
            top = said[kind, "permuted", shown]
            assert top[0].probability == pytest.approx(float(probabilities.max()), abs=1e-4)
            assert top[0].index == int(probabilities.argmax())
    for each in found.predictions:
        assert each.correct == (each.top[0].index == int(heldout.held_out().labels[9]))


# What cannot be

REFUSALS: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    (faces(SMILEY, {"y": 0, "x": 24}), {}, "out-of-range", "scene.faces.1.x"),
    (faces({"y": 18, "x": 0, "size": 15}), {}, "out-of-range", "scene.faces.0.y"),
    (faces(SMILEY), {"target": 3}, "out-of-range", "target"),
    (faces(SMILEY), {"layer": "conv9"}, "no-such-layer", "layer"),
    (ITEM, {"layer": "flatten"}, "no-maps", "layer"),
    (faces(SMILEY), {"worlds": {}}, "wrong-kind", "worlds"),
    (faces(), {"positions": {}}, "missing", "scene.faces"),
    (faces(), {"likeness": {}}, "missing", "scene.faces"),
    (ITEM, {"flatten": {"at": {"y": 28, "x": 0}}}, "out-of-range", "flatten.at.y"),
    (ITEM, {"flatten": {"at": {"c": 1, "y": 0, "x": 0}}}, "out-of-range", "flatten.at.c"),
    ({"kind": "colours", "image": "0" * 64}, {"positions": {}}, "wrong-kind", "positions"),
    ({"kind": "colours", "image": "0" * 64}, {"layer": "conv1"}, "wrong-kind", "layer"),
]  # fmt: skip


@pytest.mark.parametrize(("scene", "more", "code", "field"), REFUSALS)
def test_what_cannot_be_is_named(scene: dict[str, Any], more: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        asked(scene, **more)
    assert (refused.value.code, refused.value.field) == (code, field)
    if code == "out-of-range" and "scene" in field:
        assert "from 0 to" in refused.value.detail


def test_a_picture_needs_its_class_and_room_in_the_answer() -> None:
    params = {"scene": {"kind": "picture", "image": "0" * 64}, "positions": {}}
    with pytest.raises(Refused) as refused:
        run(MlpVsCnnParams.model_validate(params), torch.zeros(1, 1, 28, 28), "float32", 1 << 25)
    assert (refused.value.code, refused.value.field) == ("missing", "target")
    with pytest.raises(Refused) as refused:
        run(MlpVsCnnParams.model_validate({"scene": ITEM}), None, "list", 100_000)
    assert (refused.value.code, refused.value.field) == ("answer-too-large", "record")


NUMBERS: list[tuple[str, dict[str, Any]]] = [
    ("scene.faces.0.x", {"scene": faces({"y": 0, "x": 26})}),
    ("scene.faces.0.size", {"scene": faces({"y": 0, "x": 0, "size": 16})}),
    ("scene.faces", {"scene": faces(*[SMILEY] * 4)}),
    ("scene.index", {"scene": {"kind": "item", "index": 2000}}),
    ("scene.dx", {"scene": {**ITEM, "dx": 21}}),
    ("scene.scale", {"scene": {**ITEM, "scale": 0.39}}),
    ("scene.image", {"scene": {"kind": "picture", "image": "../x"}}),
    ("positions.step", {"positions": {"step": 0}}),
    ("equivariance.stride", {"equivariance": {"stride": 5}}),
    ("equivariance.dy", {"equivariance": {"dy": 9}}),
    (
        "equivariance.kernel.values.0.0.0",
        {"equivariance": {"kernel": {"kind": "values", "values": [[[1e7]]]}}},
    ),
    ("flatten.at.y", {"flatten": {"at": {"y": -1, "x": 0}}}),
    ("target", {"target": -1}),
    ("record.0", {"record": ["all"]}),
    ("nothing", {"nothing": 1}),
]


@pytest.mark.parametrize(("field", "settings"), NUMBERS)
def test_numbers_beyond_their_limits_are_named(
    client: TestClient, field: str, settings: dict[str, Any]
) -> None:
    answer = client.post(URL, json={"scene": ITEM, **settings})
    assert answer.status_code == 422 and answer.json()["field"] == field, answer.text


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e400"])
def test_what_is_no_number_is_refused(client: TestClient, number: str) -> None:
    text = json.dumps({"scene": {**ITEM, "scale": "@"}}).replace('"@"', number)
    answer = client.post(URL, content=text, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422), answer.text
    with pytest.raises(ValidationError):
        MlpVsCnnParams.model_validate(json.loads(text))


def test_a_frame_is_quick_and_all_places_are_not_slow() -> None:
    """Of the processor's time, with much room for a busy machine."""
    for scene, frame, everywhere in ((faces(SMILEY), 0.02, 0.3), (ITEM, 0.03, 1.0)):
        asked(scene)
        started = process_time()
        for _ in range(10):
            asked(scene)
        assert (process_time() - started) / 10 < frame
        started = process_time()
        asked(scene, record=[], positions={"step": 2})
        assert process_time() - started < everywhere


small = st.integers(0, 25)
odd = st.sampled_from([0.0, 1e-30, -1.0, 2.5, 1e6, -1e6])


@st.composite
def questions(draw: DrawFn) -> dict[str, Any]:
    face = st.fixed_dictionaries(
        {
            "y": small,
            "x": small,
            "mood": st.sampled_from(["smile", "sad"]),
            "size": st.integers(7, 15),
            "turned": st.booleans(),
        }
    )
    moved = {
        "dy": st.integers(-20, 20),
        "dx": st.integers(-20, 20),
        "scale": st.floats(0.4, 1.5),
        "turned": st.booleans(),
    }
    scenes = st.one_of(
        st.fixed_dictionaries({"kind": st.just("faces"), "faces": st.lists(face, max_size=3)}),
        st.fixed_dictionaries({"kind": st.just("item"), "index": st.integers(0, 1999), **moved}),
        st.fixed_dictionaries(
            {"kind": st.just("picture"), "image": st.sampled_from([sample_id("bag"), "f" * 64]), **moved}
        ),
        st.fixed_dictionaries({"kind": st.just("colours"), "image": st.just(sample_id("chelsea"))}),
    )
    rows = st.lists(st.lists(odd, min_size=2, max_size=2), min_size=1, max_size=11)
    kernel = st.one_of(
        st.fixed_dictionaries({"kind": st.just("values"), "values": st.lists(rows, min_size=1, max_size=1)}),
        st.fixed_dictionaries(
            {"kind": st.just("preset"), "preset": st.sampled_from(["gaussian", "random", "sobel_y"])}
        ),
    )
    settings = {
        "layer": st.sampled_from(["conv1", "pool1", "flatten", "input", "no"]),
        "record": st.lists(st.sampled_from(["canvas", "responses", "hidden"]), max_size=4),
        "target": st.integers(0, 10),
        "positions": st.fixed_dictionaries({"step": st.just(4)}),
        "likeness": st.just({}),
        "equivariance": st.fixed_dictionaries(
            {
                "dy": st.integers(-8, 8),
                "stride": st.integers(1, 4),
                "pooling": st.sampled_from(["none", "max", "avg"]),
                "padding": st.sampled_from(["zeros", "valid", "circular", "reflect", "replicate"]),
                "kernel": kernel,
                "relu": st.booleans(),
            }
        ),
        "worlds": st.just({}),
        "flatten": st.fixed_dictionaries(
            {"order": st.sampled_from(["chw", "hwc"]), "at": st.fixed_dictionaries({"c": st.integers(0, 3), "y": small, "x": small})}
        ),
    }  # fmt: skip
    chosen = {name: draw(value) for name, value in settings.items() if draw(st.integers(0, 3)) == 0}
    return {"scene": draw(scenes), **chosen}


@examples(60)
@given(questions(), st.sampled_from(["list", "float32", "uint8"]))
def test_every_question_is_answered_or_refused(
    client: TestClient, body: dict[str, Any], encoding: str
) -> None:
    response = client.post(f"{URL}?tensors={encoding}", json=body)
    event(f"{response.status_code} {response.json().get('code', '')}")
    if response.status_code == 200:
        MlpVsCnnResult.model_validate(response.json())  # what is no number would be written as null
    else:
        assert response.status_code in (404, 422), response.text
        assert response.json()["code"] and response.json()["field"], response.text
