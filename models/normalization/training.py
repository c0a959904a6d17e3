"""Batch after batch through one layer: how its running statistics come about."""

from pydantic import BaseModel, ConfigDict, Field

from models.views.run import ClassScore, Seed


class BatchesParams(BaseModel):
    """Batches of random held-out images, fed one after the other."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    size: int = Field(16, ge=1, le=128, description="Images in each batch.")
    steps: int = Field(60, ge=1, le=200, description="How many batches.")
    step: int | None = Field(
        None, ge=0, le=200, description="After how many batches to evaluate; all of them when left out."
    )
    seed: Seed = 0
    channel: int = Field(0, ge=0, description="The channel whose statistics are told.")


class StatisticsPair(BaseModel):
    mean: float
    variance: float


class PopulationStatistics(StatisticsPair):
    """Mean and biased variance over all images that batches are drawn from."""

    images: int


class TrainPrediction(BaseModel):
    predictions: list[ClassScore]


class OutputDifference(BaseModel):
    """Between two tensors of one shape: the largest, and the root of the mean square."""

    max: float
    rms: float


class EvalPrediction(TrainPrediction):
    difference: OutputDifference = Field(description="Between the layer's output in eval and in train mode.")


class BatchesResult(BaseModel):
    channel: int
    n: int = Field(description="Elements that share the statistics of one batch.")
    batch_mean: list[float] = Field(description="Of each batch.")
    batch_variance: list[float] = Field(description="Biased: it normalises.")
    batch_unbiased: list[float] = Field(description="Over n - 1: it goes into the running variance.")
    running_mean: list[float] = Field(description="Before the first batch and after each.")
    running_variance: list[float]
    population: PopulationStatistics
    trained: StatisticsPair | None = Field(
        description="What training left in the layer; null where there is none."
    )
    step: int = Field(description="After how many batches the predictions are.")
    train: TrainPrediction | None = Field(
        description="The picture of `at` (else the first) among its batch-mates, this layer normalising by the "
        "batch. null where the network has no batch normalisation here."
    )
    eval: EvalPrediction | None = Field(
        description="The same picture with this layer's running statistics of `step`."
    )
