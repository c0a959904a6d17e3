"""Where computing happens: threads of this process today, with room for other engines behind the same methods."""

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import orjson
import torch
from fastapi import Request
from pydantic import BaseModel
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from app.errors import Problem
from app.images import to_array
from app.lane import GONE, Lane, Places, unless_left
from app.settings import Settings
from app.stores.base import ImageNotFound, ImageStore
from app.stream import Events, Lines, lines
from models.errors import Refused
from models.networks.registry import SPECS, Dataset
from models.networks.weights import Loaded, load_network
from models.pictures import Fitted, Prepared, fitted, prepare
from models.views.describe import describe, list_networks

OPENING = next(iter(SPECS))
"""The network that is ready first, and that the explorer opens with."""
ALL = ""
"""The name under which the list of networks is kept."""
KEPT_INPUTS = 256
"""Prepared inputs kept in memory: at most 256 × 600 kB."""
STREAMS = 2
"""Streamed answers at once: each slows every other question by as long as one of its steps takes."""
STREAMS_RETRY_SECONDS = 5
KEPT_PICTURES = 16
"""Whole pictures kept in memory for the labs: at most 16 × 3 MB."""


class Engine:
    """Runs questions about networks in one thread, in the order in which they come, up to a bounded number.

    One thread because PyTorch is quickest here with one a process: more processes, not threads, use more cores.
    """

    def __init__(self, settings: Settings) -> None:
        self._max_batch = settings.max_batch
        self._networks: dict[str, Loaded] = {}
        self._documents: dict[str, Document] = {}
        self._lane = Lane(1, 1 + settings.engine_queue, "computing")
        self._streams = Places(STREAMS, "streamed answers", STREAMS_RETRY_SECONDS)
        self._inputs: OrderedDict[tuple[str, str], torch.Tensor] = OrderedDict()
        self._pictures: OrderedDict[tuple[str, int], torch.Tensor] = OrderedDict()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self._lane.close)

    async def ready(self) -> None:
        """Load and describe the first network, so that the first visitor need not wait for it."""
        await self.network(OPENING)
        await self.description(OPENING)

    async def answer(self, request: Request, question: Callable[[], BaseModel]) -> Response:
        """The result of `question` as JSON. Problem 503 where too many wait; work for a client that left is dropped."""
        with self._lane.place():
            try:
                text = await unless_left(request, self._lane.run(lambda: written(question())))
            except ClientDisconnect:
                return Response(status_code=GONE)
        return Response(text, media_type="application/json")

    async def stream(self, request: Request, events: Callable[[], Events]) -> Response:
        """What happens as lines of JSON, while it happens, with other questions between the steps.

        Problem 503 where too many wait, or are told of something already; the work ends when the client leaves.
        """
        told = self._told(request, events)
        try:
            return Lines(await anext(told), told)
        except StopAsyncIteration:
            return Response(status_code=GONE)

    async def _told(self, request: Request, events: Callable[[], Events]) -> AsyncGenerator[bytes]:
        with self._streams.place():
            async with aclosing(lines(request, self._lane, events(), written)) as told:
                async for line in told:
                    yield line

    async def network(self, name: str) -> Loaded:
        """The network of that name. Problem 404 where there is none, 503 where too many wait."""
        _known(name)
        if name not in self._networks:
            with self._lane.place():
                self._networks[name] = await self._lane.run(load_network, name)
        return self._networks[name]

    async def description(self, name: str) -> "Document":
        """The network's description, written once. Problem 404 and 503 as for `network`."""
        _known(name)
        if name not in self._documents:
            with self._lane.place():
                self._documents[name] = await self._lane.run(Document.of, lambda: describe(name))
        return self._documents[name]

    async def listing(self) -> "Document":
        """The list of networks, written once. Problem 503 as for `network`."""
        if ALL not in self._documents:
            with self._lane.place():
                self._documents[ALL] = await self._lane.run(Document.of, list_networks)
        return self._documents[ALL]

    async def batch(self, store: ImageStore, ids: list[str], dataset: Dataset, field: str) -> torch.Tensor:
        """The pictures as the network's input (B, C, H, W). Problem 404, naming the `field`, for one that is not there.

        Refused where there are more than the settings allow; Problem 503 where too many wait.
        """
        if len(ids) > self._max_batch:
            raise Refused("invalid", f"At most {self._max_batch} pictures are taken at once.", field)
        fields = [f"{field}.{index}" if field == "images" else field for index in range(len(ids))]
        return await self._stacked(store, Prepared(tuple(ids), tuple(fields), dataset))

    async def pictures(self, store: ImageStore, wanted: Fitted | Prepared | None) -> torch.Tensor | None:
        """The stored pictures that a lab's question names, as it wants them; None where it wants none.

        Problem 404, naming the field, for one that is not there; 503 where too many wait.
        """
        match wanted:
            case None:
                return None
            case Fitted():
                return await self.picture(store, wanted.image, wanted.size, wanted.field)
            case Prepared():
                return await self._stacked(store, wanted)

    async def _stacked(self, store: ImageStore, wanted: Prepared) -> torch.Tensor:
        inputs = []
        for image, field in zip(wanted.images, wanted.fields, strict=True):
            key = (image, wanted.dataset.name)
            if key not in self._inputs:
                try:
                    ppm = await store.get(image)
                except ImageNotFound as missing:
                    missing.field = field
                    raise
                with self._lane.place():
                    self._inputs[key] = await self._lane.run(_prepared, ppm, wanted.dataset)
            self._inputs.move_to_end(key)
            inputs.append(self._inputs[key])
        while len(self._inputs) > KEPT_INPUTS:
            self._inputs.popitem(last=False)
        return torch.stack(inputs)

    async def picture(self, store: ImageStore, image: str, size: int, field: str) -> torch.Tensor:
        """A whole picture (3, H, W), its longest side at most `size` pixels, light from 0 to 1.

        Problem 404, naming the `field`, where it is not there; 503 where too many wait.
        """
        key = (image, size)
        if key not in self._pictures:
            try:
                ppm = await store.get(image)
            except ImageNotFound as missing:
                missing.field = field
                raise
            with self._lane.place():
                self._pictures[key] = await self._lane.run(_fitted, ppm, size)
        self._pictures.move_to_end(key)
        while len(self._pictures) > KEPT_PICTURES:
            self._pictures.popitem(last=False)
        return self._pictures[key]


