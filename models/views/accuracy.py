"""How often is this network right, and what if something in it were different?"""

from math import sqrt
from time import perf_counter

import torch
import torch.nn.functional as F
from pydantic import BaseModel, ConfigDict, Field

from models import heldout
from models.errors import Refused
from models.interventions import apply
from models.networks.registry import FASHION_MNIST
from models.networks.weights import Loaded
from models.recorder import Record, walk
from models.shapes import multiply_adds, propagate
from models.views.run import Interventions, Seed

AT_ONCE = 100
MAX_WORK = 45_000_000_000
"""Multiply-adds: 2,000 images through the largest of the small networks, as it was trained."""
Z = 1.959964
"""Standard deviations to both sides of the mean that hold 95 % of a normal distribution."""


class AccuracyParams(BaseModel):
    model_config = ConfigDict(extra="forbid")
    interventions: Interventions = []
    items: int = Field(
        500,
        ge=50,
        le=heldout.ITEMS,
        description="How many held-out images, the same number of each class: the first of each in the test set.",
    )
    seed: Seed = Field(0, description="Of all masks that have no seed of their own.")


class AccuracyResult(BaseModel):
    items: int = Field(description="Images that were classified.")
    correct: int
    accuracy: float
    interval: tuple[float, float] = Field(
        description="Where the accuracy on all such images lies with 95 % confidence (Wilson 1927)."
    )
    entropy: float = Field(description="Mean entropy of the predicted distributions, in nats.")
    loss: float = Field(description="Mean cross-entropy with the true classes, in nats.")
    torch: str
    threads: int
    milliseconds: float


def accuracy(loaded: Loaded, params: AccuracyParams) -> AccuracyResult:
    """Classify held-out images in batches of 100, none of which the network was trained on."""
    if loaded.spec.dataset != FASHION_MNIST:
        raise Refused(
            "no-held-out",
            f"{loaded.spec.title['en']} has learned {loaded.spec.dataset.name}, and there are no held-out images of "
            "its kind here.",
            "name",
        )
    started = perf_counter()
    images = heldout.chosen(heldout.held_out().labels, params.items // 10)
    steps = apply(loaded.network, params.interventions, min(AT_ONCE, len(images)))
    shapes = propagate(steps, loaded.network.input_shape)
    work = len(images) * sum(multiply_adds(step, shapes[step.name]) for step in steps.values())
    if work > MAX_WORK:
        raise Refused(
            "too-much-work",
            f"This would take {work:,} multiply-adds; {MAX_WORK:,} are allowed. Classify fewer images.",
            "items",
        )
    record = Record(frozenset({loaded.network.output}))
    logits = torch.cat(
        [
            walk(steps, heldout.inputs(some, loaded.spec.dataset), record, params.seed + number).activations[
                loaded.network.output
            ]
            for number, some in enumerate(torch.split(images, AT_ONCE))
        ]
    ).double()
    labels = heldout.held_out().labels[images].long()
    correct = int((logits.argmax(1) == labels).sum())
    return AccuracyResult(
        items=len(images),
        correct=correct,
        accuracy=correct / len(images),
        interval=wilson(correct, len(images)),
        entropy=float(torch.special.entr(logits.softmax(1)).sum(1).mean()),
        loss=float(F.cross_entropy(logits, labels)),
        torch=torch.__version__,
        threads=torch.get_num_threads(),
        milliseconds=(perf_counter() - started) * 1000,
    )


def wilson(correct: int, count: int) -> tuple[float, float]:
    """The interval that holds the true share with 95 % confidence.

    Wilson 1927, https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval
    """
    share, spread = correct / count, Z**2 / count
    centre = (share + spread / 2) / (1 + spread)
    half = Z / (1 + spread) * sqrt(share * (1 - share) / count + spread / (4 * count))
    return max(centre - half, 0.0), min(centre + half, 1.0)
