"""A gated recurrent unit that reads one row after another, laid open step by step.

Cho et al. 2014, https://arxiv.org/abs/1406.1078, in the form of torch.nn.GRU (the reset gate after the matrix):
r = σ(W_ir x + b_ir + W_hr h + b_hr), z = σ(W_iz x + b_iz + W_hz h + b_hz),
n = tanh(W_in x + b_in + r (W_hn h + b_hn)), h' = (1 - z) n + z h. The rows of the weights are those of r, z and n.
"""

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.layers.dropout import dropout
from models.layers.zoneout import zoneout

StateRule = Literal["none", "zoneout", "dropout"]
"""What a mask does to the state after each step: nothing, keep the old value, or put 0 in its place."""


def gru(
    x: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor,
    bias_hh: Tensor,
    state_mask: Tensor | None = None,
    rule: StateRule = "none",
    p: float = 0.0,
) -> Tensor:
    """The states (B, T, hidden) after each of the T steps of `x` (B, T, F), from a state of zeros.

    `state_mask` (B, hidden, T) of zeros and ones is drawn with the probability `p` of a zero; a unit with a zero keeps
    its old state (zoneout) or is 0 (dropout, inverted) after that step, and goes into the next one like that.
    """
    from_input = F.linear(x, weight_ih, bias_ih).unbind(1)
    h = x.new_zeros(len(x), weight_hh.shape[1])
    states = []
    for step, (reset_i, update_i, new_i) in enumerate(part.chunk(3, 1) for part in from_input):
        reset_h, update_h, new_h = F.linear(h, weight_hh, bias_hh).chunk(3, 1)
        update = torch.sigmoid(update_i + update_h)
        candidate = torch.tanh(new_i + torch.sigmoid(reset_i + reset_h) * new_h)
        after = candidate + update * (h - candidate)
        if state_mask is not None and rule == "zoneout":
            after = zoneout(after, h, state_mask[:, :, step])
        elif state_mask is not None and rule == "dropout":
            after = dropout(after, state_mask[:, :, step], p)
        h = after
        states.append(h)
    return torch.stack(states, 1)


def row_gru(
    x: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor,
    bias_hh: Tensor,
    state_mask: Tensor | None = None,
    rule: StateRule = "none",
    p: float = 0.0,
) -> Tensor:
    """The rows of one map, `x` (B, 1, H, W), read from the top: states as maps (B, hidden, H, 1), a row for each step.

    `state_mask` has that shape as well.
    """
    mask = None if state_mask is None else state_mask[..., 0]
    states = gru(x[:, 0], weight_ih, weight_hh, bias_ih, bias_hh, mask, rule, p)
    return states.transpose(1, 2).unsqueeze(3)


class RowGRU(nn.GRU):
    """PyTorch's GRU, fed the rows of a map; its states are maps of one column."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__(width, hidden, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:  # type: ignore[override]
        """(B, 1, H, width) → (B, hidden, H, 1)."""
        states: Tensor = super().forward(x[:, 0])[0]
        return states.transpose(1, 2).unsqueeze(3)


def last_row(x: Tensor) -> Tensor:
    """(B, C, H, 1) → (B, C): what is in the last row, the state after the last step."""
    return x[:, :, -1, 0]


class LastRow(nn.Module):
    """Takes the last state."""

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, 1) → (B, C)."""
        return last_row(x)
