"""How often each pixel is used: a pixel at the border is under fewer windows than one in the middle.

A window is a rectangle, so that a count over the map is the product of a count along each axis.
"""

import torch
from torch import Tensor

from models.layers.convolution import PaddingMode
from models.layers.windows import Axis, TransposedAxis, source


def coverage(axes: tuple[Axis, Axis], mode: PaddingMode = "zeros") -> Tensor:
    """In how many outputs each input pixel takes part: (H, W).

    Padding by copies counts: a pixel that is copied into the padding takes part where its copy does. An output
    that sees a pixel twice counts once.
    """
    rows, columns = (incidence(axis, mode).sum(0) for axis in axes)
    return torch.outer(rows, columns)


def transposed_coverage(axes: tuple[TransposedAxis, TransposedAxis]) -> Tensor:
    """How many inputs add to each output pixel of a transposed convolution: (H', W').

    The chessboard that uneven numbers leave: Odena et al. 2016, https://distill.pub/2016/deconv-checkerboard/
    """
    rows, columns = (contributions(axis) for axis in axes)
    return torch.outer(rows, columns)


def incidence(axis: Axis, mode: PaddingMode = "zeros") -> Tensor:
    """(outputs, size): 1 where an output of this axis takes in a cell of the input, else 0."""
    table = [source(index, axis.size, mode) for index in range(-axis.before, axis.size + axis.after)]
    taken_from = torch.tensor([axis.size if index is None else index for index in table])
    starts = torch.arange(axis.output) * axis.stride
    cells = torch.arange(axis.kernel_size) * axis.dilation
    marks = torch.zeros(axis.output, axis.size + 1)  # the last column takes the zeros' place
    return marks.scatter_(1, taken_from[starts[:, None] + cells], 1.0)[:, : axis.size]


def contributions(axis: TransposedAxis) -> Tensor:
    """(outputs,): how many cells of the input add to each output of this axis."""
    reached = torch.arange(axis.size)[:, None] * axis.stride + torch.arange(axis.kernel_size) * axis.dilation
    whole = torch.bincount(reached.flatten(), minlength=axis.before + max(axis.output, 0))
    return whole[axis.before : axis.before + axis.output].float()
