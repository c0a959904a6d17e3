"""Stochastic depth: which residual branches a network goes through, for the whole batch or for each sample."""

import torch
from pydantic import BaseModel, ConfigDict, Field

from models.errors import Refused
from models.layers.dropout import Variant, dropout_mask
from models.masking import layer_seed
from models.members import NetworkName
from models.network import Step
from models.networks.registry import SPECS
from models.networks.weights import load_network
from models.views.run import Seed


class DepthParams(BaseModel):
    """Draw the masks of a network's residual branches, the same that a run of it with this seed draws."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    network: NetworkName
    seed: Seed = 0
    members: int = Field(default=8, ge=1, le=16, description="Samples in the batch.")
    p: float | None = Field(
        default=None,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Of the last branch, the others by the linear rule p · l / L; null: as trained.",
    )
    variant: Variant | None = Field(default=None, description="row or batch; null: as trained.")


class Branch(BaseModel):
    name: str
    p: float
    survival: float = Field(description="1 - p.")
    seed: int = Field(description="What its mask's generator was seeded with.")
    kept: list[int] = Field(description="[B]: 1 where the sample goes through the branch.")


class DepthResult(BaseModel):
    network: str
    variant: str
    seed: int
    branches: list[Branch] = Field(description="In order of depth.")
    expected: float = Field(description="Branches gone through on average: the sum of the survivals.")
    total: int
    drawn: list[int] = Field(description="[B]: branches that each sample goes through.")


def draw_branches(params: DepthParams) -> DepthResult:
    """The masks of all branches. Refused for a network that was not trained with stochastic depth."""
    if params.network not in SPECS:
        raise Refused(
            "no-such-network",
            f"There is no network of this name; there are {', '.join(SPECS)}.",
            "depth.network",
        )
    if params.variant not in (None, "row", "batch"):
        raise Refused("wrong-kind", "Branches are dropped by row or by batch.", "depth.variant")
    steps = [
        step
        for step in load_network(params.network).network.steps.values()
        if step.operation == "StochasticDepth"
    ]
    if not steps:
        raise Refused(
            "wrong-kind", f"{params.network} has no residual branches that it could skip.", "depth.network"
        )
    branches = [_branch(step, depth, len(steps), params) for depth, step in enumerate(steps, 1)]
    return DepthResult(
        network=params.network,
        variant=params.variant or steps[0].arguments["variant"],
        seed=params.seed,
        branches=branches,
        expected=sum(branch.survival for branch in branches),
        total=len(branches),
        drawn=[sum(branch.kept[sample] for branch in branches) for sample in range(params.members)],
    )


def _branch(step: Step, depth: int, count: int, params: DepthParams) -> Branch:
    p = step.arguments["p"] if params.p is None else params.p * depth / count
    seed = layer_seed(params.seed, step.name)
    shape = (params.members, 1)
    mask = dropout_mask(
        shape, p, params.variant or step.arguments["variant"], torch.Generator().manual_seed(seed)
    )
    return Branch(
        name=step.name, p=p, survival=1 - p, seed=seed, kept=mask.expand(shape)[:, 0].int().tolist()
    )
