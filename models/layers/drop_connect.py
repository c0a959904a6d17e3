"""DropConnect: weights are dropped, not activations, so that every output loses other inputs.

Wan, Zeiler, Zhang, LeCun & Fergus 2013, https://proceedings.mlr.press/v28/wan13.html. As in the paper each weight is
dropped by itself; unlike there, one mask serves the whole batch, biases stay, and what is kept is divided by 1 - p, so
that nothing is left to be done when the network is used.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from models.layers.probability import check_probability, keeping_scale


def connect_mask(shape: Sequence[int], p: float, generator: torch.Generator | None = None) -> Tensor:
    """Draw m ~ Bernoulli(1 - p) for each weight: float32 zeros and ones of the weights' `shape`."""
    check_probability(p)
    return torch.empty(*shape).bernoulli_(1 - p, generator=generator)


def drop_connect(weight: Tensor, mask: Tensor, p: float) -> Tensor:
    """`weight` · mask / (1 - p), in its shape and memory format. With p = 1 no connection is left."""
    check_probability(p)
    return weight * mask * keeping_scale(p)


class DropConnect(nn.Module):
    """Drops some of a layer's weights in training."""

    def __init__(self, p: float) -> None:
        super().__init__()
        check_probability(p)
        self.p = p

    def forward(self, weight: Tensor) -> Tensor:
        """Weights of any shape → those to compute with this time; the same outside training."""
        if not self.training or self.p == 0:
            return weight
        return drop_connect(weight, connect_mask(weight.shape, self.p).to(weight.device), self.p)

    def extra_repr(self) -> str:
        return f"p={self.p}"
