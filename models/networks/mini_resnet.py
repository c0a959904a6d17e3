"""A small residual network (He et al. 2016, https://arxiv.org/abs/1512.03385) trained with stochastic depth."""

from torch import Tensor, nn

from models.layers.arithmetic import Add
from models.layers.dropout import StochasticDepth


class Stem(nn.Module):
    def __init__(self, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, out_channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(out_channels)
        self.act = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """(B, 1, H, W) → (B, out_channels, H, W)."""
        return self.act(self.norm(self.conv(x)))  # type: ignore[no-any-return]


class BasicBlock(nn.Module):
    """Two 3×3 convolutions beside a skip connection; a 1×1 convolution on the skip where the shape changes."""

    def __init__(self, in_channels: int, out_channels: int, stride: int, p: float) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(out_channels)
        self.act1 = nn.ReLU()
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.drop = StochasticDepth(p, "batch")
        self.skip_conv: nn.Conv2d | None = None
        if stride != 1 or in_channels != out_channels:
            self.skip_conv = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)
            self.skip_norm = nn.BatchNorm2d(out_channels)
        self.add = Add()
        self.act2 = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """(B, in_channels, H, W) → (B, out_channels, ceil(H / stride), ceil(W / stride))."""
        branch = self.act1(self.norm1(self.conv1(x)))
        branch = self.drop(self.norm2(self.conv2(branch)))
        skip = x if self.skip_conv is None else self.skip_norm(self.skip_conv(x))
        return self.act2(self.add(branch, skip))  # type: ignore[no-any-return]


class MiniResNet(nn.Module):
    """A stem and six residual blocks of 16, 16, 32, 32, 64 and 64 maps, global average pooling, one linear layer.

    Stochastic depth drops a branch with a probability that grows linearly with depth, up to 0.1.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = Stem(16)
        self.block1 = BasicBlock(16, 16, 1, 0.1 * 1 / 6)
        self.block2 = BasicBlock(16, 16, 1, 0.1 * 2 / 6)
        self.block3 = BasicBlock(16, 32, 2, 0.1 * 3 / 6)
        self.block4 = BasicBlock(32, 32, 1, 0.1 * 4 / 6)
        self.block5 = BasicBlock(32, 64, 2, 0.1 * 5 / 6)
        self.block6 = BasicBlock(64, 64, 1, 0.1 * 6 / 6)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.head = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 1, 28, 28) → logits (B, 10)."""
        x = self.block2(self.block1(self.stem(x)))
        x = self.block4(self.block3(x))
        x = self.block6(self.block5(x))
        return self.head(self.flatten(self.pool(x)))  # type: ignore[no-any-return]
