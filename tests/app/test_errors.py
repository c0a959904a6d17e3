"""Every error is one shape, and no input breaks the answer about it."""

import json
from contextlib import suppress
from typing import Annotated, Any, Literal

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field

from app import errors
from app.body import JSON_LIMIT, BodyGuard
from app.errors import LONGEST_TEXT, Problem, json_path
from models.errors import Refused

MEDIA_TYPE = "application/problem+json"


class Round(BaseModel):
    kind: Literal["round"]
    radius: Annotated[float, Field(gt=0)]


class Square(BaseModel):
    kind: Literal["square"]
    side: Annotated[float, Field(gt=0)]


class Question(BaseModel):
    model_config = {"extra": "forbid"}

    shapes: list[Annotated[Round | Square, Field(discriminator="kind")]] = []
    text: str = ""
    size: Literal["all"] | tuple[Annotated[int, Field(le=9)], int] = "all"


def bare_app() -> FastAPI:
    """An application that is nothing but what is tested here."""
    app = FastAPI()
    errors.install(app, lambda request, status: pytest.fail("no page was asked for"), {"X-Everywhere": "yes"})
    app.add_middleware(BodyGuard, uploads={"/upload": 1000})

    @app.post("/ask")
    async def ask(question: Question) -> Question:
        return question

    @app.get("/refuse")
    async def refuse() -> None:
        raise Refused("no-maps", "This has no maps.", "layer")

    @app.get("/busy")
    async def busy() -> None:
        raise Problem("busy", 503, "Busy", "x" * 10_000 + "\ud800", field="\udfff", retry_after=3)

    @app.get("/fail")
    async def fail() -> None:
        raise RuntimeError("secret")

    return app


@pytest.fixture(scope="module")
def bare() -> TestClient:
    return TestClient(bare_app(), raise_server_exceptions=False)


def ask(client: TestClient, body: bytes | str, content_type: str = "application/json") -> Any:
    answer = client.post("/ask", content=body, headers={"Content-Type": content_type})
    if answer.status_code != 200:
        assert answer.headers["content-type"] == MEDIA_TYPE
        assert answer.json()["status"] == answer.status_code
        assert answer.json()["type"] == f"/api/problems#{answer.json()['code']}"
    return answer


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"shapes": [{"kind": "round", "radius": -1}]}', "shapes.0.radius"),
        ('{"shapes": [{"kind": "round"}]}', "shapes.0.radius"),
        ('{"shapes": [{"kind": "square", "side": null}]}', "shapes.0.side"),
        ('{"shapes": [{"kind": "oval"}]}', "shapes.0"),
        ('{"shapes": 3}', "shapes"),
        ('{"other": 3}', "other"),
        ('{"size": "none"}', "size"),
        ('{"size": [1]}', "size.1"),
        ('{"size": [10, 0]}', "size.0"),
    ],
)
def test_a_wrong_field_is_named_as_the_client_wrote_it(bare: TestClient, body: str, field: str) -> None:
    answer = ask(bare, body)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "invalid", field)
    assert answer.json()["errors"][0]["field"] == field


def test_a_missing_body_is_invalid(bare: TestClient) -> None:
    answer = bare.post("/ask")
    assert (answer.status_code, "field" in answer.json()) == (422, False)


