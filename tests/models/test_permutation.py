"""The permuted world: one permutation in both twins, and a walk that goes through it."""

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from models import heldout
from models.errors import Refused
from models.layers.permutation import Permute, permutation, permute
from models.network import Network, trace
from models.networks.permuted import PIXELS, SEED, TWINS, PermutedMLP, PermutedTinyVGG
from models.networks.registry import FASHION_MNIST, SPECS
from models.networks.weights import Loaded, load_network
from models.recorder import Record, run
from models.shapes import propagate, receptive_fields
from models.views.describe import settings
from models.views.unit import Box, UnitParams, explain_unit
from tests.models.nets import close, pictures, randomize

SHIPPED = [name for name in TWINS if name in SPECS]


class Shuffled(nn.Module):
    """A permutation of 6×5 pixels, a convolution, the largest value of each map."""

    def __init__(self) -> None:
        super().__init__()
        self.permute = Permute(30, 3)
        self.conv = nn.Conv2d(2, 4, 3, padding=1)
        self.pool = nn.AdaptiveMaxPool2d(1)
        self.flatten = nn.Flatten()

    def forward(self, x: Tensor) -> Tensor:
        return self.flatten(self.pool(self.conv(self.permute(x))))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def shuffled() -> tuple[nn.Module, Network]:
    module = randomize(Shuffled()).eval()
    return module, trace(copy.deepcopy(module), (2, 6, 5))


def test_a_permutation_has_every_pixel_once_and_is_the_seed_s() -> None:
    before = torch.random.get_rng_state()
    order = permutation(PIXELS, SEED)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.equal(order.sort().values, torch.arange(PIXELS))
    assert torch.equal(order, permutation(PIXELS, SEED)) and not torch.equal(order, permutation(PIXELS, 7))
    x = torch.randn(2, 3, 28, 28)
    y = permute(x, order)
    assert not torch.equal(x, y) and torch.equal(permute(y, order.argsort()), x)
    y, x = y[1, 2], x[1, 2]
    assert all(y[k // 28, k % 28] == x[j // 28, j % 28] for k, j in enumerate(order.tolist()))


def test_both_twins_have_one_permutation_and_are_else_as_without_it() -> None:
    assert torch.equal(PermutedMLP().permute.order, PermutedTinyVGG().permute.order)
    for name in SHIPPED:
        twin, plain = load_network(name).network, load_network(TWINS[name]).network
        assert torch.equal(twin.steps["permute"].arguments["order"], permutation(PIXELS, SEED))
        first, *rest = twin.steps.values()
        assert (first.name, first.kind, first.inputs) == ("permute", "permute", ("input",))
        assert [(step.name, step.operation) for step in rest] == [
            (step.name, step.operation) for step in plain.steps.values()
        ]


@pytest.mark.parametrize("name", SHIPPED)
def test_the_mlp_is_unmoved_and_the_convolutions_fall(name: str) -> None:
    x, labels = heldout.inputs(slice(0, 1000), FASHION_MNIST), heldout.held_out().labels[:1000]
    here, there = (
        float((load_network(each).network.module(x).argmax(1) == labels).float().mean())
        for each in (name, TWINS[name])
    )
    if name == "mlp_permuted":
        assert abs(here - there) < 0.02
    else:
        assert here < there - 0.04
    order = load_network(name).network.steps["permute"].arguments["order"]
    lost = load_network(name).network.module(permute(x, order)).argmax(1) == labels
    assert float(lost.float().mean()) < 0.5  # what is shuffled twice, it has never seen


@torch.no_grad()
def test_the_walk_goes_through_as_the_module_does(shuffled: tuple[nn.Module, Network]) -> None:
    module, network = shuffled
    x = pictures(network, 3)
    recording = run(network, x, record=Record(frozenset(network.steps)))
    assert close(recording.activations["flatten"], module(x))
    assert torch.equal(recording.activations["permute"], permute(x, permutation(30, 3)))
    largest = recording.activations["conv"].flatten(2).max(2).values
    assert torch.equal(recording.activations["flatten"], largest)


def test_nothing_after_a_permutation_has_a_receptive_field(shuffled: tuple[nn.Module, Network]) -> None:
    _, network = shuffled
    shapes = propagate(network.steps, network.input_shape)
    assert list(receptive_fields(network.steps, shapes)) == ["input"]
    assert settings(network.steps["permute"], (2, 6, 5)) == {"pixels": 30}
    with pytest.raises(Refused, match="puts 30 pixels into its order, but maps of 6×6"):
        propagate(network.steps, (2, 6, 6))


def test_a_permuted_pixel_says_where_it_was(shuffled: tuple[nn.Module, Network]) -> None:
    _, network = shuffled
    loaded = Loaded(SPECS["lenet"], network, "", None)
    x = pictures(network)

    def unit(layer: str, **place: Any) -> Any:
        return explain_unit(loaded, x, UnitParams(image="0" * 64, layer=layer, channel=1, **place))

    answer = unit("permute", y=4, x=2)
    row, column = divmod(int(permutation(30, 3)[4 * 5 + 2]), 5)
    assert answer.receptive_field == Box(top=row, left=column, bottom=row, right=column)
    assert answer.inputs == [answer.value] == [float(x[0, 1, row, column])]
    assert unit("conv", y=4, x=2).receptive_field is None
    assert unit("pool").value == max(map(max, unit("pool").inputs))
