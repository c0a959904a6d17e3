"""Activation functions by name.

Source: https://docs.pytorch.org/docs/stable/nn.functional.html#non-linear-activation-functions
"""

from typing import Literal

import torch.nn.functional as F
from torch import Tensor

Function = Literal["relu", "relu6", "leaky_relu", "gelu", "identity"]


def activate(x: Tensor, function: Function, in_place: bool = False) -> Tensor:
    """Apply the function to each element; leaky_relu has slope 0.01, gelu is the exact one.

    With `in_place`, `x` may be overwritten.
    """
    match function:
        case "relu":
            return F.relu(x, in_place)
        case "relu6":
            return F.relu6(x, in_place)
        case "leaky_relu":
            return F.leaky_relu(x, 0.01, in_place)
        case "gelu":
            return F.gelu(x)
        case "identity":
            return x
