"""A local receptive field: which numbers of the picture one unit is wired to, beside a unit of a dense layer."""

from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor as Array

from models.errors import Refused
from models.interventions import LayerName
from models.layers.convolution import pad
from models.network import INPUT, Step, ancestors
from models.networks.weights import load_network
from models.principles.given import Given
from models.sensitivity import check_memory, check_place, forward, middle
from models.shapes import window
from models.tensors import Encoding, Tensor, encode

DENSE = {"fashion_mnist": ("mlp", "hidden1.linear"), "smileys": ("smiley_mlp", "linear1")}
"""Of each data set the network that is all dense, and its first layer."""
Box = tuple[int, int, int, int]


class DenseUnit(BaseModel):
    model_config = ConfigDict(extra="forbid")
    unit: int = Field(0, ge=0)


class WiringParams(BaseModel):
    """A unit, and one of a dense layer to lay beside it."""

    model_config = ConfigDict(extra="forbid")
    layer: LayerName
    channel: int = Field(0, ge=0)
    y: int | None = Field(None, ge=0, description="The unit's row; the middle when left out.")
    x: int | None = Field(None, ge=0)
    dense: DenseUnit | None = Field(
        None,
        description="A unit of the first layer of the MLP that learned the same data, where there is one.",
    )


class Theory(BaseModel):
    """What arithmetic says of a unit: the reach of kernels and pooling, statistics over whole maps aside."""

    size: tuple[int, int] = Field(
        description="Height and width, as far as it reaches beyond the picture too."
    )
    wired: int = Field(description="The numbers of the picture within the reach.")


class Wiring(BaseModel):
    network: str
    layer: str
    shape: list[int] = Field(description="Of what the layer gives.")
    unit: list[int] = Field(description="[c, y, x], of a vector [f].")
    value: float = Field(description="What the unit gives for the picture.")
    row: Tensor = Field(
        description="[C, H, W]: the unit's row of the Jacobian, its gradient by the network's input at this picture."
    )
    wired: int = Field(description="Numbers of the row that are not 0.")
    inputs: int = Field(description="Numbers of the row.")
    box: Box = Field(
        description="What it can see: top, left, bottom, right, the last two not included; it may reach beyond the "
        "picture. All of the picture for what has no place in it: elements of vectors, and what follows a permutation."
    )
    theory: Theory
    difference: float | None = Field(
        description="The largest difference between the row and the layer's own weights laid over the picture, which it "
        "is where nothing comes before the layer; null elsewhere."
    )


class WiringResult(BaseModel):
    conv: Wiring
    dense: Wiring | None


def wire(given: Given, params: WiringParams, encoding: Encoding) -> WiringResult:
    """The rows of both units, by one backward pass each."""
    place = middle(given.shape(params.layer), params.channel, params.y, params.x)
    check_place(params.layer, given.shape(params.layer), place)
    conv = _wiring(given, params.layer, place, encoding)
    if params.dense is None or given.loaded.spec.dataset.name not in DENSE:
        return WiringResult.model_construct(conv=conv, dense=None)
    network, layer = DENSE[given.loaded.spec.dataset.name]
    other = Given(load_network(network), given.x)
    (units,) = other.shape(layer)
    if params.dense.unit >= units:
        raise Refused("out-of-range", f"{layer} has {units} units, counted from 0.", "dense.unit")
    return WiringResult.model_construct(
        conv=conv, dense=_wiring(other, layer, (params.dense.unit,), encoding)
    )


def _wiring(given: Given, layer: str, place: tuple[int, ...], encoding: Encoding) -> Wiring:
    steps = ancestors(given.steps, [layer])
    check_memory((given.shape(step.name) for step in steps), "layer")
    passed = forward(given.steps, given.x, [layer])
    row = passed.row(layer, place)
    expected = _weights(given, steps, place)
    box, theory = reach(given, layer, place)
    return Wiring.model_construct(
        network=given.loaded.spec.name,
        layer=layer,
        shape=[*given.shape(layer)],
        unit=[*place],
        value=float(passed.activations[layer].detach()[0][place]),
        row=encode(row, encoding),
        wired=int((row != 0).sum()),
        inputs=row.numel(),
        box=box,
        theory=theory,
        difference=None if expected is None else float((row - expected).abs().max()),
    )


def reach(given: Given, layer: str, place: tuple[int, ...]) -> tuple[Box, Theory]:
    """What arithmetic says that a unit can see."""
    channels, height, width = given.loaded.network.input_shape
    field = given.loaded.receptive_fields.get(layer)
    if field is None:
        return (0, 0, height, width), Theory(size=(height, width), wired=channels * height * width)
    box = field.box(*place[1:])
    return box, Theory(size=field.size, wired=channels * inside(box, height, width))


def inside(box: Box, height: int, width: int) -> int:
    """The pixels of a box that lie in the picture."""
    top, left, bottom, right = box
    rows, columns = min(bottom, height) - max(top, 0), min(right, width) - max(left, 0)
    return max(rows, 0) * max(columns, 0)


def _weights(given: Given, steps: list[Step], place: tuple[int, ...]) -> Array | None:
    """The weights of the last step over the picture (C, H, W), where it takes the picture's own numbers."""
    *before, step = steps
    if step.kind == "linear" and all(other.kind == "flatten" for other in before):
        return step.arguments["weight"][place[0]].view_as(given.x[0])  # type: ignore[no-any-return]
    if step.kind != "conv" or step.inputs != (INPUT,) or step.arguments["groups"] != 1:
        return None
    moving = window(step, given.x.shape[2:])
    assert moving is not None
    top, _, left, _ = moving.padding
    row = pad(given.x * 0, moving.padding)
    spans = [
        slice(index * stride, index * stride + dilation * (size - 1) + 1, dilation)
        for index, stride, dilation, size in zip(
            place[1:], moving.stride, moving.dilation, moving.kernel_size, strict=True
        )
    ]
    row[0, :, spans[0], spans[1]] = step.arguments["weight"][place[0]]
    height, width = given.x.shape[2:]
    return row[0, :, top : top + height, left : left + width]
