"""LeNet-5 (LeCun et al. 1998, http://yann.lecun.com/exdb/publis/pdf/lecun-98.pdf) with ReLU and max pooling."""

from torch import Tensor, nn


class ConvBlock(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, padding: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 5, padding=padding)
        self.act = nn.ReLU()
        self.pool = nn.MaxPool2d(2)

    def forward(self, x: Tensor) -> Tensor:
        """(B, in_channels, H, W) → (B, out_channels, H', W')."""
        return self.pool(self.act(self.conv(x)))  # type: ignore[no-any-return]


class Dense(nn.Module):
    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.linear = nn.Linear(in_features, out_features)
        self.act = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """(B, in_features) → (B, out_features)."""
        return self.act(self.linear(x))  # type: ignore[no-any-return]


class LeNet(nn.Module):
    """Two 5×5 convolutions with pooling, then three dense layers: 6, 16 maps; 120, 84, 10 features."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = ConvBlock(1, 6, padding=2)
        self.conv2 = ConvBlock(6, 16, padding=0)
        self.flatten = nn.Flatten()
        self.dense1 = Dense(16 * 5 * 5, 120)
        self.dense2 = Dense(120, 84)
        self.head = nn.Linear(84, 10)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 1, 28, 28) → logits (B, 10)."""
        x = self.flatten(self.conv2(self.conv1(x)))
        return self.head(self.dense2(self.dense1(x)))  # type: ignore[no-any-return]
