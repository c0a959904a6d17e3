"""Arithmetic on a network's graph: output sizes, receptive fields, parameters and multiply-adds.

Nothing is computed with tensors here, so that what cannot work is refused before any work is done.
Receptive fields: Araujo, Norris & Sim 2019, https://distill.pub/2019/computing-receptive-fields/
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from models.errors import Refused
from models.layers.convolution import effective_kernel_size, resolve_padding
from models.network import INPUT, Step

Shape = tuple[int, ...]
"""Without the batch axis: (C, H, W) for maps, (F,) for vectors."""


def output_size(size: int, kernel_size: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """⌊(size + padding - dilation·(kernel_size - 1) - 1) / stride⌋ + 1, `padding` being the sum of both sides.

    Less than 1 means that the kernel does not fit.
    """
    return (size + padding - effective_kernel_size(kernel_size, dilation)) // stride + 1


@dataclass(frozen=True)
class Window:
    """How a convolution or a pooling moves over its input, per axis (height, width)."""

    kernel_size: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int, int, int]
    dilation: tuple[int, int]


def window(step: Step, size: Sequence[int]) -> Window | None:
    """The window of a step on an input map of `size` (height, width); None for steps that have none."""
    a = step.arguments
    if step.kind == "conv":
        kernel_size = (a["weight"].shape[2], a["weight"].shape[3])
        sides = resolve_padding(a["padding"], size, kernel_size, a["stride"], a["dilation"])
        return Window(kernel_size, a["stride"], sides, a["dilation"])
    if step.kind == "pool":
        top, left = a["padding"]
        return Window(a["kernel_size"] or (size[0], size[1]), a["stride"], (top, top, left, left), (1, 1))
    return None


def written(shape: Sequence[int]) -> str:
    """A shape as people write it: 32×112×112."""
    return "×".join(map(str, shape))


def output_shape(step: Step, inputs: Sequence[Shape]) -> Shape:
    """The shape of a step's output. Refused, with the layer's name and both shapes, where there is none."""
    x = inputs[0]
    if step.kind == "add":
        if inputs[0] != inputs[1]:
            raise Refused(
                "shapes-differ",
                f"{step.name} adds two tensors of one shape, but they would be "
                f"{written(inputs[0])} and {written(inputs[1])}.",
            )
        return x
    if step.kind == "flatten":
        return (prod(x),)
    if step.kind == "linear":
        features = step.arguments["weight"].shape[1]
        if x != (features,):
            raise Refused(
                "shapes-differ",
                f"{step.name} is wired to {features} inputs, but {written(x)} would arrive. "
                "A dense layer cannot follow a change of size.",
            )
        return (step.arguments["weight"].shape[0],)
    moving = window(step, x[1:])
    if moving is None:
        return x
    return (_channels(step, x), *_map_size(step, moving, x[1:]))


def padded_shape(step: Step, x: Shape) -> Shape:
    """The shape of a step's input `x` once its padding has been added."""
    moving = window(step, x[1:])
    if moving is None:
        return x
    top, bottom, left, right = moving.padding
    return x[0], x[1] + top + bottom, x[2] + left + right


def _channels(step: Step, x: Shape) -> int:
    return int(step.arguments["weight"].shape[0]) if step.kind == "conv" else x[0]


def _map_size(step: Step, moving: Window, size: Sequence[int]) -> tuple[int, int]:
    top, bottom, left, right = moving.padding
    mode = step.arguments.get("padding_mode", "zeros")
    limits = {"reflect": [side - 1 for side in size], "circular": list(size)}.get(mode)
    if limits and (max(top, bottom) > limits[0] or max(left, right) > limits[1]):
        raise Refused(
            "padding-too-large",
            f"{step.name} sees a map of {written(size)}; {mode} padding can add at most "
            f"{limits[0]} rows and {limits[1]} columns on a side.",
            "padding",
        )
    height, width = (
        output_size(side, kernel, stride, pads, dilation)
        for side, kernel, stride, pads, dilation in zip(
            size,
            moving.kernel_size,
            moving.stride,
            (top + bottom, left + right),
            moving.dilation,
            strict=True,
        )
    )
    if min(height, width) < 1:
        reach = [
            effective_kernel_size(k, d) for k, d in zip(moving.kernel_size, moving.dilation, strict=True)
        ]
        raise Refused(
            "kernel-too-large",
            f"{step.name} needs {written(reach)} pixels for its kernel, but its padded input has only "
            f"{size[0] + top + bottom}×{size[1] + left + right}.",
        )
    return height, width


