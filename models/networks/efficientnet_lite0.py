"""EfficientNet-Lite0: EfficientNet (Tan & Le 2019, https://arxiv.org/abs/1905.11946) without squeeze-and-excitation, with ReLU6.

Source of the architecture: https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite
"""

from torch import Tensor, nn

from models.layers.arithmetic import Add
from models.layers.convolution import SameConv2d
from models.layers.dropout import StochasticDepth

EPS = 1e-3
DROP_CONNECT = 0.2


class ConvUnit(nn.Module):
    """Convolution, batch normalisation, ReLU6."""

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int, stride: int) -> None:
        super().__init__()
        self.conv = SameConv2d(in_channels, out_channels, kernel_size, stride, bias=False)
        self.norm = nn.BatchNorm2d(out_channels, EPS)
        self.act = nn.ReLU6()

    def forward(self, x: Tensor) -> Tensor:
        """(B, in_channels, H, W) → (B, out_channels, ceil(H / stride), ceil(W / stride))."""
        return self.act(self.norm(self.conv(x)))  # type: ignore[no-any-return]


class MBConv(nn.Module):
    """Mobile inverted bottleneck: expand the channels, filter each by itself, project back, add to the input."""

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int, stride: int, expansion: int, p: float
    ) -> None:
        super().__init__()
        width = in_channels * expansion
        self.expands = expansion != 1
        if self.expands:
            self.expand_conv = SameConv2d(in_channels, width, 1, bias=False)
            self.expand_norm = nn.BatchNorm2d(width, EPS)
            self.expand_act = nn.ReLU6()
        self.depth_conv = SameConv2d(width, width, kernel_size, stride, groups=width, bias=False)
        self.depth_norm = nn.BatchNorm2d(width, EPS)
        self.depth_act = nn.ReLU6()
        self.project_conv = SameConv2d(width, out_channels, 1, bias=False)
        self.project_norm = nn.BatchNorm2d(out_channels, EPS)
        self.joins = stride == 1 and in_channels == out_channels
        if self.joins:
            self.drop = StochasticDepth(p, "row")
            self.add = Add()

    def forward(self, x: Tensor) -> Tensor:
        """(B, in_channels, H, W) → (B, out_channels, ceil(H / stride), ceil(W / stride))."""
        y = x
        if self.expands:
            y = self.expand_act(self.expand_norm(self.expand_conv(y)))
        y = self.depth_act(self.depth_norm(self.depth_conv(y)))
        y = self.project_norm(self.project_conv(y))
        return self.add(self.drop(y), x) if self.joins else y  # type: ignore[no-any-return]


# repeats, kernel_size, stride, expansion, out_channels
STAGES = ((1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320))  # fmt: skip


class EfficientNetLite0(nn.Module):
    """A stem, 16 inverted bottlenecks, a head of 1,280 maps, global average pooling, dropout, one linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = ConvUnit(3, 32, 3, 2)
        self.depth = sum(repeats for repeats, *_ in STAGES)
        in_channels = 32
        index = 0
        for repeats, kernel_size, stride, expansion, out_channels in STAGES:
            for repeat in range(repeats):
                block = MBConv(
                    in_channels,
                    out_channels,
                    kernel_size,
                    stride if repeat == 0 else 1,
                    expansion,
                    DROP_CONNECT * index / self.depth,
                )
                index += 1
                self.add_module(f"block{index}", block)
                in_channels = out_channels
        self.features = ConvUnit(in_channels, 1280, 1, 1)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.dropout = nn.Dropout(0.2)
        self.head = nn.Linear(1280, 1000)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 3, 224, 224), normalised with mean 0.498 and standard deviation 0.502 → logits (B, 1000)."""
        x = self.stem(x)
        for index in range(1, self.depth + 1):
            x = self.get_submodule(f"block{index}")(x)
        x = self.flatten(self.pool(self.features(x)))
        return self.head(self.dropout(x))  # type: ignore[no-any-return]
