"""A recurrent network that reads a picture from the top, one row at each step (as in Le, Jaitly & Hinton 2015,
https://arxiv.org/abs/1504.00941, pixel by pixel), with a GRU (Cho et al. 2014, https://arxiv.org/abs/1406.1078).

The states are kept as maps of one column: a channel is a unit of the state, a row is the step that reads that row.
"""

from torch import Tensor, nn

from models.layers.gru import LastRow, RowGRU

HIDDEN = 112


class Reader(nn.Module):
    """28 rows of 28 pixels, a state of 112 units, and one linear layer on the state after the last row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = RowGRU(28, HIDDEN)
        self.last = LastRow()
        self.drop = nn.Dropout(0.1)
        self.head = nn.Linear(HIDDEN, 10)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 1, 28, 28) → logits (B, 10)."""
        return self.head(self.drop(self.last(self.rows(x))))  # type: ignore[no-any-return]
