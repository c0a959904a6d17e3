"""One member among others: what moves, and what stays to the bit."""

import copy

import pytest
import torch
from torch import nn

from models import heldout
from models.errors import Refused
from models.networks.weights import load_network
from models.normalization.layer import METHODS
from models.tensors import decode
from tests.models.normalization.asking import asked, of_network, tensor_of
from tests.models.normalization.test_training import check_scores

SOURCE = of_network("conv4.conv", 3, 8, 21, 40)


def test_batch_normalisation_alone_looks_at_the_others() -> None:
    found = asked(
        {"source": SOURCE, "mates": {"member": 1, "seed": 5}, "channels": [4, 7], "groups": 8}
    ).mates
    assert found is not None and len(set(found.items)) == 3 and not {3, 8, 21, 40} & {*found.items}
    for method in METHODS:
        moved = found.methods[method]
        assert moved is not None and found.exact[method] == (method != "batch")
        assert (moved.max == moved.rms == 0) == (method != "batch")
    x = tensor_of(SOURCE).x
    a, b, c = found.items
    others = tensor_of(of_network("conv4.conv", a, b, c)).x
    layer = copy.deepcopy(load_network("tiny_vgg_batch").network.module.get_submodule("conv4.norm")).train()
    with torch.no_grad():
        before = layer(x)[1]
        after = layer(torch.cat([others[:1], x[1:2], others[1:]]))[1]
    assert torch.allclose(decode(found.before), before[[4, 7]], atol=1e-5)
    assert torch.allclose(decode(found.after), after[[4, 7]], atol=1e-5)
    assert torch.allclose(decode(found.difference), (after - before)[[4, 7]], atol=1e-5)
    moved = found.methods["batch"]
    assert moved is not None
    assert moved.max == pytest.approx(float((after - before).abs().max()), abs=1e-5)
    assert moved.rms == pytest.approx(float((after - before).square().mean().sqrt()), abs=1e-6)


def test_nobody_is_swapped_for_one_who_is_there_already() -> None:
    source = of_network("input", *range(0, 2000, 40), network="mlp")
    for seed in range(5):
        found = asked({"source": source, "mates": {"seed": seed}}).mates
        assert found is not None and len(set(found.items)) == 49
        assert not {*range(0, 2000, 40)} & {*found.items}


def test_predictions_are_those_among_the_mates() -> None:
    found = asked({"source": SOURCE, "mates": {"member": 2}}).mates
    assert found is not None and found.predictions is not None
    loaded = load_network("tiny_vgg_batch")
    module = copy.deepcopy(loaded.network.module)
    a, b, c = found.items
    now, then = (
        heldout.inputs(torch.tensor(batch), loaded.spec.dataset) for batch in ([3, 8, 21, 40], [a, b, 21, c])
    )
    with torch.no_grad():
        check_scores(found.predictions.eval, module(now)[2])
        module.get_submodule("conv4.norm").train()
        check_scores(found.predictions.before, module(now)[2])
        check_scores(found.predictions.after, module(then)[2])


def test_another_method_in_the_layers_place_predicts_as_a_network_that_has_it() -> None:
    found = asked({"source": SOURCE, "mates": {}, "method": "group", "groups": 6}).mates
    assert found is not None and found.predictions is not None
    loaded = load_network("tiny_vgg_batch")
    module = copy.deepcopy(loaded.network.module)
    norm = module.get_submodule("conv4.norm")
    group = nn.GroupNorm(6, 48)
    with torch.no_grad():
        group.weight.copy_(norm.get_parameter("weight"))
        group.bias.copy_(norm.get_parameter("bias"))
        module.get_submodule("conv4").norm = group
        x = heldout.inputs(torch.tensor([3, 8, 21, 40]), loaded.spec.dataset)
        check_scores(found.predictions.before, module(x)[0])
    assert found.predictions.before == found.predictions.after


def test_padded_tokens_are_looked_at_where_they_are_real() -> None:
    source = {**of_network("conv6.conv", 0, 2, 3), "kind": "tokens", "keep": "content", "padding": 5}
    answer = asked({"source": source, "mates": {"member": 1}, "method": "layer_channels"})
    assert answer.mates is not None and answer.lengths is not None and answer.mates.predictions is None
    assert answer.mates.before.shape == [8, answer.lengths[1]]
    assert answer.mates.exact["layer_channels"] and answer.mates.exact["rms"]
    assert answer.mates.exact["batch"] is False


def test_a_vector_has_no_instance() -> None:
    found = asked({"source": of_network("flatten", 0, 1), "mates": {}}).mates
    assert found is not None and found.methods["instance"] is None and found.exact["instance"] is None
    assert found.methods["batch"] is not None and found.exact["layer"]


@pytest.mark.parametrize(
    ("source", "mates", "code", "field"),
    [
        (of_network("conv4.conv", 3), {}, "missing", "source.batch"),
        (SOURCE, {"member": 4}, "out-of-range", "mates.member"),
        ({"kind": "grid", "values": [[[[1, 2]]]]}, {}, "no-held-out", "mates"),
        (
            of_network("stem.conv", *range(40), network="efficientnet_lite0"),
            {},
            "too-much-work",
            "source.batch",
        ),
    ],
)
def test_what_cannot_be_swapped_is_named(source: dict, mates: dict, code: str, field: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(Refused) as refused:
        asked({"source": source, "mates": mates})
    assert (refused.value.code, refused.value.field) == (code, field)
