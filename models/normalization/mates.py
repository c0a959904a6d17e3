"""The same member among other batch-mates: what normalisation makes of it then."""

from pydantic import BaseModel, ConfigDict, Field

from models.normalization.layer import Method
from models.normalization.training import OutputDifference
from models.tensors import Tensor
from models.views.run import ClassScore, Seed


class MatesParams(BaseModel):
    """Other batch-mates for one member: random held-out images."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    seed: Seed = 0
    member: int = Field(0, ge=0)


class MatesPredictions(BaseModel):
    """The network's for the member, the layer normalising as asked for; batch by this batch's statistics."""

    before: list[ClassScore]
    after: list[ClassScore]
    eval: list[ClassScore] = Field(description="The trained network's own.")


class MatesResult(BaseModel):
    member: int
    items: list[int] = Field(description="The held-out images that take the others' places, in order.")
    methods: dict[Method, OutputDifference | None] = Field(
        description="How far the member's output moves; batch by the batch's statistics. null where a set has one value."
    )
    exact: dict[Method, bool | None] = Field(description="Whether it stays equal to the bit.")
    before: Tensor = Field(description="The member's output, the chosen channels: [K, H, W], [K, L] or [K].")
    after: Tensor
    difference: Tensor = Field(description="after - before.")
    predictions: MatesPredictions | None = Field(
        description="null where no normalisation of the network takes this tensor."
    )
