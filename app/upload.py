"""The file in an upload request, counted and timed while it arrives."""

import asyncio
from collections.abc import AsyncGenerator

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from app.decoding import too_large
from app.errors import problem

FORM_ROOM = 64 * 1024
"""Bytes that a form may need around its file."""
PATIENCE_SECONDS = 30
SLOWEST = 8 * 1024
"""Bytes a second below which an upload is given up, after the first PATIENCE_SECONDS."""


async def read_upload(request: Request, max_bytes: int) -> bytes:
    """The bytes of a form's field `file`, or of the body itself where it is no form.

    No more than `max_bytes` (and a form's surroundings) are ever held. Raises Problem 408, 413, 415 or 422, and
    Starlette's ClientDisconnect.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        data = await form_file(request, max_bytes)
    elif kind in ("", "application/octet-stream") or kind.startswith("image/"):
        data = b"".join([chunk async for chunk in arriving(request, max_bytes)])
    else:
        detail = "Send the picture as a form's field `file`, or as the body with an image/* content type."
        raise problem("unsupported-media-type", 415, detail)
    if len(data) > max_bytes:
        raise problem("too-large", 413, too_large(max_bytes), "file")
    return data


async def form_file(request: Request, max_bytes: int) -> bytes:
    """The field `file` of a form."""
    most = max_bytes + FORM_ROOM
    parser = MultiPartParser(
        request.headers, arriving(request, most), max_files=1, max_fields=8, max_part_size=4096
    )
    parser.spool_max_size = most  # in memory: it is bounded, and a temporary file would be read back at once
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise problem("invalid", 422, f"The form cannot be read: {error.message}", "file") from None
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise problem("invalid", 422, "The form needs a file in its field `file`.", "file")
        return await file.read()
    finally:
        await form.close()


async def arriving(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    """The body's pieces; Problem 413 as soon as they are more than `most` bytes, 408 if they come too slowly."""
    loop = asyncio.get_running_loop()
    began, count = loop.time(), 0
    pieces = request.stream()
    while True:
        try:
            async with asyncio.timeout_at(began + PATIENCE_SECONDS + count / SLOWEST):
                piece = await anext(pieces)
        except StopAsyncIteration:
            return
        except TimeoutError:
            detail = f"The upload came at less than {SLOWEST // 1024} KiB a second and was given up."
            raise problem("invalid", 408, detail, "file") from None
        count += len(piece)
        if count > most:
            raise problem("too-large", 413, too_large(most), "file")
        yield piece
