"""Dropout where a network has no layer for it: after any layer, on weights, on a recurrent state."""

from functools import cache
from typing import Any, get_args

import orjson
import pytest
import torch
from torch import Tensor, nn

from models.errors import Refused
from models.layers.alpha_dropout import AlphaDropout, alpha_dropout
from models.layers.drop_block import DropBlock, block_mask, drop_block
from models.layers.drop_connect import drop_connect
from models.layers.dropout import Variant
from models.layers.gru import LastRow, RowGRU, gru
from models.masking import layer_seed
from models.network import Network, trace
from models.networks.registry import FASHION_MNIST, Spec
from models.networks.weights import Loaded, load_network
from models.recorder import Record, run
from models.views.run import RunParams, _bytes, run_network
from models.views.unit import UnitParams, explain_unit
from tests.models.nets import close, parsed, pictures, randomize, small, tokens
from tests.models.test_interventions import Masked, agree, swapped

VARIANTS: tuple[Variant, ...] = get_args(Variant)
SHAPES: dict[str, tuple[int, ...]] = {"channel": (2, 6, 1, 1), "row": (2, 1, 1, 1), "batch": (1, 1, 1, 1)}


class Then(nn.Sequential):
    """A layer and what comes after it."""

    def forward(self, *x: Tensor) -> Tensor:
        y: Tensor = self[0](*x)
        return self[1](y)  # type: ignore[no-any-return]


class Alpha(nn.Module):
    """AlphaDropout by a fixed mask."""

    def __init__(self, mask: Tensor, p: float) -> None:
        super().__init__()
        self.mask, self.p = mask, p

    def forward(self, x: Tensor) -> Tensor:
        return alpha_dropout(x, self.mask, self.p)


class Blocks(nn.Module):
    """DropBlock by a fixed mask."""

    def __init__(self, mask: Tensor) -> None:
        super().__init__()
        self.mask = mask

    def forward(self, x: Tensor) -> Tensor:
        return drop_block(x, self.mask)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(
    "layer", ["conv1", "norm1", "act1", "pool1", "conv2", "norm2", "add", "pool2", "flatten", "head"]
)
@pytest.mark.parametrize("seed", [None, 6])
def test_dropout_after_a_layer_is_a_module_after_it(layer: str, variant: Variant, seed: int | None) -> None:
    module, network = small()
    change = {
        "kind": "drop_after",
        "layer": layer,
        "variant": variant,
        "p": 0.4,
        "seed": seed,
        "block_size": 3,
    }
    record = Record(frozenset({layer}), dropouts=frozenset({layer}))
    batch = pictures(network, 2, seed=4)
    if variant == "block" and layer in ("flatten", "head"):
        with pytest.raises(Refused) as refused:
            run(network, batch, parsed(change), record)
        assert (refused.value.code, refused.value.field) == ("no-maps", "interventions.0.variant")
        return
    recording = run(network, batch, parsed(change), record)
    dropped = recording.dropouts[layer]
    used = layer_seed(0, layer) if seed is None else seed
    assert (dropped.variant, dropped.p, dropped.on, dropped.seed) == (variant, 0.4, True, used)
    assert dropped.place == "after" and dropped.mask is not None
    shape = recording.activations[layer].shape
    generator = torch.Generator().manual_seed(used)
    if variant == "block":
        assert torch.equal(dropped.mask, block_mask(shape, 0.4, 3, generator))
        after: nn.Module = Blocks(dropped.mask)
    else:
        own = {
            "channel": (*shape[:2], *[1] * (len(shape) - 2)),
            "row": (2, *[1] * (len(shape) - 1)),
            "batch": (1,) * len(shape),
        }.get(variant, shape)
        assert torch.equal(dropped.mask, torch.empty(own).bernoulli_(0.6, generator=generator))
        after = Alpha(dropped.mask, 0.4) if variant == "alpha" else Masked(dropped.mask, 0.4)
    agree(small(), swapped(module, layer, lambda part: Then(part, after)), [change])


