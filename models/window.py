"""One element of a convolution's output taken apart: which inputs, times which cells of the kernel."""

from typing import Any

from pydantic import BaseModel, Field
from torch import Tensor

from models.layers.convolution import PaddingMode
from models.layers.windows import Axis, TransposedAxis, source


class Indices(BaseModel):
    rows: list[int]
    columns: list[int]


class Sources(BaseModel):
    rows: list[int | None]
    columns: list[int | None]


class Window(BaseModel):
    """The sum that gives one element, term by term.

    `inputs`, `weights` and `products` are [channels][rows][columns]; the products and sums are in float64, of the
    float32 inputs and weights.
    """

    channel: int
    y: int
    x: int
    rows: list[int] = Field(
        description="Rows of the input under the kernel's rows; those before 0 and from the height on are padding. "
        "In a transposed convolution the rows of the input that add to this element."
    )
    columns: list[int]
    sources: Sources = Field(
        description="The row and column of the input that each takes its values from; null is a zero."
    )
    cells: Indices = Field(description="The rows and columns of the kernel that they are multiplied by.")
    channels: list[int] = Field(description="The input channels that take part.")
    inputs: list[Any]
    weights: list[Any]
    products: list[Any]
    channel_sums: list[float]
    bias: float
    sum: float = Field(description="All products and the bias.")
    value: float = Field(description="As PyTorch computed it, in float32.")
    after_relu: float | None = Field(description="null where no ReLU follows.")


def explain(
    place: tuple[int, int, int],
    axes: tuple[Axis | TransposedAxis, Axis | TransposedAxis],
    x: Tensor,
    mode: PaddingMode,
    kernels: Tensor,
    biases: Tensor,
    convolved: Tensor,
    relu: bool,
) -> Window:
    """Element `place` (channel, y, x) of `convolved` (O, H', W').

    `x` (C, H, W) is the padded input; of a transposed convolution the input itself. `kernels` (O, C / groups, k_h, k_w).
    """
    channel, *index = place
    depth = kernels.shape[1]
    first = channel // (len(kernels) // (len(x) // depth)) * depth
    found = [_under(axis, at, mode) for axis, at in zip(axes, index, strict=True)]
    (rows, row_sources, row_cells, row_places), (columns, column_sources, column_cells, column_places) = found
    inputs = x[first : first + depth][:, row_places][:, :, column_places]
    weights = kernels[channel][:, row_cells][:, :, column_cells]
    products = inputs.double() * weights.double() + 0.0  # -1 · 0 is written 0, not -0
    sums = products.sum((1, 2))
    bias = float(biases[channel])
    value = float(convolved[place])
    return Window.model_construct(
        channel=channel,
        y=index[0],
        x=index[1],
        rows=rows,
        columns=columns,
        sources=Sources.model_construct(rows=row_sources, columns=column_sources),
        cells=Indices.model_construct(rows=row_cells, columns=column_cells),
        channels=list(range(first, first + depth)),
        inputs=inputs.tolist(),
        weights=weights.tolist(),
        products=products.tolist(),
        channel_sums=sums.tolist(),
        bias=bias,
        sum=float(sums.sum()) + bias,
        value=value,
        after_relu=max(value, 0.0) if relu else None,
    )


def _under(
    axis: Axis | TransposedAxis, index: int, mode: PaddingMode
) -> tuple[list[int], list[int | None], list[int], list[int]]:
    """The input's indices along one axis, where their values are from, the kernel's cells, and places in the tensor."""
    if isinstance(axis, TransposedAxis):
        pairs = axis.cells(index)
        inputs = [i for i, _ in pairs]
        return inputs, list(inputs), [cell for _, cell in pairs], inputs
    inputs = axis.cells(index)
    return (
        inputs,
        [source(i, axis.size, mode) for i in inputs],
        list(range(axis.kernel_size)),
        [i + axis.before for i in inputs],
    )
