"""Faces on a canvas, and the two networks that were trained on those of its left half."""

import json

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from models import train_faces
from models.errors import Refused
from models.faces import LARGEST, MOODS, SIDE, SMALLEST, STANDARD, Face, canvas, face
from models.interventions import apply
from models.networks.weights import WEIGHTS, load_network
from models.recorder import run
from models.train_faces import HALF, batch, scenes, share_right
from tests.models.nets import close, parsed, pictures, untrained

NOTHING, SMILE, SAD = range(3)


def probabilities(name: str, *faces: Face) -> Tensor:
    module = load_network(name).network.module
    return module(canvas(faces)[None]).softmax(1)[0]  # type: ignore[no-any-return]


@pytest.mark.parametrize("size", range(SMALLEST, LARGEST + 1))
def test_a_face_is_drawn_symmetrically_and_its_mouth_says_its_mood(size: int) -> None:
    smile, sad = (face(size, mood) for mood in MOODS)
    for drawn in (smile, sad):
        assert drawn.shape == (size, size) and float(drawn.min()) >= 0 and float(drawn.max()) == 1
        assert close(drawn, drawn.flip(1)) and not close(drawn, drawn.flip(0))
        assert bool((drawn[[0, 0, -1, -1], [0, -1, 0, -1]] < 0.5).all())  # a disc
    assert close(smile[: size * 2 // 5], sad[: size * 2 // 5])  # the eyes are the same
    assert float((smile - sad).abs().sum()) > 2
    rows = torch.arange(size // 2, int(size * 0.9))

    def height(drawn: Tensor, column: int) -> float:
        dark = 1 - drawn[rows, column]
        return float((dark * rows).sum() / dark.sum())

    assert height(smile, int(size * 0.3)) < height(smile, size // 2)
    assert height(sad, int(size * 0.3)) > height(sad, size // 2)
    assert torch.equal(face(size, "smile", True), smile.flip(0))


def test_a_canvas_holds_its_faces_and_the_brightest_wins() -> None:
    assert torch.equal(canvas([]), torch.zeros(1, SIDE, SIDE))
    first, second = Face(y=3, x=4), Face(y=8, x=9, mood="sad", size=12, turned=True)
    one, other = canvas([first]), canvas([second])
    assert torch.equal(one[0, 3:12, 4:13], face(STANDARD)) and float(one.sum()) == float(face(STANDARD).sum())
    assert torch.equal(other[0, 8:20, 9:21], face(12, "sad", True))
    assert torch.equal(canvas([first, second]), torch.maximum(one, other))
    assert float(face(STANDARD)[0, 0]) < 1  # what is shared was not written to


def test_a_face_must_lie_on_the_canvas() -> None:
    assert canvas([Face(y=SIDE - LARGEST, x=0, size=LARGEST)])[0, -1].any()
    with pytest.raises(Refused) as refused:
        canvas([Face(y=0, x=0), Face(y=0, x=24)])
    assert (refused.value.code, refused.value.field) == ("out-of-range", "faces.1.x")
    for wrong in ({"size": 6}, {"size": 16}, {"y": -1}, {"x": 26}, {"mood": "angry"}, {"colour": 1}):
        with pytest.raises(ValidationError):
            Face.model_validate({"y": 0, "x": 0} | wrong)


def test_scenes_are_all_faces_that_lie_in_the_columns() -> None:
    given = scenes(HALF, SIDE, STANDARD, STANDARD)
    assert given.canvases.shape == (2 * 24 * 8, 1, SIDE, SIDE)
    assert not given.canvases[..., :HALF].any() and given.labels.bincount().tolist() == [0, 192, 192]
    assert torch.equal(given.canvases[0], canvas([Face(y=0, x=HALF)]))
    assert len(scenes(0, HALF).labels) == sum(2 * (33 - size) * (17 - size) for size in range(7, 16))


def test_training_sees_nothing_of_the_right_half() -> None:
    given = scenes(0, HALF)
    x, y = batch(given, torch.Generator().manual_seed(4))
    assert x.shape == (train_faces.BATCH, 1, SIDE, SIDE) and not x[..., HALF:].any()
    assert (y == NOTHING).sum() == train_faces.BATCH // 3 and {SMILE, SAD} <= set(y.tolist())
    assert bool((x[y == NOTHING] <= train_faces.NOISE).all()) and bool(
        (x[y != NOTHING].amax((1, 2, 3)) > 0.5).all()
    )


def test_the_cards_say_what_the_weights_do() -> None:
    for name in ("smiley_mlp", "smiley_cnn"):
        card = json.loads((WEIGHTS / f"{name}.json").read_text())
        network = load_network(name).network.module
        standard = scenes(0, SIDE, STANDARD, STANDARD)
        assert share_right(network, standard) == card["accuracy_whole_canvas_standard_size"]
        assert share_right(network, scenes(HALF, SIDE)) == card["accuracy_right_half"]
        assert card["accuracy"] > 0.99
        assert card["accuracy_right_half"] == (0 if name == "smiley_mlp" else 1)
        assert int(probabilities(name).argmax()) == NOTHING


def test_the_cnn_knows_a_face_anywhere_and_the_mlp_only_where_it_was() -> None:
    for mood, label in (("smile", SMILE), ("sad", SAD)):
        left, right = (Face.model_validate({"y": 17, "x": x, "mood": mood}) for x in (5, 21))
        assert (
            probabilities("smiley_mlp", left)[label] > 0.9 and probabilities("smiley_cnn", left)[label] > 0.9
        )
        assert probabilities("smiley_cnn", right)[label] > 0.9
        assert probabilities("smiley_mlp", right)[NOTHING] > 0.9


@torch.no_grad()
def test_the_largest_value_of_whole_maps_can_be_made_the_mean() -> None:
    module, network = untrained("smiley_cnn")
    x = pictures(network, 2)
    step = network.steps["pool2"]
    assert (step.kind, step.arguments["method"], step.arguments["kernel_size"]) == ("pool", "max", None)
    assert close(run(network, x).activations["head"], module(x))
    means = run(network, x, parsed({"kind": "pooling", "layer": "pool2", "method": "avg"})).activations[
        "head"
    ]
    maps = module.act2(module.conv2(module.pool1(module.act1(module.conv1(x)))))  # type: ignore[operator]
    assert close(means, module.head(maps.mean((2, 3))))  # type: ignore[operator]
    assert not close(means, module(x))
    assert (
        apply(network, parsed({"kind": "pooling", "layer": "pool2", "method": "avg"}))["pool1"]
        is network.steps["pool1"]
    )
