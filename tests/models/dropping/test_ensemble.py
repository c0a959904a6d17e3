"""Enumerated subnetworks against brute force through the network's own modules, and the theorem about their mean."""

from itertools import product
from typing import Any

import pytest
import torch

from models.errors import Refused
from models.networks.weights import load_network
from tests.models.dropping.asking import asked, grid, of_network, tensor, tensor_of
from tests.models.nets import close


def ensemble(source: dict[str, Any], p: float, **params: Any) -> Any:
    found = asked({"source": source, "p": p, "record": [], "ensemble": params}).ensemble
    assert found is not None
    return found


def brute_force(source: dict[str, Any], units: list[int], p: float) -> tuple[Any, Any]:
    """{kept units: probabilities} and how likely each subset is, one subset after another through the Module."""
    x = tensor_of(source).x
    module = load_network("mlp").network.module
    outputs, weights = {}, {}
    for kept in product((0, 1), repeat=len(units)):
        version = x.clone()
        weight = 1.0
        for unit, keeps in zip(units, kept, strict=True):
            version[0, unit] = x[0, unit] / (1 - p) if keeps else 0
            weight *= 1 - p if keeps else p
        with torch.inference_mode():
            hidden = module.get_submodule("hidden2.act")(module.get_submodule("hidden2.linear")(version))
            outputs[kept] = module.get_submodule("head")(hidden)[0].double().softmax(0)
        weights[kept] = weight
    return outputs, weights


@pytest.mark.parametrize("p", [0.2, 0.5, 0.7])
def test_all_subsets_are_those_of_brute_force(p: float) -> None:
    source = of_network("hidden1.act", 8, network="mlp")
    found = ensemble(source, p, units=6)
    assert found.exhaustive and found.subnets == 64 and found.subsets == list(range(64))
    outputs, weights = brute_force(source, found.units, p)
    classes = [each.index for each in found.classes]
    probabilities, likely = tensor(found, "probabilities"), tensor(found, "weights")
    for subset in range(64):
        kept = tuple(subset >> bit & 1 for bit in range(6))
        assert close(probabilities[subset], outputs[kept][classes].float(), 1e-5)
        assert float(likely[subset]) == pytest.approx(weights[kept], rel=1e-5)
    mean = sum(weights[kept] * outputs[kept] for kept in outputs)
    logs = sum(weights[kept] * outputs[kept].log() for kept in outputs).softmax(0)
    assert found.arithmetic == pytest.approx(mean[classes].tolist(), abs=1e-6)
    assert found.geometric == pytest.approx(logs[classes].tolist(), abs=1e-6)
    with torch.inference_mode():
        x = tensor_of(source).inputs
        whole = load_network("mlp").network.module(x)[0].double().softmax(0)
    assert found.scaled == pytest.approx(whole[classes].tolist(), abs=1e-6)
    assert found.gap.arithmetic == pytest.approx(float((mean - whole).abs().max()), abs=1e-6)
    assert found.gap.geometric == pytest.approx(float((logs - whole).abs().max()), abs=1e-6)
    assert not found.linear and found.gap.geometric > 1e-5
    strength = tensor_of(source).x[0].abs()
    assert strength[found.units].tolist() == strength.sort(descending=True).values[:6].tolist()


@pytest.mark.parametrize(("network", "layer"), [("mlp", "hidden2.act"), ("tiny_vgg_batch", "flatten"), ("tiny_vgg_batch", "pool3"), ("mini_resnet", "pool"), ("efficientnet_lite0", "flatten")])  # fmt: skip
@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
def test_before_one_linear_layer_the_geometric_mean_is_the_whole_network(
    network: str, layer: str, p: float
) -> None:
    found = ensemble(of_network(layer, 2, network=network), p, units=9)
    assert found.linear and found.gap.geometric < 1e-6 < found.gap.arithmetic
    assert float(tensor(found, "weights").double().sum()) == pytest.approx(1, abs=1e-6)


def test_beyond_twelve_units_subsets_are_drawn() -> None:
    source = of_network("flatten", 3)
    found = ensemble(source, 0.3, units=14, draws=4000, seed=6)
    assert not found.exhaustive and found.subnets == 4000 == len(found.subsets) and found.linear
    bits = torch.tensor(found.subsets)[:, None] >> torch.arange(14) & 1
    assert ((bits.double().mean(0) - 0.7).abs() < 5 * (0.21 / 4000) ** 0.5).all()
    assert tensor(found, "weights").tolist() == pytest.approx([1 / 4000] * 4000)
    assert found.gap.geometric < 0.02
    assert ensemble(source, 0.3, units=14, draws=4000, seed=6).subsets == found.subsets
    assert ensemble(source, 0.3, units=14, draws=4000, seed=7).subsets != found.subsets


def test_with_p_of_0_or_1_one_subset_is_certain() -> None:
    source = of_network("flatten", 3)
    none, every = (ensemble(source, p, units=4) for p in (0, 1))
    assert tensor(none, "weights").tolist() == [0] * 15 + [1]
    assert none.gap.arithmetic < 1e-7 and none.gap.geometric < 1e-7
    assert tensor(every, "weights").tolist() == [1] + [0] * 15
    assert every.arithmetic == pytest.approx(tensor(every, "probabilities")[0].tolist(), abs=1e-6)


def test_whole_channels_are_dropped_from_maps_also_beside_a_skip_connection() -> None:
    """mini_resnet's last block adds what its branch gives to what it was given, which stays as it is."""
    source = of_network("block6.conv1", 4, network="mini_resnet")
    found = ensemble(source, 0.5, units=3)
    given = tensor_of(source)
    loaded = load_network("mini_resnet")
    module = loaded.network.module
    x = given.x.clone()
    x[:, found.units[1:]] = 0
    x[:, found.units[0]] *= 2
    handle = module.get_submodule("block6.conv1").register_forward_hook(lambda *_: x)
    with torch.inference_mode():
        expected = module(given.inputs)[0].softmax(0)
    handle.remove()
    classes = [each.index for each in found.classes]
    assert close(tensor(found, "probabilities")[1], expected[classes], 1e-5)


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"source": grid(1, 3, 2, 2), "ensemble": {"units": 2}}, "wrong-kind", "ensemble"),
        ({"source": of_network("conv1.act"), "ensemble": {"units": 12}}, "too-much-work", "ensemble.units"),
        ({"source": of_network("head"), "ensemble": {"units": 11}}, "out-of-range", "ensemble.units"),
    ],
)
def test_what_cannot_be_enumerated_is_named(body: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        asked({**body, "record": []})
    assert (refused.value.code, refused.value.field) == (code, field)
