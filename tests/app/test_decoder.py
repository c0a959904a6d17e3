"""Decoding through child processes: limits that hold, and what happens when a child dies or a client goes away."""

import asyncio
import io
import os
import signal
import struct
import time
import zlib
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image
from starlette.requests import ClientDisconnect

from app.decoder import Decoded, Decoder
from app.errors import Problem
from app.images import to_array
from app.lane import Lane, unless_left
from app.settings import Settings


def picture(seed: int = 0, side: int = 24) -> tuple[bytes, np.ndarray[Any, np.dtype[np.uint8]]]:
    """A PNG file and its pixels."""
    array = np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue(), array


def slow_jpeg(scans: int) -> bytes:
    """A progressive JPEG of 4,832 × 6,944 grey pixels, all of it zeros, that refines every pixel `scans` times.

    524,272 blocks of 8 × 8 = 16 × 32,767, and one code (a 0 bit and 14 ones) ends a run of 32,767 blocks: so
    a scan takes 50 bytes, and the decoder 2 to 5 ms.
    """

    def segment(marker: int, data: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data

    def bits(text: str) -> bytes:
        text += "1" * (-len(text) % 8)
        return int(text, 2).to_bytes(len(text) // 8, "big").replace(b"\xff", b"\xff\0")

    one_code = bytes([1] + [0] * 15)
    frame = struct.pack(">BHHB", 8, 6944, 4832, 1) + bytes([1, 0x11, 0])
    start = b"\xff\xd8" + segment(0xDB, b"\0" + b"\1" * 64) + segment(0xC2, frame)
    tables = segment(0xC4, b"\0" + one_code + b"\0") + segment(0xC4, b"\x10" + one_code + b"\xe0")
    flat = segment(0xDA, bytes([1, 1, 0, 0, 0, 0])) + bits("0" * 16 * 32767)
    scan = segment(0xDA, bytes([1, 1, 0, 1, 63, 0])) + bits(("0" + "1" * 14) * 16)
    return start + tables + flat + scan * scans + b"\xff\xd9"


def big_png(side: int) -> bytes:
    """A small PNG file of side × side transparent pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    packer = zlib.compressobj(1)
    rows = bytes(100 * (1 + 4 * side))
    data = b"".join(packer.compress(rows) for _ in range(side // 100)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def run(
    use: Callable[[Decoder], Awaitable[None]], *, options: dict[str, Any] | None = None, **settings: Any
) -> None:
    """Use a decoder in an event loop of its own."""

    async def main() -> None:
        async with Decoder(Settings(**settings), **(options or {})) as decoder:
            await use(decoder)

    asyncio.run(main())


async def refusal(decoder: Decoder, data: bytes) -> Problem:
    """The refusal of a file, which must come."""
    with pytest.raises(Problem) as caught:
        await decoder.decode(data)
    return caught.value


async def still_works(decoder: Decoder, seed: int = 7) -> None:
    """The decoder gives the right answer to the next question."""
    data, array = picture(seed)
    np.testing.assert_array_equal(to_array((await decoder.decode(data)).ppm), array)


async def child_busy(decoder: Decoder, seconds: float = 0.15) -> int:
    """Wait until the child has a job in hand; its process id."""
    await asyncio.sleep(seconds)
    process = decoder.children[0].process
    assert process is not None and process.poll() is None
    return process.pid


def test_a_picture_comes_back_with_its_facts() -> None:
    async def use(decoder: Decoder) -> None:
        data, array = picture(side=40)
        decoded = await decoder.decode(data)
        assert decoded == Decoded(decoded.ppm, "PNG", 40, 40, (40, 40))
        np.testing.assert_array_equal(to_array(decoded.ppm), array)
        small = await decoder.decode(picture(side=80)[0])
        assert (small.width, small.original) == (64, (80, 80))

    run(use, stored_side=64)


def test_arbitrary_bytes_give_a_named_refusal_and_the_child_lives() -> None:
    loop = asyncio.new_event_loop()
    decoder = Decoder(Settings())
    valid = picture()[0]

    @hypothesis_settings(max_examples=100)
    @given(st.binary(max_size=300), st.sampled_from([b"", b"GIF89a", b"\xff\xd8\xff", b"II*\0", valid[:100]]))
    def check(data: bytes, start: bytes) -> None:
        problem = loop.run_until_complete(refusal(decoder, start + data))
        assert problem.code in {"empty-upload", "unsupported-format", "damaged-picture", "too-many-pixels"}
        assert problem.status in (413, 415, 422) and problem.field == "file" and problem.detail

    loop.run_until_complete(decoder.__aenter__())
    process = decoder.children[0].process
    try:
        check()
        loop.run_until_complete(still_works(decoder))
        assert decoder.children[0].process is process
    finally:
        loop.run_until_complete(decoder.__aexit__())
        loop.close()


def test_a_cpu_bomb_costs_an_error() -> None:
    bomb = slow_jpeg(3000)
    assert len(bomb) < 300_000

    async def use(decoder: Decoder) -> None:
        began = time.monotonic()
        problem = await refusal(decoder, bomb)
        assert (problem.code, problem.status) == ("picture-too-costly", 422)
        assert "1 s of processor time" in problem.detail
        assert time.monotonic() - began < 15
        await still_works(decoder)

    run(use, decode_cpu_seconds=1)


def test_the_cpu_allowance_is_for_each_picture() -> None:
    """A child that has worked longer than one picture may, on several, still takes another."""

    async def use(decoder: Decoder) -> None:
        process = decoder.children[0].process
        for _ in range(8):
            await decoder.decode(slow_jpeg(50))
        assert decoder.children[0].process is process

    run(use, decode_cpu_seconds=1)


def test_a_memory_bomb_costs_an_error() -> None:
    bomb = big_png(5000)
    assert len(bomb) < 700_000

    async def use(decoder: Decoder) -> None:
        problem = await refusal(decoder, bomb)
        assert (problem.code, problem.status) == ("picture-too-costly", 422)
        assert "128 MiB" in problem.detail
        await still_works(decoder)

    run(use, decode_memory_bytes=128 << 20)


def test_a_child_that_is_killed_once_costs_nothing() -> None:
    async def use(decoder: Decoder) -> None:
        job = asyncio.create_task(decoder.decode(slow_jpeg(100)))
        os.kill(await child_busy(decoder), signal.SIGKILL)
        assert (await job).format == "JPEG"
        await still_works(decoder)

    run(use)


def test_a_child_that_is_killed_again_and_again_costs_one_picture() -> None:
    async def use(decoder: Decoder) -> None:
        job = asyncio.create_task(refusal(decoder, slow_jpeg(400)))
        first = await child_busy(decoder)
        os.kill(first, signal.SIGKILL)
        while (process := decoder.children[0].process) is None or process.pid == first:
            await asyncio.sleep(0.01)
        process.kill()
        problem = await job
        assert (problem.code, problem.status, problem.retry_after) == ("busy", 503, 5)
        await still_works(decoder)

    run(use)


def test_a_child_that_crashes_blames_the_picture() -> None:
    async def use(decoder: Decoder) -> None:
        job = asyncio.create_task(refusal(decoder, slow_jpeg(400)))
        os.kill(await child_busy(decoder), signal.SIGSEGV)
        assert (await job).code == "damaged-picture"
        await still_works(decoder)

    run(use)


def test_a_child_that_is_idle_and_dies_is_replaced() -> None:
    async def use(decoder: Decoder) -> None:
        process = decoder.children[0].process
        assert process is not None
        process.kill()
        await still_works(decoder)

    run(use)


def test_a_child_that_hangs_is_ended_by_the_watchdog() -> None:
    async def use(decoder: Decoder) -> None:
        process = decoder.children[0].process
        assert process is not None
        await still_works(decoder)
        process.send_signal(signal.SIGSTOP)
        problem = await refusal(decoder, picture()[0])
        assert (problem.code, problem.status) == ("busy", 503)
        assert process.poll() is not None
        await still_works(decoder)

    run(use, options={"wall_seconds": 0.4})


def test_a_client_that_goes_away_leaves_the_pipe_in_step() -> None:
    async def use(decoder: Decoder) -> None:
        for seed in range(3):
            job = asyncio.create_task(decoder.decode(slow_jpeg(30)))
            await asyncio.sleep(0.03)
            job.cancel()
            with pytest.raises(asyncio.CancelledError):
                await job
            await still_works(decoder, seed)

    run(use)


def test_eight_clients_at_once_each_get_their_own_picture() -> None:
    async def use(decoder: Decoder) -> None:
        pictures = [picture(seed, 64) for seed in range(8)]
        answers = await asyncio.gather(*(decoder.decode(data) for data, _ in pictures))
        for answer, (_, array) in zip(answers, pictures, strict=True):
            np.testing.assert_array_equal(to_array(answer.ppm), array)

    run(use, options={"children": 2})


def test_no_child_outlives_the_decoder() -> None:
    processes = []

    async def use(decoder: Decoder) -> None:
        job = asyncio.create_task(decoder.decode(slow_jpeg(3000)))
        await child_busy(decoder)
        processes.extend(child.process for child in decoder.children)
        job.cancel()

    began = time.monotonic()
    run(use, options={"children": 2})
    assert time.monotonic() - began < 3
    assert len(processes) == 2 and all(
        process is not None and process.poll() is not None for process in processes
    )


def test_a_full_lane_refuses_and_a_freed_place_is_taken() -> None:
    lane = Lane(1, 2, "trials")
    with lane.place():
        with lane.place(), pytest.raises(Problem) as caught, lane.place():
            pass
        assert (caught.value.code, caught.value.status, caught.value.retry_after) == ("busy", 503, 1)
        assert "trials" in caught.value.detail
        with lane.place():
            pass
    assert lane.taken == 0
    lane.close()


def test_work_that_has_not_begun_is_dropped_when_the_client_leaves() -> None:
    done: list[str] = []

    async def main() -> None:
        lane = Lane(1, 4, "trials")
        first = asyncio.create_task(lane.run(time.sleep, 0.2))
        await asyncio.sleep(0.02)

        async def receive() -> dict[str, str]:
            return {"type": "http.disconnect"}

        request = Request({"type": "http", "headers": []}, receive)
        with pytest.raises(ClientDisconnect):
            await unless_left(request, lane.run(done.append, "work"))
        await first
        lane.close()

    asyncio.run(main())
    assert done == []


def test_a_decoder_serves_threads_with_loops_of_their_own() -> None:
    """As test clients do, each of which has its own event loop."""
    decoder = Decoder(Settings())

    def one(seed: int) -> bool:
        data, array = picture(seed)
        return bool((to_array(asyncio.run(decoder.decode(data)).ppm) == array).all())

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(one, range(8)))
    asyncio.run(decoder.__aexit__())
