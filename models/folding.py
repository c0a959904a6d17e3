"""Batch normalisation by running statistics is one scale and shift for each channel: part of the convolution before it.

A walk that neither records nor changes a pair of convolution and normalisation computes both as one convolution,
whose weights were worked out once: y = γ (w ∗ x + b - μ) / √(σ² + ε) + β = (s w) ∗ x + (s (b - μ) + β), s = γ / √(σ² + ε).
The result differs in rounding alone. Jacob et al. 2018, https://arxiv.org/abs/1712.05877, section 3.2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from models.network import Step


@dataclass(frozen=True)
class Fold:
    """The convolution that a normalisation was folded into, and the one step that computes both."""

    conv: Step
    step: Step


def with_folds(steps: dict[str, Step]) -> dict[str, Step]:
    """The steps, each normalisation that can be folded holding its fold."""
    uses = Counter(name for step in steps.values() for name in step.inputs)
    folded = dict(steps)
    for name, step in steps.items():
        conv = steps.get(step.inputs[0])
        if (
            step.kind == "norm"
            and step.arguments["method"] == "batch"
            and step.arguments["statistics"] == "running"
            and conv is not None
            and conv.kind == "conv"
            and uses[conv.name] == 1
        ):
            folded[name] = replace(step, fold=Fold(conv, _merged(conv, step)))
    return folded


def _merged(conv: Step, norm: Step) -> Step:
    a = {key: value.double() for key, value in norm.arguments.items() if isinstance(value, torch.Tensor)}
    weight, bias = conv.arguments["weight"], conv.arguments["bias"]
    scale = a["gamma"] / (a["running_var"] + norm.arguments["eps"]).sqrt()
    shift = ((0 if bias is None else bias.double()) - a["running_mean"]) * scale + a["beta"]
    merged = (weight.double() * scale.view(-1, 1, 1, 1)).float()  # in the memory format of the weight
    return replace(
        conv, name=norm.name, arguments={**conv.arguments, "weight": merged, "bias": shift.float()}
    )


def fold(
    steps: dict[str, Step], recorded: AbstractSet[str], normalizations: AbstractSet[str]
) -> dict[str, Step]:
    """The steps, each pair made one that is as trained and of which nothing is recorded but the outcome."""
    folded = dict(steps)
    for name, step in steps.items():
        if (
            step.fold is not None
            and steps[step.fold.conv.name] is step.fold.conv
            and step.fold.conv.name not in recorded
            and name not in normalizations
        ):
            folded[name] = replace(step.fold.step, scaled=step.scaled, masked=step.masked)
    return folded
