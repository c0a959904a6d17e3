"""Whether the server lives, and whether it can work."""

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from app.errors import Problem
from app.problems import CODES

router = APIRouter(tags=["health"])
ABSENT = "0" * 64
"""An id that no picture has."""


class Alive(BaseModel):
    """The process answers."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "ok"}]})

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """Everything that a run needs is at hand."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"status": "ok", "store": "ok", "networks": "ok"}]}
    )

    status: Literal["ok"] = "ok"
    store: Literal["ok"] = "ok"
    networks: Literal["ok"] = "ok"


@router.get("/healthz", summary="Is the server alive?")
async def healthz() -> Alive:
    """Answers at once as long as the process runs, however busy it is: for a supervisor that restarts it."""
    return Alive()


@router.get("/readyz", summary="Is the server ready for work?")
async def readyz(request: Request) -> Ready:
    """Asks the picture store and loads the default network: for a load balancer that sends it work.

    Answers 503 with the part that is not ready while one is not.
    """
    state = request.app.state
    for part, check in (("store", lambda: state.store.exists(ABSENT)), ("networks", state.engine.ready)):
        try:
            await check()
        except Exception as error:
            detail = f"The {part} cannot be reached."
            raise Problem("not-ready", 503, CODES["not-ready"], detail, part, retry_after=5) from error
    return Ready()
