"""What a channel answers to: the places of several pictures where it is strongest, cut out as large as it can see.

Zeiler & Fergus 2014, https://arxiv.org/abs/1311.2901
"""

import torch
import torch.nn.functional as F
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor as Array

from models.errors import Refused
from models.interventions import LayerName
from models.network import INPUT
from models.networks.weights import Loaded
from models.pictures import light
from models.principles.wiring import Box
from models.recorder import Record, walk
from models.shapes import ReceptiveField
from models.tensors import Encoding, Tensor, encode
from models.views.run import ImageId

MAX_IMAGES = 16
AT_ONCE = 4
"""Pictures in one walk: more are no quicker, and take more memory."""


class PatchesParams(BaseModel):
    """A channel, and the pictures to look for it in."""

    model_config = ConfigDict(extra="forbid")
    layer: LayerName
    channel: int = Field(0, ge=0)
    images: list[ImageId] = Field(min_length=1, max_length=MAX_IMAGES)
    count: int = Field(9, ge=1, le=16, description="How many patches at most.")
    per_image: int = Field(2, ge=1, le=16, description="How many of one picture at most; they never overlap.")


class Patch(BaseModel):
    image: int = Field(description="Which of the `images`.")
    value: float = Field(description="What the channel gives at the place.")
    y: int
    x: int
    box: Box = Field(
        description="The place's receptive field: top, left, bottom, right, the last two not included; it may reach "
        "beyond the picture."
    )
    window: Box = Field(
        description="What the pixels show: the box, but along an axis where the box is larger than the picture all of "
        "the picture."
    )
    pixels: Tensor = Field(
        description="[C, h, w], from 0 to 1, of the picture as the network takes it; beyond its border the colour that "
        "the network's 0 stands for."
    )


class PatchesResult(BaseModel):
    layer: str
    shape: list[int] = Field(description="[C, H, W] of what the layer gives.")
    field: tuple[int, int] = Field(description="Height and width of the receptive field.")
    patches: list[Patch] = Field(description="Strongest first; only places where the channel is above 0.")


def look(loaded: Loaded, images: Array, params: PatchesParams, encoding: Encoding) -> PatchesResult:
    """The strongest places of one channel in `images` (B, C, H, W), walking no further than to its layer."""
    field = field_of(loaded, params)
    maps = torch.cat(
        [
            walk(loaded.network.steps, some, Record(frozenset({params.layer}))).activations[params.layer][
                :, params.channel
            ]
            for some in torch.split(images, AT_ONCE)
        ]
    )
    return PatchesResult.model_construct(
        layer=params.layer,
        shape=[*loaded.shapes[params.layer]],
        field=field.size,
        patches=[
            Patch.model_construct(
                image=image,
                value=float(maps[image, y, x]),
                y=y,
                x=x,
                box=field.box(y, x),
                window=window_of(field, y, x, images.shape[2:]),
                pixels=encode(
                    light(cut(images[image], window_of(field, y, x, images.shape[2:])), loaded.spec.dataset),
                    encoding,
                ),
            )
            for image, y, x in strongest(maps, field, params.count, params.per_image)
        ],
    )


def strongest(maps: Array, field: ReceptiveField, count: int, per_image: int) -> list[tuple[int, int, int]]:
    """The places (image, y, x) of the largest values above 0 in `maps` (B, H, W), strongest first.

    The fields of two places of one image do not overlap.
    """
    left = maps.clone()
    _, height, width = maps.shape
    apart = [_apart(size, jump) for size, jump in zip(field.size, field.jump, strict=True)]
    found: list[tuple[int, int, int]] = []
    taken = [0] * len(maps)
    while len(found) < count:
        at = int(left.argmax())
        image, y, x = at // (height * width), at // width % height, at % width
        if not left[image, y, x] > 0:
            break
        found.append((image, y, x))
        taken[image] += 1
        if taken[image] == per_image:
            left[image] = 0
        else:
            left[image, max(y - apart[0] + 1, 0) : y + apart[0], max(x - apart[1] + 1, 0) : x + apart[1]] = 0
    return found


def _apart(size: int, jump: int) -> int:
    """By how many elements two must be apart for their fields not to overlap; where none moves, never mind how far."""
    return -(-size // jump) if jump else 1 << 16


def window_of(field: ReceptiveField, y: int, x: int, size: tuple[int, ...]) -> Box:
    """The box of an element in a picture of `size`; all of the picture along an axis where the box is the larger one."""
    top, left, bottom, right = field.box(y, x)
    if field.size[0] >= size[0]:
        top, bottom = 0, size[0]
    if field.size[1] >= size[1]:
        left, right = 0, size[1]
    return top, left, bottom, right


def cut(x: Array, box: Box) -> Array:
    """A box out of a network's input (C, H, W), zeros beyond its border."""
    top, left, bottom, right = box
    height, width = x.shape[1:]
    return F.pad(x, (-left, right - width, -top, bottom - height))


def field_of(loaded: Loaded, params: PatchesParams) -> ReceptiveField:
    """The receptive field of the layer. Refused where it has no maps, or no such channel."""
    if params.layer == INPUT or params.layer not in loaded.network.steps:
        raise Refused("no-such-layer", f"There is no layer {params.layer!r}.", "layer")
    if params.layer not in loaded.receptive_fields:
        raise Refused("no-maps", f"{params.layer} gives no maps whose elements have a place.", "layer")
    channels = loaded.shapes[params.layer][0]
    if params.channel >= channels:
        raise Refused("out-of-range", f"{params.layer} has {channels} channels, counted from 0.", "channel")
    return loaded.receptive_fields[params.layer]
