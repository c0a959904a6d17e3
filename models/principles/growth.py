"""Receptive fields through the depth of a network: what a unit could see, and what does move it at this picture."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from models.errors import Refused
from models.interventions import LayerName
from models.network import INPUT, ancestors
from models.networks.weights import Loaded
from models.principles.given import Given
from models.principles.wiring import Box, inside, reach
from models.sensitivity import MOST, Passed, check_memory, effective, forward, heat_of
from models.tensors import Encoding, Tensor, encode

MAX_LAYERS = 12
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class GrowthParams(BaseModel):
    """One unit of each of several layers, at the same place of the picture."""

    model_config = ConfigDict(extra="forbid")
    channel: int = Field(
        0, ge=0, description="In every layer; the last channel where a layer has fewer than that."
    )
    y: Share = Field(0.5, description="The place as a share of the map's height: row ⌊y · height⌋.")
    x: Share = 0.5
    layers: list[LayerName] | None = Field(
        None,
        min_length=1,
        max_length=MAX_LAYERS,
        description="Layers with maps. When left out, all convolutions and poolings where there are at most 12, else the "
        "last layer of each block, of long networks only where the shape of the maps changes after it.",
    )


class FieldOf(BaseModel):
    size: tuple[int, int] = Field(description="Height and width.")
    box: Box = Field(
        description="Top, left, bottom, right, the last two not included; it may reach beyond the picture."
    )


class LayerSight(BaseModel):
    layer: str
    kind: str
    shape: list[int]
    unit: list[int] = Field(description="[c, y, x]")
    value: float = Field(
        description="What the unit gives for the picture. Where ReLU has shut it, it is 0, and so is all heat."
    )
    field: FieldOf = Field(
        description="The theoretical receptive field: the reach of kernels and pooling (and attention)."
    )
    inside: int = Field(description="The pixels of the picture within the field.")
    heat: Tensor = Field(
        description="[H, W]: the size of the unit's gradient by each pixel, the largest over the colours."
    )
    moved: int = Field(description="Pixels whose gradient is not 0.")
    outside: int = Field(
        description="Those of them outside the field: normalisation over whole maps lets them in."
    )
    effective: int = Field(description=f"The fewest pixels that hold {MOST:.0%} of the heat.")
    share: float | None = Field(
        description="effective / inside, above 1 where much comes from outside the field; null for units whose field "
        "holds no pixel of the picture."
    )


class GrowthResult(BaseModel):
    layers: list[LayerSight]


def grow(given: Given, params: GrowthParams, encoding: Encoding) -> GrowthResult:
    """The fields of one unit in each layer: one forward pass, and as many backward passes as there are layers."""
    layers = _named(given, params.layers) if params.layers else layers_of(given.loaded)
    if not layers:
        name = given.loaded.spec.title["en"]
        raise Refused(
            "no-maps",
            f"{name} has no convolution or pooling whose elements have a place in the picture.",
            "layers",
        )
    steps = ancestors(given.steps, layers)
    check_memory((given.shape(step.name) for step in steps), "layers")
    passed = forward(given.steps, given.x, layers)
    return GrowthResult.model_construct(
        layers=[_sight(given, passed, layer, params, encoding) for layer in layers]
    )


def layers_of(loaded: Loaded) -> list[str]:
    """At most a dozen layers with maps, from the first to the last."""
    with_maps = [name for name in loaded.receptive_fields if name != INPUT]
    sliding = [name for name in with_maps if loaded.network.steps[name].kind in ("conv", "pool")]
    if len(sliding) <= MAX_LAYERS:
        return sliding
    ends = [
        kept[-1]
        for names in loaded.network.blocks.values()
        if (kept := [name for name in names if name in loaded.receptive_fields])
    ]
    if len(ends) > MAX_LAYERS:
        shapes = [loaded.shapes[name] for name in ends]
        ends = [
            name
            for name, shape, following in zip(ends, shapes, [*shapes[1:], None], strict=True)
            if shape != following
        ]
    return ends[:MAX_LAYERS]


def _named(given: Given, names: list[str]) -> list[str]:
    for index, name in enumerate(names):
        if name == INPUT or name not in given.steps:
            raise Refused("no-such-layer", f"There is no layer {name!r}.", f"layers.{index}")
        if name not in given.loaded.receptive_fields:
            raise Refused("no-maps", f"{name} gives no maps whose elements have a place.", f"layers.{index}")
    return list(dict.fromkeys(names))


def _sight(given: Given, passed: Passed, layer: str, params: GrowthParams, encoding: Encoding) -> LayerSight:
    channels, *size = given.shape(layer)
    y, x = (min(int(share * side), side - 1) for share, side in zip((params.y, params.x), size, strict=True))
    place = min(params.channel, channels - 1), y, x
    heat = heat_of(passed.row(layer, place))
    box, theory = reach(given, layer, place)
    height, width = heat.shape
    seen, pixels = heat != 0, inside(box, height, width)
    most = effective(heat)
    return LayerSight.model_construct(
        layer=layer,
        kind=given.steps[layer].kind,
        shape=[*given.shape(layer)],
        unit=[*place],
        value=float(passed.activations[layer].detach()[0][place]),
        field=FieldOf(size=theory.size, box=box),
        inside=pixels,
        heat=encode(heat, encoding),
        moved=int(seen.sum()),
        outside=int(
            seen.sum() - seen[max(box[0], 0) : max(box[2], 0), max(box[1], 0) : max(box[3], 0)].sum()
        ),
        effective=most,
        share=most / pixels if pixels else None,
    )
