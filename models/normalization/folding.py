"""Batch normalisation with running statistics as part of the convolution before it."""

from pydantic import BaseModel, ConfigDict, Field

from models.tensors import Tensor


class FoldingParams(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    channel: int = Field(0, ge=0, description="The kernel to show.")


class FoldingResult(BaseModel):
    conv: str
    norm: str
    channel: int
    scale: list[float] = Field(
        description="gamma / √(running variance + eps), by which each kernel is multiplied."
    )
    shift: list[float] = Field(description="The bias that the folded convolution has.")
    kernel_before: Tensor = Field(description="[in, k_h, k_w]")
    kernel_after: Tensor
    bias_after: float
    difference: float = Field(description="The largest, in parts of max(1, |output|), over the whole batch.")
    tolerance: float
    agrees: bool
