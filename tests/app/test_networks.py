"""The networks over HTTP: every operation, and everything that it refuses."""

import asyncio
import gzip
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
import torch
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel

from app.main import create_app
from app.settings import Settings
from models.networks.registry import SPECS
from models.networks.weights import load_network
from models.tensors import Tensor, decode
from models.views.describe import NetworkInfo, NetworkList, describe, list_networks
from models.views.explain import ExplainParams, ExplainResult, explain
from models.views.run import RunParams, RunResult, run_network
from models.views.unit import UnitParams, UnitResult, explain_unit
from models.views.weights import WeightsParams, WeightsResult, weights
from tests.models.nets import NAMES
from tests.models.photos import photo, sample_id

LITE = "/api/networks/efficientnet_lite0"
MLP = "/api/networks/mlp"
CAT = sample_id("chelsea")
ABSENT = "0" * 64


def plain(result: BaseModel) -> Any:
    """A result as a client reads it."""
    return orjson.loads(orjson.dumps(result, default=lambda model: model.__dict__))


def problem(response: Any, status: int, code: str, field: str | None = None) -> dict[str, Any]:
    """The body of an error answer, checked for its form."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert (body["status"], body["code"], body["type"]) == (status, code, f"/api/problems#{code}")
    assert body["title"] and body["detail"]
    assert body.get("field") == field
    return body


# What networks there are


def test_networks_are_listed(client: TestClient) -> None:
    response = client.get("/api/networks")
    assert response.status_code == 200
    NetworkList.model_validate(response.json())
    assert response.json() == plain(list_networks())
    assert [row["name"] for row in response.json()["networks"]] == list(SPECS)


@pytest.mark.parametrize("name", NAMES)
def test_a_network_is_described(client: TestClient, name: str) -> None:
    response = client.get(f"/api/networks/{name}")
    assert response.status_code == 200
    NetworkInfo.model_validate(response.json())
    assert response.json() == plain(describe(name))
    etag = response.headers["etag"]
    again = client.get(f"/api/networks/{name}", headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)


def test_a_description_comes_packed_to_whom_it_suits(client: TestClient) -> None:
    plainly = client.get(LITE, headers={"Accept-Encoding": "identity"})
    packed = client.get(LITE, headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plainly.headers and packed.headers["content-encoding"] == "gzip"
    assert plainly.content == packed.content  # the client unpacks
    assert int(packed.headers["content-length"]) < len(plainly.content) / 4
    assert "Accept-Encoding" in packed.headers["vary"]
    assert len(gzip.compress(plainly.content)) < len(plainly.content)


# Happy paths, on every network


def asked_directly(name: str, what: str, body: dict[str, Any], encoding: Any) -> BaseModel:
    """The same question without HTTP."""
    loaded = load_network(name)
    batch = photo("chelsea", loaded.spec.dataset)
    match what:
        case "run":
            several = batch.expand(len(body["images"]), -1, -1, -1)
            return run_network(loaded, several, RunParams.model_validate(body), encoding)
        case "unit":
            return explain_unit(loaded, batch, UnitParams.model_validate(body))
        case "explain":
            return explain(loaded, batch, ExplainParams.model_validate(body), encoding)
        case _:
            return weights(loaded, WeightsParams.model_validate(body), encoding)


RESULTS: dict[str, type[BaseModel]] = {
    "run": RunResult,
    "unit": UnitResult,
    "explain": ExplainResult,
    "weights": WeightsResult,
}


def first_of(name: str, *kinds: str) -> str:
    """The first step of one of the kinds."""
    return next(step.name for step in load_network(name).network.steps.values() if step.kind in kinds)


def questions(name: str) -> list[tuple[str, dict[str, Any]]]:
    """A question of every sort that fits the network, some with a change."""
    weighted, act = first_of(name, "conv", "linear"), first_of(name, "activation", "recurrent")
    change = {"kind": "channels", "layer": act, "channels": [0, 1], "scale": 2}
    return [
        ("run", {"images": [CAT]}),
        (
            "run",
            {
                "images": [CAT, CAT],
                "interventions": [change],
                "record": [
                    {"layer": act, "channels": {"strongest": 2}},
                    {"layer": weighted, "channels": {"indices": [1, 0]}},
                ],
                "difference": True,
                "top": 2,
                "classes": [2],
            },
        ),
        ("unit", {"image": CAT, "layer": weighted, "channel": 1, "interventions": [change]}),
        ("explain", {"image": CAT, "method": "input_gradient", "class_index": 1}),
        ("explain", {"image": CAT, "method": "effective_receptive_field", "layer": act, "channel": 2}),
        ("weights", {"layer": weighted, "channels": [0, 2]}),
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_is_that_of_the_engine(client: TestClient, name: str) -> None:
    for what, body in questions(name):
        for encoding in ("list", "float32", "uint8") if what == "run" else ("float32",):
            response = client.post(f"/api/networks/{name}/{what}?tensors={encoding}", json=body)
            assert response.status_code == 200, response.text
            assert response.headers["content-type"] == "application/json"
            RESULTS[what].model_validate(response.json())
            assert response.json() == plain(asked_directly(name, what, body, encoding))


def test_lists_are_the_default(client: TestClient) -> None:
    body = {"images": [CAT], "record": [{"layer": "stem.act", "channels": {"indices": [3]}}]}
    tensor = client.post(f"{LITE}/run", json=body).json()["layers"][0]["activation"]
    assert (tensor["encoding"], tensor["shape"]) == ("list", [1, 1, 112, 112])
    assert len(tensor["data"][0][0]) == 112
    by_bytes = client.post(f"{LITE}/run?tensors=float32", json=body).json()["layers"][0]["activation"]
    assert torch.equal(decode(Tensor(**tensor)), decode(Tensor(**by_bytes)))
    assert tensor["lo"] == by_bytes["lo"] == [min(map(min, tensor["data"][0][0]))]


def test_the_cat_is_a_cat(client: TestClient) -> None:
    answer = client.post(f"{LITE}/run", json={"images": [CAT, sample_id("coffee")], "top": 1}).json()
    names = [scores[0]["name"] for scores in answer["predictions"]]
    assert [name["en"] for name in names] == ["Egyptian cat", "espresso"]
    assert names[0]["zh"] == "埃及猫"


def test_one_seed_gives_the_same_bytes_and_another_seed_others(client: TestClient) -> None:
    body: dict[str, Any] = {
        "images": [CAT],
        "interventions": [{"kind": "dropout", "layer": "hidden1.dropout", "p": 0.5}],
        "record": [{"layer": "hidden1.dropout", "dropout": True}],
        "seed": 5,
    }
    first = client.post(f"{MLP}/run", json=body)
    assert client.post(f"{MLP}/run", json=body).content == first.content
    other = client.post(f"{MLP}/run", json=body | {"seed": 6}).json()
    assert other["layers"][0]["dropout"]["mask"] != first.json()["layers"][0]["dropout"]["mask"]
    layer = first.json()["layers"][0]
    body["interventions"][0]["seed"] = layer["dropout"]["seed"]
    named = client.post(f"{MLP}/run", json=body | {"seed": 6}).json()["layers"][0]
    assert named["dropout"]["mask"] == layer["dropout"]["mask"]


def test_an_uploaded_picture_can_be_asked_about(client: TestClient) -> None:
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    Image.new("RGB", (60, 40), (200, 30, 30)).save(file, "PNG")
    response = client.post("/api/images", content=file.getvalue(), headers={"Content-Type": "image/png"})
    image = response.json()["id"]
    answer = client.post(
        f"{LITE}/run", json={"images": [image], "record": [{"layer": "input"}]}, params={"tensors": "float32"}
    )
    pixels = decode(Tensor(**answer.json()["layers"][0]["activation"]))
    expected = (torch.tensor([200, 30, 30]) / 255 - 0.498) / 0.502
    assert torch.allclose(pixels, expected.view(1, 3, 1, 1).expand(1, 3, 224, 224), atol=1e-6)


# What is refused

POSTS: list[tuple[str, dict[str, Any]]] = [
    ("run", {"images": [CAT]}),
    ("unit", {"image": CAT, "layer": "stem.conv", "channel": 0}),
    ("explain", {"image": CAT}),
    ("weights", {"layer": "stem.conv", "channels": [0]}),
]


@pytest.mark.parametrize(("what", "body"), POSTS)
def test_an_unknown_network_is_not_found(client: TestClient, what: str, body: dict[str, Any]) -> None:
    for name in ("resnet50", "MLP", "mlp.json", "%00"):
        problem(client.post(f"/api/networks/{name}/{what}", json=body), 404, "no-such-network", "name")
    problem(client.get("/api/networks/resnet50"), 404, "no-such-network", "name")
    problem(client.post(f"/api/networks/{'x' * 65}/{what}", json=body), 422, "invalid", "name")
    problem(client.get(f"{LITE}/{what}"), 405, "method-not-allowed")


def test_an_unknown_picture_is_not_found_by_its_place(client: TestClient) -> None:
    body = {"images": [CAT, CAT, ABSENT]}
    problem(client.post(f"{LITE}/run", json=body), 404, "no-such-image", "images.2")
    for what, body in POSTS[1:3]:
        response = client.post(f"{LITE}/{what}", json=body | {"image": ABSENT})
        problem(response, 404, "no-such-image", "image")


CONV = {"kind": "conv", "layer": "stem.conv"}
WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"images": []}, "invalid", "images"),
    ({"images": [CAT] * 65}, "invalid", "images"),
    ({"images": ["../../etc/passwd"]}, "invalid", "images.0"),
    ({"images": [CAT, 7]}, "invalid", "images.1"),
    ({"images": CAT}, "invalid", "images"),
    ({"images": [CAT], "top": 1001}, "invalid", "top"),
    ({"images": [CAT], "classes": [1, -1]}, "invalid", "classes.1"),
    ({"images": [CAT], "classes": [1, 1000]}, "out-of-range", "classes.1"),
    ({"images": [CAT], "seed": 2**48}, "invalid", "seed"),
    ({"images": [CAT], "surprise": 1}, "invalid", "surprise"),
    ({"images": [CAT], "record": [{"layer": "stem"}]}, "no-such-layer", "record.0.layer"),
    ({"images": [CAT], "record": [{"layer": "stem.act", "dropout": True}]}, "wrong-kind", "record.0.dropout"),
    (
        {"images": [CAT], "record": [{"layer": "stem.act", "channels": {"indices": [32]}}]},
        "out-of-range",
        "record.0.channels.indices",
    ),
    ({"images": [CAT], "record": [{}]}, "invalid", "record.0.layer"),
    (
        {"images": [CAT], "interventions": [{"kind": "magic", "layer": "stem.conv"}]},
        "invalid",
        "interventions.0",
    ),
    ({"images": [CAT], "interventions": [CONV | {"stride": [0, 1]}]}, "invalid", "interventions.0.stride.0"),
    ({"images": [CAT], "interventions": [CONV | {"strides": 1}]}, "invalid", "interventions.0.strides"),
    ({"images": [CAT], "interventions": [CONV, {"kind": "conv"}]}, "invalid", "interventions.1.layer"),
    (
        {"images": [CAT], "interventions": [{"kind": "channels", "layer": "stem.act", "channels": [0, -1]}]},
        "invalid",
        "interventions.0.channels.1",
    ),
    (
        {
            "images": [CAT],
            "interventions": [{"kind": "channels", "layer": "stem.act", "channels": [0], "scale": 2000}],
        },
        "invalid",
        "interventions.0.scale",
    ),
    (
        {
            "images": [CAT],
            "interventions": [{"kind": "channels", "layer": "stem.act", "channels": [0], "loudness": 1}],
        },
        "invalid",
        "interventions.0.loudness",
    ),
    (
        {"images": [CAT], "interventions": [{"kind": "channels", "layer": "stem.act"}]},
        "invalid",
        "interventions.0.channels",
    ),
    (
        {
            "images": [CAT],
            "interventions": [
                {"kind": "kernel", "layer": "stem.conv", "out": 0, "values": [[0, 1], [0, "x"]]}
            ],
        },
        "invalid",
        "interventions.0.values.1.1",
    ),
    (
        {"images": [CAT], "interventions": [CONV, {"kind": "pooling", "layer": "stem.act", "method": "max"}]},
        "wrong-kind",
        "interventions.1.layer",
    ),
    (
        {
            "images": [CAT],
            "interventions": [{"kind": "conv", "layer": "block3.depth_conv", "stride": [2, 2]}],
        },
        "shapes-differ",
        "interventions",
    ),
    (
        {"images": [CAT] * 64, "interventions": [CONV | {"stride": [1, 1]}]},
        "too-much-work",
        "interventions",
    ),
    (
        {"images": [CAT] * 8, "record": [{"layer": "block2.expand_act"}]},
        "answer-too-large",
        "record",
    ),
]


@pytest.mark.parametrize(
    ("body", "code", "field"), WRONG, ids=[f"{c}-{f}-{i}" for i, (_, c, f) in enumerate(WRONG)]
)
def test_what_is_wrong_is_named_by_its_path(
    client: TestClient, body: dict[str, Any], code: str, field: str
) -> None:
    problem(client.post(f"{LITE}/run?tensors=float32", json=body), 422, code, field)


@pytest.mark.parametrize(
    ("what", "change", "code", "field"),
    [
        ("unit", {"layer": "nowhere"}, "no-such-layer", "layer"),
        ("unit", {"channel": 32}, "out-of-range", "channel"),
        ("unit", {"y": 112}, "out-of-range", "y"),
        ("unit", {"x": 112}, "out-of-range", "x"),
        ("unit", {"x": -1}, "invalid", "x"),
        ("unit", {"image": [CAT]}, "invalid", "image"),
        (
            "unit",
            {"interventions": [{"kind": "conv", "layer": "x"}]},
            "no-such-layer",
            "interventions.0.layer",
        ),
        ("explain", {"class_index": 1000}, "out-of-range", "class_index"),
        ("explain", {"class_index": -1}, "invalid", "class_index"),
        ("explain", {"layer": "head"}, "no-maps", "layer"),
        ("explain", {"method": "lime"}, "invalid", "method"),
        ("explain", {"method": "effective_receptive_field"}, "missing", "layer"),
        (
            "explain",
            {"method": "effective_receptive_field", "layer": "stem.act", "y": 112},
            "out-of-range",
            "y",
        ),
        ("weights", {"layer": "stem.act"}, "wrong-kind", "layer"),
        ("weights", {"channels": [32]}, "out-of-range", "channels"),
        ("weights", {"channels": []}, "invalid", "channels"),
        ("weights", {"layer": "head", "channels": list(range(256))}, "too-many-numbers", "tensors"),
    ],
)
def test_the_other_questions_refuse_by_path_as_well(
    client: TestClient, what: str, change: dict[str, Any], code: str, field: str
) -> None:
    body = dict(POSTS)[what] | change
    problem(client.post(f"{LITE}/{what}", json=body), 422, code, field)


def test_long_lists_are_refused_with_advice(client: TestClient) -> None:
    body = {"images": [CAT], "record": [{"layer": "stem.act"}]}
    refusal = problem(client.post(f"{LITE}/run", json=body), 422, "too-many-numbers", "tensors")
    assert "uint8" in refusal["detail"]
    assert client.post(f"{LITE}/run?tensors=uint8", json=body).status_code == 200
    problem(client.post(f"{LITE}/run?tensors=json", json=body), 422, "invalid", "tensors")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"7",
        b'"x"',
        b'{"images": NaN}',
        b'{"images": 1e400}',
        b'{"images": ["\\ud800"]}',
        b"{" * 2000,
        b'{"images": ' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"interventions": [null]}',
        b'{"interventions": {"kind": "conv"}}',
        b'{"record": [{"layer": "stem.act", "channels": 3}]}',
        "{}".encode("utf-16"),
    ],
    ids=range(14),
)
@pytest.mark.parametrize("what", list(RESULTS))
def test_no_body_is_too_strange_for_a_plain_refusal(client: TestClient, what: str, body: bytes) -> None:
    response = client.post(f"{LITE}/{what}", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code in (400, 422)
    assert response.headers["content-type"] == "application/problem+json"
    assert len(response.content) < 8000


def test_what_was_sent_is_not_sent_back_at_length(client: TestClient) -> None:
    long = "x" * 100_000
    for body in ({"images": [long]}, {long: 1}, {"images": [CAT], "interventions": [{"kind": long}]}):
        response = client.post(f"{LITE}/run", json=body)
        assert response.status_code == 422 and len(response.content) < 8000


def test_numbers_beyond_float32_are_refused_not_written_as_null(client: TestClient) -> None:
    loud = [{"kind": "channels", "layer": "stem.conv", "channels": list(range(32)), "scale": 1000}]
    body = {
        "images": [CAT],
        "interventions": loud * 8,
        "record": [{"layer": "stem.norm", "normalization": True}],
    }
    problem(client.post(f"{LITE}/run?tensors=uint8", json=body), 422, "overflow", "interventions")
    body["interventions"] = loud * 14
    problem(client.post(f"{LITE}/run?tensors=uint8", json=body), 422, "overflow", "interventions")


def test_settings_limit_pictures_and_answers() -> None:
    settings = Settings(store_url="memory://", workers=1, max_batch=2, max_answer_bytes=1 << 20)
    with TestClient(create_app(settings)) as client:
        assert client.post(f"{MLP}/run", json={"images": [CAT] * 2}).status_code == 200
        problem(client.post(f"{MLP}/run", json={"images": [CAT] * 3}), 422, "invalid", "images")
        body = {"images": [CAT], "record": [{"layer": "stem.act"}]}
        assert client.post(f"{LITE}/run?tensors=uint8", json=body).status_code == 200
        body["record"] = [{"layer": layer} for layer in ("stem.conv", "stem.norm", "stem.act")]
        refusal = client.post(f"{LITE}/run?tensors=uint8", json=body)
        assert "1 MiB are allowed" in problem(refusal, 422, "answer-too-large", "record")["detail"]


# Under load


class Gate:
    """Stands in for a question: notes who asks, and holds the answer back until it is opened."""

    def __init__(self, answer: Callable[..., BaseModel]) -> None:
        self.answer = answer
        self.asked: list[int] = []
        self.entered = threading.Semaphore(0)
        self.open = threading.Event()

    def __call__(self, loaded: Any, batch: Any, params: RunParams, *rest: Any) -> BaseModel:
        self.asked.append(params.seed)
        self.entered.release()
        assert self.open.wait(30)
        return self.answer(loaded, batch, params, *rest)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """A gate before every run."""
    gate = Gate(run_network)
    monkeypatch.setattr("app.routers.networks.run_network", gate)
    yield gate
    gate.open.set()


class Caller:
    """Calls an application as a server does; the client behind a call may leave."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    async def __call__(
        self, method: str, path: str, body: Any = None, leave: asyncio.Event | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        content = b"" if body is None else json.dumps(body).encode()
        messages = [{"type": "http.request", "body": content, "more_body": False}]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if messages:
                return messages.pop()
            await (leave or asyncio.Event()).wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        await self.app(scope, receive, send)
        headers = {key.decode(): value.decode() for key, value in sent[0]["headers"]}
        return sent[0]["status"], headers, b"".join(each.get("body", b"") for each in sent[1:])


