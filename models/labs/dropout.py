"""What does dropout do to a tensor? Every variant of it on a layer's activations or weights, and what follows from it."""

from math import prod
from typing import Annotated, Any, Literal

import torch
from pydantic import BaseModel, Field
from torch import Tensor as Array

from models.dropping import element, layer
from models.dropping.depth import DepthParams, DepthResult, draw_branches
from models.dropping.element import DroppedElement
from models.dropping.ensemble import EnsembleParams, EnsembleResult, enumerate_subnets
from models.dropping.expectation import ExpectationParams, ExpectationResult, expect
from models.dropping.keep import KeepRate
from models.dropping.layer import DropoutSettings, Dropped, Dropping
from models.dropping.monte_carlo import MonteCarloParams, MonteCarloResult, predict_often
from models.dropping.neighbours import NeighboursParams, NeighboursResult, correlate
from models.dropping.zoneout import ZoneoutParams, ZoneoutResult, read
from models.errors import Refused
from models.normalization import source
from models.normalization.element import ElementPlace, place
from models.normalization.source import AXES, Given, GridSource, NetworkSource
from models.pictures import Prepared, light
from models.tensors import Encoding, Tensor, check_answer, encode

Part = Literal["pictures", "input", "mask", "output", "weight"]
SHOWN = 8
"""Channels that the answer holds where none are named."""


class DropoutParams(DropoutSettings):
    """A tensor, what to drop from it, and the experiments to make with both."""

    source: Annotated[NetworkSource | GridSource, Field(discriminator="kind")]
    channels: list[Annotated[int, Field(ge=0)]] | None = Field(
        None,
        min_length=1,
        max_length=16,
        description="Those in the answer's tensors; the first 8 when left out.",
    )
    at: ElementPlace | None = Field(
        None, description="An element to take apart: adds `element`. Its b is the member of the experiments."
    )
    record: list[Part] = Field(
        ["input", "mask", "output"], max_length=16, description="What to return; weight with connect only."
    )
    expectation: ExpectationParams | None = Field(None, description="The mean over many masks.")
    ensemble: EnsembleParams | None = Field(None, description="All subnetworks of a few units.")
    monte_carlo: MonteCarloParams | None = Field(None, description="Predict by many masks.")
    neighbours: NeighboursParams | None = Field(None, description="What a pixel's neighbours know of it.")
    zoneout: ZoneoutParams | None = Field(None, description="A recurrent state with dropout and zoneout.")
    depth: DepthParams | None = Field(None, description="The residual branches that are gone through.")


class DropoutResult(BaseModel):
    torch: str
    threads: int
    layout: Literal["maps", "vectors"]
    shape: list[int] = Field(description="[B, C, H, W], of vectors [B, C].")
    axes: list[str]
    variant: Dropping
    p: float
    seed: int
    mode: Literal["train", "eval"]
    scaling: Literal["inverted", "classic"]
    block_size: int | None = Field(description="As used: no larger than the map; null but for blocks.")
    pytorch: str | None = Field(description="PyTorch's layer as one would write it, where it has one.")
    scale: float = Field(description="What kept values, or weights, were multiplied by.")
    keep: KeepRate | None = Field(description="null in eval, where nothing is decided.")
    channels: list[int] = Field(description="Those in the tensors below, in order.")
    pictures: Tensor | None = Field(description="[B, c, h, w], what the network was given, from 0 to 1.")
    input: Tensor | None = Field(description="[B, K, …]: h, what the layer gives.")
    mask: Tensor | None = Field(
        description="[B, K, …] of zeros and ones, also where many elements share a decision; of connect that of the "
        "weights, [K, C_in / groups, k_h, k_w] or [K, F]. null in eval."
    )
    output: Tensor | None
    weight: Tensor | None = Field(description="The weights as they were used, for connect: as the mask.")
    element: DroppedElement | None
    expectation: ExpectationResult | None
    ensemble: EnsembleResult | None
    monte_carlo: MonteCarloResult | None
    neighbours: NeighboursResult | None
    zoneout: ZoneoutResult | None
    depth: DepthResult | None


EXAMPLES: tuple[dict[str, Any], ...] = (
    {
        "source": {
            "kind": "network",
            "network": "tiny_vgg_batch",
            "layer": "conv2.act",
            "batch": [{"kind": "item", "index": index} for index in range(4)],
        },
        "variant": "channel",
        "p": 0.3,
        "seed": 1,
        "channels": [0, 1],
        "record": [],
        "at": {"b": 0, "c": 1, "y": 14, "x": 14},
        "monte_carlo": {"draws": 50},
    },
)


def pictures(params: DropoutParams) -> Prepared | None:
    """The stored pictures that the params name, to be prepared for their network; None where they name none."""
    return source.pictures(params.source)


