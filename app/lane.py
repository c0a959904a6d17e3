"""Threads for work off the event loop, with a bounded queue before them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar, TypeVarTuple

from fastapi import Request
from starlette.requests import ClientDisconnect

from app.errors import Problem
from app.problems import CODES

GONE = 499
"""The status of an answer that nobody waits for."""
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Places:
    """A bounded number of places. For the event loop's thread only."""

    def __init__(self, places: int, what: str, retry_after: int = 1) -> None:
        self.places = places
        self.taken = 0
        self.what = what
        self.retry_after = retry_after

    @property
    def full(self) -> bool:
        """Whether no place is free."""
        return self.taken >= self.places

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place; raises Problem 503 where none is free."""
        if self.full:
            detail = f"All {self.places} places for {self.what} are taken; try again in a moment."
            raise Problem("busy", 503, CODES["busy"], detail, retry_after=self.retry_after)
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1


class Lane(Places):
    """A few threads for work off the event loop, and a bounded number of places in them and before them."""

    def __init__(self, threads: int, places: int, what: str) -> None:
        super().__init__(places, what)
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix=what.replace(" ", "-"))

    async def run(self, function: Callable[[*Ts], T], *args: *Ts) -> T:
        """Run in a thread. If the awaiting task is cancelled, work that has not begun never does."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, function, *args)

    def close(self) -> None:
        """Drop what waits, and wait for what runs."""
        self.threads.shutdown(cancel_futures=True)


async def unless_left(request: Request, work: Awaitable[T]) -> T:
    """The result of `work`, or ClientDisconnect as soon as the client has gone: work is then cancelled.

    For a request whose body has been read to its end.
    """
    task = asyncio.ensure_future(work)
    left = asyncio.ensure_future(hang_up(request))
    try:
        await asyncio.wait((task, left), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientDisconnect
        return await task
    finally:
        task.cancel()
        left.cancel()


async def hang_up(request: Request) -> None:
    """Return once the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