@dataclass(frozen=True)
class Document:
    """An answer that is always the same: plain, packed by gzip, and its ETag."""

    plain: bytes
    packed: bytes
    etag: str

    @classmethod
    def of(cls, question: Callable[[], BaseModel]) -> "Document":
        plain = written(question())
        return cls(plain, gzip.compress(plain, mtime=0), f'"{hashlib.sha256(plain).hexdigest()[:16]}"')

    def response(self, request: Request) -> Response:
        """The answer as the client takes it: packed, or 304 where it has it already."""
        headers = {"ETag": self.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if request.headers.get("if-none-match") == self.etag:
            return Response(status_code=304, headers=headers)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(self.plain, headers=headers, media_type="application/json")
        headers["Content-Encoding"] = "gzip"
        return Response(self.packed, headers=headers, media_type="application/json")


def _known(name: str) -> None:
    if name not in SPECS:
        detail = f"There is no network of this name; there are {', '.join(SPECS)}."
        raise Problem("no-such-network", 404, "There is no such network", detail, "name")


def _prepared(ppm: bytes, dataset: Dataset) -> torch.Tensor:
    return prepare(torch.from_numpy(to_array(ppm).copy()), dataset)


def _fitted(ppm: bytes, size: int) -> torch.Tensor:
    return fitted(torch.from_numpy(to_array(ppm).copy()), size)


def written(result: BaseModel) -> bytes:
    """A result as JSON, its tensors' numbers not copied on the way."""
    return orjson.dumps(result, default=lambda model: model.__dict__)
