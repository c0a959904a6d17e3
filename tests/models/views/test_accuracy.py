"""Accuracy on held-out images, beside the Module itself and the cards."""

import copy

import pytest
import torch
import torch.nn.functional as F

from models import heldout
from models.errors import Refused
from models.networks.registry import FASHION_MNIST, SPECS
from models.networks.weights import load_network
from models.views.accuracy import AccuracyParams, accuracy, wilson
from tests.models.nets import NAMES


def measured(network: str, **body: object):  # type: ignore[no-untyped-def]
    return accuracy(load_network(network), AccuracyParams.model_validate(body))


@pytest.mark.parametrize("name", [name for name in NAMES if SPECS[name].dataset == FASHION_MNIST])
def test_it_is_the_modules_own(name: str) -> None:
    found = measured(name, items=200)
    labels = heldout.held_out().labels
    items = torch.cat([(labels == label).nonzero()[:20, 0] for label in range(10)]).sort().values
    with torch.no_grad():
        logits = load_network(name).network.module(heldout.inputs(items, FASHION_MNIST)).double()
    truth = labels[items].long()
    assert found.items == 200 and found.correct == int((logits.argmax(1) == truth).sum())
    assert found.accuracy == found.correct / 200 and found.interval[0] < found.accuracy < found.interval[1]
    assert found.loss == pytest.approx(float(F.nll_loss(logits.log_softmax(1), truth)), abs=1e-5)
    p = logits.softmax(1)
    assert found.entropy == pytest.approx(float(-(p * p.log()).sum(1).mean()), abs=1e-5)
    card = load_network(name).accuracy
    assert card is not None and abs(card - found.accuracy) < 0.07


def test_another_normalisation_without_training_costs_accuracy() -> None:
    swaps = [
        {"kind": "normalization", "layer": f"conv{number}.norm", "method": "instance"}
        for number in range(1, 7)
    ]
    plain, swapped = (
        measured("tiny_vgg_batch", items=100),
        measured("tiny_vgg_batch", items=100, interventions=swaps),
    )
    assert swapped.accuracy < plain.accuracy - 0.1 and swapped.loss > plain.loss
    module = copy.deepcopy(load_network("tiny_vgg_batch").network.module)
    for number in range(1, 7):
        norm = module.get_submodule(f"conv{number}.norm")
        instance = torch.nn.InstanceNorm2d(len(norm.get_parameter("weight")), affine=True)
        instance.load_state_dict({name: norm.get_parameter(name) for name in ("weight", "bias")})
        module.get_submodule(f"conv{number}").norm = instance
    items = heldout.chosen(heldout.held_out().labels, 10)
    with torch.no_grad():
        right = module(heldout.inputs(items, FASHION_MNIST)).argmax(1) == heldout.held_out().labels[items]
    assert swapped.correct == int(right.sum())


def test_items_part_evenly_among_the_classes() -> None:
    assert measured("mlp", items=59).items == 50
    assert measured("mlp", items=2000).items == 2000


def test_wilsons_interval() -> None:
    assert wilson(8, 10) == pytest.approx((0.4901625, 0.9433178), abs=1e-6)
    assert wilson(0, 50) == pytest.approx((0, 0.0713476), abs=1e-6)
    assert wilson(50, 50) == pytest.approx((0.9286524, 1), abs=1e-6)


@pytest.mark.parametrize(
    ("network", "body", "code", "field"),
    [
        ("efficientnet_lite0", {}, "no-held-out", "name"),
        ("mlp", {"interventions": [{"kind": "channels", "layer": "x", "channels": [0]}]}, "no-such-layer", "interventions.0.layer"),
        (
            "mini_resnet",
            {"items": 2000, "interventions": [{"kind": "conv", "layer": "stem.conv", "padding": [20, 20, 20, 20]}]},
            "too-much-work",
            "items",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_measured_is_named(network: str, body: dict, code: str, field: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(Refused) as refused:
        measured(network, **body)
    assert (refused.value.code, refused.value.field) == (code, field)
