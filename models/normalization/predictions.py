"""What a network makes of one member, its normalisation having given something else."""

from dataclasses import replace

from torch import Tensor

from models.errors import Refused
from models.normalization.source import Given
from models.recorder import Record, walk
from models.views.run import ClassScore, scores

TOP = 5


def predict(given: Given, member: int, output: Tensor | None = None) -> list[ClassScore]:
    """The likeliest classes of one member. `output` (1, C, …) takes the place of what the normalisation gives it."""
    assert given.loaded is not None and given.inputs is not None and given.norm is not None
    network = given.loaded.network
    steps = dict(network.steps)
    if output is not None:
        steps[given.norm.name] = replace(given.norm, function=lambda x: output, arguments={}, fold=None)
    record = Record(frozenset({network.output}))
    try:
        logits = walk(steps, given.inputs[member : member + 1], record).activations[network.output]
    except Refused as refused:
        raise Refused(refused.code, refused.detail, "gamma") from None
    return scores(given.loaded, logits[0], TOP)
