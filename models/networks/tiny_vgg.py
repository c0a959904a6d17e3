"""A small VGG (Simonyan & Zisserman 2015, https://arxiv.org/abs/1409.1556) in versions that differ in normalisation."""

from typing import Literal

from torch import Tensor, nn

from models.layers.normalization import LayerNorm2d

Normalization = Literal["none", "batch", "layer", "group", "instance"]
GROUPS = 8
"""Groups of channels in the version with group normalisation."""


class ConvUnit(nn.Module):
    """Convolution 3×3, normalisation (in the versions that have one), ReLU."""

    def __init__(self, in_channels: int, out_channels: int, normalization: Normalization) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=normalization == "none")
        self.norm: nn.Module | None = None
        if normalization == "batch":
            self.norm = nn.BatchNorm2d(out_channels)
        elif normalization == "layer":
            self.norm = LayerNorm2d(out_channels)
        elif normalization == "group":
            self.norm = nn.GroupNorm(GROUPS, out_channels)
        elif normalization == "instance":
            self.norm = nn.InstanceNorm2d(out_channels, affine=True)
        self.act = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """(B, in_channels, H, W) → (B, out_channels, H, W)."""
        x = self.conv(x)
        if self.norm is not None:
            x = self.norm(x)
        return self.act(x)  # type: ignore[no-any-return]


class TinyVGG(nn.Module):
    """Six convolutions of 24, 24, 48, 48, 96 and 96 maps, pooled after each pair, and one linear layer."""

    def __init__(self, normalization: Normalization) -> None:
        super().__init__()
        self.conv1 = ConvUnit(1, 24, normalization)
        self.conv2 = ConvUnit(24, 24, normalization)
        self.pool1 = nn.MaxPool2d(2)
        self.conv3 = ConvUnit(24, 48, normalization)
        self.conv4 = ConvUnit(48, 48, normalization)
        self.pool2 = nn.MaxPool2d(2)
        self.conv5 = ConvUnit(48, 96, normalization)
        self.conv6 = ConvUnit(96, 96, normalization)
        self.pool3 = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.head = nn.Linear(96, 10)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 1, 28, 28) → logits (B, 10)."""
        x = self.pool1(self.conv2(self.conv1(x)))
        x = self.pool2(self.conv4(self.conv3(x)))
        x = self.pool3(self.conv6(self.conv5(x)))
        return self.head(self.flatten(x))  # type: ignore[no-any-return]