@asynccontextmanager
async def started(**changes: Any) -> AsyncIterator[Caller]:
    """A started application with all that a run of the MLP needs at hand."""
    app = create_app(Settings(store_url="memory://", workers=1, **changes))
    async with app.router.lifespan_context(app):
        await app.state.engine.network("mlp")
        await app.state.engine.batch(app.state.store, [CAT], SPECS["mlp"].dataset, "images")
        yield Caller(app)


def run_body(seed: int) -> dict[str, Any]:
    return {"images": [CAT], "seed": seed}


async def settle() -> None:
    """Let everything on the loop go on until it waits."""
    for _ in range(200):
        await asyncio.sleep(0)
    await asyncio.sleep(0.02)


def test_a_full_pool_says_so_at_once_and_health_still_answers(gate: Gate) -> None:
    async def scenario() -> None:
        async with started(engine_queue=2) as call:
            runs = [asyncio.create_task(call("POST", f"{MLP}/run", run_body(seed))) for seed in range(3)]
            await asyncio.to_thread(gate.entered.acquire)
            await settle()
            before = time.monotonic()
            refusals = await asyncio.gather(*[call("POST", f"{MLP}/run", run_body(9)) for _ in range(20)])
            others = [
                await call("POST", f"{MLP}/weights", {"layer": "head", "channels": [0]}),
                await call("POST", f"{MLP}/unit", {"image": CAT, "layer": "head", "channel": 0}),
                await call("POST", f"{MLP}/explain", {"image": CAT, "method": "input_gradient"}),
                await call("POST", "/api/networks/lenet/run", run_body(9)),
                await call("GET", "/api/networks/lenet"),
                await call("GET", "/api/networks"),
                await call("POST", f"{MLP}/run", {"images": [sample_id("coffee")]}),
            ]
            for status, headers, content in [*refusals, *others]:
                assert (status, headers["retry-after"]) == (503, "1")
                assert json.loads(content)["code"] == "busy"
            for path in ("/healthz", "/readyz"):
                assert (await call("GET", path))[0] == 200
            assert time.monotonic() - before < 5
            assert gate.asked == [0]
            gate.open.set()
            assert [status for status, _, _ in await asyncio.gather(*runs)] == [200] * 3
            assert gate.asked == [0, 1, 2]
            assert (await call("POST", f"{MLP}/run", run_body(3)))[0] == 200

    asyncio.run(scenario())


