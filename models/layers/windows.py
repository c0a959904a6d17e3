"""The arithmetic of windows that slide along one axis: sizes, what is left over, where padding takes its values from.

Nothing is computed with tensors here. `tests/data/sliding.json` holds cases that JavaScript's formulas share.
Sources: Dumoulin & Visin 2016, https://arxiv.org/abs/1603.07285, and PyTorch's pages on Conv2d, ConvTranspose2d and MaxPool2d.
"""

from dataclasses import dataclass

from models.layers.convolution import PaddingMode, effective_kernel_size


@dataclass(frozen=True)
class Axis:
    """One axis of a convolution or a pooling: `size` cells, padded by `before` and `after`."""

    size: int
    before: int
    after: int
    kernel_size: int
    stride: int = 1
    dilation: int = 1

    @property
    def effective(self) -> int:
        """Cells from the first to the last cell of the dilated kernel."""
        return effective_kernel_size(self.kernel_size, self.dilation)

    @property
    def padded(self) -> int:
        return self.size + self.before + self.after

    @property
    def output(self) -> int:
        """⌊(size + before + after - effective) / stride⌋ + 1; 0 where the kernel does not fit."""
        return max((self.padded - self.effective) // self.stride + 1, 0)

    @property
    def remainder(self) -> int:
        """Cells at the end of the padded axis that no window reaches, because the division above leaves a rest."""
        return (
            self.padded - ((self.output - 1) * self.stride + self.effective) if self.output else self.padded
        )

    def cells(self, index: int) -> list[int]:
        """The cells under the window of output `index`; those before 0 and from `size` on are padding."""
        return [index * self.stride - self.before + cell * self.dilation for cell in range(self.kernel_size)]


@dataclass(frozen=True)
class TransposedAxis:
    """One axis of a transposed convolution: each of `size` cells writes a kernel, `stride` apart.

    `before` and `after` are cut off; `output_padding` is added at the end.
    """

    size: int
    before: int
    after: int
    kernel_size: int
    stride: int = 1
    dilation: int = 1
    output_padding: int = 0

    @property
    def effective(self) -> int:
        """Cells from the first to the last cell of the dilated kernel."""
        return effective_kernel_size(self.kernel_size, self.dilation)

    @property
    def output(self) -> int:
        """(size - 1) · stride + effective - before - after + output_padding; less than 1 where nothing is left."""
        whole = (self.size - 1) * self.stride + self.effective
        return whole - self.before - self.after + self.output_padding

    @property
    def remainder(self) -> int:
        """No cell of the input is passed over."""
        return 0

    def cells(self, index: int) -> list[tuple[int, int]]:
        """What adds to output `index`: pairs of an input cell and the kernel cell that carries it there."""
        found = []
        for cell in range(self.kernel_size):
            source, rest = divmod(index + self.before - cell * self.dilation, self.stride)
            if rest == 0 and 0 <= source < self.size:
                found.append((source, cell))
        return sorted(found)


def pooling_axis(size: int, kernel_size: int, stride: int, ceil_mode: bool) -> Axis:
    """One axis of a pooling without padding; `after` is how far ceil mode's last window reaches over the end.

    PyTorch's rule: in ceil mode the last window may reach over the end, but must begin within the input.
    """
    if not ceil_mode:
        return Axis(size, 0, 0, kernel_size, stride)
    outputs = -((kernel_size - size) // stride) + 1
    if (outputs - 1) * stride >= size:
        outputs -= 1
    return Axis(
        size,
        0,
        max((outputs - 1) * stride + kernel_size - size, 0) if outputs > 0 else 0,
        kernel_size,
        stride,
    )


def largest_padding(size: int, mode: PaddingMode) -> int | None:
    """How many cells that mode can add on one side; None where there is no limit."""
    return {"reflect": size - 1, "circular": size}.get(mode)


def sources(size: int, before: int, after: int, mode: PaddingMode) -> list[int | None]:
    """For each cell of the padded axis the index of the input that it takes its value from; None is a zero."""
    return [source(index, size, mode) for index in range(-before, size + after)]


def source(index: int, size: int, mode: PaddingMode) -> int | None:
    """Where the cell `index`, counted from the input's first and perhaps outside it, takes its value from."""
    if 0 <= index < size:
        return index
    match mode:
        case "zeros":
            return None
        case "reflect":
            return -index if index < 0 else 2 * (size - 1) - index
        case "replicate":
            return 0 if index < 0 else size - 1
        case "circular":
            return index % size
