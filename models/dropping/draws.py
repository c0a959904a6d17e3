"""Many masks, one after another, for what one layer gives for one member."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor

from models.dropping import connect
from models.dropping.layer import DropoutSettings, generator
from models.layers.alpha_dropout import alpha_dropout
from models.layers.drop_block import keep_probability
from models.layers.dropout import Variant, dropout_mask, mask_shape
from models.layers.probability import keeping_scale
from models.network import Step
from models.normalization.source import Given

CHUNK = 1 << 19
"""Decisions drawn at once. Fixed, so that the first N of many masks are the same as N masks alone."""


@dataclass(frozen=True)
class Activations:
    """`x` (1, C, …), to be dropped from again and again: each draw has a mask of its own, as for a batch of one."""

    x: Tensor
    settings: DropoutSettings

    @property
    def variant(self) -> Variant:
        """A batch of one is dropped whole or kept whole: row by row, where there are many."""
        assert self.settings.variant != "connect"
        return "row" if self.settings.variant == "batch" else self.settings.variant

    def masks(self, draws: int, seed: int) -> Iterator[Tensor]:
        """The masks, some at a time: (n, C, …) broadcastable to that many versions of x."""
        source = generator(seed)
        shape = self.x.shape[1:]
        at_once = max(CHUNK // self.decisions, 1)
        for first in range(0, draws, at_once):
            count = min(at_once, draws - first)
            yield dropout_mask(
                (count, *shape), self.settings.p, self.variant, source, self.settings.block_size
            )

    def weighted(self, masks: Tensor) -> Tensor:
        """The masks (n, …) with what each kept value is multiplied by; of alpha the masks as they are."""
        if self.variant == "alpha":
            return masks
        if self.variant == "block":
            kept = masks.flatten(1).sum(1).clamp_(min=1)
            return masks * (masks[0].numel() / kept).view(-1, *[1] * (masks.ndim - 1))
        return masks * keeping_scale(self.settings.p)

    def total(self, masks: Tensor) -> Tensor:
        """The sum of weighted masks: (1, …), in float64."""
        if self.variant == "block":
            return self.weighted(masks).sum(0, keepdim=True).double()
        scale = 1.0 if self.variant == "alpha" else keeping_scale(self.settings.p)
        return masks.sum(0, keepdim=True).double() * scale

    def outputs(self, masks: Tensor) -> Tensor:
        """What is left of x under each of the masks: (n, C, …)."""
        if self.variant == "alpha":
            return alpha_dropout(self.x, masks, self.settings.p)
        return self.x * self.weighted(masks)

    def mean(self, weighted: Tensor) -> Tensor:
        """The mean output (1, C, …) for the mean of weighted masks (1, …), in float64."""
        if self.variant == "alpha":
            return alpha_dropout(self.x.double(), weighted, self.settings.p)
        return self.x.double() * weighted

    def exact(self) -> Tensor:
        """What the mean goes to, in float64; of blocks, whose scale varies, about that."""
        p = self.settings.p
        if self.variant == "block" and p < 1:
            kept = keep_probability(self.x.shape, p, self.settings.block_size)
            return self.x.double() * kept / kept.mean()
        if self.variant == "alpha":
            return alpha_dropout(self.x.double(), torch.full((1,), 1 - p, dtype=torch.float64), p)
        return self.x.double() if p < 1 else self.x.double() * 0

    @property
    def decisions(self) -> int:
        """Entries of one mask."""
        return prod(mask_shape((1, *self.x.shape[1:]), self.variant))

    @property
    def effort(self) -> int:
        """How many single decisions one mask takes as long as."""
        return self.decisions * (3 if self.variant == "block" else 1)


@dataclass(frozen=True)
class Weights:
    """The layer `step`, its weights to be dropped again and again, on what it takes (1, C, …)."""

    step: Step
    taken: Tensor
    settings: DropoutSettings

    def masks(self, draws: int, seed: int) -> Iterator[Tensor]:
        """The masks, some at a time: (n, *weights)."""
        source = generator(seed)
        shape = self.step.arguments["weight"].shape
        at_once = max(CHUNK // shape.numel(), 1)
        for first in range(0, draws, at_once):
            count = min(at_once, draws - first)
            yield torch.empty(count, *shape).bernoulli_(1 - self.settings.p, generator=source)

    def weighted(self, masks: Tensor) -> Tensor:
        """The masks with what each kept weight is multiplied by."""
        return masks * keeping_scale(self.settings.p)

    def total(self, masks: Tensor) -> Tensor:
        """The sum of weighted masks: (1, *weights), in float64."""
        return masks.sum(0, keepdim=True).double() * keeping_scale(self.settings.p)

    def outputs(self, masks: Tensor) -> Tensor:
        """What the layer gives under each of the masks: (n, C, …)."""
        weight = self.step.arguments["weight"]
        return torch.cat(
            [connect.output(self.step, self.taken, weight * mask) for mask in self.weighted(masks)]
        )

    def mean(self, weighted: Tensor) -> Tensor:
        """The mean output (1, C, …) for the mean of weighted masks (1, *weights), in float64."""
        changed = {
            **self.step.arguments,
            "weight": self.step.arguments["weight"].double() * weighted[0],
            "bias": None if self.step.arguments["bias"] is None else self.step.arguments["bias"].double(),
        }
        return self.step.function(self.taken.double(), **changed)

    def exact(self) -> Tensor:
        """What the mean goes to, in float64."""
        scale = 1.0 if self.settings.p < 1 else 0.0
        return self.mean(torch.full((1, 1), scale, dtype=torch.float64))

    @property
    def decisions(self) -> int:
        """Entries of one mask."""
        return int(self.step.arguments["weight"].numel())

    @property
    def effort(self) -> int:
        """How many single decisions one mask takes as long as."""
        return self.decisions


def subject(given: Given, member: int, settings: DropoutSettings) -> Activations | Weights:
    """What is to be dropped from, for one member."""
    if settings.variant == "connect":
        taken = connect.taken(given)[member : member + 1]
        return Weights(connect.layer(given), taken, settings)
    return Activations(given.x[member : member + 1], settings)
