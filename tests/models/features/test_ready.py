"""The images that were made beforehand: the files are those of their index, and excite what it says."""

import hashlib
import io
import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from models.features.maximise import Gauge
from models.features.ready import FeatureSet, feature_set, find, folder, image_file
from models.networks.registry import SPECS
from models.networks.weights import load_network
from tools import features as tool

NETWORK = "efficientnet_lite0"
FILES = folder(NETWORK)
MOST_BYTES = 1_200_000
TOLERANCE = 0.002
"""Of the activation, relative: how far two machines' decoders and sums may be apart. The index gives the activation of
the WebP file itself, so that what WebP takes away is counted already."""


@pytest.fixture(scope="module")
def made() -> FeatureSet:
    found = feature_set(NETWORK)
    assert found is not None
    return found


def test_the_set_is_that_of_this_network_and_of_the_tool(made: FeatureSet) -> None:
    loaded = load_network(NETWORK)
    assert made.version == loaded.version
    assert tool.empty(loaded).model_copy(update={"torch": made.torch}) == made.model_copy(
        update={"stages": [stage.model_copy(update={"channels": []}) for stage in made.stages]}
    )
    for stage in made.stages:
        assert [each.channel for each in stage.channels] == tool.channels(stage.shape[0])
        assert tuple(stage.shape) == loaded.shapes[stage.layer]
    assert (FILES / "README.md").read_text("utf-8") == tool.card(made)


def test_the_files_are_those_of_the_index_and_small(made: FeatureSet) -> None:
    features = [(stage, each) for stage in made.stages for each in stage.channels]
    assert {path.name for path in FILES.glob("*.webp")} == {each.image for _, each in features}
    for stage, each in features:
        file = image_file(NETWORK, each.image)
        assert hashlib.sha256(file).hexdigest() == each.sha256
        picture = Image.open(io.BytesIO(file))
        assert (picture.format, picture.size) == ("WEBP", (stage.size, stage.size))
    assert sum(path.stat().st_size for path in FILES.iterdir()) < MOST_BYTES


def test_the_images_excite_their_channels_more_than_noise(made: FeatureSet) -> None:
    for stage in made.stages:
        for each in stage.channels:
            assert each.activation > 1.1 * each.start + 0.5, (stage.layer, each.channel)
            assert 0.7 * each.reached < each.activation < 1.1 * each.reached, (stage.layer, each.channel)
            assert each.peak > 0


@pytest.mark.parametrize(("stage", "place"), [(1, 2), (4, 3)])
def test_what_the_index_says_is_found_again(made: FeatureSet, stage: int, place: int) -> None:
    layer, each = made.stages[stage].layer, made.stages[stage].channels[place]
    loaded = load_network(NETWORK)
    gauge = Gauge(loaded, loaded.network.steps[layer], each.channel, made.settings.aim)
    found = gauge.read(tool.image_of(image_file(NETWORK, each.image)))
    assert found == pytest.approx((each.activation, each.peak), rel=TOLERANCE)


def test_only_what_is_in_the_index_is_found(made: FeatureSet) -> None:
    first = made.stages[0].channels[0]
    assert find(NETWORK, "stem.act", first.channel) == first
    assert find(NETWORK, "stem.act", first.channel + 1) is None
    assert find(NETWORK, "../stem.act", first.channel) is None
    assert find("mlp", "stem.act", first.channel) is None
    assert [name for name in SPECS if feature_set(name)] == [NETWORK]


def test_the_tool_makes_what_is_missing_and_keeps_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "set"
    loaded = load_network(NETWORK)
    monkeypatch.setattr(tool, "SIDES", {"stem.act": 32})
    monkeypatch.setattr(tool, "PER_STAGE", 2)
    monkeypatch.setattr(tool, "SETTINGS", tool.SETTINGS.model_copy(update={"steps": 8}))
    making = tool.make_all(target, loaded, again=False)
    assert next(making)[1].image == "stem.act-8.webp"  # and it is stopped
    (target / "stem.act-8.webp").touch()
    before = (target / "stem.act-8.webp").stat().st_mtime_ns
    assert [each.channel for _, each in tool.make_all(target, loaded, again=False)] == [8, 24]
    assert (target / "stem.act-8.webp").stat().st_mtime_ns == before, "it was made already"
    whole = FeatureSet.model_validate(json.loads((target / "features.json").read_text("utf-8")))
    files = {path.name: path.read_bytes() for path in target.glob("*.webp")}
    assert sorted(files) == ["stem.act-24.webp", "stem.act-8.webp"]
    (target / "stem.act-8.webp").write_bytes(b"damaged")
    list(tool.make_all(target, loaded, again=False))
    assert {path.name: path.read_bytes() for path in target.glob("*.webp")} == files
    shutil.rmtree(target)
    list(tool.make_all(target, loaded, again=True))
    assert FeatureSet.model_validate(json.loads((target / "features.json").read_text("utf-8"))) == whole
