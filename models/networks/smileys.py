"""Two small networks that tell smiling faces from sad ones on a canvas of 32×32 pixels (models/faces.py)."""

from torch import Tensor, nn


class SmileyMLP(nn.Module):
    """1,024 → 64 → 32 → 3 with ReLU."""

    def __init__(self) -> None:
        super().__init__()
        self.flatten = nn.Flatten()
        self.linear1 = nn.Linear(32 * 32, 64)
        self.act1 = nn.ReLU()
        self.linear2 = nn.Linear(64, 32)
        self.act2 = nn.ReLU()
        self.head = nn.Linear(32, 3)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 1, 32, 32) → logits (B, 3)."""
        x = self.act1(self.linear1(self.flatten(x)))
        return self.head(self.act2(self.linear2(x)))  # type: ignore[no-any-return]


class SmileyCNN(nn.Module):
    """Convolutions of 3×3×8 and 5×5×16, then the largest value of each map and one linear layer.

    A unit of the second convolution sees 12×12 pixels: a whole face of the standard size.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1)
        self.act1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(8, 16, 5, padding=2)
        self.act2 = nn.ReLU()
        self.pool2 = nn.AdaptiveMaxPool2d(1)
        self.flatten = nn.Flatten()
        self.head = nn.Linear(16, 3)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 1, 32, 32) → logits (B, 3)."""
        x = self.pool1(self.act1(self.conv1(x)))
        x = self.pool2(self.act2(self.conv2(x)))
        return self.head(self.flatten(x))  # type: ignore[no-any-return]
