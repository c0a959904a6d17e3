"""What follows a dropout: a mean over masks of something that is not linear is not what it is without dropout."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import sqrt
from typing import Literal

import torch
from pydantic import BaseModel, Field
from torch import Tensor

from models.dropping.checkpoints import checkpoints, parts
from models.dropping.draws import Activations, Weights
from models.dropping.rest import Rest, behind
from models.errors import Refused
from models.normalization.source import Given
from models.shapes import multiply_adds
from models.views.describe import Words

FEWEST = 20
"""Masks below which nothing can be said about a mean."""
SHOWN = 16
MAX_EFFORT = 30_000_000
"""Decisions drawn and applied: about half a second of one thread."""
MAX_NUMBERS = 400_000_000
"""Written by all layers up to the function, and added up: about a second."""

Function = Literal["relu", "softmax"]


class PairOfMeans(BaseModel):
    """One number of what follows: without dropout, and its mean over the masks."""

    index: list[int]
    name: Words | None = Field(description="Of a class.")
    value: float
    mean: float


class ErrorOfMean(BaseModel):
    """How far the mean over the first N masks is from the value without dropout, over all numbers of a layer."""

    layer: str
    error_max: list[float]
    error_rms: list[float]
    standard_error: list[float] = Field(
        description="What chance alone makes of it: the root mean square of std / √N. What stays above is bias."
    )
    bias: float = Field(
        description="The root mean square error at the last N without the part that chance explains."
    )


class AfterResult(BaseModel):
    """What follows the layer, by the same masks; fewer of them where the rest of the network takes long."""

    function: Function
    draws: list[int]
    linear: ErrorOfMean = Field(description="What the function is given: all linear up to there.")
    curved: ErrorOfMean = Field(description="After it.")
    pairs: list[PairOfMeans] = Field(
        description="The numbers after the function that moved most, or the classes."
    )


@dataclass
class _Means:
    """Sums over masks of a layer's numbers and their squares, and the errors of the mean at the points passed."""

    layer: str
    value: Tensor
    sums: Tensor = field(init=False)
    squares: Tensor = field(init=False)
    error_max: list[float] = field(default_factory=list)
    error_rms: list[float] = field(default_factory=list)
    standard_error: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sums, self.squares = torch.zeros_like(self.value), torch.zeros_like(self.value)

    def add(self, found: Tensor) -> None:
        """`found` (n, …) of n masks: their deviations from the value without dropout."""
        off = found - self.value.float()
        self.sums += off.sum(0)
        self.squares += off.square_().sum(0)

    def look(self, count: int) -> None:
        """Note the errors of the mean over the `count` masks so far."""
        error = self.sums / count
        variance = (self.squares / count - error.square()).clamp(min=0) * count / max(count - 1, 1)
        self.error_max.append(float(error.abs().amax()))
        self.error_rms.append(sqrt(float(error.square().mean())))
        self.standard_error.append(sqrt(float(variance.mean()) / count))

    def result(self) -> ErrorOfMean:
        rms, chance = self.error_rms[-1], self.standard_error[-1]
        return ErrorOfMean(
            layer=self.layer,
            error_max=self.error_max,
            error_rms=self.error_rms,
            standard_error=self.standard_error,
            bias=sqrt(max(rms**2 - chance**2, 0.0)),
        )


@dataclass(frozen=True)
class _Path:
    """From the dropped tensor to what the function is given, and the function."""

    run: Callable[[Tensor], Tensor]
    function: Callable[[Tensor], Tensor]
    names: tuple[str, str]
    affordable: int
    at_once: int


