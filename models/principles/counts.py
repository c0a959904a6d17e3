"""What sharing weights saves: layers from the same input to the same output, counted by arithmetic and on PyTorch's own."""

from collections.abc import Callable
from math import prod
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from torch import nn

from models.costs import Cost, Counts
from models.errors import Refused
from models.layers.unshared import Dense, LocallyConnected, parameters
from models.shapes import Shape
from models.sliding import Settings, Sliding, slide

LayerKind = Literal["dense", "dense_units", "local", "conv"]
Side = Annotated[int, Field(ge=1, le=256)]
Channels = Annotated[int, Field(ge=1, le=2048)]


class CountsParams(BaseModel):
    """An input, a convolution with square kernels on it, and a dense layer of so many units."""

    model_config = ConfigDict(extra="forbid")
    height: Side = 32
    width: Side = 32
    in_channels: Channels = 3
    kernel_size: int = Field(3, ge=1, le=31)
    stride: int = Field(1, ge=1, le=16)
    padding: int = Field(1, ge=0, le=30, description="Zeros added on every side.")
    filters: Channels = 32
    units: int = Field(128, ge=1, le=65_536, description="Of the dense layer that gives a vector.")


class CountedLayer(BaseModel):
    kind: LayerKind = Field(
        description="dense: to the convolution's map, everything wired to everything. dense_units: to `units` numbers. "
        "local: windows as the convolution's, other weights at every place."
    )
    output: list[int]
    parameters: int = Field(description="Weights and biases.")
    multiply_adds: int = Field(description="For one picture; products with padding count.")
    checked: bool = Field(
        description="Whether the layer itself, made on PyTorch's device meta where it takes no memory, has just as many "
        "parameters."
    )


class CountsResult(BaseModel):
    output: list[int] = Field(description="[C, H, W] of the convolution.")
    layers: list[CountedLayer]


def count(params: CountsParams) -> CountsResult:
    """Parameters and multiply-adds of four layers. Refused where the kernel does not fit or the maps are enormous."""
    shape = (params.in_channels, params.height, params.width)
    sliding = _slide(params, shape)
    counts = Counts.of(sliding)
    inputs, output = prod(shape), sliding.convolved
    units = Cost(parameters=(inputs + 1) * params.units, multiply_adds=inputs * params.units)
    builders = modules(params, output)
    kinds: list[tuple[LayerKind, Shape, Cost]] = [
        ("dense", output, counts.dense),
        ("dense_units", (params.units,), units),
        ("local", output, counts.locally_connected),
        ("conv", output, counts.convolution),
    ]
    return CountsResult.model_construct(
        output=[*output],
        layers=[
            CountedLayer.model_construct(
                kind=kind,
                output=[*shown],
                parameters=cost.parameters,
                multiply_adds=cost.multiply_adds,
                checked=parameters(builders[kind]) == cost.parameters,
            )
            for kind, shown, cost in kinds
        ],
    )


def _slide(params: CountsParams, shape: Shape) -> Sliding:
    kernels = (params.filters, params.in_channels, params.kernel_size, params.kernel_size)
    settings = Settings.model_validate({"stride": [params.stride] * 2, "padding": [params.padding] * 4})
    try:
        return slide(settings, shape, kernels)
    except Refused as refused:
        field = "kernel_size" if refused.code == "kernel-too-large" else "height"
        raise Refused(refused.code, refused.detail, field) from None


def modules(params: CountsParams, output: Shape) -> dict[LayerKind, Callable[[], nn.Module]]:
    """What makes each layer as a Module, from (1, in_channels, height, width) to `output` (C, H, W) or to the units."""
    size, made = (params.height, params.width), (output[1], output[2])
    sizes = params.in_channels, params.filters
    moves = params.kernel_size, params.stride, params.padding
    return {
        "dense": lambda: Dense(*sizes, size, made),
        "dense_units": lambda: nn.Sequential(
            nn.Flatten(), nn.Linear(params.in_channels * size[0] * size[1], params.units)
        ),
        "local": lambda: LocallyConnected(*sizes, size, *moves),
        "conv": lambda: nn.Conv2d(*sizes, *moves),
    }
