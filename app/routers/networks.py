"""The networks over HTTP: what they are, and every question about them."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Request
from starlette.responses import Response

from app.engine import Engine
from app.samples import samples
from models.tensors import Encoding
from models.views.accuracy import AccuracyParams, AccuracyResult, accuracy
from models.views.describe import NetworkInfo, NetworkList
from models.views.explain import ExplainParams, ExplainResult, explain
from models.views.run import RunParams, RunResult, run_network
from models.views.unit import UnitParams, UnitResult, explain_unit
from models.views.weights import WeightsParams, WeightsResult, weights

router = APIRouter(prefix="/api/networks", tags=["networks"])

Name = Annotated[
    str,
    Path(
        max_length=64,
        examples=["efficientnet_lite0"],
        description="A network, as GET /api/networks lists it.",
    ),
]
FashionName = Annotated[
    str,
    Path(max_length=64, examples=["tiny_vgg_batch"], description="A network that has learned Fashion-MNIST."),
]
Tensors = Annotated[
    Encoding,
    Query(
        description="How arrays are written: nested lists (up to 2¹⁸ numbers), or base64 of float32 or of uint8 levels "
        "between each map's lo and hi.",
    ),
]
CAT = next(sample.id for sample in samples() if sample.name == "chelsea")


@router.get("", summary="List the networks", response_model=NetworkList)
async def get_networks(request: Request) -> Response:
    """Every network with its input, size and measured accuracy, in the order in which they are best met."""
    engine: Engine = request.app.state.engine
    return (await engine.listing()).response(request)


@router.get("/{name}", summary="Describe a network", response_model=NetworkInfo)
async def get_network(request: Request, name: Name) -> Response:
    """Its blocks and steps with shapes, settings, parameters, multiply-adds and theoretical receptive fields."""
    engine: Engine = request.app.state.engine
    return (await engine.description(name)).response(request)


@router.post("/{name}/run", summary="Run pictures through a network", response_model=RunResult)
async def post_run(
    request: Request,
    name: Name,
    params: Annotated[
        RunParams,
        Body(
            openapi_examples={
                "strongest maps": {
                    "summary": "The two strongest maps of the last block",
                    "value": {
                        "images": [CAT],
                        "record": [{"layer": "block16.project_norm", "channels": {"strongest": 2}}],
                    },
                },
                "changed stride": {
                    "summary": "The stem with stride 4, and what it does to a normalisation layer's statistics",
                    "value": {
                        "images": [CAT],
                        "interventions": [{"kind": "conv", "layer": "stem.conv", "stride": [4, 4]}],
                        "record": [
                            {
                                "layer": "stem.norm",
                                "activation": False,
                                "normalization": True,
                                "channels": {"indices": [3]},
                            }
                        ],
                        "top": 3,
                    },
                },
            }
        ),
    ],
    tensors: Tensors = "list",
) -> Response:
    """Walk the pictures through the network, changed by the interventions, and return what was recorded on the way.

    Only what the answer depends on is computed. The same request gives the same bits on the same machine.
    """
    engine: Engine = request.app.state.engine
    loaded = await engine.network(name)
    batch = await engine.batch(request.app.state.store, params.images, loaded.spec.dataset, "images")
    most = request.app.state.settings.max_answer_bytes
    return await engine.answer(request, lambda: run_network(loaded, batch, params, tensors, most))


@router.post("/{name}/unit", summary="Take one number apart", response_model=UnitResult)
async def post_unit(
    request: Request,
    name: Name,
    params: Annotated[
        UnitParams,
        Body(examples=[{"image": CAT, "layer": "stem.conv", "channel": 3, "y": 40, "x": 60}]),
    ],
) -> Response:
    """One element of a layer's output: the window and the products it was summed from, and the pixels it can see."""
    engine: Engine = request.app.state.engine
    loaded = await engine.network(name)
    batch = await engine.batch(request.app.state.store, [params.image], loaded.spec.dataset, "image")
    return await engine.answer(request, lambda: explain_unit(loaded, batch, params))


@router.post("/{name}/explain", summary="See which pixels mattered", response_model=ExplainResult)
async def post_explain(
    request: Request,
    name: Name,
    params: Annotated[
        ExplainParams, Body(examples=[{"image": CAT, "method": "grad_cam", "class_index": 285}])
    ],
    tensors: Tensors = "list",
) -> Response:
    """Grad-CAM or the input gradient for a class, or the effective receptive field of one unit."""
    engine: Engine = request.app.state.engine
    loaded = await engine.network(name)
    batch = await engine.batch(request.app.state.store, [params.image], loaded.spec.dataset, "image")
    return await engine.answer(request, lambda: explain(loaded, batch, params, tensors))


@router.post("/{name}/weights", summary="Read a layer's weights", response_model=WeightsResult)
async def post_weights(
    request: Request,
    name: Name,
    params: Annotated[WeightsParams, Body(examples=[{"layer": "stem.conv", "channels": [3]}])],
    tensors: Tensors = "list",
) -> Response:
    """Kernels or rows of weights as trained, and as the interventions leave them."""
    engine: Engine = request.app.state.engine
    loaded = await engine.network(name)
    return await engine.answer(request, lambda: weights(loaded, params, tensors))


@router.post("/{name}/accuracy", summary="Measure how often it is right", response_model=AccuracyResult)
async def post_accuracy(
    request: Request,
    name: FashionName,
    params: Annotated[
        AccuracyParams,
        Body(
            examples=[
                {
                    "items": 100,
                    "interventions": [{"kind": "normalization", "layer": "conv2.norm", "method": "instance"}],
                }
            ]
        ),
    ],
) -> Response:
    """Classify held-out Fashion-MNIST images, the same for every network, with the interventions in force."""
    engine: Engine = request.app.state.engine
    loaded = await engine.network(name)
    return await engine.answer(request, lambda: accuracy(loaded, params))
