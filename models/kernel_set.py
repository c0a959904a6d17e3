"""The kernels of a convolution as a person gives them: by their values, by a well-known name, from a trained network."""

from typing import Annotated, Literal

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor

from models.errors import Refused
from models.interventions import LayerName
from models.layers.kernels import Pattern, PatternSettings, Transform, pattern, transformed
from models.network import INPUT
from models.networks.registry import SPECS
from models.networks.weights import load_network
from models.shapes import written

MAX_CHANNELS = 3
MAX_CELLS = 11

Value = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
Side = Annotated[int, Field(ge=1, le=MAX_CELLS)]


class _Kernel(BaseModel):
    """What all kernels have."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    transforms: list[Transform] = Field(
        [],
        max_length=8,
        description="Applied in this order. flip turns by 180°, rotate by 90° counter-clockwise; normalise divides by "
        "the sum or, where that is 0, by the sum of the absolute values.",
    )
    bias: Value = Field(0.0, description="Added to every element of this kernel's map.")


class ValuesKernel(_Kernel):
    """A kernel cell by cell."""

    kind: Literal["values"]
    values: Annotated[
        list[
            Annotated[
                list[Annotated[list[Value], Field(min_length=1, max_length=MAX_CELLS)]],
                Field(min_length=1, max_length=MAX_CELLS),
            ]
        ],
        Field(min_length=1, max_length=MAX_CHANNELS),
    ] = Field(description="[depth][height][width]; the depth is the input's channels divided by the groups.")


class PresetKernel(_Kernel):
    """A well-known kernel: one plane, the same for each channel, divided by the depth."""

    kind: Literal["preset"]
    preset: Pattern
    size: tuple[Side, Side] = Field((3, 3), description="Height and width.")
    sigma: float | None = Field(
        None,
        ge=0.01,
        le=1000,
        allow_inf_nan=False,
        description="Of gaussian, sharpen and gabor, in cells; one that suits the size when left out.",
    )
    angle: float | None = Field(
        None,
        ge=-3600,
        le=3600,
        allow_inf_nan=False,
        description="Of gabor, in degrees counter-clockwise: the direction in which its waves follow each other.",
    )
    wavelength: float | None = Field(
        None, ge=0.1, le=1000, allow_inf_nan=False, description="Of gabor, in cells."
    )
    seed: int | None = Field(None, ge=0, lt=1 << 48, description="Of random; 0 when left out.")


class NetworkKernel(_Kernel):
    """A kernel of a trained network's first convolution.

    Where its depth is another, the mean over its channels is repeated for each channel, divided by the depth.
    """

    kind: Literal["network"]
    network: str = Field(max_length=80)
    layer: LayerName
    channel: int = Field(ge=0, description="Which of the layer's kernels.")


Kernel = Annotated[ValuesKernel | PresetKernel | NetworkKernel, Field(discriminator="kind")]


def stack(kernels: list[Kernel], depth: int) -> tuple[Tensor, Tensor]:
    """The kernels as they are to slide (O, depth, k_h, k_w), and their biases (O,).

    Refused, with the index of the kernel in the field, where one cannot be made or differs from the first in size.
    """
    made = []
    for index, kernel in enumerate(kernels):
        try:
            made.append(_made(kernel, depth, index + 1))
        except Refused as refused:
            raise refused.within(f"kernels.{index}") from None
        if made[index].shape != made[0].shape:
            raise Refused(
                "kernels-differ",
                f"Kernel {index + 1} has {written(made[index].shape[1:])} cells, kernel 1 has "
                f"{written(made[0].shape[1:])}; all kernels of a layer have one size.",
                f"kernels.{index}",
            )
    return torch.stack(made), torch.tensor([kernel.bias for kernel in kernels])


def _made(kernel: Kernel, depth: int, number: int) -> Tensor:
    """One kernel, turned and scaled: (depth, height, width)."""
    if isinstance(kernel, ValuesKernel):
        made = _from_values(kernel, depth, number)
    elif isinstance(kernel, PresetKernel):
        settings = PatternSettings(kernel.sigma, kernel.angle, kernel.wavelength, kernel.seed)
        made = _repeated(pattern(kernel.preset, *kernel.size, settings), depth)
    else:
        made = _from_network(kernel, depth)
    for transform in kernel.transforms:
        made = transformed(made, transform)
    return made


def _repeated(plane: Tensor, depth: int) -> Tensor:
    """A plane for each channel, so that grey, its channels all alike, is answered as by the plane alone."""
    return (plane / depth).expand(depth, -1, -1)


def _from_values(kernel: ValuesKernel, depth: int, number: int) -> Tensor:
    check_rectangular(kernel.values, "values")
    if len(kernel.values) != depth:
        raise Refused(
            "kernel-depth",
            f"Kernel {number} is {len(kernel.values)} deep, but it slides over {depth} of the input's channels.",
            "values",
        )
    return torch.tensor(kernel.values)


def _from_network(kernel: NetworkKernel, depth: int) -> Tensor:
    if kernel.network not in SPECS:
        raise Refused(
            "no-such-network", f"There is no network of this name; there are {', '.join(SPECS)}.", "network"
        )
    steps = load_network(kernel.network).network.steps
    step = steps.get(kernel.layer)
    if step is None:
        raise Refused("no-such-layer", f"{kernel.network} has no layer {kernel.layer!r}.", "layer")
    if step.kind != "conv" or step.inputs[0] != INPUT:
        raise Refused("wrong-kind", f"{kernel.layer} is not a convolution of the picture itself.", "layer")
    weight: Tensor = step.arguments["weight"]
    if kernel.channel >= len(weight):
        raise Refused("out-of-range", f"{kernel.layer} has {len(weight)} kernels, counted from 0.", "channel")
    chosen = weight[kernel.channel].detach()
    return chosen if len(chosen) == depth else _repeated(chosen.mean(0), depth)


def check_rectangular(planes: list[list[list[float]]], field: str) -> None:
    """Refused where the planes do not all have the same number of rows, or the rows the same number of cells."""
    rows, columns = len(planes[0]), len(planes[0][0])
    for plane in planes:
        if len(plane) != rows or any(len(row) != columns for row in plane):
            raise Refused(
                "ragged", f"Every plane must have {rows} rows of {columns} numbers, as the first has.", field
            )
