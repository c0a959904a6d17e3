"""The lab's own mask, output and element: PyTorch's layers by the same mask, and the same mask everywhere."""

from itertools import product
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from models.interventions import DropAfterIntervention, DropConnectIntervention
from models.layers.drop_block import block_mask, keep_probability
from models.networks.weights import load_network
from models.recorder import Record, run
from tests.models.dropping.asking import asked, grid, of_network, seeded, tensor, tensor_of
from tests.models.nets import close, examples

ALL = ["input", "mask", "output"]
SHAPES = {"element": (3, 4, 5, 2), "channel": (3, 4, 1, 1), "row": (3, 1, 1, 1), "batch": (1, 1, 1, 1)}


@examples(80)
@given(
    st.sampled_from(list(SHAPES)), st.floats(0, 1), st.integers(0, 2**48 - 1), st.booleans(), st.booleans()
)
def test_an_output_is_the_formula_with_the_mask_of_the_seed(
    variant: str, p: float, seed: int, classic: bool, evaluating: bool
) -> None:
    body: dict[str, Any] = {
        "source": grid(3, 4, 5, 2, seed=seed % 100), "variant": variant, "p": p, "seed": seed, "record": ALL,
        "scaling": "classic" if classic else "inverted", "mode": "eval" if evaluating else "train",
    }  # fmt: skip
    found = asked(body)
    x = torch.tensor(body["source"]["values"])
    assert torch.equal(tensor(found, "input"), x)
    if evaluating:
        assert found.mask is None and found.keep is None
        assert close(tensor(found, "output"), x * (1 - p) if classic else x)
        assert classic or torch.equal(tensor(found, "output"), x)
        return
    drawn = torch.empty(SHAPES[variant]).bernoulli_(1 - p, generator=seeded(seed))
    assert torch.equal(tensor(found, "mask"), drawn.expand(x.shape))
    expected = x.double() * drawn if classic else x.double() * drawn / (1 - p) if p < 1 else x.double() * 0
    size = float(expected.abs().max()) + 1
    assert float((tensor(found, "output").double() - expected).abs().max()) < 1e-6 * size
    assert found.keep is not None and found.keep.decisions == list(SHAPES[variant])
    assert found.keep.count == int(drawn.sum()) and found.keep.expected == 1 - p


def test_the_same_seed_is_the_same_mask_in_the_lab_in_a_run_and_in_a_program() -> None:
    loaded = load_network("tiny_vgg_batch")
    variants = ("element", "channel", "block", "row", "batch", "alpha")
    for variant, layer in product(variants, ("conv2.act", "pool2")):
        source = of_network(layer, 3, 7, 11)
        settings: dict[str, Any] = {"variant": variant, "p": 0.4, "seed": 5, "block_size": 3}
        found = asked({"source": source, **settings, "record": ALL, "channels": [0, 5, 9]})
        change = DropAfterIntervention(kind="drop_after", layer=layer, **settings)
        inputs = tensor_of(source).inputs
        assert inputs is not None
        recording = run(
            loaded.network, inputs, [change], Record(frozenset({layer}), dropouts=frozenset({layer}))
        )
        record = recording.dropouts[layer]
        assert record.mask is not None and record.seed == 5
        y = recording.activations[layer]
        assert torch.equal(tensor(found, "mask"), record.mask.expand(y.shape)[:, [0, 5, 9]])
        assert close(tensor(found, "output"), y[:, [0, 5, 9]])
        assert found.scale == pytest.approx(record.scale)
        if variant == "block":
            program = block_mask(y.shape, 0.4, 3, seeded(5))
        else:
            shape = {"channel": (*y.shape[:2], 1, 1), "row": (3, 1, 1, 1), "batch": (1, 1, 1, 1)}.get(
                variant, y.shape
            )
            program = torch.empty(shape).bernoulli_(1 - 0.4, generator=seeded(5))
        assert torch.equal(record.mask, program)


@pytest.mark.parametrize(
    ("network", "layer"),
    [
        ("tiny_vgg_batch", "conv2.conv"),
        ("efficientnet_lite0", "block2.depth_conv"),
        ("mlp", "hidden1.linear"),
    ],
)
def test_connect_drops_the_layers_weights(network: str, layer: str) -> None:
    loaded = load_network(network)
    source = of_network(layer, 3, 7, network=network)
    body = {"source": source, "variant": "connect", "p": 0.4, "seed": 8, "channels": [2, 5]}
    found = asked({**body, "record": [*ALL, "weight"], "at": {"b": 1, "c": 5}})
    weight = loaded.network.steps[layer].arguments["weight"]
    mask = torch.empty(weight.shape).bernoulli_(0.6, generator=seeded(8))
    assert torch.equal(tensor(found, "mask"), mask[[2, 5]])
    assert close(tensor(found, "weight"), (weight * mask / 0.6)[[2, 5]])
    inputs = tensor_of(source).inputs
    assert inputs is not None
    change = DropConnectIntervention(kind="drop_connect", layer=layer, p=0.4, seed=8)
    record = Record(frozenset({layer}), dropouts=frozenset({layer}))
    recording = run(loaded.network, inputs, [change], record)
    assert close(tensor(found, "output"), recording.activations[layer][:, [2, 5]])
    dropped = recording.dropouts[layer]
    assert dropped.mask is not None and torch.equal(dropped.mask, mask) and dropped.place == "weights"
    clean = run(loaded.network, inputs, [], Record(frozenset({layer}))).activations[layer]
    assert torch.equal(tensor(found, "input"), clean[:, [2, 5]].contiguous())
    e = found.element
    assert e is not None and e.m is None and e.connections is not None
    assert (e.connections.kept, e.connections.total) == (int(mask[5].sum()), weight[0].numel())
    evaluating = asked({**body, "mode": "eval", "record": ALL})
    assert torch.equal(tensor(evaluating, "output"), tensor(evaluating, "input")) and evaluating.mask is None
    classic = asked({**body, "mode": "eval", "scaling": "classic", "record": ["output"]})
    step = loaded.network.steps[layer]
    bias = step.arguments["bias"]
    offset = 0 if bias is None else bias[[2, 5]].view(-1, *[1] * (clean.ndim - 2))
    assert close(tensor(classic, "output"), (clean[:, [2, 5]] - offset) * 0.6 + offset)


