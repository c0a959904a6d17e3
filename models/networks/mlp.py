"""A multi-layer perceptron with dropout: it sees a picture as one long vector."""

from torch import Tensor, nn


class Hidden(nn.Module):
    def __init__(self, in_features: int, out_features: int, p: float) -> None:
        super().__init__()
        self.linear = nn.Linear(in_features, out_features)
        self.act = nn.ReLU()
        self.dropout = nn.Dropout(p)

    def forward(self, x: Tensor) -> Tensor:
        """(B, in_features) → (B, out_features)."""
        return self.dropout(self.act(self.linear(x)))  # type: ignore[no-any-return]


class MLP(nn.Module):
    """784 → 512 → 256 → 10 with ReLU and dropout p = 0.3."""

    def __init__(self) -> None:
        super().__init__()
        self.flatten = nn.Flatten()
        self.hidden1 = Hidden(28 * 28, 512, 0.3)
        self.hidden2 = Hidden(512, 256, 0.3)
        self.head = nn.Linear(256, 10)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 1, 28, 28) → logits (B, 10)."""
        return self.head(self.hidden2(self.hidden1(self.flatten(x))))  # type: ignore[no-any-return]
