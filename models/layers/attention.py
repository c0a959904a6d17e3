"""Self-attention over the places of a map: each place takes in what all places hold, weighted by how well they match.

A token is a place. Maps (B, D, H, W) hold N = H · W tokens of D numbers in the order of reading, so tokens need no
layout of their own; (B, N, D), as Transformers store them, is `flatten(2).transpose(1, 2)` of a map.

Sources: Vaswani et al. 2017, https://arxiv.org/abs/1706.03762 (attention, several heads); Dosovitskiy et al. 2021,
https://arxiv.org/abs/2010.11929 (tokens from the patches of a picture, a learned position embedding).
"""

from math import sqrt

import torch
from torch import Tensor, nn


def split_heads(qkv: Tensor, num_heads: int) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values (B, num_heads, N, d) from their maps one after another (B, 3 · num_heads · d, H, W).

    Within each third the heads follow one another, as in the in_proj_weight of nn.MultiheadAttention.
    """
    batch, channels, height, width = qkv.shape
    parted = qkv.reshape(batch, 3, num_heads, channels // (3 * num_heads), height * width)
    query, key, value = parted.transpose(-1, -2).unbind(1)
    return query, key, value


def attention_weights(qkv: Tensor, num_heads: int, head_dim: int) -> Tensor:
    """softmax(q · k / √head_dim) along the keys: (B, 3 · num_heads · head_dim, H, W) → (B, num_heads, N, N).

    Row i of a head says where place i looks: N positive weights with the sum 1, one for each place.
    """
    query, key, _ = split_heads(qkv, num_heads)
    return torch.softmax(query @ key.transpose(-1, -2) / sqrt(head_dim), -1)


def attention_mix(weights: Tensor, qkv: Tensor) -> Tensor:
    """The values, averaged with `weights` (B, num_heads, N, N): (B, 3 · D, H, W) → maps (B, D, H, W)."""
    _, _, value = split_heads(qkv, weights.shape[1])
    batch, channels, height, width = qkv.shape
    return (weights @ value).transpose(-1, -2).reshape(batch, channels // 3, height, width)


def add_positions(x: Tensor, weight: Tensor) -> Tensor:
    """Maps `x` (B, D, H, W) plus the numbers of each place, `weight` (1, D, H, W)."""
    return x + weight


class AttentionWeights(nn.Module):
    """How much each place takes from each, in each of some heads. It has no parameters of its own."""

    def __init__(self, num_heads: int, head_dim: int) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.head_dim = head_dim

    def forward(self, qkv: Tensor) -> Tensor:
        """Queries, keys and values (B, 3 · num_heads · head_dim, H, W) → (B, num_heads, N, N) with N = H · W."""
        return attention_weights(qkv, self.num_heads, self.head_dim)

    def extra_repr(self) -> str:
        return f"num_heads={self.num_heads}, head_dim={self.head_dim}"


class AttentionMix(nn.Module):
    """What each place takes in: the mean of all places' values with its weights, head by head."""

    def forward(self, weights: Tensor, qkv: Tensor) -> Tensor:
        """(B, num_heads, N, N) and (B, 3 · D, H, W) → (B, D, H, W)."""
        return attention_mix(weights, qkv)


class PositionEmbedding(nn.Module):
    """Adds D learned numbers to each place, the same for every picture.

    Attention and 1×1 convolutions treat all places alike, and so does a mean over the map: without this layer a
    network of them would give the same answer however its patches were shuffled.
    """

    def __init__(self, channels: int, height: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(1, channels, height, width))
        nn.init.trunc_normal_(self.weight, std=0.02)

    def forward(self, x: Tensor) -> Tensor:
        """(B, channels, height, width) → the same shape."""
        return add_positions(x, self.weight)

    def extra_repr(self) -> str:
        return ", ".join(map(str, self.weight.shape[1:]))
