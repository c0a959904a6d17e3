"""Layers from a picture to a map that share no weights: locally connected and dense, to compare a convolution with."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.layers.windows import Axis


def parameters(build: Callable[[], nn.Module]) -> int:
    """The numbers in a Module's tensors, counted without taking their memory."""
    with torch.device("meta"):
        return sum(parameter.numel() for parameter in build().parameters())


def map_size(size: tuple[int, int], kernel_size: int, stride: int, padding: int) -> tuple[int, int]:
    """Height and width of what a square kernel gives for a picture of `size`."""
    height, width = (Axis(side, padding, padding, kernel_size, stride).output for side in size)
    return height, width


class LocallyConnected(nn.Module):
    """A convolution that has other weights at every place: (B, C, H, W) → (B, out_channels, H', W')."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        size: tuple[int, int],
        kernel_size: int,
        stride: int = 1,
        padding: int = 0,
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding
        height, width = map_size(size, kernel_size, stride, padding)
        self.weight = nn.Parameter(torch.empty(height * width, out_channels, in_channels * kernel_size**2))
        self.bias = nn.Parameter(torch.empty(out_channels, height, width))

    def forward(self, x: Tensor) -> Tensor:
        windows = F.unfold(x, self.kernel_size, padding=self.padding, stride=self.stride)
        y = torch.einsum("bfp,pof->bop", windows, self.weight)
        return y.reshape(len(x), *self.bias.shape) + self.bias


class Dense(nn.Module):
    """A dense layer from a picture to a map: (B, C, H, W) → (B, out_channels, H', W')."""

    def __init__(
        self, in_channels: int, out_channels: int, size: tuple[int, int], output: tuple[int, int]
    ) -> None:
        super().__init__()
        self.output = output
        self.linear = nn.Linear(in_channels * size[0] * size[1], out_channels * output[0] * output[1])

    def forward(self, x: Tensor) -> Tensor:
        return self.linear(x.flatten(1)).reshape(len(x), -1, *self.output)  # type: ignore[no-any-return]