def test_work_that_nobody_waits_for_is_never_begun(gate: Gate) -> None:
    async def scenario() -> None:
        async with started(engine_queue=2) as call:
            leave = asyncio.Event()
            first = asyncio.create_task(call("POST", f"{MLP}/run", run_body(0)))
            await asyncio.to_thread(gate.entered.acquire)
            gone = [asyncio.create_task(call("POST", f"{MLP}/run", run_body(7), leave)) for _ in range(2)]
            await settle()
            assert (await call("POST", f"{MLP}/run", run_body(8)))[0] == 503
            leave.set()
            await asyncio.wait_for(asyncio.gather(*gone), 5)
            last = asyncio.create_task(call("POST", f"{MLP}/run", run_body(1)))
            await settle()
            gate.open.set()
            assert [(await task)[0] for task in (first, last)] == [200, 200]
            assert gate.asked == [0, 1]

    asyncio.run(scenario())


def test_a_client_that_hangs_up_frees_its_place_on_a_real_connection(
    gate: Gate, base_url: str, client: TestClient
) -> None:
    parts = urlsplit(base_url)
    assert parts.hostname and parts.port

    def send(seed: int) -> socket.socket:
        connection = socket.create_connection((str(parts.hostname), int(parts.port or 0)))
        body = json.dumps(run_body(seed)).encode()
        connection.sendall(
            f"POST {MLP}/run HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
            + body
        )
        return connection

    def answer(connection: socket.socket) -> bytes:
        with connection:
            received = bytearray()
            while part := connection.recv(65536):
                received += part
        return bytes(received)

    first = send(100)
    assert gate.entered.acquire(timeout=30)
    gone, last = send(107), send(101)
    time.sleep(0.3)
    gone.close()
    time.sleep(0.3)
    gate.open.set()
    assert b" 200 OK" in answer(first).partition(b"\r\n")[0]
    assert b" 200 OK" in answer(last).partition(b"\r\n")[0]
    assert gate.asked == [100, 101]


def test_an_exception_in_a_question_is_a_plain_500_and_frees_the_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> BaseModel:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("app.routers.networks.run_network", fail)
    settings = Settings(store_url="memory://", workers=1, engine_queue=1)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        for _ in range(4):
            body = problem(client.post(f"{MLP}/run", json=run_body(0)), 500, "failed")
            assert "secret" not in json.dumps(body)
        monkeypatch.undo()
        assert client.post(f"{MLP}/run", json=run_body(0)).status_code == 200


def test_many_clients_at_once_get_each_their_own_answer(client: TestClient) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def ask(seed: int) -> bytes:
        body = {
            "images": [CAT],
            "interventions": [{"kind": "dropout", "layer": "hidden1.dropout", "p": 0.5}],
            "seed": seed % 25,
        }
        return client.post(f"{MLP}/run", json=body).content

    alone = [ask(seed) for seed in range(25)]
    assert len(set(alone)) == 25
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(ask, range(100)))
    assert together == alone * 4
