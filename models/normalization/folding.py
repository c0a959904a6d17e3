"""Batch normalisation with running statistics as part of the convolution before it."""

from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor as Array

from models.errors import Refused
from models.folding import Fold
from models.layers.normalization import normalize
from models.normalization.layer import check_channel
from models.normalization.source import Given, activations
from models.tensors import Encoding, Tensor, encode

TOLERANCE = 1e-5
"""In float32 a sum of some hundred products in another order."""


class FoldingParams(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    channel: int = Field(0, ge=0, description="The kernel to show.")


class FoldingResult(BaseModel):
    conv: str
    norm: str
    channel: int
    scale: list[float] = Field(
        description="gamma / √(running variance + eps), by which each kernel is multiplied."
    )
    shift: list[float] = Field(description="The bias that the folded convolution has.")
    kernel_before: Tensor = Field(description="[in, k_h, k_w]")
    kernel_after: Tensor
    bias_after: float
    difference: float = Field(description="The largest, in parts of max(1, |output|), over the whole batch.")
    tolerance: float
    agrees: bool


def folded(given: Given, params: FoldingParams, encoding: Encoding) -> FoldingResult:
    """The convolution and the normalisation after it beside the one convolution that does both."""
    fold = _fold(given)
    assert given.loaded is not None and given.inputs is not None and given.norm is not None
    before, after = fold.conv.arguments["weight"], fold.step.arguments["weight"]
    check_channel(params.channel, len(before), "folding.channel")
    a = given.norm.arguments
    scale = a["gamma"] / (a["running_var"] + a["eps"]).sqrt()
    bias: Array = fold.step.arguments["bias"]
    apart = normalize(
        given.maps, "batch", a["gamma"], a["beta"], a["running_mean"], a["running_var"], a["eps"]
    )
    x = activations(given.loaded, given.inputs, fold.conv.inputs[0])
    at_once = fold.step.function(x, **fold.step.arguments)
    difference = float(((at_once - apart).abs() / apart.abs().clamp(min=1)).amax())
    return FoldingResult.model_construct(
        conv=fold.conv.name,
        norm=given.norm.name,
        channel=params.channel,
        scale=scale.tolist(),
        shift=bias.tolist(),
        kernel_before=encode(before[params.channel], encoding),
        kernel_after=encode(after[params.channel], encoding),
        bias_after=float(bias[params.channel]),
        difference=difference,
        tolerance=TOLERANCE,
        agrees=difference <= TOLERANCE,
    )


def _fold(given: Given) -> Fold:
    if given.norm is None or given.norm.fold is None:
        raise Refused(
            "wrong-kind",
            "Only batch normalisation with running statistics, right after a convolution, can be folded into it.",
            "folding",
        )
    return given.norm.fold
