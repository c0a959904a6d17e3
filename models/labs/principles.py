"""What makes a network convolutional: it looks locally, shares its weights, and builds from small to large."""

from typing import Any, Literal

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor as Array

from models.errors import Refused
from models.members import NetworkName, StoredMember
from models.networks.registry import SPECS
from models.pictures import Prepared, light
from models.principles.counts import CountsParams, CountsResult, count
from models.principles.given import Source, given, known
from models.principles.wiring import WiringParams, WiringResult, wire
from models.tensors import Encoding, Tensor, encode


class PrinciplesParams(BaseModel):
    """A picture, a trained network, and the experiments to make with both."""

    model_config = ConfigDict(extra="forbid")
    source: Source
    network: NetworkName = "tiny_vgg_batch"
    record: list[Literal["picture"]] = Field([], max_length=16, description="What else to return.")
    wiring: WiringParams | None = Field(None, description="What one unit is wired to.")
    counts: CountsParams | None = Field(None, description="What sharing weights saves.")


class PrinciplesResult(BaseModel):
    torch: str
    threads: int
    shape: list[int] = Field(description="[C, H, W] of the network's input.")
    picture: Tensor | None = Field(description="[C, H, W], what the network was given, from 0 to 1.")
    wiring: WiringResult | None
    counts: CountsResult | None


EXAMPLES: tuple[dict[str, Any], ...] = (
    {
        "source": {"kind": "item", "index": 0},
        "wiring": {"layer": "conv1.conv", "channel": 0, "y": 14, "x": 14, "dense": {"unit": 0}},
        "counts": {},
    },
)


def pictures(params: PrinciplesParams) -> Prepared | None:
    """The stored pictures that the params name, to be prepared for their network; None where they name none."""
    named: dict[str, str] = {}
    if isinstance(params.source, StoredMember):
        named["source.image"] = params.source.image
    dataset = SPECS[known(params.network)].dataset
    return Prepared(tuple(named.values()), tuple(named), dataset) if named else None


def run(params: PrinciplesParams, pictures: Array | None, encoding: Encoding, limit: int) -> PrinciplesResult:
    """Take the three principles of convolutional networks apart on a trained one.

    Local receptive fields (`wiring`, `growth`), shared weights (`counts`, `sharing`) and a hierarchy of features
    (`patches`): each experiment answers where it is asked for. Gradients are those at the given picture. What cannot be
    computed is refused with the reason.
    """
    # `pictures` holds the stored ones that the params name, in order, as the network's input.
    own = isinstance(params.source, StoredMember)
    looked_at = given(params.source, params.network, pictures[:1] if own and pictures is not None else None)
    shown = light(looked_at.x, looked_at.loaded.spec.dataset) if "picture" in params.record else None
    result = PrinciplesResult.model_construct(
        torch=torch.__version__,
        threads=torch.get_num_threads(),
        shape=[*looked_at.x.shape[1:]],
        picture=None if shown is None else encode(shown[0], encoding),
        wiring=None,
        counts=None,
    )
    part = ""
    try:
        if params.wiring:
            part = "wiring"
            result.wiring = wire(looked_at, params.wiring, encoding)
        if params.counts:
            part = "counts"
            result.counts = count(params.counts)
    except Refused as refused:
        raise refused.within(part) from None
    return result
