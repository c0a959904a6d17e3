"""DropBlock: whole squares of a map are dropped, so that neighbours cannot tell what was there.

Ghiasi, Lin & Le 2018, https://arxiv.org/abs/1810.12890. Each channel of each sample has squares of its own. Their
places are drawn where the whole square fits into the map, as in the paper. Squares overlap, so that fewer than p of the
elements are dropped on average (see `keep_probability`); what is kept is divided by the share that really was.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.layers.probability import check_probability


def block_of(shape: Sequence[int], block_size: int) -> tuple[int, int]:
    """Height and width of a block in maps of `shape` (B, C, H, W): `block_size`, or the map's side if that is smaller."""
    return min(block_size, shape[2]), min(block_size, shape[3])


def seed_probability(shape: Sequence[int], p: float, block_size: int) -> float:
    """γ: how likely a block begins at a place where it fits (equation 1 of the paper, for maps of any two sides)."""
    check_probability(p)
    height, width = block_of(shape, block_size)
    places = (shape[2] - height + 1) * (shape[3] - width + 1)
    return 1.0 if p == 1 else min(p * shape[2] * shape[3] / (height * width * places), 1.0)


def block_mask(
    shape: Sequence[int], p: float, block_size: int, generator: torch.Generator | None = None
) -> Tensor:
    """Zeros where a block lies and ones elsewhere, float32 of `shape` (B, C, H, W). p = 1 drops everything."""
    height, width = block_of(shape, block_size)
    gamma = seed_probability(shape, p, block_size)
    places = (*shape[:2], shape[2] - height + 1, shape[3] - width + 1)
    seeds = torch.empty(places).bernoulli_(gamma, generator=generator)
    padded = F.pad(seeds, (width - 1, width - 1, height - 1, height - 1))
    rows = F.max_pool2d(padded, (height, 1), stride=1)
    return 1 - F.max_pool2d(rows, (1, width), stride=1)


def keep_probability(shape: Sequence[int], p: float, block_size: int) -> Tensor:
    """How likely each element of a map (H, W) is kept: (1 - γ) to the number of blocks that could cover it."""
    sides = block_of(shape, block_size)
    covers = []
    for size, side in zip(shape[2:], sides, strict=True):
        index = torch.arange(size)
        first = (index - side + 1).clamp(min=0)
        last = index.clamp(max=size - side)
        covers.append(last - first + 1)
    gamma = seed_probability(shape, p, block_size)
    return torch.pow(torch.tensor(1 - gamma, dtype=torch.float64), covers[0][:, None] * covers[1])


def block_scale(mask: Tensor) -> float:
    """What the kept values are multiplied by: elements over elements kept; 0 where none is."""
    kept = float(mask.sum())
    return mask.numel() / kept if kept else 0.0


def drop_block(x: Tensor, mask: Tensor) -> Tensor:
    """`x` (B, C, H, W) · mask · elements / elements kept."""
    return x * mask * block_scale(mask)


class DropBlock(nn.Module):
    """Drops squares of `block_size` in training."""

    def __init__(self, p: float, block_size: int) -> None:
        super().__init__()
        check_probability(p)
        self.p = p
        self.block_size = block_size

    def forward(self, x: Tensor) -> Tensor:
        """`x` (B, C, H, W) → the same shape; the identity outside training."""
        if not self.training or self.p == 0:
            return x
        return drop_block(x, block_mask(x.shape, self.p, self.block_size).to(x.device))

    def extra_repr(self) -> str:
        return f"p={self.p}, block_size={self.block_size}"
