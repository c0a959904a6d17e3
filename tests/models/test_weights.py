"""The registry, the trained weights and their cards."""

import hashlib
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load, save

from models.network import Step
from models.networks import weights
from models.networks.registry import IMAGENET, SPECS
from models.networks.weights import WEIGHTS, converted, load_network, renamed, write_atomically
from models.recorder import run
from tests.models.nets import NAMES
from tests.models.photos import photo

TARGETS = {
    "mlp": 0.89,
    "tiny_vgg_batch": 0.93,
    "mini_resnet": 0.93,
    "mini_vit": 0.88,
    "lenet": 0.88,
    "row_gru": 0.86,
    "tiny_vgg_permuted": 0.85,
}
"""Share of the 10,000 test images that each network must get right."""
CARD_FIELDS = {"name", "dataset", "licence", "command", "parameters", "sha256"}


def card_of(name: str) -> dict[str, Any]:
    card: dict[str, Any] = json.loads((WEIGHTS / f"{name}.json").read_text())
    return card


@pytest.mark.parametrize("name", NAMES)
def test_every_network_has_a_card_and_the_weights_that_it_names(name: str) -> None:
    card = card_of(name)
    assert set(card) >= CARD_FIELDS
    assert card["name"] == name
    loaded = load_network(name)
    assert loaded is load_network(name)
    assert loaded.version == card["sha256"]
    module = loaded.network.module
    assert sum(p.numel() for p in module.parameters()) == card["parameters"]
    assert not module.training and not any(p.requires_grad for p in module.parameters())
    if SPECS[name].source == "card":
        data = (WEIGHTS / f"{name}.safetensors").read_bytes()
        assert hashlib.sha256(data).hexdigest() == card["sha256"]
        stored = load(data)
        assert all(torch.equal(stored[key], value) for key, value in module.state_dict().items())
        assert f"models.train {name}" in card["command"] and "seed" in card
        assert isinstance(loaded.accuracy, float)
        assert loaded.accuracy >= TARGETS.get(name, 0.88)


@pytest.mark.parametrize("name", NAMES)
def test_classes_have_distinct_names_in_both_languages(name: str) -> None:
    spec = SPECS[name]
    classes = spec.dataset.classes()
    loaded = load_network(name)
    assert len(classes) == loaded.network.steps[loaded.network.output].arguments["weight"].shape[0]
    for language in ("en", "zh"):
        words = [each[language].strip() for each in classes]
        assert all(words) and len(set(words)) == len(words)
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in each["zh"]) for each in classes)
    assert spec.title["en"] and spec.title["zh"] and spec.summary["en"] and spec.summary["zh"]


def test_imagenet_has_a_thousand_classes() -> None:
    classes = IMAGENET.classes()
    assert len(classes) == 1000
    assert (classes[285]["en"], classes[967]["en"]) == ("Egyptian cat", "espresso")


def test_the_versions_of_the_tiny_vgg_differ_in_normalisation_alone() -> None:
    def rest(name: str) -> list[tuple[str, str, tuple[str, ...]]]:
        steps = load_network(name).network.steps.values()

        def source(step: Step) -> tuple[str, ...]:
            return tuple(each.replace(".norm", ".conv") for each in step.inputs)

        return [(step.name, step.operation, source(step)) for step in steps if step.kind != "norm"]

    assert rest("tiny_vgg_none") == rest("tiny_vgg_batch") == rest("tiny_vgg_layer")


@pytest.mark.parametrize("name", [name for name in NAMES if SPECS[name].dataset.name == "fashion_mnist"])
@pytest.mark.parametrize(("picture", "label"), [("ankle_boot", "Ankle boot"), ("bag", "Bag")])
def test_trained_networks_know_clothes(name: str, picture: str, label: str) -> None:
    loaded = load_network(name)
    dataset = loaded.spec.dataset
    logits = run(loaded.network, photo(picture, dataset)).activations[loaded.network.output]
    assert dataset.classes()[int(logits[0].argmax())]["en"] == label


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "convscope"


