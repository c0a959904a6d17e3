"""The labs over HTTP: one operation for each row of the registry."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Body, Request
from starlette.responses import Response

from app.engine import Engine
from app.labs import LABS, Lab
from app.routers.networks import Tensors

router = APIRouter(prefix="/api/labs", tags=["labs"])


def operation(lab: Lab) -> Callable[..., Awaitable[Response]]:
    """What answers `POST /api/labs/{lab.name}`."""
    params_type = lab.params

    async def post(
        request: Request,
        params: Annotated[params_type, Body(examples=[*lab.examples])],  # type: ignore[valid-type]
        tensors: Tensors = "list",
    ) -> Response:
        engine: Engine = request.app.state.engine
        pictures = await engine.pictures(request.app.state.store, lab.pictures(params))
        most = request.app.state.settings.max_answer_bytes
        return await engine.answer(request, lambda: lab.run(params, pictures, tensors, most))

    return post


for lab in LABS:
    router.add_api_route(
        f"/{lab.name}",
        operation(lab),
        methods=["POST"],
        name=f"post_{lab.name.replace('-', '_')}",
        summary=lab.summary,
        description=lab.run.__doc__,
        response_model=lab.result,
    )
