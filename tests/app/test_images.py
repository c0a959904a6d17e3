"""Pictures over HTTP, the sample pictures, and pictures as arrays and PNG files."""

import asyncio
import io
import json
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app import upload
from app.images import parse_ppm, to_array, to_file
from app.lane import Lane
from app.main import create_app
from app.routers import images
from app.samples import FOLDER, samples
from app.settings import Settings
from app.stores.base import StoreUnavailable, image_id_of
from tools import samples as drawing

CHELSEA = "2862a7e906f546a2a38b0e1e04c31bf09ff2fa6f8e230aaffc95cccde833c047"
COFFEE = "5b1aa7688d0032aa8eadb0653ede10e970bcd2d563fc4b6fa80863ad41d584a8"
ABSENT = "0" * 64


def picture(seed: int = 0, side: int = 20, kind: str = "PNG") -> bytes:
    """A picture file."""
    array = np.random.default_rng(seed).integers(0, 256, (side, side + 10, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, kind)
    return buffer.getvalue()


def opened(answer: Response) -> Image.Image:
    """The picture of an answer, which must be a PNG."""
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    return Image.open(io.BytesIO(answer.content), formats=["PNG"])


def refused(answer: Response, status: int, code: str) -> str:
    """The detail of an error answer, which must be of this kind."""
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    return str(answer.json()["detail"])


@pytest.fixture
def small() -> Iterator[TestClient]:
    """A server that takes little."""
    limits = Settings(
        store_url="memory://", workers=1, max_upload_bytes=100_000, max_pixels=10_000, stored_side=32
    )
    with TestClient(create_app(limits), raise_server_exceptions=False) as client:
        yield client


def test_a_form_is_stored_and_can_be_fetched(client: TestClient) -> None:
    answer = client.post("/api/images", files={"file": ("any name.txt", picture(), "text/plain")})
    assert answer.status_code == 201
    body = answer.json()
    assert body == {
        "id": body["id"],
        "width": 30,
        "height": 20,
        "format": "PNG",
        "original": {"width": 30, "height": 20},
    }
    assert answer.headers["location"] == f"/api/images/{body['id']}"
    fetched = opened(client.get(answer.headers["location"]))
    sent = Image.open(io.BytesIO(picture()))
    np.testing.assert_array_equal(np.asarray(fetched), np.asarray(sent))
    assert body["id"] == image_id_of(b"P6\n30 20\n255\n" + sent.tobytes())


@pytest.mark.parametrize("kind", ["image/png", "image/x-anything", "application/octet-stream", ""])
def test_a_body_is_stored(client: TestClient, kind: str) -> None:
    answer = client.post("/api/images", content=picture(1), headers={"content-type": kind} if kind else {})
    assert answer.status_code == 201
    assert answer.json()["format"] == "PNG"


def test_the_same_picture_has_the_same_id(client: TestClient) -> None:
    ids = {
        client.post("/api/images", content=picture(2, kind=kind)).json()["id"]
        for kind in ("PNG", "BMP", "TIFF")
    }
    ids.add(client.post("/api/images", files={"file": picture(2)}).json()["id"])
    assert len(ids) == 1


def test_a_large_picture_is_stored_smaller(small: TestClient) -> None:
    body = small.post("/api/images", content=picture(side=60)).json()
    assert (body["width"], body["height"]) == (32, 27)
    assert body["original"] == {"width": 70, "height": 60}
    assert opened(small.get(f"/api/images/{body['id']}")).size == (32, 27)


@pytest.mark.parametrize(
    ("data", "status", "code", "words"),
    [
        (b"", 422, "empty-upload", "empty"),
        (b"hello", 415, "unsupported-format", "PNG, JPEG, WebP, GIF, BMP and TIFF"),
        (b"\x89PNG\r\n\x1a\nhello", 422, "damaged-picture", "PNG"),
        (picture(side=20)[:-300], 422, "damaged-picture", "PNG"),
        (picture(side=100), 413, "too-many-pixels", "110 × 100"),
        (b"x" * 100_001, 413, "too-large", "0.1 MB"),
    ],
)
@pytest.mark.parametrize("form", [False, True])
def test_refusals(small: TestClient, data: bytes, status: int, code: str, words: str, form: bool) -> None:
    answer = small.post(
        "/api/images", **({"files": {"file": ("x.png", data)}} if form else {"content": data})
    )
    assert words in refused(answer, status, code)


@pytest.mark.parametrize(
    ("kind", "data", "status", "code"),
    [
        ("application/json", b"{}", 415, "unsupported-media-type"),
        ("application/x-www-form-urlencoded", b"file=x", 415, "unsupported-media-type"),
        ("multipart/form-data", b"x", 422, "invalid"),
        ("multipart/form-data; boundary=a", b"x", 422, "invalid"),
        ("multipart/form-data; boundary=a", b"--a--\r\n", 422, "invalid"),
        (
            "multipart/form-data; boundary=a",
            b'--a\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--a--\r\n',
            422,
            "invalid",
        ),
        (
            "multipart/form-data; boundary=a",
            b'--a\r\nContent-Disposition: form-data; name="other"; filename="f"\r\n\r\nx\r\n--a--\r\n',
            422,
            "invalid",
        ),
        (
            "multipart/form-data; boundary=a",
            b'--a\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nx\r\n' * 2
            + b"--a--\r\n",
            422,
            "invalid",
        ),
    ],
)
def test_bodies_that_are_no_upload(
    client: TestClient, kind: str, data: bytes, status: int, code: str
) -> None:
    refused(client.post("/api/images", content=data, headers={"content-type": kind}), status, code)


async def ask(app: FastAPI, messages: AsyncIterator[dict[str, Any]], kind: bytes = b"image/png") -> list[Any]:
    """Send an upload piece by piece, as a server would; the messages of the answer."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return await anext(messages)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": "/api/images",
        "raw_path": b"/api/images",
        "root_path": "",
        "scheme": "http",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"content-type", kind)],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }
    await app(scope, receive, send)
    return sent


@pytest.mark.parametrize("kind", [b"image/png", b"multipart/form-data; boundary=a"])
def test_an_endless_upload_is_cut_at_the_limit(kind: bytes) -> None:
    app = create_app(Settings(store_url="memory://", max_upload_bytes=100_000))
    pieces = 0

    async def endless() -> AsyncIterator[dict[str, Any]]:
        nonlocal pieces
        start = b'--a\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
        yield {"type": "http.request", "body": start, "more_body": True}
        while True:
            pieces += 1
            yield {"type": "http.request", "body": b"x" * 10_000, "more_body": True}

    sent = asyncio.run(ask(app, endless(), kind))
    assert sent[0]["status"] == 413
    assert json.loads(sent[1]["body"])["code"] == "too-large"
    assert pieces <= 18


def test_an_upload_that_trickles_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "PATIENCE_SECONDS", 0.05)
    app = create_app(Settings(store_url="memory://"))

    async def trickle() -> AsyncIterator[dict[str, Any]]:
        while True:
            yield {"type": "http.request", "body": b"x", "more_body": True}
            await asyncio.sleep(0.02)

    sent = asyncio.run(asyncio.wait_for(ask(app, trickle()), 5))
    assert sent[0]["status"] == 408


def test_a_client_that_leaves_in_the_middle_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(Settings(store_url="memory://"))

    async def cut() -> AsyncIterator[dict[str, Any]]:
        yield {"type": "http.request", "body": picture()[:100], "more_body": True}
        yield {"type": "http.disconnect"}

    sent = asyncio.run(ask(app, cut()))
    assert all(
        message.get("status", 499) == 499 for message in sent if message["type"] == "http.response.start"
    )
    assert app.state.decoder.lane.taken == 0
    assert not caplog.records


def test_a_client_that_leaves_while_its_picture_waits_is_forgotten() -> None:
    app = create_app(Settings(store_url="memory://"))

    async def leave() -> AsyncIterator[dict[str, Any]]:
        yield {"type": "http.request", "body": picture(5), "more_body": False}
        yield {"type": "http.disconnect"}

    async def use() -> None:
        async with app.state.decoder as decoder:
            blocker = asyncio.create_task(decoder.lane.run(time.sleep, 0.3))
            await asyncio.sleep(0.05)
            sent = await asyncio.wait_for(ask(app, leave()), 0.2)
            assert all(message.get("status", 499) == 499 for message in sent)
            await blocker

    asyncio.run(use())
    assert not app.state.store.store.cache.values


def test_a_full_queue_says_when_to_come_again(client: TestClient, app: FastAPI, monkeypatch: Any) -> None:
    lane = app.state.decoder.lane
    monkeypatch.setattr(lane, "taken", lane.places)
    answer = client.post("/api/images", content=picture())
    refused(answer, 503, "busy")
    assert answer.headers["retry-after"] == "1"
    monkeypatch.setattr(lane, "taken", 0)
    assert client.post("/api/images", content=picture()).status_code == 201


def test_eight_uploads_at_once(client: TestClient) -> None:
    pictures = [picture(seed, 64) for seed in range(8)]

    def send(data: bytes) -> bool:
        answer = client.post("/api/images", files={"file": data})
        back = opened(client.get(answer.headers["location"]))
        return back.tobytes() == Image.open(io.BytesIO(data)).tobytes()

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(send, pictures))


def test_a_store_that_fails_is_said(
    client: TestClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise StoreUnavailable

    for method in ("put", "get", "exists"):
        monkeypatch.setattr(app.state.store, method, fails)
    address = f"/api/images/{ABSENT}"
    answers = [client.post("/api/images", content=picture()), client.get(address)]
    for answer in answers:
        refused(answer, 503, "not-ready")
        assert answer.headers["retry-after"] == "5"
    assert client.head(address).status_code == 503


@pytest.mark.parametrize(
    ("size", "expected"), [(100, (100, 67)), (1, (1, 1)), (451, (451, 300)), (1024, (451, 300))]
)
def test_a_picture_is_reduced_to_fit(client: TestClient, size: int, expected: tuple[int, int]) -> None:
    assert opened(client.get(f"/api/images/{CHELSEA}?size={size}")).size == expected


@pytest.mark.parametrize("size", ["0", "-1", "1025", "x", "1.5", "9" * 400])
def test_other_sizes_are_refused(client: TestClient, size: str) -> None:
    answer = client.get(f"/api/images/{CHELSEA}?size={size}")
    refused(answer, 422, "invalid")
    assert answer.json()["field"] == "size"


@pytest.mark.parametrize("address", [ABSENT, "x", "A" * 64, "%2e%2e", "%00", "%C3%A9" * 64, ABSENT + "%0A"])
def test_unknown_pictures(client: TestClient, address: str) -> None:
    refused(client.get(f"/api/images/{address}"), 404, "no-such-image")
    assert client.head(f"/api/images/{address}").status_code == 404
    known = {"if-none-match": f'"{ABSENT}"'}
    assert client.get(f"/api/images/{address}", headers=known).status_code == 404


def test_a_picture_may_be_kept_for_ever(client: TestClient) -> None:
    address = f"/api/images/{CHELSEA}"
    answer = client.get(address)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    tag = answer.headers["etag"]
    assert client.get(address + "?size=50").headers["etag"] != tag
    for header in (tag, f'"x", {tag}', f"W/{tag}", "*"):
        again = client.get(address, headers={"if-none-match": header})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(address, headers={"if-none-match": '"x"'}).status_code == 200
    assert client.get(address).content == answer.content


def test_head_says_what_get_would(client: TestClient) -> None:
    address = f"/api/images/{CHELSEA}?size=50"
    head, get = client.head(address), client.get(address)
    assert (head.status_code, head.content) == (200, b"")
    assert "content-length" not in head.headers
    for name in ("content-type", "etag", "cache-control"):
        assert head.headers[name] == get.headers[name]
    assert client.head(address, headers={"if-none-match": get.headers["etag"]}).status_code == 304


def test_too_many_pictures_wanted_at_once(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "encoding", Lane(1, 0, "pictures to be sent"))
    refused(client.get(f"/api/images/{CHELSEA}?size=77"), 503, "busy")


def test_other_methods_are_not_taken(client: TestClient) -> None:
    assert client.delete(f"/api/images/{CHELSEA}").status_code == 405
    assert client.put("/api/images").status_code == 405


def test_the_samples_are_listed_and_can_be_fetched(client: TestClient) -> None:
    listed = client.get("/api/images").json()["samples"]
    assert len(listed) == 10 and len({sample["id"] for sample in listed}) == 10
    assert [sample["name"] for sample in listed[:2]] == ["chelsea", "coffee"]
    for sample in listed:
        assert set(sample) == {"id", "name", "title", "width", "height", "author", "licence", "source"}
        assert (
            sample["title"]["en"] and sample["title"]["zh"] and sample["title"]["en"] != sample["title"]["zh"]
        )
        assert sample["licence"] in {"CC0 1.0", "Public domain", "MIT"}
        assert opened(client.get(f"/api/images/{sample['id']}")).size == (sample["width"], sample["height"])


def test_the_ids_of_samples_never_change() -> None:
    assert {sample.name: sample.id for sample in samples()}["chelsea"] == CHELSEA
    assert {sample.name: sample.id for sample in samples()}["coffee"] == COFFEE
    assert all(sample.id == image_id_of(sample.ppm) for sample in samples())
    assert all(max(sample.width, sample.height) <= 1024 for sample in samples())
    first = samples()
    samples.cache_clear()
    assert samples() == first


def test_a_sample_that_is_uploaded_has_its_own_id(client: TestClient) -> None:
    answer = client.post("/api/images", content=(FOLDER / "chelsea.png").read_bytes())
    assert answer.json()["id"] == CHELSEA


def test_every_sample_is_small_plain_and_in_the_table() -> None:
    table = (FOLDER / "README.md").read_text("utf-8")
    rows = json.loads((FOLDER / "samples.json").read_text("utf-8"))
    assert {row["file"] for row in rows} == {file.name for file in FOLDER.glob("*.png")}
    for row in rows:
        assert f"| {row['file']} |" in table and row["author"].split(" (")[0] in table
        assert not Image.open(FOLDER / row["file"]).info
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 3_000_000


@pytest.mark.parametrize("name", ["chessboard", "smiley"])
def test_drawn_samples_can_be_drawn_again(name: str) -> None:
    sample = next(sample for sample in samples() if sample.name == name)
    np.testing.assert_array_equal(getattr(drawing, name)(), to_array(sample.ppm))


def test_every_operation_is_documented_with_an_example(client: TestClient) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    for path in ("/api/images", "/api/images/{id}"):
        for operation in paths[path].values():
            assert operation["summary"] and operation["description"]
    assert set(paths["/api/images"]) == {"get", "post"} and set(paths["/api/images/{id}"]) == {"get", "head"}
    assert set(paths["/api/images"]["post"]["requestBody"]["content"]) == {
        "multipart/form-data",
        "image/*",
        "application/octet-stream",
    }
    example = paths["/api/images/{id}"]["get"]["parameters"][0]
    assert CHELSEA in json.dumps(example)


@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_stored_pictures_are_arrays_and_pngs(width: int, height: int, seed: int) -> None:
    array = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    ppm = b"P6\n%d %d\n255\n" % (width, height) + array.tobytes()
    assert parse_ppm(ppm)[:2] == (width, height)
    np.testing.assert_array_equal(to_array(ppm), array)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(to_file(ppm)))), array)
    assert not to_array(ppm).flags.writeable


@pytest.mark.parametrize(
    "ppm", [b"", b"P6\n2 2\n255\n", b"P6\n0 2\n255\n", b"P5\n1 1\n255\nx", b"P6\n1 1\n255\nabcd"]
)
def test_what_is_no_stored_picture(ppm: bytes) -> None:
    with pytest.raises(ValueError, match="PPM"):
        parse_ppm(ppm)


@pytest.mark.parametrize("name", ["chelsea", "ankle_boot"])
def test_a_webp_shows_the_same_picture_in_fewer_bytes(client: TestClient, name: str) -> None:
    sample = next(sample for sample in samples() if sample.name == name)
    png, webp = (client.get(f"/api/images/{sample.id}?size=96&format={form}") for form in ("png", "webp"))
    assert webp.headers["content-type"] == "image/webp"
    assert webp.headers["etag"] != png.headers["etag"]
    assert len(webp.content) < len(png.content)
    before, after = (
        np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGB"), float) for answer in (png, webp)
    )
    assert np.abs(before - after).mean() < (6 if name == "chelsea" else 1e-9)


def test_a_form_that_is_not_made_here_is_refused(client: TestClient) -> None:
    answer = client.get(f"/api/images/{CHELSEA}?format=gif")
    assert (answer.status_code, answer.json()["field"]) == (422, "format")
