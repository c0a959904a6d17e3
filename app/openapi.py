"""The OpenAPI document: FastAPI's, with the error answers as they really are."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from app.errors import MEDIA_TYPE
from app.problems import CODES

EXAMPLE: JsonDict = {
    "type": "/api/problems#out-of-range",
    "code": "out-of-range",
    "title": CODES["invalid"],
    "status": 422,
    "detail": "stem.conv has 32 of these, counted from 0.",
    "field": "interventions.0.out",
}


class FaultBody(BaseModel):
    """One of several things that were wrong."""

    field: str = Field(description="JSON path in the body, or the name of a parameter.")
    detail: str


class ProblemBody(BaseModel):
    """What every error answer holds (RFC 9457)."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    type: str = Field(description="The code as an address.")
    code: str = Field(description="Stable name of what went wrong.")
    title: str = Field(description="What the code means.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What exactly was wrong this time.")
    field: str | None = Field(
        default=None, description="Where: a JSON path such as `interventions.0.stride`."
    )
    errors: list[FaultBody] | None = Field(default=None, description="All faults, where there are several.")


RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": ProblemBody, "description": "The request cannot be carried out."},
}
"""Answers that every operation may give."""


def install(app: FastAPI) -> None:
    """Let the document say that errors are problem+json."""
    made: Callable[[], dict[str, Any]] = app.openapi

    def openapi() -> dict[str, Any]:
        fresh = app.openapi_schema is None
        document = made()
        if fresh:
            for operation in operations(document):
                content = operation["responses"]["4XX"]["content"]
                (media_type,) = content  # that of the answer, where it has one of its own
                content[MEDIA_TYPE] = content.pop(media_type)
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """All operations of a document."""
    return [operation for item in document["paths"].values() for operation in item.values()]
