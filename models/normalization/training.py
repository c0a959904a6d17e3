"""Batch after batch through one layer: how its running statistics come about."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Literal

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor

from models.errors import Refused
from models.layers.normalization import normalize, statistics_of
from models.layers.running import Running, updated
from models.normalization.layer import Layer, check_channel, check_range, trained_running
from models.normalization.population import population
from models.normalization.predictions import predict
from models.normalization.source import Given
from models.views.run import ClassScore, Seed

MOST_FED = 1 << 28
"""Numbers that all batches together may have."""


class BatchesParams(BaseModel):
    """Batches of random held-out images, fed one after the other."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    size: int = Field(16, ge=1, le=128, description="Images in each batch.")
    steps: int = Field(60, ge=1, le=200, description="How many batches.")
    step: int | None = Field(
        None, ge=0, le=200, description="After how many batches to evaluate; all of them when left out."
    )
    seed: Seed = 0
    channel: int = Field(0, ge=0, description="The channel whose statistics are told.")
    begin: Literal["fresh", "trained"] = Field(
        "fresh", description="The running statistics before the first batch: 0 and 1, or what training left."
    )


class StatisticsPair(BaseModel):
    mean: float
    variance: float


class PopulationStatistics(StatisticsPair):
    """Mean and biased variance over all images that batches are drawn from."""

    images: int


class TrainPrediction(BaseModel):
    predictions: list[ClassScore]


class OutputDifference(BaseModel):
    """Between two tensors of one shape: the largest, and the root of the mean square."""

    max: float
    rms: float


class EvalPrediction(TrainPrediction):
    difference: OutputDifference = Field(description="Between the layer's output in eval and in train mode.")


class BatchesResult(BaseModel):
    channel: int
    n: int = Field(description="Elements that share the statistics of one batch.")
    batch_mean: list[float] = Field(description="Of each batch.")
    batch_variance: list[float] = Field(description="Biased: it normalises.")
    batch_unbiased: list[float] = Field(description="Over n - 1: it goes into the running variance.")
    running_mean: list[float] = Field(description="Before the first batch and after each.")
    running_variance: list[float]
    batches: int = Field(description="Batches that had been seen before the first of these.")
    population: PopulationStatistics
    trained: StatisticsPair | None = Field(
        description="What training left in the layer; null where there is none."
    )
    step: int = Field(description="After how many batches the predictions are.")
    train: TrainPrediction | None = Field(
        description="The picture of `at` (else the first) among its batch-mates, this layer normalising by the "
        "batch. null where the network has no batch normalisation here."
    )
    eval: EvalPrediction | None = Field(
        description="The same picture with this layer's running statistics of `step`."
    )


@dataclass(frozen=True)
class Feed:
    """The batches of a question: `images` (N, C, …) and the places in them of each batch's (size).

    `begin` are the running statistics before the first.
    """

    images: Tensor
    batches: list[Tensor]
    step: int
    begin: Running

    def of(self, channel: int | None = None) -> Iterator[Tensor]:
        """Batch by batch, (size, C, …), all channels or one."""
        images = self.images if channel is None else self.images[:, channel : channel + 1].contiguous()
        return (images[batch] for batch in self.batches)


def feed(given: Given, params: BatchesParams) -> Feed:
    """The batches, each of different images. Refused where there are too many, or a batch has a single value a channel."""
    step = params.steps if params.step is None else params.step
    if step > params.steps:
        raise Refused("out-of-range", f"There are {params.steps} batches.", "training.step")
    images = population(given, "training")
    check_channel(params.channel, images.shape[1], "training.channel")
    per_image = prod(images.shape[1:])
    if params.size * params.steps * per_image > MOST_FED:
        raise Refused(
            "too-much-work",
            f"{params.steps} batches of {params.size} images, each with {per_image:,} numbers in this layer, are too "
            "much; take smaller batches or fewer.",
            "training.size",
        )
    generator = torch.Generator().manual_seed(params.seed)
    batches = [torch.randperm(len(images), generator=generator)[: params.size] for _ in range(params.steps)]
    return Feed(images, batches, step, _begin(given, params, images.shape[1]))


