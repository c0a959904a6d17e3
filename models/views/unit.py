"""Where does this one number come from?"""

from math import prod, sqrt
from typing import Any

import torch
from pydantic import BaseModel, ConfigDict, Field

from models.errors import Refused
from models.interventions import LayerName, apply
from models.layers.attention import split_heads
from models.layers.convolution import pad
from models.masking import DropoutRecord, on_weights
from models.network import Network, Step
from models.networks.weights import Loaded
from models.recorder import Record, walk
from models.shapes import ReceptiveField as Field_
from models.shapes import Shape, propagate, receptive_fields, window, written
from models.views.run import ImageId, Interventions, Seed


class UnitParams(BaseModel):
    model_config = ConfigDict(extra="forbid")
    image: ImageId
    interventions: Interventions = []
    layer: LayerName
    channel: int = Field(ge=0, description="The channel of a map, or the feature of a vector.")
    y: int = Field(0, ge=0)
    x: int = Field(0, ge=0)
    seed: Seed = 0


class Box(BaseModel):
    """Pixels of the network's input, the ends included; cut at the picture's border."""

    top: int
    left: int
    bottom: int
    right: int


class Terms(BaseModel):
    """The sum that a convolution or a linear layer computes for one element, term by term.

    Of an attention weight: its query times its key, number by number (before the softmax). Of what attention mixes:
    the values of all places (`inputs`) times their attention weights (`weights`).

    Nested lists of shape [channels, rows, columns]: float64 products of the float32 inputs and weights.
    """

    channels: list[int] = Field(description="The input channels (or features) that take part.")
    inputs: list[Any]
    weights: list[Any]
    products: list[Any]
    channel_sums: list[float]
    bias: float
    sum: float = Field(
        description="All products and the bias: what the layer computed; of an attention weight what softmax is "
        "taken of, times the root of a head's channels."
    )


class UnitResult(BaseModel):
    layer: str
    value: float = Field(description="As the network computed it, in float32.")
    scale: float = Field(
        description="What interventions multiplied the layer's own result by, to give the value: on channels, or by a "
        "dropout after the layer (alpha also adds something)."
    )
    receptive_field: Box | None = Field(
        description="null for elements of a vector and attention weights, which see the whole input, for what follows "
        "a permutation of the pixels, and for those that see padding alone. Of a permutation: the one pixel it takes."
    )
    rows: list[int] | None = Field(
        description="Rows of the layer's input map under the kernel; outside it is padding."
    )
    columns: list[int] | None
    terms: Terms | None = Field(description="For convolutions, linear layers and attention.")
    inputs: list[Any] | None = Field(
        description="For other layers the numbers that go in: the window of a pooling, the summands of an addition "
        "or of a position embedding, the one value elsewhere; of an attention weight what softmax takes, q · k / √d "
        "of its query with every key; null after flattening, for what attention mixes and for recurrent states."
    )


def explain_unit(loaded: Loaded, batch: torch.Tensor, params: UnitParams) -> UnitResult:
    """One element of a layer's output for `batch` (1, C, H, W), with everything it was computed from."""
    network = loaded.network
    steps = apply(network, params.interventions)
    if params.layer not in steps:
        raise Refused("no-such-layer", f"There is no layer {params.layer!r}.", "layer")
    step = steps[params.layer]
    shapes = propagate(steps, network.input_shape)
    place = _place(params, shapes[step.name])
    drops = frozenset({step.name} if step.masked or step.connect else ())
    record = Record(frozenset({step.name, *step.inputs}), dropouts=drops)
    recording = walk(steps, batch, record, params.seed)
    dropped = recording.dropouts.get(step.name)
    if step.connect is not None:
        step = step.having(weight=on_weights(step, params.seed)[0])
    inputs = [recording.activations[name][0] for name in step.inputs]
    fields = receptive_fields(steps, shapes)
    rows, columns = _under(step, inputs, params)
    return UnitResult(
        layer=step.name,
        value=float(recording.activations[step.name][0][place]),
        scale=prod(factor for channels, factor in step.scaled if params.channel in channels)
        * _left(dropped, place, shapes[step.name]),
        receptive_field=_seen(step, fields, params, network),
        rows=rows,
        columns=columns,
        terms=_terms(step, inputs, params),
        inputs=_inputs(step, inputs, place, rows, columns),
    )


def _left(dropped: DropoutRecord | None, place: tuple[int, ...], shape: Shape) -> float:
    """What a dropout after the layer multiplied the element by; 1 where there is none."""
    if dropped is None or dropped.place != "after" or dropped.mask is None:
        return 1.0
    return float(dropped.mask.expand(1, *shape)[0][place]) * dropped.scale


def _place(params: UnitParams, shape: Shape) -> tuple[int, ...]:
    place = (params.channel, params.y, params.x)[: len(shape)]
    for name, index, size in zip(("channel", "y", "x"), place, shape, strict=False):
        if index >= size:
            raise Refused(
                "out-of-range", f"{params.layer} has the shape {written(shape)}; {name} counts from 0.", name
            )
    return place


