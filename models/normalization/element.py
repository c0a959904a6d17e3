"""One element taken through the four steps, with those that share its statistics."""

from typing import Any

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor

from models.errors import Refused
from models.layers.normalization import Moments, spread
from models.normalization.layer import METHODS, Layer, Method
from models.normalization.sets import SetBox, box, elements
from models.normalization.source import AXES, Layout
from models.normalization.steps import Steps
from models.statistics import summarize


class ElementPlace(BaseModel):
    """An element of the tensor. Of tokens y is the token and x is 0; of vectors both are 0."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    b: int = Field(ge=0)
    c: int = Field(ge=0)
    y: int = Field(0, ge=0)
    x: int = Field(0, ge=0)


class SetHistogram(BaseModel):
    """The values of one set: 48 bins from `lo` to `hi`."""

    edges: list[float]
    counts: list[int]
    mean: float
    std: float
    lo: float
    hi: float


class ElementSteps(BaseModel):
    """Where one number comes from: y = gamma · (x - mean_used) / √(variance_used + eps) + beta."""

    index: list[int]
    x: float
    n: int
    mean: float = Field(description="Of the elements that share, of this batch.")
    variance: float = Field(description="Likewise, biased.")
    unbiased: float | None = Field(description="Likewise, over n - 1; null where n is 1.")
    mean_used: float = Field(description="Another than `mean` where running statistics normalise; 0 for rms.")
    variance_used: float
    eps: float
    centred: float
    std: float = Field(description="√(variance_used + eps).")
    normalized: float
    gamma: float
    beta: float
    y: float
    pytorch: float = Field(description="The same element of PyTorch's layer's output.")
    box: SetBox = Field(description="Those that share the statistics with it.")
    boxes: dict[Method, SetBox] = Field(description="Those that would, for every method.")
    before: SetHistogram = Field(description="The set's values in the input.")
    after: SetHistogram = Field(description="The same elements in the output.")


def place(at: ElementPlace, shape: torch.Size, layout: Layout) -> tuple[int, int, int, int]:
    """The indices, checked against the tensor's `shape` (B, C, …)."""
    names = AXES[layout]
    for axis, (name, length) in enumerate(zip(("b", "c", "y", "x"), (*shape, 1, 1), strict=False)):
        if getattr(at, name) >= length:
            called = names[axis] if axis < len(names) else name
            raise Refused("out-of-range", f"The axis {called} counts from 0 to {length - 1}.", f"at.{name}")
    return at.b, at.c, at.y, at.x


def explain(
    x: Tensor, index: tuple[int, int, int, int], layer: Layer, found: Moments, steps: Steps, y: Tensor
) -> ElementSteps:
    """The element of `x` (B, C, …) at `index` (b, c, y, x); `found` its sets' moments, `y` PyTorch's output."""
    at = index[: x.ndim]
    boxes: dict[Any, SetBox] = {method: box(method, x.shape, layer.groups, index) for method in METHODS}
    part = boxes[layer.method]

    def here(values: Tensor) -> float:
        return float(values.expand(x.shape)[at])

    def of_set(values: Tensor | None) -> float | None:
        return None if values is None else here(spread(values, x.shape, layer.method, layer.groups))

    mean, variance, unbiased = map(of_set, (found.mean, found.variance, found.unbiased))
    assert mean is not None and variance is not None
    return ElementSteps(
        index=list(at),
        x=float(x[at]),
        n=found.count,
        mean=mean,
        variance=variance,
        unbiased=unbiased,
        mean_used=here(steps.mean),
        variance_used=here(steps.variance),
        eps=layer.eps,
        centred=here(steps.centred),
        std=here((steps.variance + layer.eps).sqrt()),
        normalized=here(steps.normalized),
        gamma=float(layer.gamma[index[1]]),
        beta=float(layer.beta[index[1]]),
        y=here(steps.y),
        pytorch=here(y),
        box=part,
        boxes=boxes,
        before=histogram(elements(x, part)),
        after=histogram(elements(steps.y, part)),
    )


def histogram(values: Tensor) -> SetHistogram:
    """Of a row of values."""
    summary = summarize(values[None, None])
    return SetHistogram(**{name: each[0].tolist() for name, each in vars(summary).items()})
