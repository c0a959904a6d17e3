"""Uploads → pixels: a bounded queue, and child processes that bear whatever a file does to its decoder."""

import asyncio
import logging
import signal
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Self

from app.child import Child, ChildDied
from app.decoding import Limits, Refused
from app.errors import Problem, problem
from app.lane import Lane
from app.problems import CODES
from app.settings import Settings

log = logging.getLogger(__name__)

STATUSES = {"too-large": 413, "too-many-pixels": 413, "unsupported-format": 415}
"""HTTP statuses of refusals; of the others it is 422."""

CRASHES = {-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGILL, -signal.SIGFPE}


@dataclass(frozen=True)
class Decoded:
    """An upload as it is stored; `original` is its upright (width, height) before it was reduced."""

    ppm: bytes
    format: str
    width: int
    height: int
    original: tuple[int, int]


class Decoder:
    """Decodes uploads in child processes (app.decoding) under limits of memory, CPU time and wall-clock time.

    Each thread of the lane talks to one child and always hears its answer out, even when nobody waits for it
    any more: so a client that goes away cannot leave a pipe out of step. A child that dies costs one picture.
    """

    def __init__(
        self, settings: Settings, *, children: int = 1, places: int = 16, wall_seconds: float | None = None
    ) -> None:
        self.limits = Limits(
            max_bytes=settings.max_upload_bytes,
            max_pixels=settings.max_pixels,
            side=settings.stored_side,
            cpu_seconds=settings.decode_cpu_seconds,
            memory_bytes=settings.decode_memory_bytes,
        )
        self.lane = Lane(children, places, "picture uploads")
        wall = wall_seconds if wall_seconds is not None else max(30.0, 6 * self.limits.cpu_seconds)
        self.children = [Child(self.limits, wall) for _ in range(children)]
        self.idle: SimpleQueue[Child] = SimpleQueue()
        for child in self.children:
            self.idle.put(child)

    async def __aenter__(self) -> Self:
        """Start the children, so that the first upload need not wait for them."""
        await self.lane.run(lambda: [child.start() for child in self.children])
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the children, whatever they are doing."""
        for child in self.children:
            child.stop()
        await asyncio.to_thread(self.lane.close)
        for child in self.children:
            child.close()

    async def decode(self, data: bytes) -> Decoded:
        """Decode one picture file. Raises Problem: what app.decoding refuses, and 503 if its process keeps dying.

        The caller holds a place: `with decoder.lane.place():`, from before it reads the upload.
        """
        try:
            return await self.lane.run(self.job, data)
        except Refused as refused:
            raise problem(refused.code, STATUSES.get(refused.code, 422), refused.detail, "file") from None

    def job(self, data: bytes) -> Decoded:
        """One decoding, in a thread of the lane; a child that something else killed is given a second try."""
        child = self.idle.get()
        try:
            for _ in range(2):
                try:
                    note, ppm = child.exchange(data)
                except ChildDied as death:
                    self.judge(death)
                    continue
                if "code" in note:
                    raise Refused(note["code"], note["detail"])
                width, height = note["original"]
                return Decoded(ppm, note["format"], note["width"], note["height"], (width, height))
        except TimeoutError:
            log.warning("a picture was not decoded within %.0f s", child.wall_seconds)
        finally:
            self.idle.put(child)
        detail = "The picture could not be decoded just now; try again in a few seconds."
        raise Problem("busy", 503, CODES["busy"], detail, retry_after=5)

    def judge(self, death: ChildDied) -> None:
        """Raise Refused where the picture is to blame for the death of the process that decoded it."""
        if death.returncode == -signal.SIGXCPU:
            seconds = f"{self.limits.cpu_seconds:g} s of processor time"
            detail = f"Decoding the picture takes more than the {seconds} allowed; save it in a simpler form."
            raise Refused("picture-too-costly", detail)
        if death.returncode in CRASHES:
            raise Refused("damaged-picture", "The picture file is malformed; save or download it again.")
        log.warning("%s; trying once more with a new one", death)