def follow(
    given: Given, member: int, drawn: Activations | Weights, function: Function, draws: int, seed: int
) -> AfterResult:
    """The means of what `function` is given and of what it gives, over masks, for one member.

    Refused where nothing follows, or where even 20 masks would take too long.
    """
    path = _by_hand(given, function) if given.loaded is None else _of_network(given, member, function)
    allowed = min(path.affordable, _affordable(given, drawn))
    if allowed < min(FEWEST, draws):
        raise Refused(
            "too-much-work",
            f"What follows {given.layer} takes too long to be run for {FEWEST} masks; choose a later layer.",
            "expectation.after",
        )
    points = checkpoints(min(draws, allowed))
    without = path.run(given.x[member : member + 1])
    linear = _Means(path.names[0], without[0].double())
    curved = _Means(path.names[1], path.function(without)[0].double())
    seen = 0
    for masks in drawn.masks(points[-1], seed):
        for part in torch.split(masks, path.at_once):
            before = path.run(drawn.outputs(part))
            results = path.function(before)
            for first, last, is_point in parts(points, seen, len(part)):
                linear.add(before[first:last])
                curved.add(results[first:last])
                if is_point:
                    linear.look(seen + last)
                    curved.look(seen + last)
            seen += len(part)
    return AfterResult(
        function=function,
        draws=points,
        linear=linear.result(),
        curved=curved.result(),
        pairs=_pairs(given, curved, function, seen),
    )


def _affordable(given: Given, drawn: Activations | Weights) -> int:
    """Masks for which the dropped layer itself can be computed."""
    if isinstance(drawn, Activations):
        return MAX_EFFORT // (drawn.effort + given.x[0].numel())
    assert given.loaded is not None
    work = multiply_adds(drawn.step, given.loaded.shapes[drawn.step.name]) // 50
    return MAX_EFFORT // (drawn.effort + work)


def _runs(rest: Rest) -> int:
    """Versions that the rest of the network can be run for, their numbers added up as well."""
    return min(rest.affordable(), MAX_NUMBERS // rest.numbers)


def _by_hand(given: Given, function: Function) -> _Path:
    """Numbers by hand have no network behind them: the function is applied to them."""
    numbers = given.x[0].numel()
    functions: dict[Function, Callable[[Tensor], Tensor]] = {
        "relu": torch.relu,
        "softmax": lambda x: x.softmax(1),
    }
    return _Path(lambda x: x, functions[function], ("grid", function), MAX_NUMBERS // numbers, 1 << 12)


def _of_network(given: Given, member: int, function: Function) -> _Path:
    """On to the next activation, or to the probabilities."""
    assert given.loaded is not None
    network = given.loaded.network
    if function == "softmax":
        rest = Rest.of(given, member, network.output)
        return _Path(rest.run, lambda x: x.softmax(1), (network.output, "softmax"), _runs(rest), rest.at_once)  # fmt: skip
    after = behind(network.steps, given.layer)
    curve = next((step for step in network.steps.values() if step.name in after and step.kind == "activation"), None)  # fmt: skip
    if curve is None:
        raise Refused(
            "no-effect",
            f"No activation follows {given.layer}: all that comes after it is linear up to the softmax.",
            "expectation.after",
        )
    taken = curve.inputs[0]
    rest = Rest.of(given, member, taken)

    def bent(x: Tensor) -> Tensor:
        return curve.function(x, **curve.arguments)

    return _Path(rest.run, bent, (taken, curve.name), _runs(rest), rest.at_once)


def _pairs(given: Given, curved: _Means, function: Function, count: int) -> list[PairOfMeans]:
    """The numbers whose mean is farthest from the value without dropout; of probabilities the likeliest classes."""
    named = function == "softmax" and given.loaded is not None
    value, error = curved.value.flatten(), (curved.sums / count).flatten()
    order = (value if named else error.abs()).sort(descending=True, stable=True).indices[:SHOWN].tolist()
    names = given.loaded.spec.dataset.classes() if named and given.loaded else ()
    places = torch.unravel_index(torch.tensor(order), curved.value.shape)
    return [
        PairOfMeans(
            index=[int(axis[at]) for axis in places],
            name=Words(**names[each]) if named else None,
            value=float(value[each]),
            mean=float(value[each] + error[each]),
        )
        for at, each in enumerate(order)
    ]
