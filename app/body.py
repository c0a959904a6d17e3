"""Request bodies, checked before any route sees them: counted as they arrive, and sound JSON."""

from collections.abc import Mapping

import orjson
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Problem, problem

JSON_LIMIT = 1024 * 1024
"""Most bytes of a JSON body."""
WITH_BODY = {"POST", "PUT", "PATCH", "DELETE"}


class Gone(Exception):
    """The client left before its body was complete."""


class BodyGuard:
    """Counts every body and reads the JSON ones strictly.

    `uploads` maps a path to the bytes that it takes of any type; every other path takes JSON of at most
    `JSON_LIMIT` bytes. NaN, Infinity, 1e400, lone surrogates and nesting beyond orjson's 1,024 levels end here,
    so that neither the routes nor the error answers can meet them.
    """

    def __init__(self, app: ASGIApp, uploads: Mapping[str, int]) -> None:
        self.app = app
        self.uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in WITH_BODY:
            return await self.app(scope, receive, send)
        limit = self.uploads.get(scope["path"].rstrip("/"))
        counted = Counted(receive, JSON_LIMIT if limit is None else limit)
        try:
            counted.check(declared_length(scope))
            if limit is None:
                await self.app(scope, await sound_json(scope, counted), send)
            else:
                answer = Held(counted, send)
                await self.app(scope, counted, answer)
                if not answer.started:
                    counted.check(counted.count)
        except Gone:
            return
        except Problem as refusal:
            await refusal.response({"Connection": "close"})(scope, receive, send)


class Counted:
    """`receive`, which raises a Problem as soon as the body is larger than `limit` bytes."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self.receive = receive
        self.limit = limit
        self.count = 0

    def check(self, count: int) -> None:
        """Raise the refusal if `count` bytes are too many."""
        if count > self.limit:
            raise problem("too-large", 413, f"At most {self.limit:,} bytes are taken here.")

    async def __call__(self) -> Message:
        message = await self.receive()
        self.count += len(message.get("body", b""))
        self.check(self.count)
        return message


class Held:
    """`send`, which drops what a route makes of a body that was too large, so that the refusal can be sent."""

    def __init__(self, body: Counted, send: Send) -> None:
        self.body = body
        self.send = send
        self.started = False

    async def __call__(self, message: Message) -> None:
        if self.started or self.body.count <= self.body.limit:
            self.started = True
            await self.send(message)


def declared_length(scope: Scope) -> int:
    """Content-Length, in bytes; 0 where it is not given."""
    declared = Headers(scope=scope).get("content-length", "")
    return int(declared[:20]) if declared.isdecimal() else 0


async def sound_json(scope: Scope, receive: Receive) -> Receive:
    """Read the whole body, check it, and return a `receive` that gives it again."""
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        body += message.get("body", b"")
        more = message.get("more_body", False)
    if body:
        check_json(Headers(scope=scope).get("content-type", ""), bytes(body))
    first: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

    async def again() -> Message:
        return first.pop() if first else await receive()

    return again


def check_json(content_type: str, body: bytes) -> None:
    """Raise a Problem unless this is JSON that says it is JSON."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise problem("unsupported-media-type", 415, "Send the body as application/json.")
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise problem(
            "bad-json", 400, f"{error}. Numbers are finite, text is UTF-8, no byte order mark."
        ) from error
