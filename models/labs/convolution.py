"""What does one convolution do? A picture or a grid of numbers, up to eight kernels, and all that they slide with."""

from math import prod
from typing import Any, Literal

import torch
import torch.nn.functional as F
from pydantic import BaseModel, ConfigDict, Field

from models.costs import Counts
from models.errors import Refused
from models.inputs import Input, from_input, named_picture
from models.kernel_set import Kernel, stack
from models.layers.convolution import conv2d, conv_transpose2d, pad
from models.layers.coverage import coverage, transposed_coverage
from models.layers.windows import Axis, TransposedAxis
from models.pictures import Fitted
from models.shapes import Shape, written
from models.sliding import Settings, Sliding, counted, slide
from models.tensors import Encoding, Tensor, check_answer, encode
from models.window import Window, explain

Part = Literal["input", "padded", "kernels", "convolved", "output", "partial", "coverage"]


class Place(BaseModel):
    """An element of `convolved`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    channel: int = Field(ge=0)
    y: int = Field(ge=0)
    x: int = Field(ge=0)


class ConvolutionParams(Settings):
    """What goes in, what slides over it and how, and what of it to return."""

    input: Input
    kernels: list[Kernel] = Field(
        min_length=1, max_length=8, description="One for each output channel, all of one size."
    )
    flip: bool = Field(
        False,
        description="Turn each kernel by 180° before it slides: convolution as mathematics has it, "
        "where networks correlate.",
    )
    at: Place | None = Field(None, description="An element to take apart: adds `window` to the answer.")
    record: list[Part] = Field(
        ["kernels", "convolved", "output"],
        max_length=16,
        description="What to return: padded is the input with its padding; partial what each input channel adds to "
        "one kernel's map, that of `at` or the first; coverage in how many outputs each input pixel takes part "
        "(transposed: how many inputs add to each output).",
    )


class AxisResult(BaseModel):
    """How the window slides along one axis."""

    size: int = Field(description="Of the input.")
    before: int = Field(description="Cells of padding; of a transposed convolution, cells cut off.")
    after: int = Field(
        description="Likewise at the end; of a pooling how far ceil mode's last window reaches over it."
    )
    kernel_size: int
    effective: int = Field(description="Cells from the kernel's first to its last, dilation · (k - 1) + 1.")
    stride: int
    dilation: int
    output: int
    remainder: int = Field(description="Cells at the end of the padded axis that no window reaches.")
    output_padding: int = Field(description="Added at the end of a transposed convolution.")


class ConvolutionAxis(AxisResult):
    pooled: AxisResult | None = Field(description="How the pooling slides over the convolution's output.")


class ConvolutionShapes(BaseModel):
    """[channels, height, width]; `output` is after ReLU and pooling."""

    input: list[int]
    convolved: list[int]
    output: list[int]


class ConvolutionResult(BaseModel):
    torch: str
    threads: int
    shape: ConvolutionShapes
    axes: list[ConvolutionAxis] = Field(description="Height and width.")
    counts: Counts
    biases: list[float]
    range: dict[Part, tuple[float, float]] = Field(
        description="The smallest and the largest value of each tensor below."
    )
    input: Tensor | None
    padded: Tensor | None = Field(description="null for a transposed convolution, whose input is not padded.")
    kernels: Tensor | None = Field(
        description="[O, C / groups, k_h, k_w], as they slide; float32 where the others are uint8."
    )
    convolved: Tensor | None
    output: Tensor | None = Field(description="null where neither ReLU nor pooling follows.")
    partial: Tensor | None
    coverage: Tensor | None
    window: Window | None


EXAMPLES: tuple[dict[str, Any], ...] = (
    {
        "input": {"kind": "grid", "values": [[[0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1]]]},
        "kernels": [{"kind": "preset", "preset": "sobel_x", "size": [3, 3]}],
        "padding": "same_tensorflow",
        "at": {"channel": 0, "y": 1, "x": 1},
    },
)


def pictures(params: ConvolutionParams) -> Fitted | None:
    """The picture that the params name, with the longer side to fit it into; None for a grid."""
    return named_picture(params.input, "input")


def run(
    params: ConvolutionParams, picture: torch.Tensor | None, encoding: Encoding, limit: int
) -> ConvolutionResult:
    """Slide the kernels over a grid of numbers or a picture.

    Returns the maps, how they come about along each axis, what they cost, and one element's sum where `at` asks for it.
    What cannot be computed is refused with the rule that it breaks.
    """
    # `picture` is the fitted one that the params name, (3, H, W). Refused, before anything is convolved, also where
    # the answer would take more than about `limit` bytes.
    with torch.inference_mode():
        x = from_input(params.input, picture, "input")
        _check_groups(params, len(x))
        kernels, biases = stack(params.kernels, len(x) // params.groups)
        sliding = slide(params, (len(x), x.shape[1], x.shape[2]), tuple(kernels.shape))
        shapes = _recorded(params, sliding)
        check_answer(map(prod, shapes.values()), encoding, limit, "Record less, or ask for ?tensors=uint8.")
        _check_place(params, sliding)
        if params.flip:
            kernels = kernels.flip(2, 3)
        made = _compute(params, sliding, x, kernels, biases)
        found = {
            name: encode(made[name], _exact(encoding) if name == "kernels" else encoding) for name in shapes
        }
        window = None
        if params.at:
            source = x if params.mode == "transposed" else made["padded"]
            window = explain(
                (params.at.channel, params.at.y, params.at.x),
                sliding.axes,
                source,
                params.padding_mode,
                kernels,
                biases,
                made["convolved"],
                params.relu,
            )
    return ConvolutionResult.model_construct(
        torch=torch.__version__,
        threads=torch.get_num_threads(),
        shape=ConvolutionShapes.model_construct(
            input=list(sliding.input), convolved=list(sliding.convolved), output=list(sliding.output)
        ),
        axes=_axes(sliding),
        counts=Counts.of(sliding),
        biases=biases.tolist(),
        range={name: (min(tensor.lo), max(tensor.hi)) for name, tensor in found.items()},
        input=found.get("input"),
        padded=found.get("padded"),
        kernels=found.get("kernels"),
        convolved=found.get("convolved"),
        output=found.get("output"),
        partial=found.get("partial"),
        coverage=found.get("coverage"),
        window=window,
    )


def _exact(encoding: Encoding) -> Encoding:
    """For a few numbers that are read one by one rather than looked at as a picture."""
    return "float32" if encoding == "uint8" else encoding


def _check_groups(params: ConvolutionParams, channels: int) -> None:
    for count, what in ((channels, "input channel"), (len(params.kernels), "kernel")):
        if count % params.groups:
            raise Refused(
                "groups",
                f"{params.groups} groups do not divide {counted(count, what)}; both channels and kernels must part evenly.",
                "groups",
            )


def _recorded(params: ConvolutionParams, sliding: Sliding) -> dict[Part, Shape]:
    """The shape of each tensor that the answer will have."""
    depth = sliding.kernels[1]
    transposed = params.mode == "transposed"
    shapes: dict[Part, Shape | None] = {
        "input": sliding.input,
        "padded": None if transposed else sliding.padded,
        "kernels": sliding.kernels,
        "convolved": sliding.convolved,
        "output": sliding.output if params.relu or params.pooling else None,
        "partial": (depth, *sliding.convolved[1:]),
        "coverage": (1, *(sliding.convolved if transposed else sliding.input)[1:]),
    }
    return {name: shape for name, shape in shapes.items() if name in params.record and shape}


def _check_place(params: ConvolutionParams, sliding: Sliding) -> None:
    if params.at is None:
        return
    for name, size in zip(("channel", "y", "x"), sliding.convolved, strict=True):
        if getattr(params.at, name) >= size:
            raise Refused(
                "out-of-range",
                f"The convolution gives {written(sliding.convolved)} elements; {name} counts from 0 to {size - 1}.",
                f"at.{name}",
            )


def _compute(
    params: ConvolutionParams, sliding: Sliding, x: torch.Tensor, kernels: torch.Tensor, biases: torch.Tensor
) -> dict[str, torch.Tensor]:
    """The tensors by name, without a batch: what was asked for, and what one element is explained from."""
    wanted = set(params.record)
    made = {"input": x, "kernels": kernels}
    made["convolved"] = _convolve(params, sliding, x, kernels, biases, params.groups)
    if params.mode == "convolution" and ("padded" in wanted or params.at):
        made["padded"] = pad(x[None], sliding.sides, params.padding_mode)[0]
    if "output" in wanted:
        made["output"] = _after(params, made["convolved"])
    if "partial" in wanted:
        chosen = params.at.channel if params.at else 0
        depth = kernels.shape[1]
        first = chosen // (len(kernels) // params.groups) * depth
        apart = kernels[chosen][:, None]  # one kernel of depth 1 for each channel
        made["partial"] = _convolve(params, sliding, x[first : first + depth], apart, None, depth)
    if "coverage" in wanted:
        made["coverage"] = _coverage(params, sliding)[None]
    return made


def _convolve(
    params: ConvolutionParams,
    sliding: Sliding,
    x: torch.Tensor,
    kernels: torch.Tensor,
    biases: torch.Tensor | None,
    groups: int,
) -> torch.Tensor:
    """(C, H, W) by (O, C / groups, k_h, k_w) → (O, H', W')."""
    stride, dilation = params.stride, params.dilation
    if params.mode == "convolution":
        mode = params.padding_mode
        return conv2d(x[None], kernels, biases, stride, sliding.sides, mode, dilation, groups)[0]
    count, depth, *size = kernels.shape
    weight = kernels.view(groups, count // groups, depth, *size).transpose(1, 2).flatten(0, 1)
    extra = sliding.output_padding
    return conv_transpose2d(x[None], weight, biases, stride, sliding.sides, extra, dilation, groups)[0]


def _after(params: ConvolutionParams, x: torch.Tensor) -> torch.Tensor:
    """What ReLU and pooling make of the convolution."""
    if params.relu:
        x = F.relu(x)
    pooling = params.pooling
    if pooling is None:
        return x
    pool = F.max_pool2d if pooling.kind == "max" else F.avg_pool2d
    return pool(x[None], pooling.kernel_size, pooling.stride, ceil_mode=pooling.ceil_mode)[0]


def _coverage(params: ConvolutionParams, sliding: Sliding) -> torch.Tensor:
    height, width = sliding.axes
    if isinstance(height, TransposedAxis) and isinstance(width, TransposedAxis):
        return transposed_coverage((height, width))
    assert isinstance(height, Axis) and isinstance(width, Axis)
    return coverage((height, width), params.padding_mode)


def _axes(sliding: Sliding) -> list[ConvolutionAxis]:
    found = [ConvolutionAxis(**_numbers(axis), pooled=None) for axis in sliding.axes]
    if sliding.pooled:
        for result, pool in zip(found, sliding.pooled, strict=True):
            result.pooled = AxisResult(**_numbers(pool))
    return found


def _numbers(axis: Axis | TransposedAxis) -> dict[str, int]:
    """The fields of an AxisResult."""
    return {name: getattr(axis, name, 0) for name in AxisResult.model_fields}