def run(params: DropoutParams, pictures: Array | None, encoding: Encoding, limit: int) -> DropoutResult:
    """Drop from what a trained layer gives for a batch of pictures, from its weights, or from a small tensor by hand.

    Returns the mask that the seed draws, what is left, how many were kept and how many should have been, and one
    element's numbers where `at` asks for it. The same seed gives the same mask in a run of the network with
    `drop_after` or `drop_connect`, and in a program: `torch.empty(shape).bernoulli_(1 - p, generator=
    torch.Generator().manual_seed(seed))`. What cannot be computed is refused with the reason.
    """
    # `pictures` holds the stored ones that the params name, in order, as the network's input.
    with torch.inference_mode():
        given = source.given(params.source, pictures)
        channels = _channels(params, given.x.shape[1])
        index = place(params.at, given.x.shape, given.layout) if params.at else None
        layer.check(given, params)
        _check_answer(params, given, len(channels), encoding, limit)
        dropped = layer.drop(given, params)
        chosen = torch.tensor(channels)
        tensors = _tensors(params, given, dropped, chosen, encoding)
        member = index[0] if index else 0
        return DropoutResult.model_construct(
            torch=torch.__version__,
            threads=torch.get_num_threads(),
            layout=given.layout,
            shape=list(given.x.shape),
            axes=AXES[given.layout],
            variant=params.variant,
            p=params.p,
            seed=params.seed,
            mode=params.mode,
            scaling=params.scaling,
            block_size=min(params.block_size, *given.x.shape[2:]) if params.variant == "block" else None,
            pytorch=_pytorch(params, given),
            scale=dropped.scale,
            keep=dropped.keep,
            channels=channels,
            pictures=tensors.get("pictures"),
            input=tensors.get("input"),
            mask=tensors.get("mask"),
            output=tensors.get("output"),
            weight=tensors.get("weight"),
            element=element.explain(given, index, dropped, params) if index else None,
            expectation=params.expectation
            and expect(given, member, params, params.expectation, chosen, encoding),
            ensemble=params.ensemble
            and enumerate_subnets(given, member, params.p, params.ensemble, _exact(encoding)),
            monte_carlo=params.monte_carlo
            and predict_often(given, member, params, params.monte_carlo, _exact(encoding)),
            neighbours=params.neighbours and correlate(given, params.neighbours),
            zoneout=params.zoneout and read(given, member, params.zoneout, _exact(encoding)),
            depth=params.depth and draw_branches(params.depth),
        )


def _exact(encoding: Encoding) -> Encoding:
    """For numbers that are read one by one rather than looked at as a picture."""
    return "float32" if encoding == "uint8" else encoding


def _channels(params: DropoutParams, count: int) -> list[int]:
    if params.channels is None:
        return list(range(min(SHOWN, count)))
    for index, channel in enumerate(params.channels):
        if channel >= count:
            raise Refused(
                "out-of-range", f"The tensor has {count} channels, counted from 0.", f"channels.{index}"
            )
    return params.channels


def _tensors(
    params: DropoutParams, given: Given, dropped: Dropped, chosen: Array, encoding: Encoding
) -> dict[str, Tensor]:
    kept: dict[Part, tuple[Array, int]] = {"input": (given.x, 1), "output": (dropped.output, 1)}
    if dropped.mask is not None:
        of_weights = params.variant == "connect"
        kept["mask"] = (dropped.mask, 0) if of_weights else (dropped.mask.expand(given.x.shape), 1)
    if dropped.weight is not None:
        kept["weight"] = dropped.weight, 0
    tensors: dict[str, Tensor] = {
        name: encode(values.index_select(axis, chosen), encoding)
        for name, (values, axis) in kept.items()
        if name in params.record
    }
    if "pictures" in params.record and given.loaded is not None and given.inputs is not None:
        tensors["pictures"] = encode(light(given.inputs, given.loaded.spec.dataset), encoding)
    return tensors


def _check_answer(params: DropoutParams, given: Given, channels: int, encoding: Encoding, limit: int) -> None:
    """Refused where the tensors would take more than about `limit` bytes."""
    x = given.x
    shown = len(x) * channels * prod(x.shape[2:])
    sizes = {name: shown for name in ("input", "mask", "output")}
    sizes["weight"] = 0
    if params.variant == "connect":
        sizes["mask"] = sizes["weight"] = channels * layer.connections(given)
    sizes["pictures"] = 0 if given.inputs is None else given.inputs.numel()
    numbers = [sizes[name] for name in dict.fromkeys(params.record)]
    check_answer(numbers, encoding, limit, "Record less, or fewer channels, or ask for ?tensors=uint8.")


def _pytorch(params: DropoutParams, given: Given) -> str | None:
    channels = "nn.Dropout2d" if given.layout == "maps" else "nn.Dropout"
    name = {"element": "nn.Dropout", "channel": channels, "alpha": "nn.AlphaDropout"}.get(params.variant)
    return None if name is None or params.scaling == "classic" else f"{name}(p={params.p:g})"