def propagate(steps: Mapping[str, Step], input_shape: Shape) -> dict[str, Shape]:
    """The output shape of every step, and of the input under the name "input"."""
    shapes: dict[str, Shape] = {INPUT: input_shape}
    for step in steps.values():
        shapes[step.name] = output_shape(step, [shapes[name] for name in step.inputs])
    return shapes


def parameters(step: Step) -> int:
    """Trainable numbers of a step."""
    return sum(
        int(step.arguments[key].numel()) for key in ("weight", "bias", "gamma", "beta") if _has(step, key)
    )


def _has(step: Step, key: str) -> bool:
    return step.arguments.get(key) is not None


def multiply_adds(step: Step, output: Shape) -> int:
    """Multiplications (each with its addition) for one image in convolutions and linear layers; 0 elsewhere."""
    if step.kind not in ("conv", "linear"):
        return 0
    per_output = prod(step.arguments["weight"].shape[1:])
    return int(per_output * prod(output))


@dataclass(frozen=True)
class ReceptiveField:
    """Which pixels of the network's input one output element can see, per axis (height, width).

    The element at index i has its centre at `start` + i · `jump` and sees `size` pixels around it;
    pixel k has its centre at k, so that a field of odd size has whole numbers and one of even size halves.
    This is the reach of kernels and pooling alone: padding by copies (reflect, replicate, circular) and statistics
    taken over the map (layer normalisation and its like) let in something from outside.
    """

    size: tuple[int, int]
    jump: tuple[int, int]
    start: tuple[float, float]


PIXEL = ReceptiveField((1, 1), (1, 1), (0.0, 0.0))


def receptive_fields(steps: Mapping[str, Step], shapes: Mapping[str, Shape]) -> dict[str, ReceptiveField]:
    """The theoretical receptive field of every step that still has an image's axes, and of the input."""
    fields = {INPUT: PIXEL}
    for step in steps.values():
        if len(shapes[step.name]) != 3:
            continue
        inputs = [fields[name] for name in step.inputs]
        if step.kind == "add":
            fields[step.name] = _union(inputs[0], inputs[1], shapes[step.name][1:])
        else:
            fields[step.name] = _after(step, inputs[0], shapes[step.inputs[0]][1:])
    return fields


def _after(step: Step, field: ReceptiveField, size: Sequence[int]) -> ReceptiveField:
    moving = window(step, size)
    if moving is None:
        return field
    before = moving.padding[0], moving.padding[2]
    reach = [effective_kernel_size(k, d) for k, d in zip(moving.kernel_size, moving.dilation, strict=True)]
    height, width = (field.size[i] + (reach[i] - 1) * field.jump[i] for i in (0, 1))
    top, left = (field.start[i] + ((reach[i] - 1) / 2 - before[i]) * field.jump[i] for i in (0, 1))
    jump = field.jump[0] * moving.stride[0], field.jump[1] * moving.stride[1]
    return ReceptiveField((height, width), jump, (top, left))


def _union(a: ReceptiveField, b: ReceptiveField, size: Sequence[int]) -> ReceptiveField:
    """The smallest field, moving as `a` does, that holds both for every element of a map of `size`."""
    sizes, starts = [], []
    for i in (0, 1):
        drift = (size[i] - 1) * (b.jump[i] - a.jump[i])
        ends = [(a.start[i], a.size[i]), (b.start[i], b.size[i]), (b.start[i] + drift, b.size[i])]
        first = min(centre - (extent - 1) / 2 for centre, extent in ends)
        last = max(centre + (extent - 1) / 2 for centre, extent in ends)
        sizes.append(int(last - first) + 1)
        starts.append((first + last) / 2)
    return ReceptiveField((sizes[0], sizes[1]), a.jump, (starts[0], starts[1]))
