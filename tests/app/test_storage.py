"""The stores: one contract for all, then what each must do by itself."""

import asyncio
import hashlib
import logging
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import obstore
import pytest
from moto.server import ThreadedMotoServer

from app.cache import ByteCache
from app.samples import samples
from app.settings import Settings
from app.storage import (
    ImageDamaged,
    ImageNotFound,
    ImageStore,
    SampledStore,
    StoreUnavailable,
    open_bare,
    open_store,
)
from app.stores.files import FileStore
from app.stores.memory import MemoryStore
from app.stores.objects import ObjectStore

MIB = 1 << 20
ABSENT = "0" * 64
NO_IDS = ["", "abc", "A" * 64, "../" * 22, "0" * 63 + "/", "0" * 65, "é" * 64, ABSENT + "\n"]


@pytest.fixture(scope="session")
def bucket() -> Iterator[str]:
    """The address of an S3 server in this process; credentials as its users have them."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    urllib.request.urlopen(urllib.request.Request(f"{address}/pictures", method="PUT")).close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "key")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        yield f"s3://pictures/some/prefix?endpoint={address}&region=us-east-1"
    server.stop()


@pytest.fixture(params=["memory", "file", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ImageStore:
    """Each kind of store in turn."""
    if request.param == "s3":
        return open_bare(request.getfixturevalue("bucket"), MIB)
    return open_bare({"memory": "memory://", "file": f"{tmp_path.as_uri()}/pictures"}[request.param], MIB)


def test_what_was_put_comes_back(store: ImageStore) -> None:
    async def use() -> None:
        data = os.urandom(5000)
        image_id = await store.put(data)
        assert image_id == hashlib.sha256(data).hexdigest()
        assert await store.exists(image_id)
        assert await store.get(image_id) == data
        assert await store.put(data) == image_id
        assert await store.get(image_id) == data

    asyncio.run(use())


@pytest.mark.parametrize("image_id", [ABSENT, *NO_IDS])
def test_what_was_not_put_is_not_found(store: ImageStore, image_id: str) -> None:
    async def use() -> None:
        assert not await store.exists(image_id)
        with pytest.raises(ImageNotFound) as caught:
            await store.get(image_id)
        assert (caught.value.code, caught.value.status) == ("no-such-image", 404)

    asyncio.run(use())


def test_many_at_once(store: ImageStore) -> None:
    async def use() -> None:
        pictures = [os.urandom(2000) for _ in range(20)]
        ids = await asyncio.gather(*(store.put(data) for data in pictures * 2))
        assert ids[:20] == ids[20:]
        assert await asyncio.gather(*(store.get(image_id) for image_id in ids)) == pictures * 2

    asyncio.run(use())


def test_memory_forgets_the_least_recently_used() -> None:
    async def use() -> None:
        store = MemoryStore(1000)
        first, second, third = [await store.put(bytes([i]) * 400) for i in range(2)] + [""]
        await store.get(first)
        third = await store.put(b"x" * 400)
        assert [await store.exists(image_id) for image_id in (first, second, third)] == [True, False, True]

    asyncio.run(use())


def test_a_cache_holds_its_newest_value_whatever_its_size() -> None:
    cache = ByteCache[int](10)
    cache.put(1, b"12345")
    cache.put(1, b"1234567")
    assert (cache.size, cache.get(1)) == (7, b"1234567")
    cache.put(2, b"x" * 20)
    assert (cache.size, cache.get(1), cache.get(2)) == (20, None, b"x" * 20)
    cache.drop(2)
    cache.drop(3)
    assert cache.size == 0


def test_files_forget_the_least_recently_used(tmp_path: Path) -> None:
    store = FileStore(tmp_path, MIB)
    ids = [store.write(os.urandom(100_000)) for _ in range(8)]
    for age, image_id in enumerate(ids):
        os.utime(store.path(image_id), (time.time() - 100 - age,) * 2)
    store.read(ids[-1])  # the oldest is used again
    new = [store.write(os.urandom(100_000)) for _ in range(6)]
    held = [image_id for image_id in ids if store.path(image_id).exists()]
    assert ids[-1] in held and ids[-2] not in held
    assert all(store.path(image_id).exists() for image_id in new)
    assert sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()) <= MIB


def test_files_of_many_processes_stay_below_the_size(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from app.stores.files import FileStore\n"
        f"store = FileStore(Path(sys.argv[1]), {MIB})\n"
        "for _ in range(60): store.write(os.urandom(50_000))\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path)]) for _ in range(2)]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()) <= MIB * 5 // 4
    assert not list((tmp_path / "new").iterdir())


def test_a_writer_that_is_killed_leaves_no_half_picture(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from app.stores.files import FileStore\n"
        f"store = FileStore(Path(sys.argv[1]), {1000 * MIB})\n"
        "data = os.urandom(3_000_000)\n"
        "print('ready', flush=True)\n"
        "for i in range(1000): store.write(data + bytes([i % 256, i // 256]))\n"
    )
    for delay in (0.02, 0.05, 0.08):
        writer = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE)
        assert writer.stdout is not None and writer.stdout.readline() == b"ready\n"
        time.sleep(delay)
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
    found = [file for file in tmp_path.glob("??/*")]
    assert found
    for file in found:
        assert hashlib.sha256(file.read_bytes()).hexdigest() == file.name


def test_what_dead_writers_left_is_swept(tmp_path: Path) -> None:
    store = FileStore(tmp_path, MIB)
    (store.new / "dead").write_bytes(b"half")
    (store.new / "alive").write_bytes(b"half")
    os.utime(store.new / "dead", (time.time() - 7200,) * 2)
    store.write(b"whole")
    assert [file.name for file in store.new.iterdir()] == ["alive"]


@pytest.mark.parametrize("damage", [b"", b"other", None])
def test_a_damaged_file_is_reported_and_can_be_put_again(tmp_path: Path, damage: bytes | None) -> None:
    store = FileStore(tmp_path, MIB)
    data = b"picture" * 1000
    image_id = store.write(data)
    path = store.path(image_id)
    path.write_bytes(damage if damage is not None else data[:-1] + b"X")
    with pytest.raises(ImageDamaged) as caught:
        store.read(image_id)
    assert caught.value.status == 404 and "damaged" in caught.value.detail
    assert not path.exists()
    assert store.read(store.write(data)) == data


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileStore(tmp_path, MIB)

    def full(path: Path, data: bytes) -> int:
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StoreUnavailable) as caught:
        store.write(b"picture")
    assert (caught.value.status, caught.value.retry_after) == (503, 5)
    assert not list(store.new.iterdir())


def test_readers_and_an_evicting_writer_do_not_disturb_each_other(tmp_path: Path) -> None:
    store = FileStore(tmp_path, MIB)
    kept = store.write(b"kept" * 1000)

    def read() -> bool:
        return all(store.read(kept) == b"kept" * 1000 for _ in range(100))

    with ThreadPoolExecutor(3) as threads:
        readers = [threads.submit(read) for _ in range(2)]
        for _ in range(30):
            store.write(os.urandom(100_000))
            assert store.read(kept)  # so that it stays among the last ones used, however slow the readers are
        assert all(reader.result() for reader in readers)


def test_s3_objects_are_checked_against_their_id(bucket: str) -> None:
    async def use() -> None:
        writer, reader = ObjectStore(bucket), ObjectStore(bucket)
        image_id = await writer.put(b"picture")
        await obstore.put_async(writer.store, image_id, b"something else")
        with pytest.raises(ImageDamaged):
            await reader.get(image_id)
        assert await writer.get(image_id) == b"picture"  # it has the right bytes at hand
        await writer.put(b"picture")
        assert await reader.get(image_id) == b"picture"

    asyncio.run(use())


def test_s3_pictures_are_seen_by_other_processes_under_the_prefix(bucket: str) -> None:
    async def use() -> None:
        image_id = await ObjectStore(bucket).put(b"shared")
        assert await ObjectStore(bucket).exists(image_id)
        assert await ObjectStore(bucket).get(image_id) == b"shared"
        assert not await ObjectStore(bucket.replace("some/prefix", "other")).exists(image_id)

    asyncio.run(use())


def test_an_s3_server_that_is_away_is_said_in_time(bucket: str, caplog: pytest.LogCaptureFixture) -> None:
    away = bucket.replace(bucket.split("endpoint=")[1].split("&")[0], "http://127.0.0.1:9")

    async def use() -> None:
        store = ObjectStore(away)
        for work in (store.put(b"picture"), store.get(ABSENT), store.exists(ABSENT)):
            with pytest.raises(StoreUnavailable) as caught:
                await work
            assert (caught.value.code, caught.value.field) == ("not-ready", "store")

    began = time.monotonic()
    with caplog.at_level(logging.ERROR):
        asyncio.run(use())
    assert time.monotonic() - began < 20
    assert "failed to put" in caplog.text


def test_a_panic_of_the_s3_library_is_an_error_of_ours(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "no\nheader")
    with pytest.raises(StoreUnavailable):
        asyncio.run(ObjectStore(bucket).put(b"picture"))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nope://x", "expected memory://"),
        ("pictures", "expected memory://"),
        ("file://pictures", "three slashes"),
        ("file:pictures", "three slashes"),
        ("file:///proc/none", "/proc/none"),
        ("s3://", "bucket"),
        ("s3://b/p", "bucket"),
        ("s3://key:secret@bucket/p", "bucket"),
        ("s3://bucket/../p", "bucket"),
        ("s3://bucket/p#x", "bucket"),
        ("s3://bucket/p?endpoint=not a url", "endpoint: expected"),
        ("s3://bucket/p?endpoint=http://127.0.0.1:99999", "endpoint: expected"),
        ("s3://bucket/p?endpoint=http://[::1", "endpoint: expected"),
        ("s3://bucket/p?endpoint=ftp://127.0.0.1", "endpoint: expected"),
        ("s3://bucket/p?endpoint=", "endpoint: expected"),
        ("s3://bucket/p?region=a%0Ab", "region: expected"),
        ("s3://bucket/p?acess_key=x", "unknown option 'acess_key'; endpoint and region accepted"),
        ("gs://bucket/p?region=x", "none accepted"),
    ],
)
def test_a_wrong_url_is_one_clear_line(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=r"^CONVSCOPE_STORE_URL: ") as caught:
        open_store(Settings(store_url=url))
    assert words in str(caught.value) and "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_the_samples_are_in_every_store() -> None:
    async def use() -> None:
        store = open_store(Settings(store_url="memory://"))
        for sample in samples():
            assert await store.exists(sample.id)
            assert await store.get(sample.id) == sample.ppm
        image_id = await store.put(b"picture")
        assert await store.exists(image_id) and await store.get(image_id) == b"picture"

    asyncio.run(use())


def test_the_samples_do_not_need_the_store_behind() -> None:
    store = SampledStore({ABSENT: b"sample"}, MemoryStore(1))
    assert asyncio.run(store.get(ABSENT)) == b"sample"


def test_the_store_of_the_default_settings_is_a_folder_of_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.storage.ROOT", tmp_path)
    open_store(Settings(store_url=""))
    assert (tmp_path / ".state" / "images").is_dir()
