"""Images that excite a channel over HTTP: told while they form, ended with the request, and those made beforehand."""

import asyncio
import hashlib
import json
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel

from app.engine import STREAMS
from app.main import create_app
from app.settings import Settings
from models.errors import Refused
from models.features.maximise import Begun, Done, MaximiseParams, Stepped, maximise
from models.features.ready import FeatureSet
from models.networks.weights import load_network
from models.tensors import Tensor
from tests.app.test_networks import CAT, problem

LITE = "/api/networks/efficientnet_lite0"
MLP = "/api/networks/mlp"
BODY = {"layer": "hidden1.act", "channel": 3, "steps": 8, "every": 4}


class Line(BaseModel):
    """Stands in for an event."""

    kind: str = "step"
    number: int


class Script:
    """Stands in for the making of an image: counts what has been computed."""

    def __init__(
        self, last: int = 6, told: Callable[[int], bool] = lambda _: True, seconds: float = 0
    ) -> None:
        self.last = last
        self.told = told
        self.seconds = seconds
        self.computed = 0
        self.fault: Exception | None = None

    def __call__(self, *_: Any) -> Iterator[Line | None]:
        for number in range(self.last):
            time.sleep(self.seconds)
            self.computed += 1
            yield Line(number=number) if self.told(number) else None
        if self.fault:
            raise self.fault


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    """What is computed in place of an image."""
    made = Script()
    monkeypatch.setattr("app.routers.features.maximise", made)
    return made


class Client:
    """Calls an application as a server does, and hears each line when it is sent."""

    def __init__(self, app: FastAPI, on_line: Callable[[bytes], None] = lambda _: None) -> None:
        self.app = app
        self.on_line = on_line
        self.leave = asyncio.Event()
        self.status = 0
        self.headers: dict[str, str] = {}
        self.lines: list[bytes] = []

    async def post(self, path: str, body: Any) -> "Client":
        messages = [{"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}]

        async def receive() -> dict[str, Any]:
            if messages:
                return messages.pop()
            await self.leave.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]
                self.headers = {key.decode(): value.decode() for key, value in message["headers"]}
            elif message["body"]:
                self.lines.append(message["body"])
                self.on_line(message["body"])

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
            "path": path, "raw_path": path.encode(), "query_string": b"", "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
            "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
        }  # fmt: skip
        await self.app(scope, receive, send)
        return self


def with_app(scenario: Callable[[FastAPI], Any], **changes: Any) -> None:
    """Play a scenario with a started application that has the MLP at hand."""

    async def play() -> None:
        app = create_app(Settings(store_url="memory://", workers=1, **changes))
        async with app.router.lifespan_context(app):
            await app.state.engine.network("mlp")
            await asyncio.wait_for(scenario(app), 30)

    asyncio.run(play())


def test_each_line_is_sent_before_the_next_is_computed(script: Script) -> None:
    script.last, script.told = 12, lambda number: number % 3 == 0
    computed = []

    async def scenario(app: FastAPI) -> None:
        client = Client(app, lambda _: computed.append(script.computed))
        await client.post(f"{MLP}/maximise", BODY)
        assert client.status == 200
        assert client.headers["content-type"] == "application/x-ndjson"
        assert client.headers["cache-control"] == "no-store" and "content-length" not in client.headers
        assert [json.loads(line)["number"] for line in client.lines] == [0, 3, 6, 9]
        assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in client.lines)
        assert computed == [1, 4, 7, 10]
        assert script.computed == 12

    with_app(scenario)


def test_the_work_ends_when_the_client_leaves(script: Script) -> None:
    script.last, script.seconds = 1000, 0.002

    async def scenario(app: FastAPI) -> None:
        for _ in range(STREAMS + 1):  # each leaves its place behind
            script.computed = 0
            client = Client(app)
            client.on_line = lambda _, client=client: len(client.lines) == 3 and client.leave.set()  # type: ignore[misc]
            await client.post(f"{MLP}/maximise", BODY)
            assert client.status == 200
            await asyncio.sleep(0.02)
            assert 3 <= script.computed <= 5

    with_app(scenario)


def test_who_has_left_before_it_begins_is_not_served(script: Script) -> None:
    async def scenario(app: FastAPI) -> None:
        client = Client(app)
        client.leave.set()
        await client.post(f"{MLP}/maximise", BODY)
        assert client.lines == [] and script.computed <= 1

    with_app(scenario)