def test_a_convolution_that_is_dropped_from_is_not_folded_away() -> None:
    """Where nothing is recorded but the output, convolution and normalisation are one step, if they may."""
    module, network = small()
    for layer in ("conv1", "norm1"):
        change = {"kind": "drop_after", "layer": layer, "p": 0.5, "seed": 1}
        record = Record(dropouts=frozenset({layer}))
        batch = pictures(network, 2, seed=4)
        mask = run(network, batch, parsed(change), record).dropouts[layer].mask
        assert mask is not None
        hidden = mask
        agree(small(), swapped(module, layer, lambda part, m=hidden: Then(part, Masked(m, 0.5))), [change])


def test_channels_are_scaled_before_they_are_dropped() -> None:
    _, network = small()
    changes = [
        {"kind": "channels", "layer": "act1", "channels": [0, 1, 2, 3, 4, 5], "scale": 3},
        {"kind": "drop_after", "layer": "act1", "variant": "alpha", "p": 0.5, "seed": 1},
    ]
    batch = pictures(network, 2)
    plain = run(network, batch, [], Record(frozenset({"act1"}))).activations["act1"]
    found = run(network, batch, parsed(*changes), Record(frozenset({"act1"}), dropouts=frozenset({"act1"})))
    mask = found.dropouts["act1"].mask
    assert mask is not None and close(found.activations["act1"], alpha_dropout(3 * plain, mask, 0.5))


