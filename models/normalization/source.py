"""The tensor that a normalisation is shown on: what a trained layer gives for a batch, tokens, or numbers by hand."""

from dataclasses import dataclass, replace
from math import prod
from typing import Annotated, Literal

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor

from models import heldout
from models.errors import Refused
from models.interventions import LayerName
from models.kernel_set import Value, check_rectangular
from models.members import HeldOutMember, Member, NetworkName, StoredMember
from models.network import Step, ancestors
from models.networks.registry import SPECS
from models.networks.weights import Loaded, load_network
from models.normalization import tokens
from models.pictures import Prepared, light
from models.recorder import Record, walk
from models.shapes import multiply_adds, written
from models.views.run import MAX_BATCH

MAX_SIDE = 8
MAX_WORK = 26_000_000_000
"""Multiply-adds on the way to the tensor: 64 pictures through EfficientNet-Lite0."""
MAX_NUMBERS = 1 << 25
"""In the tensor and in any layer on the way to it: 128 MiB."""

Layout = Literal["maps", "tokens", "vectors"]
AXES: dict[Layout, list[str]] = {
    "maps": ["B", "C", "H", "W"],
    "tokens": ["B", "D", "L"],
    "vectors": ["B", "C"],
}


class _OfNetwork(BaseModel):
    """What both sources out of a network have."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    network: NetworkName
    layer: LayerName
    batch: list[Member] = Field(min_length=1, max_length=MAX_BATCH, description="The samples, in order.")


class NetworkSource(_OfNetwork):
    """What a trained layer gives for a batch, (B, C, H, W) or (B, F).

    If exactly one normalisation takes it, its gamma, beta, eps and running statistics come along.
    """

    kind: Literal["network"]


class TokensSource(_OfNetwork):
    """The same seen as tokens (B, D, L): each place of the maps is one, for the patch of the picture behind it."""

    kind: Literal["tokens"]
    keep: Literal["all", "content"] = Field(
        "all",
        description="content keeps the tokens in whose patch something is lighter than the background: "
        "sequences of different lengths, filled up with zeros to the longest.",
    )
    padding: int = Field(0, ge=0, le=64, description="Zeros added to every sequence after that.")


Cells = Annotated[list[Value], Field(min_length=1, max_length=MAX_SIDE)]
Plane = Annotated[list[Cells], Field(min_length=1, max_length=MAX_SIDE)]
Sample = Annotated[list[Plane], Field(min_length=1, max_length=MAX_SIDE)]


class GridSource(BaseModel):
    """Numbers as they are: [B][C][H][W], each axis up to 8."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["grid"]
    values: list[Sample] = Field(min_length=1, max_length=MAX_SIDE)


Source = Annotated[NetworkSource | TokensSource | GridSource, Field(discriminator="kind")]


@dataclass(frozen=True)
class Given:
    """The tensor `x`: maps (B, C, H, W), tokens (B, D, L) or vectors (B, F), contiguous.

    Out of a network also `inputs`, that network's (B, c, h, w); the `layer` that gives x; and `norm`, the one
    normalisation that takes what the layer gives, if there is exactly one. `lengths` (B) count the real tokens, whose
    `maps` x was made from.
    """

    x: Tensor
    layout: Layout
    maps: Tensor
    loaded: Loaded | None = None
    layer: str = ""
    inputs: Tensor | None = None
    norm: Step | None = None
    lengths: Tensor | None = None

    @property
    def field(self) -> str:
        """Where in the request the members or numbers are."""
        return "source.values" if self.loaded is None else "source.batch"


def pictures(source: NetworkSource | TokensSource | GridSource) -> Prepared | None:
    """The stored pictures that are named, to be prepared for the network; None where there are none.

    Refused where there is no such network.
    """
    if isinstance(source, GridSource):
        return None
    _known(source.network)
    named = {
        f"source.batch.{index}.image": member.image
        for index, member in enumerate(source.batch)
        if isinstance(member, StoredMember)
    }
    return Prepared(tuple(named.values()), tuple(named), SPECS[source.network].dataset) if named else None


def given(
    source: NetworkSource | TokensSource | GridSource,
    stored: Tensor | None,
    runs: int = 1,
    most: int = MAX_NUMBERS,
) -> Given:
    """The tensor that is asked for; `stored` holds the named pictures as the network's input.

    The layer will be asked so many times (`runs`) for a batch of this size, and may give up to `most` numbers.

    Refused, before anything is computed, for a layer that is not there, that takes too much work or has too many
    numbers, and for maps that are no tokens.
    """
    if isinstance(source, GridSource):
        x = _grid(source)
        return Given(x, "maps", x)
    loaded = load_network(_known(source.network))
    check_layer(loaded, source.layer, len(source.batch), runs, most)
    if isinstance(source, TokensSource):
        tokens.patch_of(loaded, source.layer)
    inputs = _inputs(source, loaded, stored)
    maps = activations(loaded, inputs, source.layer)
    found = Given(
        maps,
        "vectors" if maps.ndim == 2 else "maps",
        maps,
        loaded,
        source.layer,
        inputs,
        _norm(loaded, source.layer),
    )
    return _tokens(found, source) if isinstance(source, TokensSource) else found


