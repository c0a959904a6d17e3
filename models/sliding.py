"""How kernels slide over an input, worked out by arithmetic: what cannot be is refused before anything is computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from models.errors import Refused
from models.layers.convolution import (
    PaddingMode,
    Sides,
    full_padding,
    pytorch_same_padding,
    same_padding,
    transposed_same_padding,
)
from models.layers.windows import Axis, TransposedAxis, largest_padding, pooling_axis
from models.shapes import Shape, written

MAX_NUMBERS = 1 << 24
"""In one map, padded or not: 64 MiB."""
MAX_PRODUCTS = 1 << 27
"""That a transposed convolution may hold before it adds them up: 512 MiB."""
WHAT = ("row", "column")

Stride = Annotated[int, Field(ge=1, le=64)]
Dilation = Annotated[int, Field(ge=1, le=16)]
Pad = Annotated[int, Field(ge=0, le=64)]
Extra = Annotated[int, Field(ge=0, le=63)]
PaddingRule = Literal["valid", "same_pytorch", "same_tensorflow", "full"]


class Pooling(BaseModel):
    """The largest or the mean value of each window."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["max", "average"]
    kernel_size: tuple[Stride, Stride] = Field(description="Height and width.")
    stride: tuple[Stride, Stride]
    ceil_mode: bool = Field(
        False, description="Let a last window reach over the end; what is not there counts for nothing."
    )


