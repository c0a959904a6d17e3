"""A small vision Transformer (Dosovitskiy et al. 2021, https://arxiv.org/abs/2010.11929) that keeps tokens as maps.

A token is a place of a 7×7 map: the channels at a place are the token's numbers. So what Transformers write as dense
layers, applied to each token, are 1×1 convolutions here, and everything stays (B, C, H, W). There is no class token;
the head takes the mean over all places, which no longer knows which token stood where.
"""

from torch import Tensor, nn

from models.layers.arithmetic import Add
from models.layers.attention import AttentionMix, AttentionWeights, PositionEmbedding
from models.layers.dropout import StochasticDepth
from models.layers.normalization import ChannelNorm

WIDTH = 64
DEPTH = 3
HEADS = 4
DROPOUT = 0.05
DROP_PATH = 0.1
"""Of the last block; it grows linearly with depth."""


class Embedding(nn.Module):
    """Each 4×4 patch becomes a token, learns its place, and loses some of its numbers to dropout in training."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.patch = nn.Conv2d(1, width, 4, stride=4)
        self.position = PositionEmbedding(width, 7, 7)
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 1, 28, 28) → (B, width, 7, 7)."""
        return self.drop(self.position(self.patch(x)))  # type: ignore[no-any-return]


class TransformerBlock(nn.Module):
    """Attention beside a skip connection, then two dense layers at each place beside another; each normalised first.

    The branches drop out in three places: the attention weights, inside the dense layers, and at each branch's end.
    """

    def __init__(self, width: int, heads: int, p: float) -> None:
        super().__init__()
        self.norm1 = ChannelNorm(width)
        self.qkv = nn.Conv2d(width, 3 * width, 1)
        self.weights = AttentionWeights(heads, width // heads)
        self.drop_weights = nn.Dropout(DROPOUT)
        self.mix = AttentionMix()
        self.proj = nn.Conv2d(width, width, 1)
        self.drop1 = nn.Dropout(DROPOUT)
        self.path1 = StochasticDepth(p, "row")
        self.add1 = Add()
        self.norm2 = ChannelNorm(width)
        self.expand = nn.Conv2d(width, 2 * width, 1)
        self.act = nn.GELU()
        self.drop_hidden = nn.Dropout(DROPOUT)
        self.reduce = nn.Conv2d(2 * width, width, 1)
        self.drop2 = nn.Dropout(DROPOUT)
        self.path2 = StochasticDepth(p, "row")
        self.add2 = Add()

    def forward(self, x: Tensor) -> Tensor:
        """(B, width, H, W) → the same shape."""
        qkv = self.qkv(self.norm1(x))
        mixed = self.mix(self.drop_weights(self.weights(qkv)), qkv)
        x = self.add1(self.path1(self.drop1(self.proj(mixed))), x)
        hidden = self.drop_hidden(self.act(self.expand(self.norm2(x))))
        return self.add2(self.path2(self.drop2(self.reduce(hidden))), x)  # type: ignore[no-any-return]


class MiniViT(nn.Module):
    """49 tokens of 64 numbers, three Transformer blocks of four heads, the mean over all places, one linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = Embedding(WIDTH)
        self.block1 = TransformerBlock(WIDTH, HEADS, DROP_PATH * 1 / DEPTH)
        self.block2 = TransformerBlock(WIDTH, HEADS, DROP_PATH * 2 / DEPTH)
        self.block3 = TransformerBlock(WIDTH, HEADS, DROP_PATH * 3 / DEPTH)
        self.norm = ChannelNorm(WIDTH)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.head = nn.Linear(WIDTH, 10)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 1, 28, 28) → logits (B, 10)."""
        x = self.block3(self.block2(self.block1(self.embed(x))))
        return self.head(self.flatten(self.pool(self.norm(x))))  # type: ignore[no-any-return]
