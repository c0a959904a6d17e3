"""The mean over many masks: the draws one by one, the law of its error, and what it is after something not linear."""

import math
from typing import Any

import pytest
import torch
import torch.nn.functional as F

from models.dropping.checkpoints import checkpoints, parts
from models.dropping.draws import CHUNK, subject
from models.dropping.layer import DropoutSettings
from models.errors import Refused
from models.layers.dropout import dropout, dropout_mask
from models.networks.weights import load_network
from models.recorder import Record, walk
from tests.models.dropping.asking import asked, grid, of_network, seeded, tensor, tensor_of
from tests.models.nets import close

VARIANTS = ("element", "channel", "block", "row", "batch", "alpha")


def expectation(body: dict[str, Any]) -> Any:
    found = asked({"record": [], **body}).expectation
    assert found is not None
    return found


def test_points_grow_by_tenths_of_a_power_of_ten_and_end_at_the_last() -> None:
    assert checkpoints(1) == [1]
    assert checkpoints(12) == [1, 2, 3, 4, 5, 6, 8, 10, 12]
    found = checkpoints(10_000)
    assert found[-1] == 10_000 and len(found) == len(set(found)) < 45
    assert list(parts([1, 2, 5, 8], 2, 4)) == [(0, 3, True), (3, 4, False)]
    assert list(parts([1, 2, 5, 8], 2, 3)) == [(0, 3, True)]


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_mean_is_that_of_the_masks_one_by_one(variant: str) -> None:
    body = {"source": grid(1, 3, 6, 5), "variant": variant, "p": 0.4, "block_size": 3}
    found = expectation({**body, "expectation": {"draws": 60, "seed": 9}})
    x = torch.tensor(body["source"]["values"])  # type: ignore[index]
    source, total = seeded(9), torch.zeros_like(x, dtype=torch.float64)
    errors = {}
    of_one: Any = "row" if variant == "batch" else variant
    masks = dropout_mask((60, *x.shape[1:]), 0.4, of_one, source, 3)
    for count, mask in enumerate(masks, 1):
        total += dropout(x, mask[None], 0.4, of_one)
        error = (total / count - x).flatten()
        errors[count] = (float(error.abs().max()), float(error.square().mean().sqrt()))
    assert found.draws == checkpoints(60)
    assert found.error_max == pytest.approx([errors[n][0] for n in found.draws], rel=1e-5)
    assert found.error_rms == pytest.approx([errors[n][1] for n in found.draws], rel=1e-5)
    assert close(tensor(found, "mean"), total[0].float() / 60)


def test_the_first_masks_are_the_same_however_many_follow() -> None:
    """Also where they are drawn in more than one portion, which 30,000 decisions each make them."""
    source = of_network("conv3.conv", 4)
    body = {"source": source, "channels": list(range(16)), "p": 0.3}
    few, more = (expectation({**body, "expectation": {"draws": draws, "seed": 2}}) for draws in (200, 900))
    assert CHUNK < 200 * 16 * 14 * 14
    assert more.error_rms[: len(few.draws) - 1] == few.error_rms[:-1]
    assert (
        more.draws[: len(few.draws)] == few.draws and more.error_rms[len(few.draws) - 1] == few.error_rms[-1]
    )
    assert expectation({**body, "expectation": {"draws": 200, "seed": 3}}).error_rms != few.error_rms


@pytest.mark.parametrize("variant", ["element", "channel", "row"])
def test_the_error_follows_its_line_and_stays_in_its_interval(variant: str) -> None:
    """Of 200 sequences some 95 % lie inside at N = 1,000, and their mean square is the line's."""
    body = {"source": grid(1, 6, 5, 4, seed=3), "variant": variant, "p": 0.5}
    inside, squares, line = 0, 0.0, 0.0
    for seed in range(200):
        found = expectation({**body, "expectation": {"draws": 1000, "seed": seed}})
        inside += found.interval.lo[-1] <= found.error_rms[-1] <= found.interval.hi[-1]
        squares += found.error_rms[-1] ** 2 / 200
        line = found.line[-1]
        assert found.limit == 0 and found.line[0] == pytest.approx(line * math.sqrt(1000))
    assert 180 <= inside <= 198
    assert math.sqrt(squares) == pytest.approx(line, rel=0.12)


