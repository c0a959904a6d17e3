"""What a layer keeps: its running statistics before a batch and after it."""

from pydantic import BaseModel, Field

from models.layers.running import Running, updated
from models.normalization.layer import Layer
from models.normalization.source import Given


class RunningPair(BaseModel):
    mean: list[float]
    variance: list[float]


class RunningStatistics(BaseModel):
    """Before this batch and after it; eval changes nothing."""

    before: RunningPair
    after: RunningPair
    batches: int = Field(description="Batches that had been seen before this one.")


def keep(given: Given, layer: Layer) -> RunningStatistics | None:
    """None for a layer that keeps nothing. `given` has been normalised by it already, so that it can be."""
    before = layer.running
    if before is None:
        return None
    after = updated(before, given.x, layer.momentum) if layer.mode == "train" else before
    return RunningStatistics(before=_pair(before), after=_pair(after), batches=before.batches)


def _pair(running: Running) -> RunningPair:
    return RunningPair(mean=running.mean.tolist(), variance=running.variance.tolist())
