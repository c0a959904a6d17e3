"""The images that were made beforehand: data/features/<network>, made by tools/features.py."""

import json
from functools import cache
from pathlib import Path

from pydantic import BaseModel, Field

from models.features.maximise import Aim
from models.networks.registry import DATA, SPECS

FOLDER = DATA / "features"


class ReadyFeature(BaseModel):
    """An image that excites one channel."""

    channel: int
    activation: float = Field(
        description="As maximise measures it, of the image as it is shown: after WebP has taken from it what it takes."
    )
    peak: float = Field(
        description="The largest element of the channel's map in the layer itself, for the same image."
    )
    reached: float = Field(description="The activation before the image was written as WebP.")
    start: float = Field(description="The same for the noise that it began with.")
    image: str = Field(description="Where the image is, as WebP.")
    sha256: str = Field(description="Of the file.")


class Stage(BaseModel):
    """One depth of the network."""

    layer: str
    block: str
    shape: list[int] = Field(description="Of the layer's output at the network's own input size: [C, H, W].")
    receptive_field: tuple[int, int] = Field(description="Height and width of what one element sees.")
    size: int = Field(description="Side of the images in pixels.")
    channels: list[ReadyFeature]


class Making(BaseModel):
    """How all the images were made; what each parameter is, the operation maximise says."""

    aim: Aim
    steps: int
    jitter: int
    turn: float
    zoom: float
    total_variation: float
    quality: int = Field(description="Of the WebP files, from 0 to 100.")


class FeatureSet(BaseModel):
    """Images made beforehand, at several depths of one network."""

    network: str
    version: str = Field(description="SHA-256 of the weights.")
    command: str
    seed: int
    settings: Making
    channels: str = Field(description="The rule by which the channels were chosen.")
    torch: str
    licence: str
    stages: list[Stage]


def folder(network: str) -> Path:
    """Where a network's images lie, if there are any; `network` is a registered name."""
    assert network in SPECS
    return FOLDER / network


@cache
def feature_set(network: str) -> FeatureSet | None:
    """The set of a registered network, `image` being the name of a file in its folder; None where it has none."""
    index = folder(network) / "features.json"
    return FeatureSet.model_validate(json.loads(index.read_text("utf-8"))) if index.is_file() else None


def find(network: str, layer: str, channel: int) -> ReadyFeature | None:
    """The image of that channel, if it was made beforehand."""
    made = feature_set(network)
    for stage in made.stages if made else ():
        for feature in stage.channels:
            if (stage.layer, feature.channel) == (layer, channel):
                return feature
    return None


@cache
def image_file(network: str, name: str) -> bytes:
    """The file of an image that `find` has found."""
    return (folder(network) / name).read_bytes()
