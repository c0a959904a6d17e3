"""The mean of many masked outputs against the output itself: how the error falls, and where it stays.

Inverted dropout keeps the expectation of what it is applied to, E[m h / (1 - p)] = h, and with it that of everything
linear afterwards. It does not keep that of what follows a ReLU or a softmax.
"""

from dataclasses import replace
from math import sqrt
from typing import Literal

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor as Array

from models.dropping.afterwards import AfterResult, Function, follow
from models.dropping.checkpoints import checkpoints, parts
from models.dropping.draws import Activations, Weights, subject
from models.dropping.layer import DropoutSettings
from models.errors import Refused
from models.normalization.source import Given
from models.shapes import multiply_adds
from models.tensors import Encoding, Tensor, encode
from models.views.run import Seed

MAX_DECISIONS = 64_000_000
"""Of all masks together: about a second of one thread."""


class ExpectationParams(BaseModel):
    """Draw this many masks and take the mean of what they leave of the chosen channels of one member."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    draws: int = Field(default=1000, ge=1, le=10_000)
    seed: Seed = Field(
        default=0, description="Of the sequence of masks; the first 10 of 100 are the same as 10."
    )
    after: Literal["none"] | Function = Field(
        default="none",
        description="Also take the mean of what follows: after the next activation, or of the network's probabilities.",
    )


class Band(BaseModel):
    lo: list[float]
    hi: list[float]


class ExpectationResult(BaseModel):
    member: int
    draws: list[int] = Field(description="Numbers of masks N, about ten for each power of ten, and the last.")
    error_max: list[float] = Field(
        description="The largest |mean of N - h| over the chosen channels; of connect over all."
    )
    error_rms: list[float]
    line: list[float] | None = Field(
        description="What is expected of error_rms: c / √N. null for block and alpha."
    )
    interval: Band | None = Field(
        description="Between these error_rms lies with a probability of about 95 %; null also for connect."
    )
    limit: float = Field(
        description="Where error_rms goes to in the end: 0, but for p = 1; for alpha, which does not keep an element's "
        "expectation; and for block, which drops the middle of a map more often than its rim (about)."
    )
    mean: Tensor = Field(description="Over all masks: [K, …], the chosen channels.")
    after: AfterResult | None


def expect(
    given: Given,
    member: int,
    settings: DropoutSettings,
    params: ExpectationParams,
    channels: Array,
    encoding: Encoding,
) -> ExpectationResult:
    """Draw the masks for one member and follow the mean."""
    whole = subject(given, member, settings)
    drawn, h, shown = whole, given.x[member].double(), channels
    if isinstance(whole, Activations):
        drawn, h = replace(whole, x=whole.x[:, channels]), h[channels]
        shown = torch.arange(len(channels))
    points = checkpoints(params.draws)
    _check(given, drawn, params.draws, len(points))
    sums = _running(drawn, params, points)
    errors = [(drawn.mean(total / count)[0] - h) for count, total in zip(points, sums, strict=True)]
    line, interval = _law(drawn, points)
    mean = drawn.mean(sums[-1] / params.draws)[0].float()
    return ExpectationResult.model_construct(
        member=member,
        draws=points,
        error_max=[float(error.abs().amax()) for error in errors],
        error_rms=[_rms(error) for error in errors],
        line=line,
        interval=interval,
        limit=_rms(drawn.exact()[0] - h),
        mean=encode(mean[shown], encoding),
        after=None
        if params.after == "none"
        else follow(given, member, whole, params.after, params.draws, params.seed),
    )


def _check(given: Given, drawn: Activations | Weights, draws: int, points: int) -> None:
    allowed = MAX_DECISIONS // drawn.effort
    if draws > allowed:
        raise Refused(
            "too-much-work",
            f"{draws:,} masks of {drawn.decisions:,} decisions are too many; {allowed:,} masks are allowed here. "
            "Ask for fewer masks or channels, or choose a layer that gives less.",
            "expectation.draws",
        )
    if isinstance(drawn, Weights):
        assert given.loaded is not None
        work = points * multiply_adds(drawn.step, given.loaded.shapes[drawn.step.name])
        if work > MAX_DECISIONS * 20:
            raise Refused("too-much-work", "This layer takes too long to be run so often.", "expectation")


def _running(drawn: Activations | Weights, params: ExpectationParams, points: list[int]) -> list[Array]:
    """The sum of the weighted masks up to each of `points`, in float64."""
    total: Array | None = None
    sums: list[Array] = []
    seen = 0
    for masks in drawn.masks(params.draws, params.seed):
        for first, last, is_point in parts(points, seen, len(masks)):
            part = drawn.total(masks[first:last])
            total = part if total is None else total + part
            if is_point:
                sums.append(total)
        seen += len(masks)
    return sums


def _law(drawn: Activations | Weights, points: list[int]) -> tuple[list[float] | None, Band | None]:
    """What chance makes of the root mean square error: √(p / (1 - p) · mean h² / N), and its interval.

    N · error² is a sum of squares of about normal numbers, one for each decision, weighted by what it decides on; the
    interval is that of a χ² with the same mean and variance (Satterthwaite 1946), by Wilson & Hilferty's cube root.
    """
    p = drawn.settings.p
    odds = p / (1 - p) if p < 1 else 0.0
    if isinstance(drawn, Weights):
        a = drawn.step.arguments
        squares = {**a, "weight": a["weight"].double().square(), "bias": None}
        variances = odds * drawn.step.function(drawn.taken.double().square(), **squares)
        return [sqrt(float(variances.mean()) / count) for count in points], None
    if drawn.variant in ("block", "alpha"):
        return None, None
    power = drawn.x.double().square()
    by_channel = power.view(1, power.shape[1], -1).sum(2)
    by_decision = {"channel": by_channel, "row": power.sum()[None]}.get(drawn.variant, power)
    c = sqrt(odds * float(power.mean()))
    line = [c / sqrt(count) for count in points]
    if c == 0:
        return line, None
    freedom = float(by_decision.sum().square() / by_decision.square().sum())
    lo, hi = (sqrt(_chi_squared(freedom, z) / freedom) for z in (-1.96, 1.96))
    return line, Band(lo=[lo * each for each in line], hi=[hi * each for each in line])


def _chi_squared(freedom: float, z: float) -> float:
    """The quantile of χ² at the normal distribution's quantile `z`."""
    return freedom * max(1 - 2 / (9 * freedom) + z * sqrt(2 / (9 * freedom)), 0.0) ** 3


def _rms(values: Array) -> float:
    return sqrt(float(values.square().mean()))
