"""Activation maximisation: it climbs, it repeats, it leaves the network alone, and it says what it cannot do."""

from typing import Any

import pytest
import torch
from pydantic import ValidationError

from models.errors import Refused
from models.features.maximise import Begun, Done, Event, Gauge, MaximiseParams, Stepped, maximise
from models.networks.weights import load_network
from models.tensors import decode
from tests.models.test_recorder import fingerprint

LITE = "efficientnet_lite0"


def told(network: str, **params: Any) -> list[Event]:
    """All that is told of a run."""
    asked = MaximiseParams.model_validate(params)
    return [event for event in maximise(load_network(network), asked, "float32") if event is not None]


def steps(events: list[Event]) -> list[Stepped]:
    return [event for event in events if isinstance(event, Stepped)]


CLIMBS = [
    (LITE, {"layer": "stem.act", "channel": 26, "size": 32, "steps": 48}),
    (LITE, {"layer": "block5.add", "channel": 3, "size": 48, "steps": 24}),
    (LITE, {"layer": "block5.add", "channel": 3, "size": 64, "steps": 16, "aim": "middle"}),
    (LITE, {"layer": "features.act", "channel": 80, "size": 64, "steps": 24}),
    (LITE, {"layer": "head", "channel": 285, "size": 64, "steps": 24}),
    ("tiny_vgg_batch", {"layer": "conv3.act", "channel": 7, "steps": 24, "jitter": 2}),
    ("mlp", {"layer": "hidden1.act", "channel": 5, "steps": 24, "jitter": 0}),
    ("row_gru", {"layer": "rows", "channel": 5, "steps": 16, "jitter": 2}),
]


@pytest.mark.parametrize(("network", "params"), CLIMBS, ids=[f"{n}-{p['layer']}" for n, p in CLIMBS])
def test_the_image_excites_the_channel_more_and_more(network: str, params: dict[str, Any]) -> None:
    loaded = load_network(network)
    events = told(network, **params)
    shown = steps(events)
    size = params.get("size", 28)
    first, last = shown[0], shown[-1]
    image = decode(last.image)[None]
    assert image.shape == (1, loaded.network.input_shape[0], size, size)
    assert 0 <= float(image.amin()) < float(image.amax()) <= 1
    gauge = Gauge(loaded, loaded.network.steps[params["layer"]], params["channel"], params.get("aim", "map"))
    noise = torch.rand((16, *image.shape), generator=torch.Generator().manual_seed(1))
    loudest = max(gauge.read(x)[0] for x in noise)
    assert last.activation > 1.3 * first.activation + 0.1, "against the start"
    assert last.activation > loudest + 0.1, "against noise"
    assert gauge.read(image) == pytest.approx((last.activation, last.peak), rel=1e-5)


def test_what_is_told_and_when() -> None:
    events = told(LITE, layer="block3.add", channel=1, size=32, steps=20, every=8)
    begun, *middle, done = events
    assert isinstance(begun, Begun) and isinstance(done, Done)
    assert (begun.network, begun.layer, begun.channel) == (LITE, "block3.add", 1)
    assert (begun.size, begun.shape, begun.receptive_field) == (32, [24, 8, 8], (19, 19))
    assert [event.step for event in steps(middle)] == [0, 8, 16, 20]
    assert (done.step, done.activation) == (20, steps(middle)[-1].activation) and done.seconds > 0
    pauses = list(
        maximise(load_network(LITE), MaximiseParams(layer="stem.act", channel=1, size=32, steps=20))
    )
    assert len(pauses) == 1 + 21 + 1 and pauses[2] is None, "others may come in after every step"


def test_one_seed_gives_the_same_bits_and_leaves_everything_else_alone() -> None:
    params = {"layer": "block3.add", "channel": 1, "size": 32, "steps": 8}
    network = load_network(LITE).network
    before, state = fingerprint(network), torch.random.get_rng_state()
    images = [steps(told(LITE, **params, seed=seed))[-1].image.data for seed in (3, 3, 4)]
    assert images[0] == images[1] != images[2]
    assert fingerprint(network) == before
    assert torch.equal(torch.random.get_rng_state(), state)
    assert not any(p.requires_grad or p.grad is not None for p in network.module.parameters())


def test_every_setting_matters() -> None:
    params: dict[str, Any] = {"layer": "block3.add", "channel": 1, "size": 32, "steps": 8}
    others = ({}, {"jitter": 0}, {"turn": 0}, {"zoom": 0}, {"total_variation": 0}, {"aim": "middle"})
    images = [steps(told(LITE, **params, **other))[-1].image.data for other in others]
    assert len({str(image) for image in images}) == len(others)


def test_smoothness_makes_smooth() -> None:
    params: dict[str, Any] = {"layer": "block3.add", "channel": 1, "size": 32, "steps": 24}
    images = [decode(steps(told(LITE, **params, total_variation=tv))[-1].image) for tv in (0, 0.1, 1)]
    rough = [float(image.diff(dim=1).abs().mean() + image.diff(dim=2).abs().mean()) for image in images]
    assert rough[0] > 1.2 * rough[1] > 1.2 * rough[2]


@pytest.mark.parametrize(
    ("network", "layer", "size"),
    [(LITE, "stem.act", 64), (LITE, "block5.add", 67), (LITE, "block11.add", 128), (LITE, "head", 128),
     ("tiny_vgg_batch", "conv1.act", 28), ("mini_vit", "head", 28)],
)  # fmt: skip
def test_a_size_is_chosen_that_fits(network: str, layer: str, size: int) -> None:
    begun = next(maximise(load_network(network), MaximiseParams(layer=layer)))
    assert isinstance(begun, Begun) and begun.size == size


def test_the_largest_image_goes_through() -> None:
    begun = next(maximise(load_network(LITE), MaximiseParams(layer="features.act", size=224)))
    assert isinstance(begun, Begun) and begun.shape == [1280, 7, 7]


@pytest.mark.parametrize(
    ("network", "params", "code", "field"),
    [
        (LITE, {"layer": "stem"}, "no-such-layer", "layer"),
        (LITE, {"layer": "input"}, "no-such-layer", "layer"),
        (LITE, {"layer": "stem.act", "channel": 32}, "out-of-range", "channel"),
        (LITE, {"layer": "head", "channel": 1000}, "out-of-range", "channel"),
        ("mlp", {"layer": "hidden1.act", "size": 32}, "shapes-differ", "size"),
        ("mini_vit", {"layer": "head", "size": 56}, "shapes-differ", "size"),
        ("mini_vit", {"layer": "block1.weights"}, "wrong-kind", "layer"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_computed(
    network: str, params: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        next(maximise(load_network(network), MaximiseParams.model_validate(params)))
    assert (refusal.value.code, refusal.value.field) == (code, field)


@pytest.mark.parametrize(
    "wrong",
    [{"steps": 7}, {"steps": 513}, {"size": 27}, {"size": 225}, {"jitter": 33}, {"turn": 46}, {"zoom": 0.6},
     {"total_variation": -1}, {"total_variation": float("inf")}, {"every": 0}, {"every": 65}, {"seed": -1},
     {"seed": 1 << 48}, {"aim": "all"}, {"channel": -1}, {"surprise": 1}],
)  # fmt: skip
def test_parameters_have_bounds(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MaximiseParams.model_validate({"layer": "stem.act", **wrong})