def test_blocks_say_what_they_keep() -> None:
    found = asked({"source": of_network("conv2.act", 0, 1), "variant": "block", "p": 0.3, "block_size": 5, "record": ["mask"], "channels": list(range(16))})  # fmt: skip
    assert found.keep is not None and found.keep.interval is None and found.block_size == 5
    shape = (2, 24, 28, 28)
    assert found.keep.expected == pytest.approx(float(keep_probability(shape, 0.3, 5).mean()))
    assert found.keep.total == 2 * 24 * 28 * 28 and found.keep.rate == pytest.approx(
        found.keep.expected, abs=0.03
    )
    assert found.scale == pytest.approx(1 / found.keep.rate, rel=1e-6)
    assert asked({"source": grid(1, 1, 4, 3), "variant": "block"}).block_size == 3


def test_alpha_is_pytorchs_by_the_same_mask() -> None:
    body = {"source": grid(3, 4, 5, 2, seed=1), "variant": "alpha", "p": 0.3, "seed": 2, "record": ALL}
    found = asked({**body, "at": {"b": 1, "c": 1, "y": 2, "x": 1}})
    torch.manual_seed(2)
    theirs = F.alpha_dropout(tensor(found, "input"), 0.3, training=True)
    filler = float(theirs.flatten().mode().values)
    kept = (theirs - filler).abs() > 1e-6
    ours, mask = tensor(found, "output"), tensor(found, "mask")
    both = kept & (mask == 1)
    assert both.any() and close(ours[both], theirs[both])
    assert ours[mask == 0].tolist() == pytest.approx([filler] * int((mask == 0).sum()), abs=1e-5)


@examples(40)
@given(
    st.sampled_from(["element", "channel", "block", "row", "batch", "alpha"]),
    st.sampled_from([0.0, 0.25, 0.6, 1.0]),
    st.booleans(),
    st.data(),
)
def test_an_elements_numbers_give_its_output(
    variant: str, p: float, evaluating: bool, data: st.DataObject
) -> None:
    at = {name: data.draw(st.integers(0, size - 1)) for name, size in zip("bcyx", (2, 3, 4, 4), strict=True)}
    body = {"source": grid(2, 3, 4, 4), "variant": variant, "p": p, "seed": 3, "block_size": 2, "record": ALL}
    found = asked({**body, "mode": "eval" if evaluating else "train", "at": at})
    place = tuple(at[name] for name in "bcyx")
    e = found.element
    assert e is not None and e.index == list(place)
    assert e.h == float(tensor(found, "input")[place]) and e.product == float(tensor(found, "output")[place])
    if evaluating:
        assert e.m is None and e.product == e.h and e.scale == 1 and e.shift == 0
        return
    assert e.m == float(tensor(found, "mask")[place])
    if not (variant == "alpha" and p == 1):
        assert e.product == pytest.approx(e.m * e.h * e.scale + e.shift, rel=1e-5, abs=1e-6)
    if variant in SHAPES:
        assert e.inverted is not None and e.classic is not None
        assert e.inverted.test == e.h and e.classic.test == pytest.approx((1 - p) * e.h)
        assert e.inverted.train == pytest.approx(e.product, rel=1e-5) and e.classic.train == e.m * e.h
    else:
        assert e.inverted is None and e.classic is None


def test_pytorchs_layer_is_named_where_there_is_one() -> None:
    maps, vectors = of_network("conv2.act"), of_network("flatten")
    written = {
        (variant, source["layer"]): asked({"source": source, "variant": variant, "p": 0.25}).pytorch
        for variant in ("element", "channel", "alpha", "row")
        for source in (maps, vectors)
    }
    assert written[("element", "conv2.act")] == written[("element", "flatten")] == "nn.Dropout(p=0.25)"
    assert written[("channel", "conv2.act")] == "nn.Dropout2d(p=0.25)"
    assert written[("channel", "flatten")] == "nn.Dropout(p=0.25)"
    assert written[("alpha", "flatten")] == "nn.AlphaDropout(p=0.25)"
    assert written[("row", "flatten")] is None
    assert asked({"source": maps, "scaling": "classic"}).pytorch is None
