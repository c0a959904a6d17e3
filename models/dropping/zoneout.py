"""Dropout and zoneout on the state of a recurrent network that reads a picture row by row, by the same masks."""

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor as Array

from models.errors import Refused
from models.layers.gru import StateRule
from models.network import Step
from models.networks.registry import FASHION_MNIST
from models.networks.weights import Loaded, load_network
from models.normalization.source import Given
from models.recorder import Record, Recording, walk
from models.tensors import Encoding, Tensor, encode
from models.views.run import ClassScore, Seed, scores

NETWORK = "row_gru"
TOP = 3


class ZoneoutParams(BaseModel):
    """Read the member by `row_gru`, three times over."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    p: float = Field(default=0.2, ge=0, le=1, allow_inf_nan=False)
    seed: Seed = 0
    units: int = Field(
        default=8, ge=1, le=32, description="How many units to return: those that vary most over time."
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
    rules: tuple[StateRule, ...] = ("none", "dropout", "zoneout")
    x = given.inputs[member : member + 1]
    found = {rule: _run(loaded, step, x, rule, params) for rule in rules}
    states = {rule: _rows(recording.activations[step.name]) for rule, recording in found.items()}
    mask = found["zoneout"].dropouts[step.name].mask
    assert mask is not None
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
        mask=shown(_rows(mask)),
        size=rms(clean),
        strays=OfRules(dropout=strays("dropout"), zoneout=strays("zoneout")),
        predictions=RecurrentPredictions(
            clean=_predicted(loaded, found["none"]),
            dropout=_predicted(loaded, found["dropout"]),
            zoneout=_predicted(loaded, found["zoneout"]),
        ),
    )


def _run(loaded: Loaded, step: Step, x: Array, rule: StateRule, params: ZoneoutParams) -> Recording:
    """Read `x` (1, 1, 28, 28), the states' units kept or dropped by the mask of the seed."""
    steps = {**loaded.network.steps, step.name: step.having(rule=rule, p=params.p, seed=params.seed)}
    return walk(
        steps, x, Record(frozenset({step.name, loaded.network.output}), dropouts=frozenset({step.name}))
    )


def _rows(maps: Array) -> Array:
    """Maps of one column (1, hidden, T, 1) as rows (T, hidden)."""
    return maps[0, :, :, 0].T


def _predicted(loaded: Loaded, recording: Recording) -> list[ClassScore]:
    return scores(loaded, recording.activations[loaded.network.output][0], TOP)


def rms(values: Array) -> list[float]:
    """Of each row of `values` (T, units)."""
    return torch.sqrt(values.double().square().mean(1)).tolist()
