"""Dropout and zoneout on the state of a recurrent network that reads a picture row by row, by the same masks."""

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor as Array

from models.dropping.layer import generator
from models.dropping.rest import overflow
from models.errors import Refused
from models.layers.dropout import dropout_mask
from models.layers.gru import StateRule
from models.network import Step
from models.networks.registry import FASHION_MNIST
from models.networks.weights import Loaded, load_network
from models.normalization.source import Given
from models.recorder import Record, walk
from models.tensors import Encoding, Tensor, encode
from models.views.run import ClassScore, Seed, scores

NETWORK = "row_gru"
TOP = 3


class ZoneoutParams(BaseModel):
    """Read the member by `row_gru`, three times over."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    p: float = Field(0.2, ge=0, le=1, allow_inf_nan=False)
    seed: Seed = 0
    units: int = Field(
        8, ge=1, le=32, description="How many units to return: those that vary most over time."
    )


class OfRules(BaseModel):
    """One number for each step."""

    dropout: list[float]
    zoneout: list[float]


class RecurrentPredictions(BaseModel):
    clean: list[ClassScore]
    dropout: list[ClassScore]
    zoneout: list[ClassScore]


class ZoneoutResult(BaseModel):
    network: str
    member: int
    p: float
    seed: int
    steps: int
    hidden: int = Field(description="Units of the state.")
    units: list[int] = Field(description="Those in the traces, in order.")
    clean: Tensor = Field(description="[T, units]: the state after each row.")
    dropout: Tensor
    zoneout: Tensor
    mask: Tensor = Field(
        description="[T, units], shared by both: 0 where the unit is dropped, or keeps its old value."
    )
    size: list[float] = Field(
        description="[T]: root mean square of the clean state, over all units: what strays compare with."
    )
    strays: OfRules = Field(
        description="[T]: root mean square difference to the clean state, over all units."
    )
    predictions: RecurrentPredictions


def read(given: Given, member: int, params: ZoneoutParams, encoding: Encoding) -> ZoneoutResult:
    """The states with nothing dropped, with dropout and with zoneout. Refused where there is no 28×28 picture."""
    if given.loaded is None or given.inputs is None or given.loaded.spec.dataset != FASHION_MNIST:
        raise Refused(
            "wrong-kind",
            "The recurrent network reads pictures of 28 rows; choose a network that has learned Fashion-MNIST.",
            "zoneout",
        )
    loaded = load_network(NETWORK)
    step = next(step for step in loaded.network.steps.values() if step.kind == "recurrent")
    hidden, rows, _ = loaded.shapes[step.name]
    mask = dropout_mask((1, hidden, rows, 1), params.p, "element", generator(params.seed))
    rules: tuple[StateRule, ...] = ("none", "dropout", "zoneout")
    x = given.inputs[member : member + 1]
    found = {rule: _run(loaded, step, x, mask, rule, params.p) for rule in rules}
    states = {rule: trace[0, :, :, 0].T for rule, (trace, _) in found.items()}
    clean = states["none"]
    units = clean.std(0).sort(descending=True, stable=True).indices[: params.units].sort().values

    def shown(values: Array) -> Tensor:
        return encode(values[:, units], encoding)

    def strays(rule: StateRule) -> list[float]:
        return rms(states[rule] - clean)

    return ZoneoutResult.model_construct(
        network=NETWORK,
        member=member,
        p=params.p,
        seed=params.seed,
        steps=rows,
        hidden=hidden,
        units=units.tolist(),
        clean=shown(clean),
        dropout=shown(states["dropout"]),
        zoneout=shown(states["zoneout"]),
        mask=shown(mask[0, :, :, 0].T),
        size=rms(clean),
        strays=OfRules(dropout=strays("dropout"), zoneout=strays("zoneout")),
        predictions=RecurrentPredictions(
            clean=found["none"][1], dropout=found["dropout"][1], zoneout=found["zoneout"][1]
        ),
    )


def _run(
    loaded: Loaded, step: Step, x: Array, mask: Array, rule: StateRule, p: float
) -> tuple[Array, list[ClassScore]]:
    changed = step.having(state_mask=None if rule == "none" else mask, rule=rule, p=p)
    record = Record(frozenset({step.name, loaded.network.output}))
    try:
        found = walk({**loaded.network.steps, step.name: changed}, x, record).activations
    except Refused:
        raise overflow(step.name).within("zoneout") from None
    return found[step.name], scores(loaded, found[loaded.network.output][0], TOP)


def rms(values: Array) -> list[float]:
    """Of each row of `values` (T, units)."""
    return torch.sqrt(values.double().square().mean(1)).tolist()
