"""Dropout as an ensemble: every subset of a few units is a network of its own, and all share their weights.

With n units there are 2ⁿ; a subset S is drawn with the probability (1 - p)^|S| p^(n - |S|). Where nothing but one linear
layer and a softmax follows, the normalised geometric mean of all predictions is the prediction of the whole network
(Baldi & Sadowski 2013, https://papers.nips.cc/paper/4878); elsewhere it is close to it.
"""

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor as Array

from models.dropping.rest import Rest
from models.errors import Refused
from models.layers.probability import keeping_scale
from models.normalization.source import Given
from models.tensors import Encoding, Tensor, encode
from models.views.describe import Words
from models.views.run import Seed

ALL_OF = 12
"""Units up to which every subset is taken."""
SHOWN = 5


class EnsembleParams(BaseModel):
    """Drop the layer's strongest units (of maps: whole channels), in all combinations; the others always stay."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    units: int = Field(default=8, ge=1, le=16)
    draws: int = Field(
        default=2000, ge=100, le=4096, description="Subsets drawn where there are more than 12 units."
    )
    seed: Seed = 0


class ClassIndex(BaseModel):
    index: int
    name: Words


class MeansGap(BaseModel):
    """The largest difference to the whole network's probabilities, over all classes."""

    arithmetic: float
    geometric: float


class EnsembleResult(BaseModel):
    layer: str
    member: int
    units: list[int] = Field(description="The droppable units, strongest first; bit i of a subset is unit i.")
    subnets: int
    exhaustive: bool = Field(description="Whether these are all subsets there are.")
    subsets: list[int] = Field(description="Each as a number whose bits say which units are kept.")
    weights: Tensor = Field(description="[S]: how likely dropout draws each; equal where they were drawn.")
    classes: list[ClassIndex] = Field(description="The five likeliest of the whole network.")
    probabilities: Tensor = Field(description="[S, K]: of these classes, for each subset.")
    arithmetic: list[float] = Field(description="[K]: the weighted mean of the probabilities.")
    geometric: list[float] = Field(description="[K]: their weighted geometric mean, divided by its sum.")
    scaled: list[float] = Field(description="[K]: the whole network's, as in evaluation.")
    gap: MeansGap
    linear: bool = Field(
        description="Whether only linear steps and the softmax follow: then the geometric mean is exact."
    )


def enumerate_subnets(
    given: Given, member: int, p: float, params: EnsembleParams, encoding: Encoding
) -> EnsembleResult:
    """Run every subset, or as many as are drawn, through the rest of the network."""
    if given.loaded is None:
        raise Refused("wrong-kind", "Numbers by hand have no network to predict with.", "ensemble")
    x = given.x[member : member + 1]
    if params.units > x.shape[1]:
        raise Refused("out-of-range", f"The layer has {x.shape[1]} units.", "ensemble.units")
    network = given.loaded.network
    exhaustive = params.units <= ALL_OF
    count = 2**params.units if exhaustive else params.draws
    rest = Rest.of(given, member, network.output)
    rest.check(count, "ensemble.units")
    strength = x[0].flatten(1).abs().mean(1) if x.ndim > 2 else x[0].abs()
    units = strength.sort(descending=True, stable=True).indices[: params.units]
    subsets = _subsets(params, p, exhaustive)
    kept = (subsets[:, None] >> torch.arange(params.units)) & 1
    weights = _weights(kept, p) if exhaustive else torch.full((count,), 1 / count, dtype=torch.float64)
    logits = torch.cat([_logits(rest, x, units, part, p) for part in torch.split(kept, rest.at_once)])
    logs = logits.double().log_softmax(1)
    whole = rest.run(x).double().softmax(1)[0]
    arithmetic = weights @ logs.exp()
    geometric = (weights @ logs).softmax(0)
    likeliest = whole.sort(descending=True, stable=True).indices[:SHOWN]
    names = given.loaded.spec.dataset.classes()
    return EnsembleResult.model_construct(
        layer=given.layer,
        member=member,
        units=units.tolist(),
        subnets=count,
        exhaustive=exhaustive,
        subsets=subsets.tolist(),
        weights=encode(weights.float(), encoding),
        classes=[ClassIndex(index=index, name=Words(**names[index])) for index in likeliest.tolist()],
        probabilities=encode(logs.exp()[:, likeliest].float(), encoding),
        arithmetic=arithmetic[likeliest].tolist(),
        geometric=geometric[likeliest].tolist(),
        scaled=whole[likeliest].tolist(),
        gap=MeansGap(
            arithmetic=float((arithmetic - whole).abs().amax()),
            geometric=float((geometric - whole).abs().amax()),
        ),
        linear=is_linear(rest),
    )


LINEAR = {"conv", "linear", "norm", "pool", "flatten", "dropout", "add", "position", "last", "permute"}


def is_linear(rest: Rest) -> bool:
    """Whether each step of the rest is linear (but for a constant) in what the layer gives."""
    return all(
        step.kind in LINEAR
        and (step.kind != "norm" or step.arguments.get("statistics") == "running")
        and (step.kind != "pool" or step.arguments["method"] == "avg")
        for step in rest.between
    )


def _subsets(params: EnsembleParams, p: float, exhaustive: bool) -> Array:
    if exhaustive:
        return torch.arange(2**params.units)
    generator = torch.Generator().manual_seed(params.seed)
    kept = torch.empty(params.draws, params.units).bernoulli_(1 - p, generator=generator).long()
    return (kept << torch.arange(params.units)).sum(1)


def _weights(kept: Array, p: float) -> Array:
    """How likely each row of decisions (S, n) is, in float64."""
    count = kept.sum(1).double()
    return torch.pow(1 - p, count) * torch.pow(torch.tensor(p, dtype=torch.float64), kept.shape[1] - count)


def _logits(rest: Rest, x: Array, units: Array, kept: Array, p: float) -> Array:
    """The logits of each of the subsets (S, n); their units are scaled as inverted dropout scales them."""
    factors = x.new_ones(len(kept), x.shape[1])
    factors[:, units] = kept.float() * keeping_scale(p)
    versions = x * factors.view(*factors.shape, *[1] * (x.ndim - 2))
    return rest.run(versions)
