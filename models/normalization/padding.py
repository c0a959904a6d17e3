"""Padding in a batch of sequences: it takes part in batch normalisation's statistics and in no token's own."""

import torch
import torch.nn.functional as F
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor

from models.errors import Refused
from models.layers.normalization import normalize, statistics_of
from models.normalization.layer import Layer, check_range
from models.normalization.source import Given

MOST_NORMALISED = 1 << 28
"""Numbers that are normalised for all amounts of padding together."""


class PaddingParams(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    most: int = Field(64, ge=0, le=64, description="The most zeros added to every sequence.")


class BatchShift(BaseModel):
    """One number for each amount of padding, beside statistics over the real tokens alone."""

    shift_rms: list[float] = Field(description="Root mean square by which the outputs on real tokens shift.")
    mean_shift: list[float] = Field(
        description="Root mean square over the channels of the shift of the mean, in standard deviations."
    )
    std_ratio: list[float] = Field(
        description="Mean over the channels of the standard deviation over the true one."
    )


class LayerShift(BaseModel):
    shift_rms: list[float]


class PaddingResult(BaseModel):
    pads: list[int]
    share: list[float] = Field(description="Of padding among all tokens.")
    batch: BatchShift
    layer_channels: LayerShift
    exact_layer: bool = Field(
        description="Whether layer_channels gives every real token the same bits whatever the padding."
    )


def sweep(given: Given, params: PaddingParams, layer: Layer) -> PaddingResult:
    """Normalise the tokens with 0, 1, 2, … zeros more at every end. Refused for what is no tokens, and for too many."""
    if given.lengths is None:
        raise Refused("wrong-kind", "Only tokens are padded; choose them as the source.", "padding_sweep")
    lengths = given.lengths
    longest = int(lengths.max())
    x = given.x[..., :longest]
    pads = list(range(params.most + 1))
    work = 2 * x[..., 0].numel() * sum(longest + pad for pad in pads)
    if work > MOST_NORMALISED:
        raise Refused(
            "too-much-work",
            f"{work:,} numbers would be normalised; take fewer samples or less padding.",
            "padding_sweep.most",
        )
    real = torch.arange(longest) < lengths[:, None]
    packed = x.movedim(1, -1)[real]
    if len(packed) == 1:
        raise Refused("one-value", "There is a single real token.", "source.batch")
    true = statistics_of(packed, "batch")
    std = (true.variance + layer.eps).sqrt()
    check_range(
        *(
            (true.mean - packed) / std,
            *(_normalized(packed, method, layer) for method in ("batch", "layer_channels")),
        )
    )
    shifts: dict[str, list[float]] = {"batch": [], "layer_channels": []}
    means, ratios, exact = [], [], True
    plain = {method: _normalized(packed, method, layer) for method in shifts}
    for pad in pads:
        padded = F.pad(x, (0, pad))
        for method, rows in shifts.items():
            tokens = _normalized(padded, method, layer)[..., :longest].movedim(1, -1)[real]
            rows.append(_rms(tokens - plain[method]))
            exact = exact and (method == "batch" or torch.equal(tokens, plain[method]))
        found = statistics_of(padded, "batch")
        means.append(_rms((found.mean - true.mean) / std))
        ratios.append(float(((found.variance + layer.eps).sqrt() / std).mean()))
    count = int(lengths.sum())
    return PaddingResult(
        pads=pads,
        share=[1 - count / (len(x) * (longest + pad)) for pad in pads],
        batch=BatchShift(shift_rms=shifts["batch"], mean_shift=means, std_ratio=ratios),
        layer_channels=LayerShift(shift_rms=shifts["layer_channels"]),
        exact_layer=exact,
    )


def _normalized(x: Tensor, method: str, layer: Layer) -> Tensor:
    """Tokens (B, D, L) or single ones (N, D), by their own statistics."""
    name = "batch" if method == "batch" else "layer_channels"
    return normalize(x, name, layer.gamma, layer.beta, eps=layer.eps, statistics="batch")  # type: ignore[arg-type]


def _rms(values: Tensor) -> float:
    return float(values.double().square().mean().sqrt())
