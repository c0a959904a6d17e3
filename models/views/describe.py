"""What is this network made of?"""

from collections.abc import Mapping, Sequence
from functools import cache
from math import prod
from typing import Any

from pydantic import BaseModel, Field

from models.network import INPUT, Step
from models.networks.registry import SPECS, Spec
from models.networks.weights import load_network
from models.shapes import ReceptiveField as Field_
from models.shapes import Shape, multiply_adds, parameters, window


class Words(BaseModel):
    """One text in English and in Chinese."""

    en: str
    zh: str


class ReceptiveField(BaseModel):
    """The pixels of the network's input that one element sees through kernels and pooling, per axis (height, width).

    Normalising by statistics of the map itself, and padding by copies, let in something from outside them.
    """

    size: tuple[int, int]
    jump: tuple[int, int]
    start: tuple[float, float] = Field(
        description="The centre of the element at index 0; pixel k has its centre at k."
    )

    @classmethod
    def of(cls, field: Field_ | None) -> "ReceptiveField | None":
        return None if field is None else cls(size=field.size, jump=field.jump, start=field.start)


class NetworkSummary(BaseModel):
    name: str
    title: Words
    summary: Words
    dataset: str
    input: tuple[int, int, int] = Field(description="Channels, height and width.")
    accuracy: float | None = Field(
        description="On the test images of its data set, where we measured it; of smileys: on all faces of the half of "
        "the canvas that the network was trained on."
    )
    parameters: int
    multiply_adds: int = Field(description="For one image.")


class NetworkList(BaseModel):
    networks: list[NetworkSummary]


class Node(BaseModel):
    name: str
    kind: str
    operation: str = Field(description="The PyTorch Module.")
    block: str
    inputs: list[str]
    shape: list[int] = Field(
        description="Of the output, without the batch: [C, H, W] or [F]; of attention weights [heads, H · W, H · W]."
    )
    parameters: int
    multiply_adds: int
    receptive_field: ReceptiveField | None
    settings: dict[str, Any] = Field(
        description="What the operation was built with: kernel_size, stride, p, eps, …"
    )


class Block(BaseModel):
    name: str
    nodes: list[str]
    output: str = Field(description="Its last node.")


class InputInfo(BaseModel):
    shape: tuple[int, int, int]
    mean: list[float] = Field(description="Subtracted from each channel of a picture in 0…1.")
    std: list[float] = Field(description="Then divided by.")


class NetworkInfo(BaseModel):
    name: str
    title: Words
    summary: Words
    dataset: str
    version: str = Field(description="SHA-256 of the weights.")
    accuracy: float | None
    parameters: int
    multiply_adds: int
    input: InputInfo
    classes: list[Words]
    blocks: list[Block]
    nodes: list[Node]


@cache
def summarize(name: str) -> NetworkSummary:
    """A network in one row; counted on its graph."""
    spec = SPECS[name]
    info = describe(name)
    return NetworkSummary(
        name=name,
        title=Words(**spec.title),
        summary=Words(**spec.summary),
        dataset=spec.dataset.name,
        input=spec.dataset.shape,
        accuracy=info.accuracy,
        parameters=info.parameters,
        multiply_adds=info.multiply_adds,
    )


def list_networks() -> NetworkList:
    """All networks, in the order in which they are best met."""
    return NetworkList(networks=[summarize(name) for name in SPECS])


@cache
def describe(name: str) -> NetworkInfo:
    """Every step of a network with its shape, counts and receptive field."""
    loaded = load_network(name)
    spec: Spec = loaded.spec
    network = loaded.network
    shapes, fields = loaded.shapes, loaded.receptive_fields
    nodes = [_node(step, shapes, fields) for step in network.steps.values()]
    return NetworkInfo(
        name=name,
        title=Words(**spec.title),
        summary=Words(**spec.summary),
        dataset=spec.dataset.name,
        version=loaded.version,
        accuracy=loaded.accuracy,
        parameters=sum(node.parameters for node in nodes),
        multiply_adds=sum(node.multiply_adds for node in nodes),
        input=InputInfo(shape=spec.dataset.shape, mean=list(spec.dataset.mean), std=list(spec.dataset.std)),
        classes=[Words(en=words["en"], zh=words["zh"]) for words in spec.dataset.classes()],
        blocks=[
            Block(name=name, nodes=list(steps), output=steps[-1]) for name, steps in network.blocks.items()
        ],
        nodes=[_input_node(network.input_shape, fields[INPUT]), *nodes],
    )


def _input_node(shape: Shape, field: Field_) -> Node:
    return Node(
        name=INPUT, kind="input", operation="Input", block=INPUT, inputs=[], shape=list(shape), parameters=0,
        multiply_adds=0, receptive_field=ReceptiveField.of(field), settings={},
    )  # fmt: skip


def _node(step: Step, shapes: Mapping[str, Shape], fields: Mapping[str, Field_]) -> Node:
    return Node(
        name=step.name,
        kind=step.kind,
        operation=step.operation,
        block=step.name.partition(".")[0],
        inputs=list(step.inputs),
        shape=list(shapes[step.name]),
        parameters=parameters(step),
        multiply_adds=multiply_adds(step, shapes[step.name]),
        receptive_field=ReceptiveField.of(fields.get(step.name)),
        settings=settings(step, shapes[step.inputs[0]]),
    )


def settings(step: Step, input_shape: Sequence[int]) -> dict[str, Any]:
    """A step's arguments as plain values; `padding` as pixels at the top, bottom, left and right."""
    a = step.arguments
    moving = window(step, input_shape[1:])
    match step.kind:
        case "conv":
            assert moving is not None
            return {
                "in_channels": a["weight"].shape[1] * a["groups"],
                "out_channels": a["weight"].shape[0],
                "kernel_size": moving.kernel_size,
                "stride": moving.stride,
                "padding": moving.padding,
                "same": a["padding"] == "same",
                "padding_mode": a["padding_mode"],
                "dilation": moving.dilation,
                "groups": a["groups"],
                "bias": a["bias"] is not None,
            }
        case "pool":
            assert moving is not None
            return {
                "method": a["method"],
                "kernel_size": moving.kernel_size,
                "stride": moving.stride,
                "padding": moving.padding,
                "whole_map": a["kernel_size"] is None,
            }
        case "linear":
            return {
                "in_features": a["weight"].shape[1],
                "out_features": a["weight"].shape[0],
                "bias": a["bias"] is not None,
            }
        case "norm":
            return {key: a[key] for key in ("method", "statistics", "groups", "eps") if key in a}
        case "flatten":
            return {"in": list(input_shape), "out": prod(input_shape)}
        case "position":
            _, channels, height, width = a["weight"].shape
            return {"channels": channels, "height": height, "width": width}
        case "recurrent":
            return {
                "input_size": a["weight_ih"].shape[1],
                "hidden_size": a["weight_hh"].shape[1],
                "steps": input_shape[1],
            }
        case "permute":
            return {"pixels": len(a["order"])}
        case "add" | "input" | "last":
            return {}
        case _:
            return dict(a)
