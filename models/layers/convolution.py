"""Two-dimensional convolution with every kind of padding that the frameworks know.

What every framework calls convolution is cross-correlation: the kernel is not flipped.
Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html and, for `"same"`,
https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
"""

from collections.abc import Sequence
from typing import Literal

import torch.nn.functional as F
from torch import Tensor, nn

PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]
Sides = tuple[int, int, int, int]
"""Pixels added at the top, bottom, left and right."""
Padding = Literal["valid", "same"] | Sides


def effective_kernel_size(kernel_size: int, dilation: int) -> int:
    """Pixels from the first to the last cell of a dilated kernel: dilation · (kernel_size - 1) + 1."""
    return dilation * (kernel_size - 1) + 1


def same_padding(size: int, kernel_size: int, stride: int = 1, dilation: int = 1) -> tuple[int, int]:
    """Pixels before and after an axis so that its output has ceil(size / stride) elements (TensorFlow's rule).

    Where the total is odd, the odd pixel goes after.
    """
    outputs = -(-size // stride)
    total = max((outputs - 1) * stride + effective_kernel_size(kernel_size, dilation) - size, 0)
    return total // 2, total - total // 2


def pytorch_same_padding(kernel_size: int, dilation: int = 1) -> tuple[int, int]:
    """Pixels before and after an axis as PyTorch's `padding="same"` adds them; it takes no stride but 1.

    Where the total is odd, the odd pixel goes after.
    """
    total = effective_kernel_size(kernel_size, dilation) - 1
    return total // 2, total - total // 2


def full_padding(kernel_size: int, dilation: int = 1) -> tuple[int, int]:
    """Pixels before and after an axis so that every position counts where kernel and input share one pixel."""
    return (effective_kernel_size(kernel_size, dilation) - 1,) * 2


def transposed_same_padding(kernel_size: int, stride: int = 1, dilation: int = 1) -> tuple[int, int, int]:
    """What a transposed convolution cuts off before and after, and adds after, to give size · stride elements.

    TensorFlow's rule: the input that "same" padding would turn into `size` elements has size · stride.
    """
    reach = effective_kernel_size(kernel_size, dilation)
    total = max(reach - stride, 0)
    return total // 2, total - total // 2, max(stride - reach, 0)


def resolve_padding(
    padding: Padding,
    size: Sequence[int],
    kernel_size: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
) -> Sides:
    """The pixels that a padding adds to a map of `size` (height, width)."""
    if padding == "valid":
        return 0, 0, 0, 0
    if padding == "same":
        top, bottom = same_padding(size[0], kernel_size[0], stride[0], dilation[0])
        left, right = same_padding(size[1], kernel_size[1], stride[1], dilation[1])
        return top, bottom, left, right
    return padding


def pad(x: Tensor, sides: Sides, mode: PaddingMode = "zeros") -> Tensor:
    """`x` (B, C, H, W) with pixels added on its four sides."""
    top, bottom, left, right = sides
    if not any(sides):
        return x
    if mode == "zeros":
        return F.pad(x, (left, right, top, bottom))
    return F.pad(x, (left, right, top, bottom), mode=mode)


def conv2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: tuple[int, int] = (1, 1),
    padding: Padding = (0, 0, 0, 0),
    padding_mode: PaddingMode = "zeros",
    dilation: tuple[int, int] = (1, 1),
    groups: int = 1,
) -> Tensor:
    """Cross-correlate `x` (B, C, H, W) with `weight` (C_out, C / groups, k_h, k_w) → (B, C_out, H', W')."""
    kernel_size = weight.shape[2], weight.shape[3]
    sides = resolve_padding(padding, x.shape[2:], kernel_size, stride, dilation)
    top, bottom, left, right = sides
    if padding_mode == "zeros" and top == bottom and left == right:
        return F.conv2d(x, weight, bias, stride, (top, left), dilation, groups)
    return F.conv2d(pad(x, sides, padding_mode), weight, bias, stride, 0, dilation, groups)


def conv_transpose2d(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: tuple[int, int] = (1, 1),
    cut: Sides = (0, 0, 0, 0),
    output_padding: tuple[int, int] = (0, 0),
    dilation: tuple[int, int] = (1, 1),
    groups: int = 1,
) -> Tensor:
    """The transposed convolution of `x` (B, C, H, W) with `weight` (C, C_out / groups, k_h, k_w) → (B, C_out, H', W').

    `cut` pixels are taken off the four sides; PyTorch takes the same number on opposite sides only.
    """
    top, bottom, left, right = cut
    if top == bottom and left == right:
        return F.conv_transpose2d(x, weight, bias, stride, (top, left), output_padding, groups, dilation)
    y = F.conv_transpose2d(x, weight, bias, stride, 0, output_padding, groups, dilation)
    return y[:, :, top : y.shape[2] - bottom, left : y.shape[3] - right]


class SameConv2d(nn.Conv2d):
    """`nn.Conv2d` padded by TensorFlow's "same" rule, as networks trained there need it."""

    def forward(self, input: Tensor) -> Tensor:
        stride, dilation = (self.stride[0], self.stride[1]), (self.dilation[0], self.dilation[1])
        return conv2d(input, self.weight, self.bias, stride, "same", "zeros", dilation, self.groups)