@pytest.mark.parametrize(
    "body",
    [
        b'{"shapes": [{"kind": "round", "radius": NaN}]}',
        b'{"shapes": [{"kind": "round", "radius": -Infinity}]}',
        b'{"shapes": [{"kind": "round", "radius": 1e400}]}',
        b'{"shapes": [{"kind": "round", "radius": ' + b"9" * 5000 + b"}]}",
        b'{"text": "\\ud800"}',
        b'{"\\ud800": 1}',
        b"\xff",
        b"\xef\xbb\xbf{}",
        b"{",
        b"[" * 100_000,
        b"[" * 5000 + b"]" * 5000,
    ],
)
def test_unsound_json_is_refused(bare: TestClient, body: bytes) -> None:
    answer = ask(bare, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-json")


def test_json_may_be_as_deep_as_the_parser_goes(bare: TestClient) -> None:
    for depth in (900, 1000, 1020):
        assert ask(bare, b'{"text": ' + b"[" * depth + b"]" * depth + b"}").status_code in (400, 422)


@pytest.mark.parametrize("body", ['{"shapes": [{"kind": "%s"}]}', '{"%s": 1}', '{"text": ["%s"]}'])
def test_input_is_not_echoed_at_length(bare: TestClient, body: str) -> None:
    answer = ask(bare, body % ("long " * 10_000))
    assert answer.status_code == 422
    assert len(answer.content) < 2000


def test_many_faults_are_not_all_told(bare: TestClient) -> None:
    answer = ask(bare, json.dumps({"shapes": [3] * 10_000}))
    assert (answer.status_code, len(answer.json()["errors"])) == (422, 20)


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "multipart/form-data", ""])
def test_a_body_of_another_type_is_refused(bare: TestClient, content_type: str) -> None:
    answer = ask(bare, "{}", content_type)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")


def test_a_json_body_is_counted_whether_or_not_it_says_its_size(bare: TestClient) -> None:
    body = b'"' + b"x" * JSON_LIMIT + b'"'
    assert ask(bare, body).status_code == 413
    chunks = (body[start : start + 65536] for start in range(0, len(body), 65536))
    answer = bare.post("/ask", content=chunks, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert ask(bare, b'{"text": "' + b"x" * (JSON_LIMIT - 12) + b'"}').status_code == 200


def test_what_a_model_refuses_is_a_problem_with_its_field(bare: TestClient) -> None:
    answer = bare.get("/refuse")
    assert answer.status_code == 422
    assert (answer.json()["code"], answer.json()["field"]) == ("no-maps", "layer")


def test_a_problem_can_hold_any_text(bare: TestClient) -> None:
    answer = bare.get("/busy")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
    assert len(answer.json()["detail"]) == LONGEST_TEXT


def test_a_fault_of_ours_tells_nothing(bare: TestClient) -> None:
    answer = bare.get("/fail")
    assert (answer.status_code, answer.headers["content-type"]) == (500, MEDIA_TYPE)
    assert "secret" not in answer.text
    assert answer.headers["x-everywhere"] == "yes"


def test_unknown_addresses_and_methods_are_problems(bare: TestClient) -> None:
    assert bare.get("/nowhere").json()["code"] == "not-found"
    answer = bare.delete("/ask")
    assert (answer.json()["code"], answer.headers["allow"]) == ("method-not-allowed", "POST")


def test_locations_lead_through_the_body() -> None:
    body = {"a": [{"b": 1}, None]}
    assert json_path(("body", "a", 0, "some-union-member", "b"), body, missing=False) == "a.0.b"
    assert json_path(("body", "a", 1), body, missing=False) == "a.1"
    assert json_path(("body", "a", 0, "c"), body, missing=True) == "a.0.c"
    assert json_path(("body", "a", 7), body, missing=False) == "a"
    assert json_path(("body",), None, missing=True) == ""
    assert json_path(("query", "size"), None, missing=False) == "size"
    assert json_path((), None, missing=False) == ""


def test_an_upload_that_grows_too_large_is_refused_whatever_the_route_makes_of_it() -> None:
    app = bare_app()

    @app.post("/upload")
    async def upload(request: errors.Request) -> str:
        with suppress(Exception):
            async for _ in request.stream():
                pass
            return "whole"
        return "nothing wrong"

    client = TestClient(app, raise_server_exceptions=False)
    assert client.post("/upload", content=iter([b"x" * 1000])).json() == "whole"
    answer = client.post("/upload", content=iter([b"x" * 600] * 2))
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")
    assert client.post("/upload", content=b"x" * 1001).status_code == 413