class Settings(BaseModel):
    """How kernels slide. Pairs are for height and width."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    mode: Literal["convolution", "transposed"] = Field(
        "convolution",
        description="transposed: each input writes the kernel, times its value, into the output. A kernel is one output "
        'channel in either mode. Its padding is cut off the output: "valid" nothing, "same_tensorflow" so much that '
        "the output has input · stride elements, or the same on opposite sides.",
    )
    stride: tuple[Stride, Stride] = (1, 1)
    dilation: tuple[Dilation, Dilation] = (1, 1)
    groups: int = Field(
        1, ge=1, le=8, description="Into which the channels and the kernels part; each sees its own alone."
    )
    padding: PaddingRule | tuple[Pad, Pad, Pad, Pad] = Field(
        "valid",
        description="A rule, or pixels at the top, bottom, left and right. same_pytorch keeps the size, with stride 1 "
        "alone; same_tensorflow gives ceil(size / stride); full counts every position where kernel and input share a pixel.",
    )
    padding_mode: PaddingMode = "zeros"
    output_padding: tuple[Extra, Extra] = Field(
        (0, 0), description="Rows and columns added at the end of a transposed convolution."
    )
    relu: bool = Field(False, description="Follow with ReLU.")
    pooling: Pooling | None = Field(None, description="Follow with pooling, after ReLU where there is one.")


@dataclass(frozen=True)
class Sliding:
    """The shapes (channels, height, width) from input to output, and how windows slide along height and width."""

    input: Shape
    kernels: Shape
    axes: tuple[Axis, Axis] | tuple[TransposedAxis, TransposedAxis]
    pooled: tuple[Axis, Axis] | None

    @property
    def sides(self) -> Sides:
        """Padding at the top, bottom, left and right; of a transposed convolution what is cut off there."""
        height, width = self.axes
        return height.before, height.after, width.before, width.after

    @property
    def output_padding(self) -> tuple[int, int]:
        height, width = (axis.output_padding if isinstance(axis, TransposedAxis) else 0 for axis in self.axes)
        return height, width

    @property
    def padded(self) -> Shape:
        height, width = (axis.size + axis.before + axis.after for axis in self.axes)
        return self.input[0], height, width

    @property
    def convolved(self) -> Shape:
        return self.kernels[0], self.axes[0].output, self.axes[1].output

    @property
    def output(self) -> Shape:
        """After ReLU and pooling."""
        if self.pooled is None:
            return self.convolved
        return self.kernels[0], self.pooled[0].output, self.pooled[1].output

    @property
    def multiply_adds(self) -> int:
        """Of the convolution; products with padding and those that are cut off count, as they are computed."""
        moved = self.input[1:] if isinstance(self.axes[0], TransposedAxis) else self.convolved[1:]
        return prod(self.kernels) * prod(moved)


def slide(settings: Settings, shape: Shape, kernels: Shape) -> Sliding:
    """How `kernels` (O, C / groups, k_h, k_w) slide over an input of `shape` (C, H, W).

    Refused, with the field at fault and both numbers, where they cannot, or where it would be unreasonably much.
    """
    if settings.mode == "transposed":
        sliding = Sliding(shape, kernels, _transposed_axes(settings, shape[1:], kernels[2:]), None)
        _check_transposed(settings, sliding)
    else:
        sliding = Sliding(shape, kernels, _axes(settings, shape[1:], kernels[2:]), None)
    for what, held in (("padded input", sliding.padded), ("output", sliding.convolved)):
        if prod(held) > MAX_NUMBERS:
            raise Refused(
                "too-much-work",
                f"The {what} would have {written(held)} numbers; {MAX_NUMBERS:,} are allowed. "
                "Take a smaller picture, stride or dilation, or fewer kernels.",
                "input",
            )
    if settings.pooling is None:
        return sliding
    return Sliding(shape, kernels, sliding.axes, _pooled(settings.pooling, sliding.convolved[1:]))


def _axes(settings: Settings, size: Sequence[int], kernel_size: Sequence[int]) -> tuple[Axis, Axis]:
    if settings.output_padding != (0, 0):
        raise Refused("no-effect", "Only a transposed convolution has output padding.", "output_padding")
    axes = []
    for i, what in enumerate(WHAT):
        before, after = _padding(settings, i, size[i], kernel_size[i])
        axis = Axis(size[i], before, after, kernel_size[i], settings.stride[i], settings.dilation[i])
        most = largest_padding(axis.size, settings.padding_mode)
        if most is not None and max(before, after) > most:
            raise Refused(
                "padding-too-large",
                f"Of {counted(axis.size, what)}, padding in the mode {settings.padding_mode} can add at most {most} on a "
                f"side, not {max(before, after)}.",
                "padding",
            )
        if axis.output < 1:
            raise Refused(
                "kernel-too-large",
                f"The kernel reaches over {counted(axis.effective, what)}, but the padded input has only {axis.padded}.",
                "kernels",
            )
        axes.append(axis)
    return axes[0], axes[1]


def _padding(settings: Settings, i: int, size: int, kernel_size: int) -> tuple[int, int]:
    """The cells before and after axis `i`."""
    stride, dilation = settings.stride[i], settings.dilation[i]
    match settings.padding:
        case "valid":
            return 0, 0
        case "same_pytorch":
            if stride != 1:
                raise Refused(
                    "same-with-stride",
                    f"PyTorch's same padding takes a stride of 1 only, not {stride}; TensorFlow's takes any.",
                    "padding",
                )
            return pytorch_same_padding(kernel_size, dilation)
        case "same_tensorflow":
            return same_padding(size, kernel_size, stride, dilation)
        case "full":
            return full_padding(kernel_size, dilation)
        case sides:
            return sides[2 * i], sides[2 * i + 1]


def _transposed_axes(
    settings: Settings, size: Sequence[int], kernel_size: Sequence[int]
) -> tuple[TransposedAxis, TransposedAxis]:
    if settings.padding_mode != "zeros":
        raise Refused(
            "not-transposed", "A transposed convolution pads with zeros, if at all.", "padding_mode"
        )
    axes = []
    for i, what in enumerate(WHAT):
        stride, dilation = settings.stride[i], settings.dilation[i]
        before, after, extra = _cut(settings, i, kernel_size[i])
        axis = TransposedAxis(size[i], before, after, kernel_size[i], stride, dilation, extra)
        if extra >= max(stride, dilation):
            raise Refused(
                "output-padding",
                f"Output padding of {counted(extra, what)} must be smaller than the stride, {stride}, or the "
                f"dilation, {dilation}.",
                "output_padding",
            )
        if axis.output < 1:
            raise Refused(
                "padding-too-large",
                f"The padding takes {counted(before + after, what)} away, but there are only "
                f"{axis.output + before + after}.",
                "padding",
            )
        axes.append(axis)
    return axes[0], axes[1]


def _cut(settings: Settings, i: int, kernel_size: int) -> tuple[int, int, int]:
    """What a transposed convolution's axis `i` loses before and after, and gains after."""
    extra = settings.output_padding[i]
    match settings.padding:
        case "valid":
            return 0, 0, extra
        case "same_tensorflow":
            if extra:
                raise Refused(
                    "no-effect", "With same padding the output's size is settled already.", "output_padding"
                )
            return transposed_same_padding(kernel_size, settings.stride[i], settings.dilation[i])
        case "same_pytorch" | "full":
            raise Refused(
                "not-transposed",
                f"A transposed convolution has no padding {settings.padding}; "
                "take valid, same_tensorflow or the same number on opposite sides.",
                "padding",
            )
        case sides:
            before, after = sides[2 * i], sides[2 * i + 1]
            if before != after:
                raise Refused(
                    "not-transposed",
                    f"A transposed convolution loses as much on one side as on the other, not {before} and {after}.",
                    "padding",
                )
            return before, after, extra


def _check_transposed(settings: Settings, sliding: Sliding) -> None:
    products = sliding.multiply_adds // sliding.kernels[1]
    if products > MAX_PRODUCTS:
        raise Refused(
            "too-much-work",
            f"{products:,} products would wait to be added up; {MAX_PRODUCTS:,} are allowed. "
            "Take a smaller picture, smaller kernels or fewer of them.",
            "input",
        )


def _pooled(pooling: Pooling, size: Sequence[int]) -> tuple[Axis, Axis]:
    axes = []
    for i, what in enumerate(WHAT):
        axis = pooling_axis(size[i], pooling.kernel_size[i], pooling.stride[i], pooling.ceil_mode)
        if axis.output < 1:
            raise Refused(
                "pooling-too-large",
                f"The pooling window has {counted(axis.kernel_size, what)}, but the map has only {axis.size}.",
                "pooling.kernel_size",
            )
        axes.append(axis)
    return axes[0], axes[1]


def counted(count: int, what: str) -> str:
    """1 row, 2 rows."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