def _seen(step: Step, fields: dict[str, Field_], params: UnitParams, network: Network) -> Box | None:
    _, height, width = network.input_shape
    field, place = fields.get(step.name), (params.y, params.x)
    if step.kind == "permute":
        field, place = fields.get(step.inputs[0]), _before(step, place, width)
    if field is None:
        return None
    top, left, bottom, right = field.box(*place)
    box = Box(top=max(top, 0), left=max(left, 0), bottom=min(bottom, height) - 1, right=min(right, width) - 1)
    return box if box.top <= box.bottom and box.left <= box.right else None


def _before(step: Step, place: tuple[int, ...], width: int) -> tuple[int, int]:
    """Where the pixel at (…, y, x) was before the permutation of maps of that width."""
    y, x = place[-2:]
    return divmod(int(step.arguments["order"][y * width + x]), width)


def _under(
    step: Step, inputs: list[torch.Tensor], params: UnitParams
) -> tuple[list[int] | None, list[int] | None]:
    """The rows and columns of the input map that the window covers: all of them for what attention mixes."""
    if step.kind == "mix":
        height, width = inputs[1].shape[1:]
        return list(range(height)), list(range(width))
    x = inputs[0]
    moving = window(step, x.shape[1:])
    if moving is None:
        return None, None
    top, _, left, _ = moving.padding
    rows, columns = (
        [
            index * moving.stride[axis] - before + cell * moving.dilation[axis]
            for cell in range(moving.kernel_size[axis])
        ]
        for axis, (index, before) in enumerate(((params.y, top), (params.x, left)))
    )
    return rows, columns


def _terms(step: Step, given: list[torch.Tensor], params: UnitParams) -> Terms | None:
    a = step.arguments
    x = given[0]
    if step.kind == "attention":
        query, key, _ = (part[0, params.channel] for part in split_heads(x[None], a["num_heads"]))
        inputs, weights = query[params.y][:, None, None], key[params.x][:, None, None]
        first = params.channel * a["head_dim"]
    elif step.kind == "mix":
        attention, qkv = given
        first = 2 * len(qkv) // 3 + params.channel
        head = params.channel // (len(qkv) // 3 // len(attention))
        inputs = qkv[first : first + 1]
        weights = attention[head, params.y * qkv.shape[2] + params.x].view_as(inputs)
    elif step.kind == "linear":
        inputs, weights = x[:, None, None], a["weight"][params.channel][:, None, None]
        first = 0
    elif step.kind == "conv":
        moving = window(step, x.shape[1:])
        assert moving is not None
        weights = a["weight"][params.channel]
        first = params.channel // (a["weight"].shape[0] // a["groups"]) * weights.shape[0]
        padded = pad(x[None], moving.padding, a["padding_mode"])[0, first : first + weights.shape[0]]
        rows, columns = (
            torch.arange(size) * dilation + index * stride
            for size, dilation, index, stride in zip(
                moving.kernel_size, moving.dilation, (params.y, params.x), moving.stride, strict=True
            )
        )
        inputs = padded[:, rows[:, None], columns]
    else:
        return None
    products = inputs.double() * weights.double()
    sums = products.sum((1, 2))
    bias = 0.0 if a.get("bias") is None else float(a["bias"][params.channel])
    return Terms(
        channels=list(range(first, first + len(inputs))),
        inputs=inputs.tolist(),
        weights=weights.tolist(),
        products=products.tolist(),
        channel_sums=sums.tolist(),
        bias=bias,
        sum=float(sums.sum()) + bias,
    )


def _inputs(
    step: Step,
    inputs: list[torch.Tensor],
    place: tuple[int, ...],
    rows: list[int] | None,
    columns: list[int] | None,
) -> list[Any] | None:
    if step.kind in ("conv", "linear", "flatten", "mix", "recurrent"):
        return None
    if step.kind == "attention":
        head, row, _ = place
        query, key, _ = (
            part[0, head].double() for part in split_heads(inputs[0][None], step.arguments["num_heads"])
        )
        return (key @ query[row] / sqrt(step.arguments["head_dim"])).tolist()
    if step.kind == "position":
        return [float(inputs[0][place]), float(step.arguments["weight"][0][place])]
    if step.kind == "last":
        return [float(inputs[0][place[0], -1, 0])]
    if step.kind == "permute":
        return [float(inputs[0][place[0], *_before(step, place, inputs[0].shape[2])])]
    if step.kind == "pool":
        height, width = inputs[0].shape[1:]
        inside = (
            [row for row in rows or () if 0 <= row < height],
            [c for c in columns or () if 0 <= c < width],
        )
        return inputs[0][place[0]][inside[0]][:, inside[1]].tolist()
    return [float(x[place]) for x in inputs]
