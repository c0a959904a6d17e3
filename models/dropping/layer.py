"""One dropout on one tensor: the mask that a seed draws, the scale, and what is left."""

from dataclasses import dataclass
from typing import Literal

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor

from models.dropping import connect
from models.dropping.keep import KeepRate, keep_rate
from models.errors import Refused
from models.layers.drop_block import keep_probability
from models.layers.dropout import BLOCK_SIZE, dropout, dropout_mask, scale_of
from models.layers.probability import keeping_scale
from models.normalization.source import Given
from models.views.run import Seed

Dropping = Literal["element", "channel", "block", "row", "batch", "alpha", "connect"]
"""What is dropped: activations in one of their variants, or the weights of the layer."""
SCALED_BY_P = ("element", "channel", "row", "batch", "connect")
"""Those that divide by 1 - p, and so could as well be scaled in evaluation."""


class DropoutSettings(BaseModel):
    """How a tensor is dropped from."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    variant: Dropping = Field(
        default="element",
        description="element: Dropout; channel: SpatialDropout; block: DropBlock; row: DropPath; batch: Stochastic "
        "Depth; alpha: AlphaDropout; connect: DropConnect, on the weights of a convolution or a linear layer.",
    )
    p: float = Field(default=0.5, ge=0, le=1, allow_inf_nan=False, description="The probability to drop.")
    seed: Seed = 0
    mode: Literal["train", "eval"] = "train"
    scaling: Literal["inverted", "classic"] = Field(
        default="inverted",
        description="inverted divides by 1 - p in training; classic multiplies by 1 - p in eval.",
    )
    block_size: int = Field(default=BLOCK_SIZE, ge=1, le=31, description="The side of a block.")


@dataclass(frozen=True)
class Dropped:
    """What became of a tensor. `mask` broadcasts to it, or has the shape of `weight` (connect); None in eval.

    `weight` holds the layer's weights as they were used; `keep` what the mask kept.
    """

    mask: Tensor | None
    output: Tensor
    scale: float
    keep: KeepRate | None
    weight: Tensor | None = None


def drop(given: Given, settings: DropoutSettings) -> Dropped:
    """Drop from the tensor of `given`. Refused where the variant does not fit it."""
    check(given, settings)
    if settings.variant == "connect":
        return _connect(given, settings)
    x = given.x
    if settings.mode == "eval":
        scale = 1 - settings.p if settings.scaling == "classic" else 1.0
        return Dropped(None, x * scale, scale, None)
    mask = draw(x.shape, settings)
    if settings.scaling == "classic":
        return Dropped(mask, x * mask, 1.0, kept(mask, x.shape, settings))
    output = dropout(x, mask, settings.p, settings.variant)
    return Dropped(mask, output, scale_of(mask, settings.p, settings.variant), kept(mask, x.shape, settings))


def generator(seed: int) -> torch.Generator:
    """What a mask is drawn with, here, in a walk and in a program of one's own."""
    return torch.Generator().manual_seed(seed)


def draw(shape: torch.Size, settings: DropoutSettings) -> Tensor:
    """The mask for activations of `shape` (B, C, …)."""
    assert settings.variant != "connect"
    return dropout_mask(shape, settings.p, settings.variant, generator(settings.seed), settings.block_size)


def kept(mask: Tensor, shape: torch.Size, settings: DropoutSettings) -> KeepRate:
    """What a mask for activations of `shape` kept."""
    if settings.variant == "block":
        expected = float(keep_probability(shape, settings.p, settings.block_size).mean())
        return keep_rate(mask, expected, independent=False)
    return keep_rate(mask, 1 - settings.p)


def check(given: Given, settings: DropoutSettings) -> None:
    """Refused where the variant does not fit the tensor, or cannot be scaled as asked."""
    if settings.variant == "block" and given.x.ndim != 4:
        raise Refused("no-maps", "Blocks are squares of a map; this layer gives single numbers.", "variant")
    if settings.scaling == "classic" and settings.variant not in SCALED_BY_P:
        raise Refused(
            "no-effect",
            "This variant does not divide by 1 - p in training, so there is nothing to leave for later.",
            "scaling",
        )
    if settings.variant == "connect":
        connect.layer(given)


def _connect(given: Given, settings: DropoutSettings) -> Dropped:
    step, taken = connect.layer(given), connect.taken(given)
    weight: Tensor = step.arguments["weight"]
    inverted = settings.scaling == "inverted"
    if settings.mode == "eval":
        scale = 1.0 if inverted else 1 - settings.p
        return Dropped(None, connect.output(step, taken, weight * scale), scale, None, weight * scale)
    mask = connect.mask(step, settings.p, generator(settings.seed))
    scale = keeping_scale(settings.p) if inverted else 1.0
    used = weight * mask * scale
    return Dropped(
        mask, connect.output(step, taken, used), scale, keep_rate(mask, 1 - settings.p), used.contiguous()
    )


def connections(given: Given) -> int:
    """The weights behind one output channel of the layer."""
    return int(connect.layer(given).arguments["weight"][0].numel())
