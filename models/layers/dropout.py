"""Dropout and its relatives for activations: a mask of zeros and ones, and the scale that keeps the expectation.

element: Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html
channel: SpatialDropout, Tompson et al. 2015, https://arxiv.org/abs/1411.4280
batch: Stochastic Depth, Huang et al. 2016, https://arxiv.org/abs/1603.09382
row: the same for each sample by itself, known as DropPath (Larsson et al. 2017, https://arxiv.org/abs/1605.07648)
block: DropBlock, and alpha: AlphaDropout, each in a file of its own
"""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from models.layers.alpha_dropout import alpha_dropout, restoring
from models.layers.drop_block import block_mask, block_scale, drop_block
from models.layers.probability import check_probability, keeping_scale

Variant = Literal["element", "channel", "block", "row", "batch", "alpha"]
BLOCK_SIZE = 7
"""The side of a block where none is asked for, as in the paper on DropBlock."""


def mask_shape(shape: Sequence[int], variant: Variant) -> tuple[int, ...]:
    """The shape, broadcastable to `shape` (B, C, …), of a variant's mask: one decision per entry, but for blocks."""
    kept = {"channel": 2, "row": 1, "batch": 0}.get(variant, len(shape))
    return tuple(size if axis < kept else 1 for axis, size in enumerate(shape))


def dropout_mask(
    shape: Sequence[int],
    p: float,
    variant: Variant = "element",
    generator: torch.Generator | None = None,
    block_size: int = BLOCK_SIZE,
) -> Tensor:
    """Draw m ~ Bernoulli(1 - p) as float32 zeros and ones, broadcastable to `shape` (see `mask_shape`).

    Blocks need maps (B, C, H, W); `block_size` is theirs alone. Raises ValueError unless 0 ≤ p ≤ 1.
    """
    check_probability(p)
    if variant == "block":
        return block_mask(shape, p, block_size, generator)
    return torch.empty(mask_shape(shape, variant)).bernoulli_(1 - p, generator=generator)


def dropout(x: Tensor, mask: Tensor, p: float, variant: Variant = "element") -> Tensor:
    """Inverted dropout: `x` · mask / (1 - p). With p = 1 nothing is kept and the result is 0.

    block and alpha have formulas of their own, which see to mean or variance otherwise.
    """
    check_probability(p)
    if variant == "block":
        return drop_block(x, mask)
    if variant == "alpha":
        return alpha_dropout(x, mask, p)
    return x * mask / (1 - p) if p < 1 else x * 0


def scale_of(mask: Tensor, p: float, variant: Variant) -> float:
    """What the kept values are multiplied by (alpha also adds to them); 0 where nothing can be kept."""
    if variant == "block":
        return block_scale(mask)
    if variant == "alpha":
        return restoring(p).a if p < 1 else 0.0
    return keeping_scale(p)


class StochasticDepth(nn.Module):
    """Drops a whole residual branch in training: for the whole batch (`"batch"`) or for each sample (`"row"`)."""

    def __init__(self, p: float, variant: Literal["row", "batch"]) -> None:
        super().__init__()
        check_probability(p)
        self.p = p
        self.variant: Variant = variant

    def forward(self, x: Tensor) -> Tensor:
        """`x` (B, …) → the same shape; the identity outside training."""
        if not self.training or self.p == 0:
            return x
        return dropout(x, dropout_mask(x.shape, self.p, self.variant).to(x.device), self.p)

    def extra_repr(self) -> str:
        return f"p={self.p}, variant={self.variant}"
