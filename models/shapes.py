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
    if step.kind == "position":
        learned = tuple(step.arguments["weight"].shape[1:])
        if x != learned:
            raise Refused(
                "shapes-differ",
                f"{step.name} adds numbers learned for maps of {written(learned)}, but {written(x)} would arrive. "
                "A position embedding cannot follow a change of size.",
            )
        return x
    if step.kind == "attention":
        places = prod(x[1:])
        return step.arguments["num_heads"], places, places
    if step.kind == "mix":
        channels, *size = inputs[1]
        return channels // 3, *size
    if step.kind == "recurrent":
        width = step.arguments["weight_ih"].shape[1]
        if (x[0], x[2]) != (1, width):
            raise Refused(
                "shapes-differ",
                f"{step.name} reads one map in rows of {width} numbers, but {written(x)} would arrive.",
            )
        return step.arguments["weight_hh"].shape[1], x[1], 1
    if step.kind == "last":
        return (x[0],)
    if step.kind == "permute":
        pixels = len(step.arguments["order"])
        if prod(x[1:]) != pixels:
            raise Refused(
                "shapes-differ",
                f"{step.name} puts {pixels} pixels into its order, but maps of {written(x[1:])} would arrive.",
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


PARAMETERS = ("weight", "bias", "gamma", "beta", "weight_ih", "weight_hh", "bias_ih", "bias_hh")


def parameters(step: Step) -> int:
    """Trainable numbers of a step."""
    return sum(int(step.arguments[key].numel()) for key in PARAMETERS if _has(step, key))


def _has(step: Step, key: str) -> bool:
    return step.arguments.get(key) is not None


def multiply_adds(step: Step, output: Shape) -> int:
    """Multiplications (each with its addition) for one image where something is a sum of products; 0 elsewhere.

    That is in convolutions, in linear layers, in attention (queries with keys, and weights with values) and in a
    recurrent state (each row and each old state with the weights of three gates).
    """
    match step.kind:
        case "conv" | "linear":
            per_output = prod(step.arguments["weight"].shape[1:])
        case "attention":
            per_output = step.arguments["head_dim"]
        case "mix":
            per_output = prod(output[1:])
        case "recurrent":
            per_output = 3 * (step.arguments["weight_ih"].shape[1] + step.arguments["weight_hh"].shape[1])
        case _:
            return 0
    return int(per_output * prod(output))


@dataclass(frozen=True)
class ReceptiveField:
    """Which pixels of the network's input one output element can see, per axis (height, width).

    The element at index i has its centre at `start` + i · `jump` and sees `size` pixels around it;
    pixel k has its centre at k, so that a field of odd size has whole numbers and one of even size halves.
    This is the reach of kernels and pooling alone: padding by copies (reflect, replicate, circular) and statistics
    taken over the map (layer normalisation and its like) let in something from outside. Attention counts: what it
    mixes sees all that any place sees.
    """

    size: tuple[int, int]
    jump: tuple[int, int]
    start: tuple[float, float]

    def box(self, y: int, x: int) -> tuple[int, int, int, int]:
        """What the element at (y, x) sees: top, left, bottom and right, the last two not included.

        It may reach beyond the picture.
        """
        top, left = (
            int(self.start[axis] + index * self.jump[axis] - (self.size[axis] - 1) / 2)
            for axis, index in enumerate((y, x))
        )
        return top, left, top + self.size[0], left + self.size[1]


PIXEL = ReceptiveField((1, 1), (1, 1), (0.0, 0.0))


def receptive_fields(steps: Mapping[str, Step], shapes: Mapping[str, Shape]) -> dict[str, ReceptiveField]:
    """The theoretical receptive field of every step that still has an image's axes, and of the input.

    Attention weights have none: their axes are the places that look and the places looked at. Nor has what follows
    a permutation of the pixels: what lies side by side there comes from anywhere.
    """
    fields = {INPUT: PIXEL}
    for step in steps.values():
        if len(shapes[step.name]) != 3:
            continue
        size = shapes[step.name][1:]
        inputs = [fields[name] for name in step.inputs if name in fields]
        if step.kind in ("attention", "permute") or not inputs:
            continue
        if step.kind == "mix":
            values = fields[step.inputs[1]]
            fields[step.name] = _union(values, _all_places(values, size, shapes[INPUT][1:]), size)
            continue
        if step.kind == "recurrent":
            fields[step.name] = _rows_so_far(inputs[0], shapes[step.inputs[0]][1:])
            continue
        if step.kind == "add":
            fields[step.name] = _union(inputs[0], inputs[1], size)
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


def _rows_so_far(field: ReceptiveField, size: Sequence[int]) -> ReceptiveField:
    """What a state sees that has read the rows of a map of `size` down to its own: that row and all above it."""
    height = field.size[0] + (size[0] - 1) * field.jump[0]
    width = field.size[1] + (size[1] - 1) * field.jump[1]
    top = field.start[0] - (size[0] - 1) / 2 * field.jump[0]
    left = field.start[1] + (size[1] - 1) / 2 * field.jump[1]
    return ReceptiveField((height, width), (field.jump[0], field.jump[1] * size[1]), (top, left))


def _all_places(field: ReceptiveField, size: Sequence[int], picture: Sequence[int]) -> ReceptiveField:
    """What the elements of a map of `size` see together of a picture: the same wherever one stands."""
    sizes, starts = [], []
    for i in (0, 1):
        reach = (field.size[i] - 1) / 2
        first = max(field.start[i] - reach, 0)
        last = min(field.start[i] + (size[i] - 1) * field.jump[i] + reach, picture[i] - 1)
        sizes.append(max(int(last - first) + 1, 1))
        starts.append((first + last) / 2)
    return ReceptiveField((sizes[0], sizes[1]), (0, 0), (starts[0], starts[1]))


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
