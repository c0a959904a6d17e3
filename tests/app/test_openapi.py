"""The API's own description: complete, and true to the last example."""

import io
import json
import shlex
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from app.main import create_app
from app.openapi import operations
from app.reference import describe, example
from app.settings import Settings

BASE = "http://localhost"
NETWORK = "efficientnet_lite0"
DOCUMENT = create_app(Settings(store_url="memory://")).openapi()
OPERATIONS = [
    pytest.param(path, method, spec, id=spec["operationId"])
    for path, item in DOCUMENT["paths"].items()
    for method, spec in item.items()
]
WITH_JSON = [
    (path, method, spec["requestBody"]["content"]["application/json"])
    for path, item in DOCUMENT["paths"].items()
    for method, spec in item.items()
    if "application/json" in spec.get("requestBody", {}).get("content", {})
]


@pytest.mark.parametrize(("path", "method", "spec"), OPERATIONS)
def test_every_operation_is_described(path: str, method: str, spec: dict[str, Any]) -> None:
    assert spec["summary"] and spec["description"] and spec["tags"]
    for parameter in spec.get("parameters", []):
        assert parameter.get("description"), parameter["name"]
        assert not parameter["required"] or example(DOCUMENT, parameter) is not None, parameter["name"]
    for body in spec.get("requestBody", {}).get("content", {}).values():
        assert "format" in json.dumps(body) or example(DOCUMENT, body) is not None
    assert list(spec["responses"]["4XX"]["content"]) == ["application/problem+json"]


def test_operations_have_names_of_their_own() -> None:
    names = [spec["operationId"] for spec in operations(DOCUMENT)]
    assert len(set(names)) == len(names)


def picture() -> bytes:
    """What stands for `picture.jpg` in the commands."""
    file = io.BytesIO()
    Image.linear_gradient("L").save(file, "JPEG")
    return file.getvalue()


def obey(client: TestClient, command: str) -> Any:
    """Do what a curl command of the reference would do."""
    words = iter(shlex.split(command))
    assert next(words) == "curl"
    url, method, headers, request = "", "", {}, {}
    for word in words:
        match word:
            case "-X":
                method = next(words)
            case "-I":
                method = "HEAD"
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case "-d":
                request = {"content": next(words)}
            case "--data-binary":
                assert next(words) == "@picture.jpg"
                request = {"content": picture()}
            case "-F":
                name, _, value = next(words).partition("=@")
                request = {"files": {name: (value, picture())}}
            case _:
                url = word.removeprefix(BASE)
    return client.request(method or ("POST" if request else "GET"), url, headers=headers, **request)


@pytest.mark.parametrize("operation", [op for ops in describe(DOCUMENT, BASE).groups.values() for op in ops])
def test_every_command_of_the_reference_works(client: TestClient, operation: Any) -> None:
    answer = obey(client, operation.curl)
    assert answer.status_code in (200, 201), answer.text
    documented = next(each for each in operation.answers if each.status == str(answer.status_code))
    if answer.content:
        media_type = answer.headers["content-type"].partition(";")[0]
        assert media_type in [content.media_type for content in documented.content]


@pytest.mark.parametrize(
    ("url", "value"),
    [
        pytest.param(urlsplit(path.replace("{name}", NETWORK)).path, each["value"], id=f"{path} {name}")
        for path, _, body in WITH_JSON
        for name, each in body.get("examples", {}).items()
    ],
)
def test_every_named_example_works(client: TestClient, url: str, value: Any) -> None:
    answer = client.post(url, json=value)
    assert answer.status_code == 200, answer.text


WORDS = ["stem.conv", "stem.norm", "stem.act", "block5.add", "pool", "dropout", "head", "kernel", "channels"]
"""Layers of the network and kinds of intervention, so that more bodies get past the first check."""
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-9, 99)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where everything in a JSON value lies."""
    yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths(inner, (*path, key))


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy of the value with `new` at the path."""
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@st.composite
def bodies(draw: st.DrawFn, base: Any) -> Any:
    """Any JSON, or a working body with one part of it replaced."""
    if draw(st.booleans()):
        return draw(JSON)
    return replaced(base, draw(st.sampled_from(list(paths(base)))), draw(JSON))


@pytest.mark.parametrize(("path", "method", "body"), WITH_JSON, ids=[path for path, _, _ in WITH_JSON])
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_body_whatever_is_our_fault(
    client: TestClient, path: str, method: str, body: dict[str, Any], data: st.DataObject
) -> None:
    bases = [each["value"] for each in body.get("examples", {}).values()] or [example(DOCUMENT, body)]
    content = data.draw(bodies(data.draw(st.sampled_from(bases))))
    url = path.replace("{name}", NETWORK)
    sent = json.dumps(content, ensure_ascii=data.draw(st.booleans())).encode(errors="surrogatepass")
    answer = client.request(method, url, content=sent, headers={"Content-Type": "application/json"})
    assert answer.status_code in (200, 400, 404, 413, 422), answer.text
    if answer.status_code != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        assert len(answer.content) < 12_000


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from([path for path in DOCUMENT["paths"]]),
    method=st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]),
    name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=100),
    query=st.dictionaries(st.sampled_from(["size", "tensors", "x"]), st.text(max_size=20), max_size=3),
    content=st.binary(max_size=100),
    content_type=st.sampled_from(["application/json", "image/png", "multipart/form-data", "text/html", ""]),
)
def test_no_request_whatever_is_our_fault(
    client: TestClient,
    path: str,
    method: str,
    name: str,
    query: dict[str, str],
    content: bytes,
    content_type: str,
) -> None:
    url = path.replace("{name}", name).replace("{id}", name).replace("/.", "/%2e")
    try:
        answer = client.request(
            method,
            url,
            params={key: value.encode(errors="replace").decode() for key, value in query.items()},
            content=content,
            headers={"Content-Type": content_type},
        )
    except httpx2.InvalidURL:  # the client sends no such thing
        return
    assert answer.status_code < 500
