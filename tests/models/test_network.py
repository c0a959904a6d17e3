"""A Module laid open as steps."""

import pytest
import torch
from torch import Tensor, nn

from models.network import ancestors, pair, trace
from models.recorder import run
from tests.models.nets import NAMES, close, leaves, pictures, randomize, small, untrained


@pytest.mark.parametrize("name", NAMES)
def test_every_layer_is_a_step_under_its_modules_name(name: str) -> None:
    module, network = untrained(name)
    assert set(network.steps) == {each for each, _ in leaves(module)}
    done = {"input"}
    for step in network.steps.values():
        assert step.inputs and done.issuperset(step.inputs), "steps come in the order of computing"
        done.add(step.name)
    assert [name for block in network.blocks.values() for name in block] == list(network.steps)
    assert network.output == list(network.steps)[-1]


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(2, 4, 3, padding="same", dilation=2),
        nn.Conv2d(2, 4, 4, padding="same"),
        nn.Conv2d(2, 4, 3, padding="valid"),
        nn.Conv2d(2, 4, (3, 2), (2, 1), (0, 2), padding_mode="circular"),
        nn.Conv2d(2, 4, 3, padding=1, padding_mode="reflect", groups=2),
        nn.BatchNorm2d(2),
        nn.BatchNorm2d(2, track_running_stats=False),
        nn.GroupNorm(2, 2),
        nn.MaxPool2d(3, 2, 1),
        nn.AvgPool2d((2, 3), padding=1),
        nn.AdaptiveAvgPool2d(1),
        nn.GELU(),
        nn.Identity(),
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
def test_every_known_layer_is_computed_as_the_module_computes_it(layer: nn.Module) -> None:
    module = randomize(layer) if not isinstance(layer, nn.BatchNorm2d) or layer.track_running_stats else layer
    network = trace(nn.Sequential(module), (2, 7, 6))
    with torch.no_grad():
        expected = module(pictures(network, 2))
    assert close(run(network, pictures(network, 2)).activations["0"], expected)


class Repeats(nn.Module):
    """One layer called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.act = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        return self.act(self.act(x))  # type: ignore[no-any-return]


class Adds(nn.Module):
    """An operation that is no Module."""

    def forward(self, x: Tensor) -> Tensor:
        return x + 1


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (Repeats(), "called twice"),
        (Adds(), "not a Module of its own"),
        (nn.Sequential(nn.AdaptiveAvgPool2d(2)), "whole maps"),
        (nn.Sequential(nn.MaxPool2d(2, ceil_mode=True)), "whole windows"),
        (nn.Sequential(nn.MaxPool2d(2, dilation=2)), "whole windows"),
        (nn.Sequential(nn.AvgPool2d(2, count_include_pad=False)), "with its padding"),
        (nn.Sequential(nn.BatchNorm2d(2, affine=False)), "gamma and beta"),
        (nn.Sequential(nn.GroupNorm(1, 2, affine=False)), "gamma and beta"),
        (nn.Sequential(nn.Flatten(2)), "all axes"),
    ],
)
def test_what_the_walk_would_get_wrong_is_not_traced(module: nn.Module, words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        trace(module, (2, 7, 6))


def test_an_unknown_layer_is_named() -> None:
    with pytest.raises(TypeError, match="0: Softmax is not known"):
        trace(nn.Sequential(nn.Softmax(1)), (2, 7, 6))


def test_ancestors_are_what_is_needed_in_the_order_of_computing() -> None:
    steps = small()[1].steps
    assert [step.name for step in ancestors(steps, ["pool1", "norm1"])] == ["conv1", "norm1", "act1", "pool1"]
    assert ancestors(steps, ["input"]) == []
    assert len(ancestors(steps, ["head"])) == len(steps)


def test_settings_of_one_number_count_for_both_axes() -> None:
    assert pair(3) == (3, 3) and pair((1, 2)) == (1, 2)
