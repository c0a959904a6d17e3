"""DropConnect on the layer that a tensor comes from: its weights, and what it makes of its input without some of them."""

import torch
from torch import Tensor

from models.errors import Refused
from models.layers.drop_connect import connect_mask
from models.network import INPUT, Step
from models.normalization.source import Given, activations


def layer(given: Given) -> Step:
    """The convolution or linear layer. Refused where the tensor comes from nothing that has weights."""
    if given.loaded is None or given.layer == INPUT:
        raise Refused(
            "wrong-kind",
            "DropConnect drops weights: choose a convolution or a linear layer of a network.",
            "variant",
        )
    step = given.loaded.network.steps[given.layer]
    if step.kind not in ("conv", "linear"):
        raise Refused(
            "wrong-kind",
            f"{step.name} is a layer of the kind {step.kind}; DropConnect drops the weights of a convolution or a "
            "linear layer.",
            "variant",
        )
    return step


def taken(given: Given) -> Tensor:
    """What the layer is given (B, C, …)."""
    assert given.loaded is not None and given.inputs is not None
    before = layer(given).inputs[0]
    return given.inputs if before == INPUT else activations(given.loaded, given.inputs, before)


def mask(step: Step, p: float, generator: torch.Generator) -> Tensor:
    """The mask for a step's weights."""
    return connect_mask(step.arguments["weight"].shape, p, generator)


def output(step: Step, x: Tensor, weight: Tensor) -> Tensor:
    """What the layer makes of `x` with other weights, contiguous."""
    return step.function(x, **{**step.arguments, "weight": weight}).contiguous()