def _begin(given: Given, params: BatchesParams, channels: int) -> Running:
    if params.begin == "fresh":
        return Running.fresh(channels)
    trained = trained_running(given)
    if trained is None:
        raise Refused(
            "no-running-statistics",
            f"Training left no running statistics for {given.layer}.",
            "training.begin",
        )
    return trained


def fed(feed: Feed, momentum: float | None) -> Running:
    """The running statistics of all channels after the batches up to the step that is asked for."""
    running = feed.begin
    for _, batch in zip(range(feed.step), feed.of(), strict=False):
        running = _updated(running, batch, momentum)
    return running


def _updated(running: Running, batch: Tensor, momentum: float | None) -> Running:
    try:
        return updated(running, batch, momentum)
    except ValueError as error:
        raise Refused(
            "one-value",
            f"A batch of one vector has a single value a channel. PyTorch says: ValueError: {error}",
            "training.size",
        ) from None


def tell(
    given: Given, params: BatchesParams, feed: Feed, running: Running, layer: Layer, member: int
) -> BatchesResult:
    """One channel batch by batch, and what the network makes of `member` with `running`, those of the step."""
    chosen = slice(params.channel, params.channel + 1)
    told = Running(feed.begin.mean[chosen], feed.begin.variance[chosen], feed.begin.batches)
    history = [told]
    found = []
    for batch in feed.of(params.channel):
        told = _updated(told, batch, layer.momentum)
        history.append(told)
        found.append(statistics_of(batch, "batch"))
    everything = statistics_of(feed.images[:, chosen], "batch")
    train, evaluated = _predictions(given, layer, running, member)
    return BatchesResult(
        channel=params.channel,
        n=found[0].count,
        batch_mean=[float(each.mean) for each in found],
        batch_variance=[float(each.variance) for each in found],
        batch_unbiased=[float(each.unbiased) for each in found if each.unbiased is not None],
        running_mean=[float(each.mean) for each in history],
        running_variance=[float(each.variance) for each in history],
        batches=feed.begin.batches,
        population=PopulationStatistics(
            mean=float(everything.mean), variance=float(everything.variance), images=len(feed.images)
        ),
        trained=_of_channel(trained_running(given), params.channel),
        step=feed.step,
        train=train,
        eval=evaluated,
    )


def _of_channel(running: Running | None, channel: int) -> StatisticsPair | None:
    if running is None:
        return None
    return StatisticsPair(mean=float(running.mean[channel]), variance=float(running.variance[channel]))


def _predictions(
    given: Given, layer: Layer, running: Running, member: int
) -> tuple[TrainPrediction | None, EvalPrediction | None]:
    """In train and in eval mode; None where the network does not normalise this tensor by the batch."""
    if given.norm is None or given.norm.arguments["method"] != "batch" or given.layout == "tokens":
        return None, None
    if given.x.numel() == given.x.shape[1]:
        return None, None
    gamma, beta, eps = layer.gamma, layer.beta, layer.eps
    by_batch = normalize(given.x, "batch", gamma, beta, eps=eps, statistics="batch")
    by_running = normalize(given.x, "batch", gamma, beta, running.mean, running.variance, eps)
    check_range(by_batch, by_running)
    here = slice(member, member + 1)
    return (
        TrainPrediction(predictions=predict(given, member, by_batch[here])),
        EvalPrediction(
            predictions=predict(given, member, by_running[here]), difference=difference(by_running, by_batch)
        ),
    )


def difference(y: Tensor, other: Tensor) -> OutputDifference:
    """Between two outputs of one shape."""
    apart = (y - other).double()
    return OutputDifference(max=float(apart.abs().amax()), rms=float(apart.square().mean().sqrt()))
