"""The same member among other batch-mates: what normalisation makes of it then."""

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor as Array

from models import heldout
from models.errors import Refused
from models.layers.normalization import normalize
from models.members import HeldOutMember
from models.normalization.layer import METHODS, Layer, Method, check_range
from models.normalization.predictions import predict
from models.normalization.sets import size
from models.normalization.source import Given, GridSource, NetworkSource, TokensSource, among
from models.normalization.training import OutputDifference, difference
from models.tensors import Encoding, Tensor, encode
from models.views.run import ClassScore, Seed


class MatesParams(BaseModel):
    """Other batch-mates for one member: random held-out images."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    seed: Seed = 0
    member: int = Field(0, ge=0)


class MatesPredictions(BaseModel):
    """The network's for the member, the layer normalising as asked for; batch by this batch's statistics."""

    before: list[ClassScore]
    after: list[ClassScore]
    eval: list[ClassScore] = Field(description="The trained network's own.")


class MatesResult(BaseModel):
    member: int
    items: list[int] = Field(description="The held-out images that take the others' places, in order.")
    methods: dict[Method, OutputDifference | None] = Field(
        description="How far the member's output moves; batch by the batch's statistics. null where a set has one value."
    )
    exact: dict[Method, bool | None] = Field(description="Whether it stays equal to the bit.")
    before: Tensor = Field(description="The member's output, the chosen channels: [K, H, W], [K, L] or [K].")
    after: Tensor
    difference: Tensor = Field(description="after - before.")
    predictions: MatesPredictions | None = Field(
        description="null where no normalisation of the network takes this tensor."
    )


MOST = 1 << 23
"""Numbers that the layer may give: each method normalises them twice."""


def check(source: NetworkSource | TokensSource | GridSource, params: MatesParams) -> None:
    """Refused where there is nobody to swap."""
    if isinstance(source, GridSource):
        raise Refused(
            "no-held-out",
            "Numbers by hand have no other images to swap with; choose a network's layer.",
            "mates",
        )
    if len(source.batch) < 2:
        raise Refused("missing", "A member alone has no batch-mates; add another.", "source.batch")
    if params.member >= len(source.batch):
        raise Refused(
            "out-of-range", f"The batch has {len(source.batch)} members, counted from 0.", "mates.member"
        )


def swap(
    given: Given,
    source: NetworkSource | TokensSource,
    params: MatesParams,
    layer: Layer,
    channels: Array,
    encoding: Encoding,
) -> MatesResult:
    """Normalise twice, the second time with random held-out images in the places of all but the member."""
    items = _items(source, params)
    changed = among(given, source, params.member, items)
    found: dict[Method, tuple[Array, Array] | None] = {}
    for method in METHODS:
        single = method in ("batch", "instance") and size(method, given.x.shape, layer.groups) == 1
        found[method] = (
            None
            if single
            else (
                _output(given, layer, method, params.member),
                _output(changed, layer, method, params.member),
            )
        )
        check_range(*(found[method] or ()))
    pair = found[layer.method]
    assert pair is not None, "the layer that is asked for has been run already"
    before, after = (each[0].index_select(0, channels) for each in pair)
    return MatesResult.model_construct(
        member=params.member,
        items=items.tolist(),
        methods={method: pair and difference(pair[1], pair[0]) for method, pair in found.items()},
        exact={method: pair and torch.equal(*pair) for method, pair in found.items()},
        before=encode(before, encoding),
        after=encode(after, encoding),
        difference=encode(after - before, encoding),
        predictions=None
        if given.norm is None or given.layout == "tokens"
        else MatesPredictions(
            before=predict(given, params.member, pair[0]),
            after=predict(given, params.member, pair[1]),
            eval=predict(given, params.member),
        ),
    )


def _items(source: NetworkSource | TokensSource, params: MatesParams) -> Array:
    """Random held-out images, one for each other member, none of which is in the batch already."""
    present = {member.index for member in source.batch if isinstance(member, HeldOutMember)}
    order = torch.randperm(heldout.ITEMS, generator=torch.Generator().manual_seed(params.seed)).tolist()
    absent = [index for index in order if index not in present]
    return torch.tensor(absent[: len(source.batch) - 1])


def _output(given: Given, layer: Layer, method: Method, member: int) -> Array:
    """What the whole batch's normalisation makes of the member: (1, C, …), of tokens the real ones alone."""
    y = normalize(
        given.x, method, layer.gamma, layer.beta, eps=layer.eps, statistics="batch", groups=layer.groups
    )[member : member + 1]
    return y if given.lengths is None else y[..., : int(given.lengths[member])]