def _known(network: str) -> str:
    if network not in SPECS:
        raise Refused(
            "no-such-network",
            f"There is no network of this name; there are {', '.join(SPECS)}.",
            "source.network",
        )
    return network


def _grid(source: GridSource) -> Tensor:
    planes = len(source.values[0])
    for index, sample in enumerate(source.values):
        if len(sample) != planes:
            raise Refused(
                "ragged",
                f"Every sample must have {planes} channels, as the first has.",
                f"source.values.{index}",
            )
        check_rectangular([*source.values[0], *sample], f"source.values.{index}")
    return torch.tensor(source.values)


def check_layer(loaded: Loaded, layer: str, batch: int, runs: int = 1, most: int = MAX_NUMBERS) -> None:
    """Refused where there is no such layer, or where it is too much for a batch of that size, `runs` times, giving
    more than `most` numbers."""
    if layer not in loaded.shapes:
        raise Refused("no-such-layer", f"There is no layer {layer!r}.", "source.layer")
    steps = ancestors(loaded.network.steps, [layer])
    work = runs * batch * sum(multiply_adds(step, loaded.shapes[step.name]) for step in steps)
    if work > MAX_WORK:
        raise Refused(
            "too-much-work",
            f"This would take {work:,} multiply-adds; {MAX_WORK:,} are allowed. Take fewer samples.",
            "source.batch",
        )
    for name in [layer, *(step.name for step in steps)]:
        numbers = batch * prod(loaded.shapes[name])
        if numbers > (most if name == layer else 4 * MAX_NUMBERS):
            raise Refused(
                "too-much-work",
                f"{name} gives {batch} × {written(loaded.shapes[name])} numbers; that is too many. Take fewer samples.",
                "source.batch",
            )


def _inputs(source: _OfNetwork, loaded: Loaded, stored: Tensor | None) -> Tensor:
    """The members in their order as the network's input (B, c, h, w)."""
    inputs = torch.empty(len(source.batch), *loaded.network.input_shape)
    items = {at: member.index for at, member in enumerate(source.batch) if isinstance(member, HeldOutMember)}
    if items:
        inputs[list(items)] = heldout.inputs(torch.tensor(list(items.values())), loaded.spec.dataset)
    if stored is not None:
        inputs[[at for at in range(len(source.batch)) if at not in items]] = stored
    return inputs


def activations(loaded: Loaded, inputs: Tensor, layer: str) -> Tensor:
    """What `layer` gives for `inputs` (B, c, h, w), contiguous."""
    return walk(loaded.network.steps, inputs, Record(frozenset({layer}))).activations[layer].contiguous()


def _norm(loaded: Loaded, layer: str) -> Step | None:
    taking = [step for step in loaded.network.steps.values() if step.kind == "norm" and layer in step.inputs]
    return taking[0] if len(taking) == 1 else None


def _tokens(found: Given, source: TokensSource) -> Given:
    """Maps (B, D, h, w) as padded sequences (B, D, L)."""
    assert found.loaded is not None and found.inputs is not None
    kept = tokens.everything(found.maps)
    if source.keep == "content":
        patch = tokens.patch_of(found.loaded, source.layer)
        kept = tokens.content(light(found.inputs, found.loaded.spec.dataset), patch)
    longest = int(kept.sum(1).max())
    if longest == 0:
        raise Refused("missing", "No member has anything in it: there are no tokens to keep.", "source.batch")
    numbers = found.maps[..., 0, 0].numel() * (longest + source.padding)
    if numbers > MAX_NUMBERS:
        raise Refused(
            "too-much-work", f"The tokens would have {numbers:,} numbers; take fewer samples.", "source.batch"
        )
    x, lengths = tokens.sequences(found.maps, kept, source.padding)
    return replace(found, x=x, layout="tokens", lengths=lengths)


def among(found: Given, source: _OfNetwork, member: int, items: Tensor) -> Given:
    """The same, the held-out `items` (B - 1) in the places of all but one member, whose numbers stay what they are."""
    assert found.loaded is not None and found.inputs is not None
    others = [index for index in range(len(found.inputs)) if index != member]
    inputs, maps = found.inputs.clone(), found.maps.clone()
    inputs[others] = heldout.inputs(items, found.loaded.spec.dataset)
    maps[others] = activations(found.loaded, inputs[others], found.layer)
    changed = replace(found, x=maps, maps=maps, inputs=inputs)
    return _tokens(changed, source) if isinstance(source, TokensSource) else changed
