"""Padding in a batch of sequences: it takes part in batch normalisation's statistics and in no token's own."""

from pydantic import BaseModel, ConfigDict, Field


class PaddingParams(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    most: int = Field(64, ge=0, le=64, description="The most zeros added to every sequence.")


class BatchShift(BaseModel):
    """One number for each amount of padding, beside statistics over the real tokens alone."""

    shift_rms: list[float] = Field(description="Root mean square by which the outputs on real tokens shift.")
    mean_shift: list[float] = Field(
        description="Root mean square over the channels of the shift of the mean, in standard deviations."
    )
    std_ratio: list[float] = Field(
        description="Mean over the channels of the standard deviation over the true one."
    )


class LayerShift(BaseModel):
    shift_rms: list[float]


class PaddingResult(BaseModel):
    pads: list[int]
    share: list[float] = Field(description="Of padding among all tokens.")
    batch: BatchShift
    layer_channels: LayerShift
    exact_layer: bool = Field(
        description="Whether layer_channels gives every real token the same bits whatever the padding."
    )
