"""A folded pair computes what the two steps compute, and is folded only where nobody looks inside."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from models.folding import fold
from models.network import Network, trace
from models.recorder import Record, run
from tests.models.nets import parsed

OUTPUT = frozenset({"act"})


def conv_and_norm(seed: int, stride: int = 1, groups: int = 1, bias: bool = False) -> Network:
    """One convolution, one batch normalisation with running statistics of every size, one ReLU."""
    torch.manual_seed(seed)
    norm = nn.BatchNorm2d(4)
    with torch.no_grad():
        for tensor in (norm.weight, norm.bias, norm.running_mean):
            assert tensor is not None
            tensor.normal_()
        assert norm.running_var is not None
        norm.running_var.uniform_(0.01, 4)
    layers = {"conv": nn.Conv2d(4, 4, 3, stride, 1, groups=groups, bias=bias), "norm": norm, "act": nn.ReLU()}
    module = nn.Sequential()
    for name, layer in layers.items():
        module.add_module(name, layer)
    return trace(module, (4, 9, 9))


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 2**31),
    stride=st.integers(1, 3),
    groups=st.sampled_from([1, 2, 4]),
    bias=st.booleans(),
)
def test_a_folded_pair_computes_the_same(seed: int, stride: int, groups: int, bias: bool) -> None:
    network = conv_and_norm(seed, stride, groups, bias)
    x = torch.randn(2, 4, 9, 9)
    together = run(network, x, record=Record(OUTPUT)).activations["act"]
    apart = run(network, x, record=Record(OUTPUT | {"conv"})).activations["act"]
    torch.testing.assert_close(together, apart, rtol=1e-4, atol=1e-4)


def test_the_output_alone_is_computed_by_one_convolution() -> None:
    steps = fold(conv_and_norm(0).steps, OUTPUT, frozenset())
    assert steps["norm"].kind == "conv"
    assert steps["norm"].inputs == ("input",)


@pytest.mark.parametrize(
    ("recorded", "normalizations"), [({"conv"}, set[str]()), ({"norm"}, {"norm"})], ids=["conv", "statistics"]
)
def test_what_is_looked_at_stays_apart(recorded: set[str], normalizations: set[str]) -> None:
    steps = fold(conv_and_norm(0).steps, recorded, normalizations)
    assert steps["norm"].kind == "norm"


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "normalization", "layer": "norm", "statistics": "batch"},
        {"kind": "conv", "layer": "conv", "stride": [2, 2]},
    ],
    ids=["norm", "conv"],
)
def test_what_is_changed_is_computed_as_changed(change: dict[str, object]) -> None:
    network = conv_and_norm(1)
    x = torch.randn(2, 4, 9, 9)
    alone = run(network, x, parsed(change), Record(OUTPUT)).activations["act"]
    apart = run(network, x, parsed(change), Record(OUTPUT | {"conv"})).activations["act"]
    assert torch.equal(alone, apart)
