"""Two worlds: pictures as they are, and the same with all pixels at other places, by one fixed permutation.

A permutation loses nothing, so the MLP, to which all places are alike, learns either world as well as the other. What a
convolution looks for, though, lies in neighbouring pixels.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor as Array

from models.layers.permutation import permute
from models.networks.permuted import TWINS
from models.networks.weights import load_network
from models.tensors import Encoding, Tensor, encode
from models.versus.pair import Contestant, Kind
from models.views.describe import Words
from models.views.run import ClassScore, scores

World = Literal["plain", "permuted"]
WORLDS: tuple[World, World] = ("plain", "permuted")
PERMUTED: dict[Kind, str] = {"mlp": "mlp_permuted", "cnn": "tiny_vgg_permuted"}
NETWORKS: dict[World, dict[Kind, str]] = {
    "plain": {kind: TWINS[name] for kind, name in PERMUTED.items()},
    "permuted": PERMUTED,
}
TOP = 3


class WorldsParams(BaseModel):
    """Show the picture in both worlds to networks of both worlds."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WorldPrediction(BaseModel):
    network: str
    title: Words
    kind: Kind
    trained_on: World
    shown: World
    top: list[ClassScore] = Field(description="The three likeliest classes.")
    correct: bool | None = Field(description="null where no class is the right one.")


class WorldsResult(BaseModel):
    plain: Tensor = Field(description="[28, 28]")
    permuted: Tensor
    permutation: list[int] = Field(description="permuted.flatten()[i] is plain.flatten()[permutation[i]].")
    predictions: list[WorldPrediction]


def permutation() -> Array:
    """The one that both networks of the permuted world were trained with: (784), int64."""
    order: Array = load_network(NETWORKS["permuted"]["mlp"]).network.steps["permute"].arguments["order"]
    return order


def compare(canvas: Array, right: int | None, encoding: Encoding) -> WorldsResult:
    """The canvas (1, 28, 28) as it is and permuted, before all four networks."""
    order = permutation()
    return WorldsResult.model_construct(
        plain=encode(canvas[0], encoding),
        permuted=encode(permute(canvas[None], order)[0, 0], encoding),
        permutation=order.tolist(),
        predictions=[
            _predict(kind, trained_on, shown, canvas, right)
            for trained_on in WORLDS
            for kind in NETWORKS[trained_on]
            for shown in WORLDS
        ],
    )


def given(canvases: Array, trained_on: World, shown: World) -> Array:
    """What a network is to be given (B, C, H, W) so that its first layer with weights sees the world `shown`.

    The networks of the permuted world permute by themselves what they are given.
    """
    if trained_on == shown:
        return canvases
    order = permutation()
    return permute(canvases, order if shown == "permuted" else order.argsort())


def _predict(
    kind: Kind, trained_on: World, shown: World, canvas: Array, right: int | None
) -> WorldPrediction:
    network = Contestant(load_network(NETWORKS[trained_on][kind]), kind)
    logits = network.see(given(canvas[None], trained_on, shown))[network.output][0]
    top = scores(network.loaded, logits, TOP)
    return WorldPrediction.model_construct(
        network=network.name,
        title=Words(**network.loaded.spec.title),
        kind=kind,
        trained_on=trained_on,
        shown=shown,
        top=top,
        correct=None if right is None else top[0].index == right,
    )
