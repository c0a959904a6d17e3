"""How much the statistics of a batch scatter, by its size: many batches drawn again and again."""

from pydantic import BaseModel, ConfigDict, Field

from models.normalization.training import StatisticsPair
from models.views.run import Seed

SIZES = [1, 2, 4, 8, 16, 32, 64, 128]


class SpreadParams(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    channel: int = Field(0, ge=0)
    draws: int = Field(200, ge=20, le=1000, description="Batches of each size.")
    seed: Seed = 0


class Quartiles(BaseModel):
    """Over the batches of each size."""

    lo: list[float]
    q1: list[float]
    median: list[float]
    q3: list[float]
    hi: list[float]


class SpreadResult(BaseModel):
    channel: int
    images: int = Field(description="Held-out images that batches are drawn from.")
    n_per_image: int = Field(description="Elements of one image that share: height · width.")
    sizes: list[int]
    draws: int
    mean: Quartiles = Field(description="Of the batches' means.")
    variance: Quartiles = Field(description="Of their biased variances.")
    std_of_mean: list[float] = Field(description="Standard deviation of the batches' means.")
    slope: float | None = Field(
        description="Of log std_of_mean over log size: -0.5 where images are drawn independently. null for a constant channel."
    )
    population: StatisticsPair
