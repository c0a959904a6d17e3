"""What a convolution costs, beside layers for the same shapes that share no weights or connect everything."""

from math import prod

from pydantic import BaseModel, Field

from models.sliding import Sliding


class Cost(BaseModel):
    parameters: int = Field(description="Weights and biases.")
    multiply_adds: int


class Counts(BaseModel):
    """What the convolution costs, beside layers for the same shapes that share no weights or connect everything."""

    convolution: Cost
    locally_connected: Cost
    dense: Cost
    outputs: int
    bytes: int = Field(description="Of the outputs in float32.")

    @classmethod
    def of(cls, sliding: Sliding) -> "Counts":
        """Counted by arithmetic. A layer that shares no weights has one for each multiplication."""
        inputs, outputs = prod(sliding.input), prod(sliding.convolved)
        work = sliding.multiply_adds
        return cls(
            convolution=Cost(parameters=prod(sliding.kernels) + sliding.kernels[0], multiply_adds=work),
            locally_connected=Cost(parameters=work + outputs, multiply_adds=work),
            dense=Cost(parameters=inputs * outputs + outputs, multiply_adds=inputs * outputs),
            outputs=outputs,
            bytes=4 * outputs,
        )