@pytest.mark.parametrize("layer", ["conv1", "conv2", "head"])
@pytest.mark.parametrize("p", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("seed", [None, 3])
def test_dropped_weights_are_those_of_another_module(layer: str, p: float, seed: int | None) -> None:
    module, network = small()
    change = {"kind": "drop_connect", "layer": layer, "p": p, "seed": seed}
    record = Record(dropouts=frozenset({layer}))
    dropped = run(network, pictures(network, 2), parsed(change), record).dropouts[layer]
    weight = network.steps[layer].arguments["weight"]
    used = layer_seed(0, layer) if seed is None else seed
    mask = torch.empty(weight.shape).bernoulli_(1 - p, generator=torch.Generator().manual_seed(used))
    assert (dropped.variant, dropped.place, dropped.seed, dropped.on) == ("connect", "weights", used, True)
    assert dropped.mask is not None and torch.equal(dropped.mask, mask)
    assert dropped.scale == (1 / (1 - p) if p < 1 else 0)

    def without(part: nn.Module) -> nn.Module:
        with torch.no_grad():
            part.get_parameter("weight").copy_(drop_connect(part.get_parameter("weight"), mask, p))
        return part

    agree(small(), swapped(module, layer, without), [change])


class Reading(nn.Module):
    """A small network that reads rows."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = RowGRU(8, 5)
        self.last = LastRow()
        self.head = nn.Linear(5, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.last(self.rows(x)))  # type: ignore[no-any-return]


@cache
def reading() -> tuple[nn.Module, Network]:
    torch.manual_seed(0)
    module = randomize(Reading()).eval()
    return module, trace(module, (1, 6, 8))


@pytest.mark.parametrize("rule", ["none", "zoneout", "dropout"])
@pytest.mark.parametrize("seed", [None, 4])
def test_a_recurrent_state_is_dropped_from_after_each_row(rule: Any, seed: int | None) -> None:
    module, network = reading()
    batch = pictures(network, 3)
    change = {"kind": "recurrent", "layer": "rows", "rule": rule, "p": 0.4, "seed": seed}
    record = Record(frozenset({"rows", "head"}), dropouts=frozenset({"rows"}))
    found = run(network, batch, parsed(change), record)
    dropped = found.dropouts["rows"]
    states = module.get_submodule("rows")
    weights = {name.removesuffix("_l0"): value for name, value in states.state_dict().items()}
    used = layer_seed(0, "rows") if seed is None else seed
    mask = torch.empty(3, 5, 6, 1).bernoulli_(0.6, generator=torch.Generator().manual_seed(used))
    if rule == "none":
        assert not dropped.on and dropped.mask is None and dropped.keep_rate == 1
        assert close(found.activations["head"], module(batch), 1e-6)
        return
    assert dropped.mask is not None and torch.equal(dropped.mask, mask) and dropped.place == "state"
    assert (dropped.variant, dropped.scale) == (
        ("zoneout", 1.0) if rule == "zoneout" else ("element", pytest.approx(1 / 0.6))
    )
    expected = gru(batch[:, 0], **weights, state_mask=mask[..., 0], rule=rule, p=0.4)
    assert close(found.activations["rows"], expected.transpose(1, 2)[..., None], 1e-6)
    head = module.get_submodule("head")
    assert close(found.activations["head"], head(expected[:, -1]), 1e-5)


def test_attention_weights_and_embeddings_can_be_dropped_from() -> None:
    _, network = tokens()
    batch = pictures(network, 2)
    for layer in ("block.weights", "position", "block.mix"):
        change = parsed({"kind": "drop_after", "layer": layer, "p": 0.5, "seed": 2})
        plain = run(network, batch, [], Record(frozenset({layer}))).activations[layer]
        record = Record(frozenset({layer, network.output}), dropouts=frozenset({layer}))
        found = run(network, batch, change, record)
        mask = found.dropouts[layer].mask
        assert mask is not None and close(found.activations[layer], plain * mask * 2)


REFUSED: list[tuple[list[dict[str, Any]], str, str]] = [
    ([{"kind": "drop_after", "layer": "drop"}], "wrong-kind", "interventions.0.layer"),
    ([{"kind": "drop_connect", "layer": "act1"}], "wrong-kind", "interventions.0.layer"),
    ([{"kind": "recurrent", "layer": "conv1"}], "wrong-kind", "interventions.0.layer"),
    ([{"kind": "drop_after", "layer": "nothing"}], "no-such-layer", "interventions.0.layer"),
    ([{"kind": "drop_after", "layer": "conv1"}, {"kind": "drop_connect", "layer": "conv1"}], "wrong-kind", "interventions.1.layer"),
    ([{"kind": "drop_connect", "layer": "head"}, {"kind": "drop_after", "layer": "head"}], "wrong-kind", "interventions.1.layer"),
    ([{"kind": "dropout", "layer": "dropout", "variant": "block"}], "no-maps", "interventions.0.variant"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "code", "field"), REFUSED)
def test_what_has_no_place_for_a_dropout_is_named(
    changes: list[dict[str, Any]], code: str, field: str
) -> None:
    _, network = small()
    with pytest.raises(Refused) as refused:
        run(network, pictures(network), parsed(*changes))
    assert (refused.value.code, refused.value.field) == (code, field)


def test_the_last_of_two_dropouts_after_a_layer_counts() -> None:
    _, network = small()
    first, second = ({"kind": "drop_after", "layer": "conv1", "p": p} for p in (0.2, 0.7))
    record = Record(dropouts=frozenset({"conv1"}))
    assert run(network, pictures(network), parsed(first, second), record).dropouts["conv1"].p == 0.7


def test_pytorchs_and_our_dropout_layers_are_traced_with_their_variants() -> None:
    layers: list[tuple[nn.Module, str]] = [
        (nn.Dropout(0.2), "element"), (nn.Dropout2d(0.2), "channel"), (nn.AlphaDropout(0.2), "alpha"),
        (AlphaDropout(0.2), "alpha"), (DropBlock(0.2, 3), "block"),
    ]  # fmt: skip
    for layer, variant in layers:
        network = trace(nn.Sequential(nn.Conv2d(1, 3, 1), layer), (1, 6, 6))
        record = Record(dropouts=frozenset({"1"}))
        changes = parsed({"kind": "dropout", "layer": "1"})
        found = run(network, pictures(network, 4), changes, record, seed=2).dropouts["1"]
        assert (found.variant, found.p, found.on) == (variant, 0.2, True)
        assert found.mask is not None and 0 < float(found.mask.mean()) <= 1


def loaded() -> Loaded:
    words = {"en": "Small", "zh": "小"}
    spec = Spec("small", lambda: nn.Identity(), FASHION_MNIST, words, words)
    return Loaded(spec, small()[1], "", None)


def test_an_answer_holds_the_masks_and_says_where_they_were() -> None:
    changes = [
        {"kind": "drop_after", "layer": "act1", "variant": "channel", "p": 0.5, "seed": 1},
        {"kind": "drop_connect", "layer": "conv2", "p": 0.5, "seed": 2},
    ]
    record = [
        {"layer": layer, "dropout": True, "channels": {"indices": [5, 0]}} for layer in ("act1", "conv2")
    ]
    params = {"images": ["0" * 64] * 2, "interventions": changes, "record": record, "top": 0}
    answer = run_network(loaded(), pictures(small()[1], 2), RunParams.model_validate(params), "list")
    after, weights = (layer.dropout for layer in answer.layers)
    assert after is not None and weights is not None and after.mask is not None and weights.mask is not None
    assert (after.place, after.mask.shape) == ("after", [2, 2, 1, 1])
    assert (weights.place, weights.variant, weights.mask.shape) == ("weights", "connect", [2, 3, 3, 3])
    drawn = torch.empty(6, 3, 3, 3).bernoulli_(0.5, generator=torch.Generator().manual_seed(2))
    assert torch.equal(torch.tensor(weights.mask.data), drawn[[5, 0]])
    with pytest.raises(Refused) as refused:
        run_network(
            loaded(),
            pictures(small()[1], 2),
            RunParams.model_validate({**params, "interventions": []}),
            "list",
        )
    assert (refused.value.code, refused.value.field) == ("wrong-kind", "record.0.dropout")


def test_the_size_of_an_answer_with_masks_is_foreseen(monkeypatch: pytest.MonkeyPatch) -> None:
    foreseen: list[float] = []

    def counted(*args: Any) -> float:
        foreseen.append(_bytes(*args))
        return foreseen[-1]

    monkeypatch.setattr("models.views.run._bytes", counted)
    vgg = load_network("tiny_vgg_batch")
    record = [{"layer": "conv2.act", "dropout": True}, {"layer": "conv6.conv", "dropout": True}]
    changes = [{"kind": "drop_after", "layer": "conv2.act"}, {"kind": "drop_connect", "layer": "conv6.conv"}]
    params = {"images": ["0" * 64], "interventions": changes, "record": record}
    answer = run_network(vgg, pictures(vgg.network), RunParams.model_validate(params), "float32")
    written = orjson.dumps(answer, default=lambda model: model.__dict__)
    assert 0.8 * len(written) <= sum(foreseen) <= 2 * len(written)


def test_a_units_terms_and_scale_give_its_value() -> None:
    vgg = load_network("tiny_vgg_batch")
    batch = pictures(vgg.network)
    for change in ({"kind": "drop_after", "p": 0.5}, {"kind": "drop_connect", "p": 0.5}):
        change = {**change, "layer": "conv2.conv"}
        x = run(vgg.network, batch, parsed(change), Record(frozenset({"conv2.conv"})), seed=3)
        dropped = 0
        for column in range(12):
            params = UnitParams.model_validate(
                {
                    "image": "0" * 64,
                    "interventions": [change],
                    "layer": "conv2.conv",
                    "channel": 4,
                    "y": 9,
                    "x": column,
                    "seed": 3,
                }
            )
            unit = explain_unit(vgg, batch, params)
            assert unit.value == float(x.activations["conv2.conv"][0, 4, 9, column])
            assert unit.terms is not None
            assert unit.terms.sum * unit.scale == pytest.approx(unit.value, abs=1e-4)
            dropped += unit.value == 0
        assert 0 < dropped < 12 if change["kind"] == "drop_after" else dropped == 0
