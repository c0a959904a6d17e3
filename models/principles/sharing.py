"""The gradient of one shared weight: every place that used it adds its part.

A convolution computes y[o, i, j] = Σ w[o, c, r, k] · x[c, i·s + r·d, j·s + k·d] with the same w at all (i, j), so that
∂L/∂w[o, c, r, k] = Σᵢⱼ ∂L/∂y[o, i, j] · x[c, i·s + r·d, j·s + k·d].
"""

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor as Array

from models.errors import Refused
from models.interventions import LayerName
from models.layers.convolution import pad
from models.network import Step
from models.principles.given import Given
from models.recorder import Record, walk
from models.sensitivity import check_memory
from models.shapes import window, written
from models.tensors import Encoding, Tensor, encode


class SharingParams(BaseModel):
    """One weight of a convolution, and the class whose logit it changes."""

    model_config = ConfigDict(extra="forbid")
    layer: LayerName
    out_channel: int = Field(0, ge=0)
    in_channel: int = Field(
        0, ge=0, description="Of the kernel: counted within the group that it belongs to."
    )
    row: int = Field(0, ge=0)
    column: int = Field(0, ge=0)
    target: int | None = Field(None, ge=0, description="A class by index; the likeliest when left out.")


class SharingResult(BaseModel):
    layer: str
    kernel: list[int] = Field(description="[out_channels, in_channels / groups, k_h, k_w]")
    weight: float
    target: int
    logit: float
    gradient: float = Field(description="Of the target's logit by the weight, by PyTorch's autograd.")
    terms: Tensor = Field(
        description="[h', w']: at each place of the layer's output the logit's gradient by that output, times the number "
        "that the weight met there; padding is 0."
    )
    running: Tensor = Field(
        description="[h' · w']: the sum of the terms so far, row after row; in float64 as it grows."
    )
    sum: float = Field(description="Of all terms, in float64.")
    difference: float = Field(description="|sum - gradient|")
    positions: int = Field(description="Places that use the weight: h' · w'.")
    used: int = Field(description="Places whose term is not 0.")


def share(given: Given, params: SharingParams, encoding: Encoding) -> SharingResult:
    """One forward and one backward pass, in which the layer's weight has a gradient, and the sum beside it."""
    step = _conv(given, params)
    classes = given.shape(given.loaded.network.output)[0]
    if params.target is not None and params.target >= classes:
        raise Refused("out-of-range", f"There are {classes} classes, counted from 0.", "target")
    check_memory(given.loaded.shapes.values(), "layer")
    place = (params.out_channel, params.in_channel, params.row, params.column)
    weight = step.arguments["weight"].clone().requires_grad_()
    steps = {**given.steps, step.name: step.having(weight=weight)}
    output = given.loaded.network.output
    names = frozenset({step.name, output, *step.inputs})
    found = walk(steps, given.x, Record(names), with_gradient=True).activations
    logits = found[output][0]
    target = int(logits.argmax()) if params.target is None else params.target
    by_weight, by_output = torch.autograd.grad(logits[target], (weight, found[step.name]))
    gradient = float(by_weight[place])
    terms = terms_of(step, found[step.inputs[0]].detach(), by_output, place)
    total = float(terms.sum())
    return SharingResult.model_construct(
        layer=step.name,
        kernel=[*weight.shape],
        weight=float(step.arguments["weight"][place]),
        target=target,
        logit=float(logits.detach()[target]),
        gradient=gradient,
        terms=encode(terms.float(), encoding),
        running=encode(terms.flatten().cumsum(0).float(), encoding),
        sum=total,
        difference=abs(total - gradient),
        positions=terms.numel(),
        used=int((terms != 0).sum()),
    )


def terms_of(step: Step, x: Array, by_output: Array, place: tuple[int, int, int, int]) -> Array:
    """What each place (h', w') adds to the gradient of one weight, in float64.

    `x` (1, C, H, W) goes into the convolution and `by_output` (1, O, h', w') is the gradient of what comes out.
    """
    moving = window(step, x.shape[2:])
    assert moving is not None
    o, c, row, column = place
    out_channels, depth = step.arguments["weight"].shape[:2]
    channel = o // (out_channels // step.arguments["groups"]) * depth + c
    padded = pad(x[:, channel : channel + 1], moving.padding, step.arguments["padding_mode"])[0, 0]
    grad = by_output[0, o].double()
    met = [
        cell * dilation + torch.arange(size) * stride
        for cell, dilation, stride, size in zip(
            (row, column), moving.dilation, moving.stride, grad.shape, strict=True
        )
    ]
    return grad * padded[met[0][:, None], met[1]].double()


def _conv(given: Given, params: SharingParams) -> Step:
    """The convolution. Refused where the layer is none, or has no such weight."""
    step = given.step(params.layer)
    if step.kind != "conv":
        raise Refused(
            "wrong-kind", f"{step.name} is a layer of the kind {step.kind}; a convolution is needed.", "layer"
        )
    sizes = step.arguments["weight"].shape
    asked = (params.out_channel, params.in_channel, params.row, params.column)
    for name, index, size in zip(("out_channel", "in_channel", "row", "column"), asked, sizes, strict=True):
        if index >= size:
            raise Refused(
                "out-of-range",
                f"The kernels of {step.name} are {written(sizes)}; {name} counts from 0.",
                name,
            )
    return step