def test_a_hung_up_connection_ends_the_work(script: Script, base_url: str, client: TestClient) -> None:
    script.last, script.seconds = 10_000, 0.002
    parts = urlsplit(base_url)
    body = json.dumps(BODY).encode()
    with socket.create_connection((str(parts.hostname), int(parts.port or 0))) as connection:
        connection.sendall(
            f"POST {MLP}/maximise HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        received = b""
        while received.count(b'"number"') < 5:
            received += connection.recv(4096)
        assert script.computed < 5000
    computed = -1
    while computed != script.computed:
        computed = script.computed
        time.sleep(0.1)
    assert computed < 10_000


def test_another_question_is_answered_between_the_steps(script: Script) -> None:
    script.last, script.told, script.seconds = 60, lambda number: number % 20 == 0, 0.01

    async def scenario(app: FastAPI) -> None:
        forming = asyncio.create_task(Client(app).post(f"{MLP}/maximise", BODY))
        while script.computed < 2:
            await asyncio.sleep(0.005)
        other = await Client(app).post(f"{MLP}/run", {"images": [CAT]})
        assert other.status == 200 and 2 <= script.computed < 40
        done = await forming
        assert len(done.lines) == 3 and script.computed == 60

    with_app(scenario)


def test_few_images_are_made_at_once(script: Script) -> None:
    script.last, script.seconds = 1000, 0.005

    async def scenario(app: FastAPI) -> None:
        clients = [Client(app) for _ in range(STREAMS)]
        forming = [asyncio.create_task(client.post(f"{MLP}/maximise", BODY)) for client in clients]
        while not all(client.lines for client in clients):
            await asyncio.sleep(0.005)
        refused = await Client(app).post(f"{MLP}/maximise", BODY)
        assert (refused.status, refused.headers["retry-after"]) == (503, "5")
        assert json.loads(refused.lines[0])["code"] == "busy"
        for client in clients:
            client.leave.set()
        await asyncio.gather(*forming)
        script.last = script.computed
        assert (await Client(app).post(f"{MLP}/maximise", BODY)).status == 200

    with_app(scenario)


def test_a_full_lane_refuses_a_beginning_and_holds_up_what_has_begun(script: Script) -> None:
    async def scenario(app: FastAPI) -> None:
        lane = app.state.engine._lane
        places = lane.places
        client = Client(app)
        client.on_line = lambda _: setattr(lane, "places", 0)
        forming = asyncio.create_task(client.post(f"{MLP}/maximise", BODY))
        while not client.lines:
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.1)
        assert len(client.lines) == script.computed == 1
        refused = await Client(app).post(f"{MLP}/maximise", BODY)
        assert (refused.status, refused.headers["retry-after"]) == (503, "1")
        client.on_line = lambda _: None
        lane.places = places
        await forming
        assert len(client.lines) == 6

    with_app(scenario)


@pytest.mark.parametrize(
    ("fault", "code", "status"),
    [
        (Refused("overflow", "Too large.", "layer"), "overflow", 422),
        (RuntimeError("secret detail"), "failed", 500),
    ],
)
def test_a_fault_on_the_way_is_the_last_line(
    script: Script, fault: Exception, code: str, status: int
) -> None:
    script.fault = fault

    async def scenario(app: FastAPI) -> None:
        for _ in range(STREAMS + 1):
            client = await Client(app).post(f"{MLP}/maximise", BODY)
            last = json.loads(client.lines[-1])
            assert client.status == 200 and len(client.lines) == 7
            assert (last["kind"], last["code"], last["status"]) == ("problem", code, status)
            assert last["title"] and last["detail"] and "secret" not in str(last)

    with_app(scenario)


