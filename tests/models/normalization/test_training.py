"""Batches one by one: PyTorch's own layer and a network in train mode beside what is told."""

import copy

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from models import heldout
from models.errors import Refused
from models.networks.weights import load_network
from models.normalization.population import IMAGES, population
from models.normalization.training import BatchesParams, feed
from models.views.run import ClassScore
from tests.models.nets import examples
from tests.models.normalization.asking import asked, of_network, tensor_of

SOURCE = of_network("conv4.conv", 3, 8, 21)


@examples(15)
@given(
    st.integers(1, 40),
    st.integers(1, 12),
    st.sampled_from([None, 0.0, 0.1, 0.9, 1.0]),
    st.integers(0, 47),
    st.integers(0, 99),
    st.data(),
)
def test_running_statistics_are_those_of_pytorchs_layer_to_the_bit(
    size: int, steps: int, momentum: float | None, channel: int, seed: int, data: st.DataObject
) -> None:
    step = data.draw(st.integers(0, steps))
    begin = data.draw(st.sampled_from(["fresh", "trained"]))
    asks = {"size": size, "steps": steps, "step": step, "seed": seed, "channel": channel, "begin": begin}
    found = asked(
        {"source": SOURCE, "training": asks, "momentum": momentum, "running": "fed", "mode": "eval"}
    )
    told = found.training
    layer = nn.BatchNorm2d(48, momentum=momentum)
    if begin == "trained":
        trained = load_network("tiny_vgg_batch").network.module.get_submodule("conv4.norm")
        layer.load_state_dict(trained.state_dict())
    assert layer.num_batches_tracked is not None
    before = int(layer.num_batches_tracked)
    assert told is not None and told.batches == before
    assert found.running is not None and found.running.batches == before + step
    tensor = tensor_of(SOURCE)
    batches = feed(tensor, BatchesParams.model_validate(asks))
    everything = population(tensor, "training")
    for number, batch in enumerate([*batches.batches, None]):
        assert layer.running_mean is not None and layer.running_var is not None
        assert told.running_mean[number] == float(layer.running_mean[channel])
        assert told.running_variance[number] == float(layer.running_var[channel])
        if number == step:
            assert found.running.before.mean == layer.running_mean.tolist()
            assert found.running.before.variance == layer.running_var.tolist()
            assert found.running.after == found.running.before
        if batch is None:
            break
        assert len(set(batch.tolist())) == size
        layer(everything[batch])
        values = everything[batch, channel].double()
        assert told.batch_mean[number] == pytest.approx(float(values.mean()), rel=1e-5, abs=1e-6)
        assert told.batch_variance[number] == pytest.approx(float(values.var(correction=0)), rel=1e-5)
        assert told.batch_unbiased[number] == pytest.approx(float(values.var()), rel=1e-5)
    assert told.n == size * 14 * 14
    assert told.population.images == IMAGES == len(everything)


def test_the_population_is_a_hundred_images_of_each_class_as_the_layer_gives_them() -> None:
    tensor = tensor_of(SOURCE)
    everything = population(tensor, "training")
    chosen = heldout.chosen(heldout.held_out().labels, 100)
    assert heldout.held_out().labels[chosen].bincount().tolist() == [100] * 10
    for place in (0, 511, 999):
        alone = tensor_of(of_network("conv4.conv", int(chosen[place]))).x[0]
        assert torch.allclose(everything[place], alone, atol=1e-4)


@pytest.mark.parametrize("member", [0, 2])
def test_predictions_are_those_of_the_network_in_that_mode(member: int) -> None:
    found = asked(
        {
            "source": SOURCE,
            "training": {"size": 8, "steps": 5, "step": 2},
            "running": "fed",
            "at": {"b": member, "c": 0},
        }
    )
    told = found.training
    assert told is not None and told.train and told.eval and found.running
    loaded = load_network("tiny_vgg_batch")
    module = copy.deepcopy(loaded.network.module)
    norm = module.get_submodule("conv4.norm")
    norm.get_buffer("running_mean").copy_(torch.tensor(found.running.before.mean))
    norm.get_buffer("running_var").copy_(torch.tensor(found.running.before.variance))
    x = heldout.inputs(torch.tensor([3, 8, 21]), loaded.spec.dataset)
    outputs: list[torch.Tensor] = []
    norm.register_forward_hook(lambda _, __, output: outputs.append(output))
    with torch.no_grad():
        evaluated = module(x)[member]
        norm.train()
        trained = module(x)[member]
    check_scores(told.eval.predictions, evaluated)
    check_scores(told.train.predictions, trained)
    apart = (outputs[0] - outputs[1]).double()
    assert told.eval.difference.max == pytest.approx(float(apart.abs().max()), rel=1e-4)
    assert told.eval.difference.rms == pytest.approx(float(apart.square().mean().sqrt()), rel=1e-4)


def check_scores(scores: list[ClassScore], logits: torch.Tensor) -> None:
    likeliest = F.softmax(logits, 0).sort(descending=True)
    assert [score.index for score in scores] == likeliest.indices[:5].tolist()
    for score, probability in zip(scores, likeliest.values, strict=False):
        assert score.probability == pytest.approx(float(probability), abs=1e-4)
        assert score.logit == pytest.approx(float(logits[score.index]), abs=1e-3)


@pytest.mark.parametrize(
    ("source", "training", "code", "field"),
    [
        (SOURCE, {"step": 61}, "out-of-range", "training.step"),
        (SOURCE, {"channel": 48}, "out-of-range", "training.channel"),
        (
            of_network("conv4.conv", 0, network="tiny_vgg_layer"),
            {"begin": "trained"},
            "no-running-statistics",
            "training.begin",
        ),
        (of_network("conv1.conv", 0), {"size": 128, "steps": 200}, "too-much-work", "training.size"),
        (of_network("stem.conv", 0, network="efficientnet_lite0"), {}, "no-held-out", "training"),
        (of_network("fc1", 0, 1, network="lenet"), {"size": 1}, "one-value", "training.size"),
        ({"kind": "grid", "values": [[[[1, 2]]]]}, {}, "no-held-out", "training"),
    ],
)
def test_what_cannot_be_fed_is_named(source: dict, training: dict, code: str, field: str) -> None:  # type: ignore[type-arg]
    if source.get("layer") == "fc1":
        source = {**source, "layer": next(n for n in load_network("lenet").shapes if n == "flatten")}
    with pytest.raises(Refused) as refused:
        asked({"source": source, "training": training})
    assert (refused.value.code, refused.value.field) == (code, field)
