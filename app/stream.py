"""Answers that are told line by line while they are computed: `application/x-ndjson`.

The computing is an iterator of events that is pulled in short slices, each of which takes its turn in the engine's lane
like any question, so that others are answered between them. It ends with the client's request, however that ends.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Iterator

import orjson
from fastapi import Request
from pydantic import BaseModel
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app import errors
from app.lane import Lane, unless_left

log = logging.getLogger(__name__)

SLICE_SECONDS = 0.02
"""A slice ends with the first step after this time, or with the first line."""
WAIT_SECONDS = 0.01
"""Between two looks at whether a full lane has a place."""
PATIENCE_SECONDS = 30.0
"""How long a client may leave a line unread."""

Events = Iterator[BaseModel | None]
"""What happens; None where nothing is told, but others may come between."""
Write = Callable[[BaseModel], bytes]


class Lines(Response):
    """An answer whose lines are sent as they come; the first is there already."""

    media_type = "application/x-ndjson"

    def __init__(self, first: bytes, rest: AsyncGenerator[bytes]) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self.first = first
        self.rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def tell(line: bytes, more: bool = True) -> None:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await send({"type": "http.response.body", "body": line, "more_body": more})

        try:
            await send(
                {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
            )
            await tell(self.first)
            async for line in self.rest:
                await tell(line)
            await tell(b"", more=False)
        except TimeoutError:
            return  # nobody reads; the server closes the connection of an answer that is not whole
        finally:
            await self.rest.aclose()


async def lines(request: Request, lane: Lane, events: Events, write: Write) -> AsyncGenerator[bytes]:
    """The events' lines. Before the first of them faults are raised; after it, they are told in a line of their own.

    Ends without a word where the client has gone. For a request whose body has been read to its end.
    """
    begun = False
    try:
        while True:
            with_place = slice_with_place if begun else slice_at_once
            told, finished = await unless_left(request, with_place(lane, events, write))
            if told:
                begun = True
                yield told
            if finished:
                return
    except ClientDisconnect:
        return
    except Exception as fault:
        if not begun:
            raise
        yield fault_line(fault)


async def slice_at_once(lane: Lane, events: Events, write: Write) -> tuple[bytes, bool]:
    """The next slice; Problem 503 where the lane is full."""
    with lane.place():
        return await lane.run(next_slice, events, write)


async def slice_with_place(lane: Lane, events: Events, write: Write) -> tuple[bytes, bool]:
    """The next slice, as soon as there is a place."""
    while lane.full:
        await asyncio.sleep(WAIT_SECONDS)
    return await slice_at_once(lane, events, write)


def next_slice(events: Events, write: Write) -> tuple[bytes, bool]:
    """Pull events until one is to be told or the time is over: its line, and whether there are no more."""
    over = time.perf_counter() + SLICE_SECONDS
    for event in events:
        if event is not None:
            return write(event) + b"\n", False
        if time.perf_counter() >= over:
            return b"", False
    return b"", True


def fault_line(fault: Exception) -> bytes:
    """A fault after the beginning, as a line: a problem document of the kind "problem"."""
    told = errors.of(fault)
    if told is not fault and told.status >= 500:
        log.error("a streamed answer broke off", exc_info=fault)
    return orjson.dumps({"kind": "problem", **told.document()}) + b"\n"
