"""Everything that goes wrong becomes one shape: `application/problem+json` (RFC 9457).

`{"type": "/api/problems#<code>", "code", "title", "status", "detail", "field"?, "errors"?}`. The code is
stable and may be relied upon; title and detail are for people. What a client sent is never echoed at
length, and nothing here can fail on odd input (NaN, lone surrogates, huge keys).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.problems import CODES
from models.errors import Refused

MOST_ERRORS = 20
LONGEST_TEXT = 400
LONGEST_FIELD = 120
CODES_BY_STATUS = {
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "unsupported-media-type",
}


MEDIA_TYPE = "application/problem+json"
NO_HEADERS: Mapping[str, str] = {}
Fault = Mapping[str, str]
"""One of several things that were wrong: `field` and `detail`."""


class Problem(Exception):
    """An error answer, raised from anywhere below a route.

    `field` is the JSON path of what was wrong, such as `interventions.0.stride`; `retry_after` is in seconds.
    """

    def __init__(
        self,
        code: str,
        status: int,
        title: str,
        detail: str,
        field: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.status = status
        self.title = title
        self.detail = detail
        self.field = field
        self.retry_after = retry_after

    def document(self) -> dict[str, Any]:
        """What the answer says."""
        body: dict[str, Any] = {
            "type": f"/api/problems#{self.code}",
            "code": self.code,
            "title": self.title,
            "status": self.status,
            "detail": clip(self.detail, LONGEST_TEXT),
        }
        if self.field is not None:
            body["field"] = clip(self.field, LONGEST_FIELD)
        return body

    def response(self, headers: Mapping[str, str] = NO_HEADERS, errors: Sequence[Fault] = ()) -> Response:
        """The answer; `errors` are the single faults where there may be several."""
        body = self.document()
        if errors:
            body["errors"] = errors
        more = {"Retry-After": str(self.retry_after)} if self.retry_after is not None else {}
        return Response(
            orjson.dumps(body), self.status, {"Cache-Control": "no-store", **more, **headers}, MEDIA_TYPE
        )


def of(fault: Exception) -> Problem:
    """What a client is told of a fault: of what was not raised for its eyes, nothing but that it is ours."""
    match fault:
        case Problem():
            return fault
        case Refused():
            title = CODES.get(fault.code, CODES["invalid"])
            return Problem(fault.code, 422, title, fault.detail, fault.field)
        case _:
            return problem("failed", 500, "The fault is ours and has been logged.")


def clip(text: str, longest: int) -> str:
    """The text as valid Unicode, cut to `longest` characters."""
    text = text if len(text) <= longest else text[: longest - 1] + "…"
    return text.encode(errors="replace").decode()


def problem(code: str, status: int, detail: str, field: str | None = None) -> Problem:
    """One of the application's own problems, with the title of its code."""
    return Problem(code, status, CODES[code], detail, field)


ABSENT = object()


def at(body: object, step: int | str) -> object:
    """What lies one step further into a JSON value, or ABSENT."""
    if isinstance(body, dict):
        return body.get(step, ABSENT)
    if isinstance(body, list) and isinstance(step, int) and step < len(body):
        return body[step]
    return ABSENT


def json_path(location: Sequence[int | str], body: object, missing: bool) -> str:
    """Where in the request a validation error lies, as the client wrote it.

    Pydantic's locations also name union members and validators, which are not in the request: those that
    lead nowhere in the body are left out, except the last one where it says what is `missing`.
    """
    source, *steps = location or ("",)
    if source != "body":
        return ".".join(clip(str(step), LONGEST_FIELD) for step in steps)
    return ".".join(clip(str(step), LONGEST_FIELD) for step in trodden(steps, body, missing))


def trodden(steps: Sequence[int | str], body: object, missing: bool) -> list[int | str]:
    """The steps that lead somewhere in the body: of all ways one that ends where the location does, if there is one.

    A union member may be named like a key beside the one that is meant: `{"kind": "channels", "channels": …}`.
    """
    if not steps:
        return []
    step, *rest = steps
    ways = [trodden(rest, body, missing)]
    if (inner := at(body, step)) is not ABSENT:
        ways.insert(0, [step, *trodden(rest, inner, missing)])
    elif missing and not rest:
        ways = [[step]]
    return max(ways, key=lambda way: (way[-1:] == [steps[-1]], len(way)))


async def on_problem(request: Request, error: Problem) -> Response:
    """What the application itself refuses."""
    return error.response()


async def on_refused(request: Request, error: Refused) -> Response:
    """What a model refuses."""
    return of(error).response()


async def on_invalid(request: Request, error: RequestValidationError) -> Response:
    """FastAPI's validation errors, without the input that they carry."""
    faults = [
        {
            "field": json_path(fault["loc"], error.body, fault["type"] == "missing"),
            "detail": clip(fault["msg"], LONGEST_TEXT),
        }
        for fault in error.errors()[:MOST_ERRORS]
    ]
    # Of a union's members the one that the value comes closest to is meant: there it goes wrong further inside.
    outer = faults[0]["field"]
    nearest = next((fault for fault in faults if outer and fault["field"].startswith(f"{outer}.")), faults[0])
    faults.remove(nearest)
    faults.insert(0, nearest)
    field, detail = nearest["field"], nearest["detail"]
    return problem("invalid", 422, f"{field}: {detail}" if field else detail, field or None).response(
        errors=faults
    )


class Fallbacks:
    """Handlers for what was not raised for a client's eyes: a page for a browser, a problem for a program."""

    def __init__(self, page: Callable[[Request, int], Response], headers: Mapping[str, str]) -> None:
        self.page = page
        self.headers = headers

    async def on_http(self, request: Request, error: HTTPException) -> Response:
        """What Starlette and FastAPI raise: unknown paths, wrong methods, unreadable forms."""
        status = HTTPStatus(error.status_code)
        code = CODES_BY_STATUS.get(status, "invalid" if status < 500 else "failed")
        return self.answer(request, problem(code, status, str(error.detail)), error.headers or {})

    async def on_failure(self, request: Request, error: Exception) -> Response:
        """A fault of ours: the server logs its trace, the client gets none. No middleware sees this answer."""
        return self.answer(request, of(error), self.headers)

    def answer(self, request: Request, fault: Problem, headers: Mapping[str, str] = NO_HEADERS) -> Response:
        if not wants_page(request):
            return fault.response(headers)
        response = self.page(request, fault.status)
        response.headers.update(headers)
        return response


def wants_page(request: Request) -> bool:
    """Whether the client is a person's browser on its way to a page."""
    path = request.url.path
    return "text/html" in request.headers.get("accept", "") and not path.startswith(("/api/", "/static/"))


def install(app: FastAPI, page: Callable[[Request, int], Response], headers: Mapping[str, str]) -> None:
    """Give the application its handlers; `page` renders an error page of a status, `headers` are every answer's."""
    fallbacks = Fallbacks(page, headers)
    handlers: dict[type[Exception], Callable[..., Awaitable[Response]]] = {
        Problem: on_problem,
        Refused: on_refused,
        RequestValidationError: on_invalid,
        HTTPException: fallbacks.on_http,
        Exception: fallbacks.on_failure,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
