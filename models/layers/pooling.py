"""Pooling: the largest or the mean value of each window, or of the whole map.

Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
"""

from typing import Literal

import torch.nn.functional as F
from torch import Tensor

Method = Literal["max", "avg"]


def pool2d(
    x: Tensor,
    method: Method,
    kernel_size: tuple[int, int] | None,
    stride: tuple[int, int],
    padding: tuple[int, int],
) -> Tensor:
    """Pool `x` (B, C, H, W); `kernel_size` None takes the whole map and gives (B, C, 1, 1)."""
    if kernel_size is None:
        return x.amax((2, 3), keepdim=True) if method == "max" else x.mean((2, 3), keepdim=True)
    if method == "max":
        return F.max_pool2d(x, kernel_size, stride, padding)
    return F.avg_pool2d(x, kernel_size, stride, padding)
