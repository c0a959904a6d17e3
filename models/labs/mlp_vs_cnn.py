"""An MLP beside a CNN: a face or a picture that is moved about, and what each of the two networks makes of it."""

from math import prod
from typing import Any, Literal

import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor as Array

from models.errors import Refused
from models.interventions import LayerName
from models.pictures import Prepared
from models.tensors import Encoding, Tensor, check_answer, encode
from models.versus import equivariance, flattening, likeness, positions, scene, worlds
from models.versus.equivariance import EquivarianceParams, EquivarianceResult
from models.versus.flattening import FlattenParams, FlattenResult
from models.versus.likeness import LikenessParams, LikenessResult
from models.versus.pair import NetworkAnswer, Pair, answer, pair_for, response_layer
from models.versus.positions import PositionsParams, PositionsResult
from models.versus.scene import ColoursScene, FacesScene, Scene
from models.versus.worlds import WorldsParams, WorldsResult
from models.views.describe import Words

Part = Literal["canvas", "responses", "hidden"]
ADVICE = "Record less, or ask for ?tensors=uint8."


class MlpVsCnnParams(BaseModel):
    """A scene for both networks, and the experiments to make with it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    scene: Scene
    layer: LayerName | None = Field(
        None, description="Of the CNN, whose maps are its `responses`; its first activations when left out."
    )
    record: list[Part] = Field(
        ["canvas", "responses", "hidden"], max_length=16, description="What to return."
    )
    target: int | None = Field(
        None,
        ge=0,
        lt=1000,
        description="The class that is looked for; when left out the right one, among faces of both moods the first's.",
    )
    positions: PositionsParams | None = Field(
        None, description="Put the first face, or the picture, everywhere."
    )
    likeness: LikenessParams | None = Field(
        None, description="Shift the scene, and compare what the layers hold."
    )
    equivariance: EquivarianceParams | None = Field(
        None, description="Convolve the shifted canvas, and shift the convolved one."
    )
    worlds: WorldsParams | None = Field(None, description="Permute the pixels; pictures of 28×28 only.")
    flatten: FlattenParams | None = Field(None, description="Make the canvas one long vector.")


class MlpVsCnnResult(BaseModel):
    torch: str
    threads: int
    shape: list[int] = Field(description="[C, H, W] of the canvas.")
    classes: list[Words] = Field(description="What the networks tell apart; of colours none.")
    right: int | None = Field(description="The right class; null where there is none.")
    target: int | None
    canvas: Tensor | None = Field(description="[C, H, W], light from 0 to 1.")
    layer: str | None = Field(description="Whose maps the responses are.")
    responses: Tensor | None = Field(description="[K, h, w]")
    networks: list[NetworkAnswer] = Field(description="The MLP, then the CNN; of colours none.")
    positions: PositionsResult | None
    likeness: LikenessResult | None
    equivariance: EquivarianceResult | None
    worlds: WorldsResult | None
    flatten: FlattenResult | None


EXAMPLES: tuple[dict[str, Any], ...] = (
    {
        "scene": {"kind": "faces", "faces": [{"y": 11, "x": 20, "mood": "smile"}]},
        "record": ["hidden"],
        "positions": {"step": 4},
    },
    {
        "scene": {"kind": "item", "index": 9, "dx": 5},
        "record": [],
        "equivariance": {"dy": 0, "dx": 2, "stride": 2},
        "flatten": {"at": {"y": 14, "x": 14}},
    },
)


def pictures(params: MlpVsCnnParams) -> Prepared | None:
    """The stored picture that the scene names, as it must be prepared; None where there is none."""
    return scene.pictures(params.scene)


def run(params: MlpVsCnnParams, pictures: Array | None, encoding: Encoding, limit: int) -> MlpVsCnnResult:
    """Show a scene to an MLP and to a CNN that were trained on the same pictures.

    Returns what both say and what the CNN's maps respond to; asked for it, what they say with the object at every place,
    how alike the layers find the shifted scene, whether shifting and convolving can change places, and where flattening
    or a permutation put the pixels. What cannot be computed is refused with the reason.
    """
    # `pictures` (1, C, H, W) holds the stored one that the scene names, prepared.
    with torch.inference_mode():
        shown = params.scene
        if isinstance(shown, ColoursScene):
            return _colours(params, pictures, encoding, limit)
        pair = pair_for(shown)
        layer = response_layer(pair.cnn, params.layer)
        right = scene.right(shown)
        target = _target(params, pair, right)
        canvas = scene.draw(shown, pictures)
        _check(params, pair, layer, canvas.shape, encoding, limit)
        hidden, responses = "hidden" in params.record, "responses" in params.record
        of_mlp = [pair.mlp.hidden] if hidden else []
        of_cnn = [pair.cnn.hidden] if hidden else []
        seen = (
            pair.mlp.see(canvas[None], *of_mlp),
            pair.cnn.see(canvas[None], *of_cnn, *([layer] if responses else [])),
        )
        return _answer(
            params,
            canvas,
            encoding,
            classes=[Words(**words) for words in pair.dataset.classes()],
            right=right,
            target=target,
            layer=layer,
            responses=encode(seen[1][layer][0], encoding) if responses else None,
            networks=[
                answer(each, values, right, hidden, _exact(encoding))
                for each, values in zip(pair, seen, strict=True)
            ],
            positions=params.positions
            and positions.everywhere(shown, pictures, pair, target, params.positions, _exact(encoding)),
            likeness=params.likeness and likeness.compare(shown, pictures, pair, layer, right),
            worlds=params.worlds and worlds.compare(canvas, right, _exact(encoding)),
        )


def _exact(encoding: Encoding) -> Encoding:
    """For numbers that are read one by one rather than looked at as a picture."""
    return "float32" if encoding == "uint8" else encoding


def _answer(params: MlpVsCnnParams, canvas: Array, encoding: Encoding, **found: Any) -> MlpVsCnnResult:
    """The result with what needs the canvas alone."""
    return MlpVsCnnResult.model_construct(
        torch=torch.__version__,
        threads=torch.get_num_threads(),
        shape=list(canvas.shape),
        canvas=encode(canvas, encoding) if "canvas" in params.record else None,
        equivariance=params.equivariance
        and equivariance.commute(canvas, params.equivariance, _exact(encoding)),
        flatten=params.flatten and flattening.flatten(canvas, params.flatten, _exact(encoding)),
        **found,
    )


def _colours(
    params: MlpVsCnnParams, pictures: Array | None, encoding: Encoding, limit: int
) -> MlpVsCnnResult:
    """A picture in colours, which is flattened and no more."""
    for name in ("layer", "target", "positions", "likeness", "equivariance", "worlds"):
        if getattr(params, name) is not None:
            raise Refused("wrong-kind", "No network here takes colours; they can only be flattened.", name)
    canvas = scene.draw(params.scene, pictures)
    check_answer([("canvas" in params.record) * canvas.numel(), canvas.numel()], encoding, limit, ADVICE)
    return _answer(
        params,
        canvas,
        encoding,
        classes=[],
        right=None,
        target=None,
        layer=None,
        responses=None,
        networks=[],
        positions=None,
        likeness=None,
        worlds=None,
    )


def _target(params: MlpVsCnnParams, pair: Pair, right: int | None) -> int | None:
    """The class that is looked for. Refused where there is none of that number."""
    classes = len(pair.dataset.classes())
    if params.target is not None:
        if params.target >= classes:
            raise Refused("out-of-range", f"There are {classes} classes, counted from 0.", "target")
        return params.target
    if right is None and isinstance(params.scene, FacesScene):
        return scene.label(params.scene.faces[0])
    return right


def _check(
    params: MlpVsCnnParams, pair: Pair, layer: str, shape: torch.Size, encoding: Encoding, limit: int
) -> None:
    """Refused where an experiment does not suit the scene, or the answer would take more than about `limit` bytes."""
    if params.worlds and isinstance(params.scene, FacesScene):
        raise Refused("wrong-kind", "No network has learned the faces' pixels at other places.", "worlds")
    numbers = shape.numel()
    sizes = {"canvas": numbers, "responses": prod(pair.cnn.loaded.shapes[layer]), "hidden": 0}
    if "hidden" in params.record:
        sizes["hidden"] = sum(prod(each.loaded.shapes[each.hidden]) for each in pair)
    experiments = {"positions": 2, "equivariance": 6, "worlds": 2, "flatten": 1}
    counts = [sizes[name] for name in dict.fromkeys(params.record)]
    counts += [many * numbers for name, many in experiments.items() if getattr(params, name)]
    check_answer(counts, encoding, limit, ADVICE)
