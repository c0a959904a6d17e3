"""Monte-Carlo dropout: masks also when the network is used, and the scatter of its predictions as its doubt.

Gal & Ghahramani 2016, https://arxiv.org/abs/1506.02142; the parts of the entropy after Houlsby et al. 2011,
https://arxiv.org/abs/1112.5745.
"""

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor as Array

from models.dropping.draws import subject
from models.dropping.layer import DropoutSettings
from models.dropping.rest import MAX_MULTIPLY_ADDS, MAX_NUMBERS, Rest
from models.errors import Refused
from models.normalization.source import Given
from models.shapes import multiply_adds
from models.tensors import Encoding, Tensor, encode
from models.views.describe import Words
from models.views.run import Seed

SHOWN = 5
QUANTILES = (0.025, 0.25, 0.5, 0.75, 0.975)


class MonteCarloParams(BaseModel):
    """Predict by this many masks."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    draws: int = Field(default=100, ge=2, le=500)
    seed: Seed = 0


class ClassSpread(BaseModel):
    """A class's probability over the masks; between `lo` and `hi` are 95 % of them."""

    index: int
    name: Words
    eval: float = Field(description="Without dropout.")
    mean: float
    std: float
    lo: float
    q1: float
    median: float
    q3: float
    hi: float
    first: float = Field(description="The share of masks for which it is the likeliest.")


class Entropies(BaseModel):
    """In nats."""

    eval: float = Field(description="Of the prediction without dropout.")
    mean_of_entropies: float = Field(description="Of each mask's prediction, on average.")
    predictive: float = Field(description="Of the mean prediction.")
    mutual_information: float = Field(description="The difference: on how much the masks disagree.")


class MonteCarloResult(BaseModel):
    member: int
    draws: int
    classes: list[ClassSpread] = Field(description="The five likeliest of the mean, likeliest first.")
    probabilities: Tensor = Field(description="[draws, K]: of these classes, mask by mask.")
    entropy: Entropies


def predict_often(
    given: Given, member: int, settings: DropoutSettings, params: MonteCarloParams, encoding: Encoding
) -> MonteCarloResult:
    """The network's predictions for one member by many masks at the layer, and without."""
    if given.loaded is None:
        raise Refused("wrong-kind", "Numbers by hand have no network to predict with.", "monte_carlo")
    network = given.loaded.network
    rest = Rest.of(given, member, network.output)
    rest.check(params.draws, "monte_carlo.draws")
    drawn = subject(given, member, settings)
    work = params.draws * (drawn.decisions + given.x[0].numel())
    heavy = (
        settings.variant == "connect"
        and params.draws * multiply_adds(network.steps[given.layer], given.loaded.shapes[given.layer])
        > MAX_MULTIPLY_ADDS // 2
    )
    if work > MAX_NUMBERS // 20 or heavy:
        raise Refused(
            "too-much-work",
            "So many masks of so many decisions would take too long; ask for fewer.",
            "monte_carlo.draws",
        )
    logits = [
        rest.run(drawn.outputs(part))
        for masks in drawn.masks(params.draws, params.seed)
        for part in torch.split(masks, rest.at_once)
    ]
    predictions = torch.cat(logits).double().softmax(1)
    return _result(given, member, predictions, rest.run(given.x[member : member + 1]), encoding)


def entropy(probabilities: Array) -> Array:
    """Of the last axis, in nats."""
    surprise: Array = torch.special.entr(probabilities)
    return surprise.sum(-1)


def _result(
    given: Given, member: int, predictions: Array, logits: Array, encoding: Encoding
) -> MonteCarloResult:
    assert given.loaded is not None
    whole = logits.double().softmax(1)[0]
    mean = predictions.mean(0)
    likeliest = mean.sort(descending=True, stable=True).indices[:SHOWN].tolist()
    quantiles = torch.quantile(predictions[:, likeliest], predictions.new_tensor(QUANTILES), dim=0)
    first = predictions.argmax(1)
    names = given.loaded.spec.dataset.classes()
    spreads = []
    for at, index in enumerate(likeliest):
        lo, q1, median, q3, hi = quantiles[:, at].tolist()
        spreads.append(
            ClassSpread(
                index=index,
                name=Words(**names[index]),
                eval=float(whole[index]),
                mean=float(mean[index]),
                std=float(predictions[:, index].std()),
                lo=lo,
                q1=q1,
                median=median,
                q3=q3,
                hi=hi,
                first=float((first == index).double().mean()),
            )
        )
    parts = float(entropy(predictions).mean())
    predictive = float(entropy(mean))
    return MonteCarloResult.model_construct(
        member=member,
        draws=len(predictions),
        classes=spreads,
        probabilities=encode(predictions[:, likeliest].float(), encoding),
        entropy=Entropies(
            eval=float(entropy(whole)),
            mean_of_entropies=parts,
            predictive=predictive,
            mutual_information=max(predictive - parts, 0.0),
        ),
    )