def test_who_does_not_read_is_not_waited_for(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.stream.PATIENCE_SECONDS", 0.05)

    async def scenario(app: FastAPI) -> None:
        client = Client(app)
        stuck = asyncio.Event()
        inner = client.app

        async def slow(scope: Any, receive: Any, send: Any) -> None:
            async def wait(message: Any) -> None:
                await send(message)
                if len(client.lines) == 2:
                    await stuck.wait()

            await inner(scope, receive, wait)

        client.app = slow  # type: ignore[assignment]
        await client.post(f"{MLP}/maximise", BODY)
        assert len(client.lines) == 2 and script.computed <= 3
        assert app.state.engine._streams.taken == 0

    with_app(scenario)


# The real thing


def test_the_stream_is_what_the_engine_makes_and_repeats(client: TestClient) -> None:
    answers = []
    for _ in range(2):
        response = client.post(
            f"{LITE}/maximise", json={"layer": "block3.add", "channel": 5, "steps": 8, "size": 32}
        )
        assert response.status_code == 200
        answers.append([json.loads(line) for line in response.text.splitlines()])
    begun, *steps, done = answers[0]
    Begun.model_validate(begun), Done.model_validate(done)
    assert [Stepped.model_validate(step).step for step in steps] == [0, 8]
    assert answers[0][:-1] == answers[1][:-1]
    params = MaximiseParams(layer="block3.add", channel=5, steps=8, size=32)
    made = [event for event in maximise(load_network("efficientnet_lite0"), params) if event is not None]
    assert [json.loads(event.model_dump_json()) for event in made[:-1]] == answers[0][:-1]


@pytest.mark.parametrize("encoding", ["list", "float32"])
def test_images_come_in_every_encoding(client: TestClient, encoding: str) -> None:
    response = client.post(f"{MLP}/maximise?tensors={encoding}", json=BODY)
    image = Tensor.model_validate(json.loads(response.text.splitlines()[1])["image"])
    assert (image.dtype, image.encoding) == ("float32", "list" if encoding == "list" else "base64")
    assert image.shape == [1, 28, 28]


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, "invalid", "layer"),
        ({"layer": "stem"}, "no-such-layer", "layer"),
        ({"layer": "stem.act", "channel": 32}, "out-of-range", "channel"),
        ({"layer": "stem.act", "size": 225}, "invalid", "size"),
        ({"layer": "stem.act", "steps": 513}, "invalid", "steps"),
        ({"layer": "stem.act", "every": 0}, "invalid", "every"),
        ({"layer": "stem.act", "total_variation": -0.1}, "invalid", "total_variation"),
        ({"layer": "stem.act", "image": CAT}, "invalid", "image"),
    ],
)
def test_what_is_wrong_is_named(client: TestClient, body: dict[str, Any], code: str, field: str) -> None:
    problem(client.post(f"{LITE}/maximise", json=body), 422, code, field)


def test_what_else_is_refused(client: TestClient) -> None:
    problem(client.post(f"{MLP}/maximise", json={**BODY, "size": 64}), 422, "shapes-differ", "size")
    problem(client.post("/api/networks/resnet50/maximise", json=BODY), 404, "no-such-network", "name")
    problem(client.get(f"{LITE}/maximise"), 405, "method-not-allowed")
    problem(
        client.post(f"{LITE}/maximise", content=b"{", headers={"Content-Type": "application/json"}),
        400,
        "bad-json",
    )
    large = json.dumps({"layer": "x" * (1 << 20)})
    problem(
        client.post(f"{LITE}/maximise", content=large, headers={"Content-Type": "application/json"}),
        413,
        "too-large",
    )


# Those made beforehand


def test_the_images_made_beforehand_are_listed_and_fetched(client: TestClient) -> None:
    response = client.get(f"{LITE}/features")
    assert response.status_code == 200
    made = FeatureSet.model_validate(response.json())
    etag = response.headers["etag"]
    assert client.get(f"{LITE}/features", headers={"If-None-Match": etag}).status_code == 304
    assert len(made.stages) == 7 and {len(stage.channels) for stage in made.stages} == {8}
    for stage in made.stages:
        feature = stage.channels[-1]
        address = feature.image.partition("?")[0]
        assert address == f"{LITE}/features/{stage.layer}/{feature.channel}"
        picture = client.get(feature.image)
        assert picture.status_code == 200 and picture.headers["content-type"] == "image/webp"
        assert hashlib.sha256(picture.content).hexdigest() == feature.sha256
        assert "immutable" in picture.headers["cache-control"]
        assert client.get(address).headers["cache-control"] == "no-cache"
        assert client.get(f"{address}?v=0").headers["cache-control"] == "no-cache"
        known = client.get(feature.image, headers={"If-None-Match": picture.headers["etag"]})
        assert (known.status_code, known.content) == (304, b"")


def test_what_was_not_made_is_not_found(client: TestClient) -> None:
    problem(client.get(f"{MLP}/features"), 404, "no-features", "name")
    problem(client.get("/api/networks/resnet50/features"), 404, "no-such-network", "name")
    problem(client.get(f"{LITE}/features/stem.act/3"), 404, "no-such-feature", "channel")
    problem(client.get(f"{LITE}/features/head/2"), 404, "no-such-feature", "channel")
    problem(client.get(f"{MLP}/features/stem.act/2"), 404, "no-such-feature", "channel")
    problem(client.get(f"{LITE}/features/stem.act/x"), 422, "invalid", "channel")
    problem(client.get(f"{LITE}/features/..%5C..%5Cfeatures.json/2"), 404, "no-such-feature", "channel")