def test_connect_keeps_the_expectation_of_a_layer_that_is_linear_in_its_weights() -> None:
    body = {"source": of_network("conv4.conv", 5), "variant": "connect", "p": 0.5, "channels": [0, 3]}
    found = expectation({**body, "expectation": {"draws": 400}})
    assert found.error_rms[-1] == pytest.approx(found.line[-1], rel=0.3) and found.limit < 1e-6
    assert found.interval is None and found.mean.shape == [2, 14, 14]


def test_alpha_and_blocks_do_not_keep_an_elements_expectation() -> None:
    for variant, least in (("alpha", 0.1), ("block", 0.02)):
        found = expectation(
            {
                "source": grid(1, 8, 8, 8),
                "variant": variant,
                "p": 0.4,
                "block_size": 4,
                "expectation": {"draws": 4000},
            }
        )
        assert found.line is None and found.interval is None
        assert found.limit > least and found.error_rms[-1] == pytest.approx(found.limit, rel=0.15)


def test_p_of_0_is_exact_and_p_of_1_is_nothing() -> None:
    none, every = (
        expectation({"source": grid(1, 2, 3, 3), "p": p, "expectation": {"draws": 30}}) for p in (0, 1)
    )
    assert set(none.error_max) == {0.0} and set(none.line) == {0.0} and none.interval is None
    x = torch.tensor(grid(1, 2, 3, 3)["values"])
    size = float(x.square().mean().sqrt())
    assert every.error_rms == pytest.approx([size] * len(every.draws), rel=1e-6)
    assert every.limit == pytest.approx(size, rel=1e-6)


def test_the_interval_is_made_of_numbers_however_small_p_is() -> None:
    body = {"source": grid(1, 2, 3, 3), "expectation": {"draws": 4}}
    shares = []
    for p in (1e-300, 0.4):
        found = expectation({**body, "p": p})
        assert found.interval.lo[-1] < found.line[-1] < found.interval.hi[-1]
        shares.append(found.interval.hi[-1] / found.line[-1])
    assert shares[0] == pytest.approx(shares[1])


def test_relu_right_after_dropout_changes_nothing_and_after_a_convolution_it_does() -> None:
    """By hand from the network's own modules, mask by mask."""
    loaded = load_network("tiny_vgg_batch")
    body = {"source": of_network("conv5.act", 6), "p": 0.5}
    after = expectation({**body, "expectation": {"draws": 300, "seed": 4, "after": "relu"}}).after
    assert after.function == "relu" and after.draws == checkpoints(300)
    assert (after.linear.layer, after.curved.layer) == ("conv6.norm", "conv6.act")
    x = tensor_of(of_network("conv5.act", 6)).x
    masks = dropout_mask((300, *x.shape[1:]), 0.5, "element", seeded(4))
    module = loaded.network.module
    conv, norm = (module.get_submodule(f"conv6.{name}") for name in ("conv", "norm"))
    with torch.inference_mode():
        found = norm(conv(x * masks / 0.5)).double()
        clean = norm(conv(x))[0].double()
    for told, values, without in ((after.linear, found, clean), (after.curved, found.relu(), clean.relu())):
        error = values.mean(0) - without
        assert told.error_rms[-1] == pytest.approx(float(error.square().mean().sqrt()), rel=1e-3)
        assert told.error_max[-1] == pytest.approx(float(error.abs().max()), rel=1e-3)
        chance = values.var(0).mean().div(300).sqrt()
        assert told.standard_error[-1] == pytest.approx(float(chance), rel=1e-3)
    assert after.linear.error_rms[-1] == pytest.approx(after.linear.standard_error[-1], rel=0.1)
    assert after.curved.bias > 3 * after.curved.standard_error[-1]
    strongest = after.pairs[0]
    assert abs(strongest.mean - strongest.value) == pytest.approx(after.curved.error_max[-1], rel=1e-5)
    assert strongest.value == pytest.approx(float(clean.relu()[tuple(strongest.index)]), abs=1e-4)
    commuting = expectation({**of_norm(), "expectation": {"draws": 300, "after": "relu"}}).after
    assert commuting.curved.bias < 0.5 * commuting.curved.standard_error[-1]