def test_weights_that_were_tampered_with_are_not_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for suffix in ("json", "safetensors"):
        data = bytearray((WEIGHTS / f"mlp.{suffix}").read_bytes())
        if suffix == "safetensors":
            data[-1] ^= 1
        (tmp_path / f"mlp.{suffix}").write_bytes(data)
    monkeypatch.setattr(weights, "WEIGHTS", tmp_path)
    with pytest.raises(RuntimeError, match="checksum"):
        load_network.__wrapped__("mlp")


def test_conversion_is_done_once_and_mended_where_the_cache_is_damaged(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = card_of("efficientnet_lite0")
    data = converted("efficientnet_lite0", card)
    assert hashlib.sha256(data).hexdigest() == card["sha256"]
    (path,) = elsewhere.iterdir()
    assert path.read_bytes() == data and path.suffix == ".safetensors"

    def never(*_: object, **__: object) -> None:
        raise AssertionError("converted again")

    with monkeypatch.context() as patch:
        patch.setattr(torch, "load", never)
        assert converted("efficientnet_lite0", card) == data
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert converted("efficientnet_lite0", card) == data
    assert [each.read_bytes() for each in elsewhere.iterdir()] == [data]


def test_a_pickle_is_read_as_tensors_alone(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def spied(*_: object, **how: object) -> None:
        asked.append(how["weights_only"])
        raise RuntimeError("enough")

    monkeypatch.setattr(torch, "load", spied)
    with pytest.raises(RuntimeError, match="enough"):
        converted("efficientnet_lite0", card_of("efficientnet_lite0"))
    assert asked == [True]


def test_a_package_with_other_weights_is_not_read(elsewhere: Path) -> None:
    card = card_of("efficientnet_lite0") | {"package_sha256": "0" * 64}
    with pytest.raises(RuntimeError, match="not the one that the card names"):
        converted("efficientnet_lite0", card)
    assert not elsewhere.exists()


def test_without_a_cache_folder_the_weights_are_converted_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    card = card_of("efficientnet_lite0")
    assert hashlib.sha256(converted("efficientnet_lite0", card)).hexdigest() == card["sha256"]


def test_a_file_is_seen_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "deep" / "file"
    contents = [bytes([letter]) * 200_000 for letter in b"abcd"]
    torn: list[int] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            if path.exists() and path.read_bytes() not in contents:
                torn.append(path.stat().st_size)

    watcher = threading.Thread(target=watch)
    watcher.start()

    def write(data: bytes) -> None:
        for _ in range(20):
            write_atomically(path, data)

    writers = [threading.Thread(target=write, args=[data]) for data in contents]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    watcher.join()
    assert torn == [] and [each.name for each in path.parent.iterdir()] == ["file"]

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="no space"):
        write_atomically(path, b"new")
    assert [each.name for each in path.parent.iterdir()] == ["file"]
    assert path.read_bytes() in contents


def test_weights_of_another_architecture_are_not_taken() -> None:
    module = SPECS["lenet"].build()
    state = module.state_dict()
    assert set(renamed({f"their.{key}": value for key, value in state.items()}, module)) == set(state)
    with pytest.raises(RuntimeError, match="do not fit"):
        renamed({key: value.flatten() for key, value in state.items()}, module)
    with pytest.raises(ValueError, match="argument"):
        renamed(dict(list(state.items())[1:]), module)


def test_an_unknown_network_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        load_network("vgg16")


def test_safetensors_are_written_the_same_every_time() -> None:
    state = SPECS["lenet"].build().state_dict()
    assert save(dict(state)) == save(dict(reversed(list(state.items()))))


def test_gradients_go_through_weights_whoever_loaded_them() -> None:
    """What is made in inference mode could never have one."""
    with torch.inference_mode():
        network = load_network.__wrapped__("lenet").network
    x = torch.ones(1, *network.input_shape, requires_grad=True)
    logits = run(network, x, with_gradient=True).activations[network.output]
    (gradient,) = torch.autograd.grad(logits[0, 0], x)
    assert (gradient != 0).any()
