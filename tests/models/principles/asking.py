"""What the tests of the principles share: networks as if they were trained, and what a Module gives at a layer."""

import copy

import torch
from torch import Tensor, nn

from models.network import trace
from models.networks.registry import SPECS
from models.networks.weights import Loaded, load_network
from models.principles.given import Given
from tests.models.nets import randomize, small, tokens, untrained

SMALL = {"small": small, "tokens": tokens}


def loaded(name: str) -> Loaded:
    """A trained network, or one of the tests' small ones with random weights, as if it were trained."""
    return Loaded(SPECS["lenet"], SMALL[name]()[1], "", None) if name in SMALL else load_network(name)


def module_of(name: str) -> nn.Module:
    """An independent Module with the same weights."""
    if name in SMALL:
        return SMALL[name]()[0]
    module = copy.deepcopy(untrained(name)[0])
    module.load_state_dict(load_network(name).network.module.state_dict())
    return module


def alike(module: nn.Module, shape: tuple[int, int, int], seed: int) -> Loaded:
    """A Module of the test's own, with random weights, as a network."""
    return Loaded(SPECS["lenet"], trace(copy.deepcopy(randomize(module, seed)).eval(), shape), "", None)


def given(loaded: Loaded, seed: int = 0) -> Given:
    generator = torch.Generator().manual_seed(seed)
    return Given(loaded, torch.randn(1, *loaded.network.input_shape, generator=generator))


def at_layer(module: nn.Module, layer: str, x: Tensor) -> Tensor:
    """What one layer of a Module gives, by a hook."""
    seen: list[Tensor] = []
    handle = module.get_submodule(layer).register_forward_hook(lambda _m, _x, y: seen.append(y))
    module(x)
    handle.remove()
    return seen[0]