def of_norm() -> dict[str, Any]:
    """A normalisation whose output goes straight into a ReLU."""
    return {"source": of_network("conv5.norm", 6), "p": 0.5}


def test_the_mean_of_probabilities_is_not_the_probability() -> None:
    loaded = load_network("mlp")
    source = of_network("hidden2.act", 12, network="mlp")
    body = {"source": source, "p": 0.5, "expectation": {"draws": 2000, "seed": 1, "after": "softmax"}}
    after = expectation(body).after
    x = tensor_of(source).x
    head = loaded.network.module.get_submodule("head")
    masks = dropout_mask((2000, *x.shape[1:]), 0.5, "element", seeded(1))
    with torch.inference_mode():
        logits = head(x * masks / 0.5).double()
        whole = head(x)[0].double().softmax(0)
    mean = logits.softmax(1).mean(0)
    assert after.curved.error_rms[-1] == pytest.approx(float((mean - whole).square().mean().sqrt()), rel=1e-3)
    assert after.pairs[0].index == [int(whole.argmax())] and after.pairs[0].name is not None
    assert after.pairs[0].value == pytest.approx(float(whole.max()), rel=1e-4)
    assert after.pairs[0].mean == pytest.approx(float(mean[whole.argmax()]), rel=1e-4)


def test_by_hand_relu_is_exact_and_softmax_is_not() -> None:
    body = {"source": grid(1, 5, 1, 1, seed=7), "p": 0.5}
    relu, softmax = (
        expectation({**body, "expectation": {"draws": 4000, "after": name}}).after
        for name in ("relu", "softmax")
    )
    assert relu.curved.bias < relu.curved.standard_error[-1]
    assert softmax.curved.bias > 3 * softmax.curved.standard_error[-1]
    x = torch.tensor(body["source"]["values"])  # type: ignore[index]
    exact = torch.zeros(5, dtype=torch.float64)
    for subset in range(32):
        kept = torch.tensor([subset >> bit & 1 for bit in range(5)]).double()
        exact += F.softmax(x.flatten().double() * kept / 0.5, 0) / 32
    for pair in softmax.pairs:
        assert pair.mean == pytest.approx(float(exact[pair.index[0]]), abs=0.02)


@pytest.mark.parametrize("variant", [*VARIANTS, "connect"])
def test_the_outputs_are_those_of_the_layer_under_each_mask(variant: Any) -> None:
    """Also what follows sees: one row for each mask, as if the member were asked for again and again."""
    layer = "conv3.conv" if variant == "connect" else "conv3.act"
    given = tensor_of(of_network(layer, 1, 2))
    settings = DropoutSettings(variant=variant, p=0.4, block_size=3)
    drawn = subject(given, 1, settings)
    masks = next(iter(drawn.masks(4, 5)))
    with torch.inference_mode():
        outputs = drawn.outputs(masks)
    for mask, output in zip(masks, outputs, strict=True):
        if variant == "connect":
            loaded = load_network("tiny_vgg_batch")
            conv = loaded.network.steps[layer].arguments
            before = walk(
                loaded.network.steps,
                given.inputs[1:2],
                Record(frozenset({"pool1"})),  # type: ignore[index]
            ).activations["pool1"]
            expected = F.conv2d(before, conv["weight"] * mask / 0.6, conv["bias"], padding=1)
        else:
            expected = dropout(given.x[1:2], mask[None], 0.4, drawn.variant)  # type: ignore[union-attr]
        assert close(output[None], expected)


REFUSALS = [
    ({"source": of_network("conv2.act"), "channels": list(range(9)), "expectation": {"draws": 10_000}}, "too-much-work", "expectation.draws"),
    ({"source": of_network("head"), "expectation": {"draws": 9, "after": "relu"}}, "no-effect", "expectation.after"),
    ({"source": of_network("stem.conv", network="efficientnet_lite0"), "channels": [0], "expectation": {"draws": 100, "after": "softmax"}}, "too-much-work", "expectation.after"),
    ({"source": of_network("block5.expand_conv", network="efficientnet_lite0"), "variant": "connect", "expectation": {"draws": 10_000}}, "too-much-work", "expectation.draws"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "code", "field"), REFUSALS)
def test_what_would_take_too_long_is_refused(body: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        asked({**body, "record": []})
    assert (refused.value.code, refused.value.field) == (code, field)
