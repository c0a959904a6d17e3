"""Which part of the picture mattered?

Grad-CAM: Selvaraju et al. 2017, https://arxiv.org/abs/1610.02391
Input gradient: Simonyan, Vedaldi & Zisserman 2014, https://arxiv.org/abs/1312.6034
Effective receptive field: Luo et al. 2016, https://arxiv.org/abs/1701.04128
"""

from typing import Literal

import torch
from pydantic import BaseModel, ConfigDict, Field

from models.errors import Refused
from models.interventions import LayerName, apply
from models.network import INPUT, Step
from models.networks.weights import Loaded
from models.recorder import LARGEST, Record, walk
from models.sensitivity import check_memory, check_place, heat_of, middle
from models.shapes import Shape, propagate, receptive_fields, written
from models.tensors import Encoding, Tensor, encode
from models.views.run import ImageId, Interventions, Seed

Method = Literal["grad_cam", "input_gradient", "effective_receptive_field"]


class ExplainParams(BaseModel):
    model_config = ConfigDict(extra="forbid")
    image: ImageId
    interventions: Interventions = []
    method: Method = "grad_cam"
    class_index: int | None = Field(None, ge=0, description="A class by index; the likeliest when left out.")
    layer: LayerName | None = Field(
        None,
        description="For grad_cam the layer whose maps are weighed, by default the last with maps of more than one "
        "element; for effective_receptive_field the unit's layer.",
    )
    channel: int = Field(0, ge=0)
    y: int | None = Field(None, ge=0, description="The unit's row; the middle when left out.")
    x: int | None = Field(None, ge=0)
    seed: Seed = 0


class ExplainResult(BaseModel):
    method: Method
    class_index: int | None
    layer: str | None
    map: Tensor = Field(
        description="[H, W] without a sign. grad_cam: at the layer's resolution; the others: at the input's, "
        "the largest absolute value over the colours."
    )


def explain(loaded: Loaded, batch: torch.Tensor, params: ExplainParams, encoding: Encoding) -> ExplainResult:
    """A map of importance for `batch` (1, C, H, W), by the gradient along the walk."""
    network = loaded.network
    steps = apply(network, params.interventions)
    shapes = propagate(steps, network.input_shape)
    check_memory(shapes.values(), "interventions")
    classes = shapes[network.output][0]
    if params.class_index is not None and params.class_index >= classes:
        raise Refused("out-of-range", f"There are {classes} classes, counted from 0.", "class_index")
    layer = _layer(params, steps, shapes)
    place = _place(params, layer, shapes[layer]) if params.method == "effective_receptive_field" else ()
    x = batch.clone().requires_grad_()
    record = Record(frozenset({INPUT, layer, network.output}))
    recording = walk(steps, x, record, params.seed, with_gradient=True)
    logits = recording.activations[network.output][0]
    activation = recording.activations[layer]
    chosen = params.class_index
    if params.method == "effective_receptive_field":
        target = activation[0][place]
    else:
        chosen = int(logits.argmax()) if chosen is None else chosen
        target = logits[chosen]
    if params.method == "grad_cam":
        (gradient,) = torch.autograd.grad(target, activation)
        weights = gradient.mean((2, 3), keepdim=True)
        heat = (weights * activation.detach()).sum(1)[0].relu()
    else:
        (gradient,) = torch.autograd.grad(target, x)
        heat = heat_of(gradient[0])
    if not float(heat.amax()) <= LARGEST:
        raise Refused(
            "overflow", "The gradient leaves the range of float32; use smaller numbers.", "interventions"
        )
    return ExplainResult(
        method=params.method,
        class_index=chosen,
        layer=layer if params.method != "input_gradient" else None,
        map=encode(heat, encoding),
    )


def _layer(params: ExplainParams, steps: dict[str, Step], shapes: dict[str, Shape]) -> str:
    """The layer that the method looks at."""
    if params.method == "input_gradient":
        return next(reversed(steps))
    with_maps = [
        name for name in receptive_fields(steps, shapes) if max(shapes[name][1:]) > 1 and name != INPUT
    ]
    if params.layer is None:
        if params.method == "effective_receptive_field":
            raise Refused("missing", "Name the layer of the unit.", "layer")
        if not with_maps:
            raise Refused(
                "no-maps",
                "This network has no layer whose maps lie over the picture; try input_gradient.",
                "method",
            )
        return with_maps[-1]
    if params.layer not in shapes or params.layer == INPUT:
        raise Refused("no-such-layer", f"There is no layer {params.layer!r}.", "layer")
    if params.method == "grad_cam" and params.layer not in with_maps:
        raise Refused(
            "no-maps", f"{params.layer} ({written(shapes[params.layer])}) has no maps to weigh.", "layer"
        )
    return params.layer


def _place(params: ExplainParams, layer: str, shape: Shape) -> tuple[int, ...]:
    place = middle(shape, params.channel, params.y, params.x)
    check_place(layer, shape, place)
    return place
