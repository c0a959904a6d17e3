"""Images that excite a channel over HTTP: made while one watches, or beforehand."""

from functools import cache
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Path, Query, Request
from pydantic import Field
from starlette.responses import Response

from app.engine import Document, Engine
from app.errors import problem
from app.openapi import ProblemBody
from app.routers.images import FOREVER, known
from app.routers.networks import Name
from app.stream import Lines
from models.features.maximise import Begun, Done, MaximiseParams, Stepped, maximise
from models.features.ready import FeatureSet, feature_set, find, image_file
from models.tensors import Encoding

router = APIRouter(prefix="/api/networks", tags=["networks"])
VERSION_LENGTH = 12


class Broken(ProblemBody):
    """The last line of a run that broke off."""

    kind: Literal["problem"] = "problem"


Line = Annotated[Begun | Stepped | Done | Broken, Field(discriminator="kind")]
EXAMPLE_LINES = """\
{"kind":"begun","network":"efficientnet_lite0","layer":"block5.add","channel":3,"aim":"map","size":48,"steps":16,…}
{"kind":"step","step":0,"activation":3.58,"peak":7.26,"image":{"shape":[3,48,48],"dtype":"uint8",…}}
{"kind":"step","step":8,"activation":17.68,"peak":29.81,"image":{…}}
{"kind":"step","step":16,"activation":22.96,"peak":36.29,"image":{…}}
{"kind":"done","step":16,"activation":22.96,"peak":36.29,"seconds":0.4}
"""
TOLD: dict[int | str, dict[str, Any]] = {
    200: {
        "model": Line,
        "description": "One JSON document on each line, sent as soon as it is so.",
        "content": {Lines.media_type: {"example": EXAMPLE_LINES}},
    }
}
WEBP: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The image.",
        "content": {"image/webp": {"schema": {"type": "string", "format": "binary"}}},
    },
    304: {"description": "The client has it already (If-None-Match)."},
}
Layer = Annotated[str, Path(max_length=80, examples=["block5.add"], description="A layer of the set.")]
Channel = Annotated[int, Path(ge=0, le=1 << 20, examples=[2], description="One of its channels in the set.")]
Version = Annotated[
    str | None,
    Query(
        alias="v",
        max_length=64,
        description="As in the set's addresses: what it names never changes and may be kept for ever.",
    ),
]


@router.post(
    "/{name}/maximise",
    summary="Make an image that excites a channel",
    status_code=200,
    response_class=Lines,
    responses=TOLD,
)
async def post_maximise(
    request: Request,
    name: Name,
    params: Annotated[
        MaximiseParams, Body(examples=[{"layer": "block5.add", "channel": 3, "steps": 16, "size": 48}])
    ],
    tensors: Annotated[Encoding, Query(description="How the images are written.")] = "uint8",
) -> Response:
    """Activation maximisation: an image starts from noise and climbs up a channel's activation, while one watches.

    The answer is a stream of JSON documents, one on each line: first `begun`, then `step` with the image as it is for
    every so many steps, at last `done`. To stop the work, end the request. A fault after the beginning is a line of the
    kind `problem`. A worker makes two images at once; to others it says 503.

    The image is a sum of waves with colours that natural pictures vary in (Olah et al. 2017), changed by Adam. Each
    step moves, turns and zooms it a little at random, walks as far as the layer and follows the gradient, brought to a
    root mean square of 1 for each value of the image, less `total_variation` times the gradient of the image's total
    variation, which is between -4 and 4. The same seed gives the same images on the same machine.
    """
    engine: Engine = request.app.state.engine
    loaded = await engine.network(name)
    return await engine.stream(request, lambda: maximise(loaded, params, tensors))


@cache
def listing(network: str) -> Document:
    """The answer about a network that has a set, written once."""
    made = feature_set(network)
    assert made is not None
    addressed = made.model_copy(deep=True)
    for stage in addressed.stages:
        for feature in stage.channels:
            path = f"{router.prefix}/{network}/features/{stage.layer}/{feature.channel}"
            feature.image = f"{path}?v={feature.sha256[:VERSION_LENGTH]}"
    return Document.of(lambda: addressed)


@router.get(
    "/{name}/features", summary="List the images that were made beforehand", response_model=FeatureSet
)
async def get_features(request: Request, name: Name) -> Response:
    """For some depths of the network a few channels each, with the image that excites it and how it was made."""
    engine: Engine = request.app.state.engine
    await engine.network(name)
    if feature_set(name) is None:
        raise problem("no-features", 404, f"None were made for {name}; make one with maximise.", "name")
    return listing(name).response(request)


@router.get(
    "/{name}/features/{layer}/{channel}",
    summary="Fetch an image that was made beforehand",
    response_class=Response,
    responses=WEBP,
)
async def get_feature(
    request: Request, name: Name, layer: Layer, channel: Channel, version: Version = None
) -> Response:
    """The image of one channel, as WebP."""
    engine: Engine = request.app.state.engine
    await engine.network(name)
    feature = find(name, layer, channel)
    if feature is None:
        raise problem(
            "no-such-feature", 404, "GET /api/networks/{name}/features lists those that are there.", "channel"
        )
    current = version == feature.sha256[:VERSION_LENGTH]
    headers = {"ETag": f'"{feature.sha256}"', "Cache-Control": FOREVER if current else "no-cache"}
    if known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(image_file(name, feature.image), media_type="image/webp", headers=headers)
