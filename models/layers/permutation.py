"""One fixed permutation of a picture's pixels: the same numbers at other places."""

import torch
from torch import Tensor, nn


def permutation(pixels: int, seed: int) -> Tensor:
    """A permutation (pixels,) of 0 … pixels - 1, drawn with a generator of its own."""
    return torch.randperm(pixels, generator=torch.Generator().manual_seed(seed))


def permute(x: Tensor, order: Tensor) -> Tensor:
    """(B, C, H, W) → (B, C, H, W): in every channel, pixel k in reading order is the one that was at `order`[k]."""
    return x.flatten(2)[:, :, order].reshape(x.shape)


class Permute(nn.Module):
    """Puts the pixels of maps (B, C, H, W) into one fixed order, which is kept with the weights and never trained."""

    order: Tensor

    def __init__(self, pixels: int, seed: int) -> None:
        super().__init__()
        self.register_buffer("order", permutation(pixels, seed))

    def forward(self, x: Tensor) -> Tensor:
        return permute(x, self.order)
