"""The normalisation layer that is asked for, every setting that was left open filled in."""

from dataclasses import dataclass
from math import gcd
from typing import Annotated, Literal, get_args

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor

from models.errors import Refused
from models.kernel_set import Value
from models.layers.normalization import Statistics
from models.layers.running import Running
from models.normalization.source import Given
from models.recorder import LARGEST

Method = Literal["batch", "layer", "layer_channels", "instance", "group", "rms"]
METHODS: tuple[Method, ...] = get_args(Method)
PerChannel = Value | Annotated[list[Value], Field(min_length=1, max_length=4096)]
EPS = 1e-5


class LayerSettings(BaseModel):
    """A normalisation layer: how it shares statistics and what it does with them."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    method: Method = Field(
        "batch",
        description="layer shares over C, H and W; layer_channels over the channels of each place, as Transformers do.",
    )
    groups: int = Field(
        1, ge=1, le=4096, description="For the method group: in how many groups the channels go."
    )
    eps: float | None = Field(
        None,
        ge=0,
        le=10,
        allow_inf_nan=False,
        description="Added to the variance; null is the trained layer's, else 1e-5.",
    )
    gamma: PerChannel | None = Field(
        None, description="One number, or one a channel; null is the trained layer's, else 1."
    )
    beta: PerChannel | None = Field(None, description="Likewise; else 0.")
    mode: Literal["train", "eval"] = "train"
    track_running_stats: bool = Field(
        True, description="For the method batch; without, eval uses the batch's own."
    )
    momentum: float | None = Field(
        0.1,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="How much a batch changes the running statistics; null weighs all batches alike.",
    )
    running: Literal["trained", "fresh", "fed"] | None = Field(
        None,
        description="Which running statistics there are before this batch: the trained layer's; 0 and 1; or those "
        "after the batches of `training`. null is trained where they are there, else fresh.",
    )


class TrainedNorm(BaseModel):
    """The normalisation of the network that takes this tensor."""

    layer: str
    method: str
    groups: int
    eps: float
    tracked: bool = Field(description="Whether it has running statistics.")


@dataclass(frozen=True)
class Layer:
    """`gamma` and `beta` are (C); `statistics` those that normalise: None where the method has no choice.

    `running` is there with the method batch and tracking.
    """

    method: Method
    groups: int
    eps: float
    gamma: Tensor
    beta: Tensor
    statistics: Statistics | None
    momentum: float | None
    running: Running | None
    mode: Literal["train", "eval"]


def resolve(settings: LayerSettings, source: Given, fed: Running | None) -> Layer:
    """The layer for `source`. Refused where groups or a number a channel do not fit the channels."""
    channels = source.x.shape[1]
    trained = source.norm.arguments if source.norm else {}
    running = None
    if settings.method == "batch" and settings.track_running_stats:
        running = _running(settings, source, fed)
    statistics: Statistics | None = None
    if settings.method == "batch":
        statistics = "running" if settings.mode == "eval" and running is not None else "batch"
    eps = settings.eps
    if eps is None:
        eps = float(trained.get("eps", EPS))
    return Layer(
        settings.method,
        _groups(settings, channels),
        eps,
        _per_channel(settings.gamma, trained.get("gamma"), 1.0, channels, "gamma"),
        _per_channel(settings.beta, trained.get("beta"), 0.0, channels, "beta"),
        statistics,
        settings.momentum,
        running,
        settings.mode,
    )


def _groups(settings: LayerSettings, channels: int) -> int:
    """Those asked for; where another method leaves them idle, the nearest that divide the channels."""
    if channels % settings.groups == 0:
        return settings.groups
    if settings.method == "group":
        raise Refused("groups", f"{settings.groups} groups do not divide {channels} channels.", "groups")
    return gcd(settings.groups, channels)


def _per_channel(
    asked: float | list[float] | None, trained: Tensor | None, neutral: float, channels: int, field: str
) -> Tensor:
    if asked is None:
        return torch.full((channels,), neutral) if trained is None else trained.detach().clone()
    if isinstance(asked, list):
        if len(asked) != channels:
            raise Refused(
                "wrong-size", f"{len(asked)} numbers were given; the tensor has {channels} channels.", field
            )
        return torch.tensor(asked)
    return torch.full((channels,), float(asked))


def _running(settings: LayerSettings, source: Given, fed: Running | None) -> Running:
    trained = trained_running(source)
    wanted = settings.running or ("fresh" if trained is None else "trained")
    if wanted == "trained":
        if trained is None:
            raise Refused(
                "no-running-statistics",
                "No trained layer with running statistics takes this tensor.",
                "running",
            )
        return trained
    if wanted == "fed":
        if fed is None:
            raise Refused("missing", "fed needs `training`: the batches to feed.", "training")
        return fed
    return Running.fresh(source.x.shape[1])


def trained_norm(source: Given) -> TrainedNorm | None:
    """The network's layer that takes this tensor."""
    if source.norm is None:
        return None
    a = source.norm.arguments
    return TrainedNorm(
        layer=source.norm.name,
        method=a["method"],
        groups=a.get("groups", 1),
        eps=a["eps"],
        tracked=a.get("running_mean") is not None,
    )


def trained_running(source: Given) -> Running | None:
    """What training left in the layer that takes this tensor."""
    if source.norm is None or source.norm.arguments.get("running_mean") is None:
        return None
    assert source.loaded is not None
    a = source.norm.arguments
    batches = source.loaded.network.module.get_buffer(f"{source.norm.name}.num_batches_tracked")
    return Running(a["running_mean"], a["running_var"], int(batches))


def check_range(*outputs: Tensor) -> None:
    """Refused where normalising led out of the range of float32, or to what is no number."""
    for y in outputs:
        if not (float(y.amin()) >= -LARGEST and float(y.amax()) <= LARGEST):
            raise Refused(
                "overflow",
                "Divided by so small a spread the numbers leave the range of float32; use a larger eps.",
                "eps",
            )


def check_channel(channel: int, count: int, field: str) -> None:
    """Refused where there is no such channel."""
    if channel >= count:
        raise Refused("out-of-range", f"The layer has {count} channels, counted from 0.", field)
