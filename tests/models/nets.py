"""What several tests of models/ share: networks with random weights, pictures, and the effort to spend."""

import copy
import os
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, TypeVar

import torch
from hypothesis import settings
from pydantic import TypeAdapter
from torch import Tensor, nn

from models.interventions import Intervention
from models.layers.arithmetic import Add
from models.layers.attention import PositionEmbedding
from models.layers.dropout import StochasticDepth
from models.layers.normalization import ChannelNorm
from models.network import Network, trace
from models.networks.mini_vit import TransformerBlock
from models.networks.registry import SPECS

NAMES = tuple(SPECS)
INTERVENTIONS: TypeAdapter[list[Intervention]] = TypeAdapter(list[Intervention])
T = TypeVar("T", bound=Callable[..., None])


def examples(count: int) -> Callable[[T], T]:
    """How many examples Hypothesis tries; THOROUGH=20 in the environment makes them twenty times as many."""
    return settings(max_examples=count * int(os.environ.get("THOROUGH", "1")), deadline=None)


def parsed(*changes: dict[str, Any]) -> list[Intervention]:
    """Interventions as a request would carry them."""
    return INTERVENTIONS.validate_python(list(changes))


def randomize(module: nn.Module, seed: int = 0) -> nn.Module:
    """Give normalisation layers statistics, gamma and beta of their own, and all layers seeded weights."""
    generator = torch.Generator().manual_seed(seed)

    def between(x: Tensor, lo: float, hi: float) -> None:
        x.copy_(torch.rand(x.shape, generator=generator) * (hi - lo) + lo)

    with torch.no_grad():
        for part in module.modules():
            if isinstance(part, nn.Conv2d | nn.Linear):
                bound = (2 / part.weight[0].numel()) ** 0.5
                part.weight.copy_(torch.randn(part.weight.shape, generator=generator) * bound)
                if part.bias is not None:
                    between(part.bias, -0.5, 0.5)
            elif isinstance(part, PositionEmbedding):
                between(part.weight, -0.5, 0.5)
            elif isinstance(part, nn.BatchNorm2d | nn.GroupNorm | nn.LayerNorm):
                between(part.weight, 0.5, 1.5)
                between(part.bias, -0.5, 0.5)
                if isinstance(part, nn.BatchNorm2d):
                    assert part.running_mean is not None and part.running_var is not None
                    between(part.running_mean, -0.5, 0.5)
                    between(part.running_var, 0.5, 2.0)
    return module


@cache
def untrained(name: str) -> tuple[nn.Module, Network]:
    """A registered architecture with random weights: a Module in evaluation mode to compare with, and the network."""
    module = randomize(SPECS[name].build()).eval()
    traced = copy.deepcopy(module)
    traced.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return module, trace(traced, SPECS[name].dataset.shape)


def pictures(network: Network, count: int = 1, seed: int = 0) -> Tensor:
    """A batch of random inputs."""
    return torch.randn((count, *network.input_shape), generator=torch.Generator().manual_seed(seed))


def leaves(module: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """The layers of a Module by name."""
    for name, part in module.named_modules():
        if name and not list(part.children()):
            yield name, part


class Small(nn.Module):
    """Something of every kind of layer: a residual block, two poolings, dropouts and a head that takes any size."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(2, 6, 3, padding=1)
        self.norm1 = nn.BatchNorm2d(6)
        self.act1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(6, 6, 3, padding=1, groups=2, bias=False)
        self.norm2 = nn.GroupNorm(3, 6)
        self.drop = StochasticDepth(0.4, "row")
        self.add = Add()
        self.act2 = nn.ReLU6()
        self.pool2 = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.dropout = nn.Dropout(0.3)
        self.head = nn.Linear(6, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool1(self.act1(self.norm1(self.conv1(x))))
        x = self.act2(self.add(self.drop(self.norm2(self.conv2(x))), x))
        return self.head(self.dropout(self.flatten(self.pool2(x))))  # type: ignore[no-any-return]


@cache
def small() -> tuple[nn.Module, Network]:
    """`Small` with random weights, on inputs of 2×12×10."""
    module = randomize(Small()).eval()
    return module, trace(copy.deepcopy(module), (2, 12, 10))


class Tokens(nn.Module):
    """A Transformer: six patches as tokens, their places, one block of two heads and a head that takes the mean."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = nn.Conv2d(2, 8, 4, stride=4)
        self.position = PositionEmbedding(8, 3, 2)
        self.block = TransformerBlock(8, 2, 0.2)
        self.norm = ChannelNorm(8)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.head = nn.Linear(8, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.block(self.position(self.patch(x))))
        return self.head(self.flatten(self.pool(x)))  # type: ignore[no-any-return]


@cache
def tokens() -> tuple[nn.Module, Network]:
    """`Tokens` with random weights, on inputs of 2×12×8."""
    module = randomize(Tokens()).eval()
    return module, trace(copy.deepcopy(module), (2, 12, 8))


def close(actual: Tensor, expected: Tensor, tolerance: float = 1e-5) -> bool:
    """Whether two tensors of one shape differ by no more than `tolerance` of the largest value (at least 1)."""
    assert actual.shape == expected.shape, (actual.shape, expected.shape)
    actual, expected = actual.double(), expected.double()
    scale = max(1.0, float(expected.abs().max()))
    return bool(actual.isfinite().all()) and float((actual - expected).abs().max()) <= tolerance * scale
