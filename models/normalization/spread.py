"""How much the statistics of a batch scatter, by its size: many batches drawn again and again."""

from dataclasses import dataclass

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor

from models.normalization.layer import check_channel
from models.normalization.population import population
from models.normalization.source import Given
from models.normalization.training import StatisticsPair
from models.views.run import Seed

SIZES = [1, 2, 4, 8, 16, 32, 64, 128]


class SpreadParams(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    channel: int = Field(0, ge=0)
    draws: int = Field(200, ge=20, le=1000, description="Batches of each size.")
    seed: Seed = 0


class Quartiles(BaseModel):
    """Over the batches of each size; between `lo` and `hi` are 95 % of them."""

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
    draws: int = Field(description="Batches of each size, their images drawn with replacement.")
    mean: Quartiles = Field(description="Of the batches' means.")
    variance: Quartiles = Field(description="Of their biased variances.")
    std_of_mean: list[float] = Field(description="Standard deviation of the batches' means.")
    slope: float | None = Field(
        description="Of log std_of_mean over log size: -0.5 where images are drawn independently. null for a constant channel."
    )
    population: StatisticsPair


QUANTILES = {"lo": 0.025, "q1": 0.25, "median": 0.5, "q3": 0.75, "hi": 0.975}


def draw(given: Given, params: SpreadParams) -> SpreadResult:
    """The statistics of `draws` batches of each size, of the layer's 1,000 held-out images."""
    everything = population(given, "spread")
    check_channel(params.channel, everything.shape[1], "spread.channel")
    images = everything[:, params.channel].double().reshape(len(everything), -1)
    generator = torch.Generator().manual_seed(params.seed)
    drawn = [torch.randint(len(images), (params.draws, size), generator=generator) for size in SIZES]
    sums = Sums.of(images)
    statistics = [sums.statistics(batches) for batches in drawn]
    means, variances = (torch.stack(each) for each in zip(*statistics, strict=True))
    stds = means.std(1)
    variance, mean = torch.var_mean(images, correction=0)
    return SpreadResult(
        channel=params.channel,
        images=len(images),
        n_per_image=images.shape[1],
        sizes=SIZES,
        draws=params.draws,
        mean=_quartiles(means),
        variance=_quartiles(variances),
        std_of_mean=stds.tolist(),
        slope=slope(torch.tensor(SIZES).double(), stds),
        population=StatisticsPair(mean=float(mean), variance=float(variance)),
    )


@dataclass(frozen=True)
class Sums:
    """Of each image its `count` values' sum and sum of squares, about the mean of all: enough for any batch."""

    count: int
    centre: Tensor
    sums: Tensor
    squares: Tensor

    @classmethod
    def of(cls, images: Tensor) -> "Sums":
        """`images` (N, n), float64."""
        centre = images.mean()
        about = images - centre
        return cls(images.shape[1], centre, about.sum(1), about.square().sum(1))

    def statistics(self, batches: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and biased variance of each of `batches` (draws, size), which hold places of images: (draws) each."""
        n = self.count * batches.shape[1]
        offset = self.sums[batches].sum(1) / n
        variance = self.squares[batches].sum(1) / n - offset.square()
        return self.centre + offset, variance.clamp_(min=0)


def _quartiles(values: Tensor) -> Quartiles:
    """Of each row of `values` (sizes, draws)."""
    found = torch.quantile(values, values.new_tensor(list(QUANTILES.values())), dim=1)
    return Quartiles(**{name: row.tolist() for name, row in zip(QUANTILES, found, strict=True)})


def slope(x: Tensor, y: Tensor) -> float | None:
    """Of the line through log y over log x with the least squares; None where a y is 0."""
    if not bool((y > 0).all()):
        return None
    u, v = x.log(), y.log()
    u = u - u.mean()
    return float((u * v).sum() / u.square().sum())
