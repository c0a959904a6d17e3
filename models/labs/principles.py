"""What makes a network convolutional: it looks locally, shares its weights, and builds from small to large."""

from collections.abc import Callable
from math import prod
from typing import Any, Literal, ParamSpec, TypeVar

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor as Array

from models.errors import Refused
from models.members import NetworkName, StoredMember
from models.networks.registry import SPECS
from models.pictures import Prepared, light
from models.principles.counts import CountsParams, CountsResult, count
from models.principles.given import Given, Source, given, known
from models.principles.growth import GrowthParams, GrowthResult, grow, layers_of
from models.principles.patches import PatchesParams, PatchesResult, field_of, look
from models.principles.sharing import SharingParams, SharingResult, share
from models.principles.wiring import WiringParams, WiringResult, wire
from models.tensors import BYTES, Encoding, Tensor, encode

P = ParamSpec("P")
R = TypeVar("R")


class PrinciplesParams(BaseModel):
    """A picture, a trained network, and the experiments to make with both."""

    model_config = ConfigDict(extra="forbid")
    source: Source
    network: NetworkName = "tiny_vgg_batch"
    record: list[Literal["picture"]] = Field([], max_length=16, description="What else to return.")
    wiring: WiringParams | None = Field(None, description="What one unit is wired to.")
    growth: GrowthParams | None = Field(None, description="What units see through the depth of the network.")
    counts: CountsParams | None = Field(None, description="What sharing weights saves.")
    sharing: SharingParams | None = Field(None, description="The gradient of one shared weight.")
    patches: PatchesParams | None = Field(None, description="Where a channel is strongest.")


class PrinciplesResult(BaseModel):
    torch: str
    threads: int
    shape: list[int] = Field(description="[C, H, W] of the network's input.")
    picture: Tensor | None = Field(description="[C, H, W], what the network was given, from 0 to 1.")
    wiring: WiringResult | None
    growth: GrowthResult | None
    counts: CountsResult | None
    sharing: SharingResult | None
    patches: PatchesResult | None


EXAMPLES: tuple[dict[str, Any], ...] = (
    {
        "source": {"kind": "item", "index": 0},
        "wiring": {"layer": "conv1.conv", "channel": 0, "y": 14, "x": 14, "dense": {"unit": 0}},
        "counts": {},
        "sharing": {"layer": "conv2.conv", "out_channel": 0, "in_channel": 0, "row": 1, "column": 1},
    },
    {
        "source": {"kind": "item", "index": 0},
        "growth": {"channel": 3, "layers": ["conv1.conv", "conv2.conv", "conv3.conv"]},
    },
)


def pictures(params: PrinciplesParams) -> Prepared | None:
    """The stored pictures that the params name, to be prepared for their network; None where they name none."""
    named: dict[str, str] = {}
    if isinstance(params.source, StoredMember):
        named["source.image"] = params.source.image
    if params.patches:
        named |= {f"patches.images.{index}": image for index, image in enumerate(params.patches.images)}
    dataset = SPECS[known(params.network)].dataset
    return Prepared(tuple(named.values()), tuple(named), dataset) if named else None


def run(params: PrinciplesParams, pictures: Array | None, encoding: Encoding, limit: int) -> PrinciplesResult:
    """Take the three principles of convolutional networks apart on a trained one.

    Local receptive fields (`wiring`, `growth`), shared weights (`counts`, `sharing`) and a hierarchy of features
    (`patches`): each experiment answers where it is asked for. Gradients are those at the given picture. What cannot be
    computed is refused with the reason.
    """
    # `pictures` holds the stored ones that the params name, in order, as the network's input.
    stored = torch.empty(0) if pictures is None else pictures
    own = 1 if isinstance(params.source, StoredMember) else 0
    looked_at = given(params.source, params.network, stored[:own])
    _check_answer(params, looked_at, encoding, limit)
    shown = light(looked_at.x, looked_at.loaded.spec.dataset) if "picture" in params.record else None
    return PrinciplesResult.model_construct(
        torch=torch.__version__,
        threads=torch.get_num_threads(),
        shape=[*looked_at.x.shape[1:]],
        picture=None if shown is None else encode(shown[0], encoding),
        wiring=params.wiring and part("wiring", wire, looked_at, params.wiring, encoding),
        growth=params.growth and part("growth", grow, looked_at, params.growth, encoding),
        counts=params.counts and part("counts", count, params.counts),
        sharing=params.sharing and part("sharing", share, looked_at, params.sharing, encoding),
        patches=params.patches
        and part("patches", look, looked_at.loaded, stored[own:], params.patches, encoding),
    )


def _check_answer(params: PrinciplesParams, looked_at: Given, encoding: Encoding, limit: int) -> None:
    """Refused where the tensors would take more than about `limit` bytes."""
    channels, height, width = looked_at.x.shape[1:]
    whole = channels * height * width
    numbers = {"record": whole if "picture" in params.record else 0}
    if params.wiring:
        numbers["wiring"] = 2 * whole
    if params.growth:
        layers = params.growth.layers or layers_of(looked_at.loaded)
        numbers["growth"] = len(layers) * height * width
    if params.sharing:
        numbers["sharing"] = 2 * prod(looked_at.loaded.shapes.get(params.sharing.layer, ())[1:])
    if params.patches:
        size = part("patches", field_of, looked_at.loaded, params.patches).size
        numbers["patches"] = params.patches.count * channels * min(size[0], height) * min(size[1], width)
    total = sum(numbers.values())
    if total * BYTES[encoding] > limit:
        raise Refused(
            "answer-too-large",
            f"The answer would have up to {total:,} numbers; that is more than {limit / 2**20:,.0f} MiB. Ask for less at "
            "once, or for ?tensors=uint8.",
            max(numbers, key=lambda name: numbers[name]),
        )


def part(name: str, experiment: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What an experiment finds; its refusals name the field as the request does."""
    try:
        return experiment(*args, **kwargs)
    except Refused as refused:
        raise refused.within(name) from None
