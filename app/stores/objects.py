"""Pictures in an object store (S3 and what speaks like it, Google Cloud Storage, Azure), through obstore."""

import asyncio
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import from_url

from app.cache import ByteCache
from app.stores.base import ImageDamaged, ImageNotFound, StoreUnavailable, image_id_of, is_id

log = logging.getLogger(__name__)
SCHEMES = ("s3", "gs", "az")
BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,100}")
PREFIX = re.compile(r"(/[A-Za-z0-9][A-Za-z0-9._-]*)*/?")
REGION = re.compile(r"[a-z0-9-]{1,40}")
CACHE_BYTES = 64 * 1024 * 1024
"""Pictures that a process keeps at hand, so that moving a slider does not fetch the same one each time."""


class ObjectStore:
    """An ImageStore in a bucket, one object for each picture, named by its id.

    The bucket's own lifecycle rules bound its size. What is read is checked against its id.
    """

    def __init__(self, url: str) -> None:
        self.store = open_bucket(url)
        self.cache = ByteCache[str](CACHE_BYTES)

    async def put(self, data: bytes) -> str:
        image_id = await asyncio.to_thread(image_id_of, data)
        with failures("put"):
            await obstore.put_async(self.store, image_id, data)
        self.cache.put(image_id, data)
        return image_id

    async def get(self, image_id: str) -> bytes:
        if not is_id(image_id):
            raise ImageNotFound
        if (data := self.cache.get(image_id)) is not None:
            return data
        with failures("get"):
            answer = await obstore.get_async(self.store, image_id)
            data = bytes(await answer.bytes_async())
        if await asyncio.to_thread(image_id_of, data) != image_id:
            log.error("the object %s is damaged", image_id)
            raise ImageDamaged
        self.cache.put(image_id, data)
        return data

    async def exists(self, image_id: str) -> bool:
        if not is_id(image_id):
            return False
        if image_id in self.cache:
            return True
        try:
            with failures("head"):
                await obstore.head_async(self.store, image_id)
        except ImageNotFound:
            return False
        return True


@contextmanager
def failures(operation: str) -> Iterator[None]:
    """Turn what obstore raises into ours; a panic of its Rust code arrives as an Exception of its own kind."""
    try:
        yield
    except FileNotFoundError:
        raise ImageNotFound from None
    except Exception as error:
        log.error("the picture store failed to %s: %s", operation, str(error).splitlines()[0])
        raise StoreUnavailable from error


def open_bucket(url: str) -> Any:
    """The obstore store of `s3://bucket/prefix?endpoint=http://host:port&region=…`, `gs://…` or `az://…`.

    Credentials are found as the cloud's own tools find them (`AWS_ACCESS_KEY_ID` …), never in the URL. Nothing
    that was not checked goes into obstore, which panics in mid-request on malformed configuration. Raises
    ValueError.
    """
    parts = urlsplit(url)
    if not BUCKET.fullmatch(parts.netloc) or not PREFIX.fullmatch(parts.path) or parts.fragment:
        raise ValueError(f"expected {parts.scheme}://bucket/prefix with letters, digits, '.', '_' and '-'")
    config = options(parts)
    try:
        return from_url(  # type: ignore[call-overload]  # its overloads know no common shape of config
            f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}",
            config=config,
            client_options={
                "allow_http": config.get("endpoint", "").startswith("http://"),
                "connect_timeout": "3s",
                "timeout": "20s",
            },
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=20)},
        )
    except (BaseError, ValueError, TypeError) as error:
        raise ValueError(str(error).splitlines()[0]) from None


def options(parts: SplitResult) -> dict[str, str]:
    """The checked `endpoint` and `region` of an S3 URL's query."""
    query = parse_qs(parts.query, keep_blank_values=True)
    known = {"endpoint", "region"} if parts.scheme == "s3" else set()
    if unknown := sorted(query.keys() - known):
        accepted = " and ".join(sorted(known)) or "none"
        raise ValueError(f"unknown option {unknown[0][:40]!r}; {accepted} accepted")
    values = {name: texts[-1] for name, texts in query.items()}
    if "region" in values and not REGION.fullmatch(values["region"]):
        raise ValueError("region: expected letters, digits and '-'")
    if "endpoint" in values:
        try:
            endpoint = urlsplit(values["endpoint"])
            sound = endpoint.scheme in ("http", "https") and endpoint.hostname and endpoint.port != 0
        except ValueError:
            sound = False
        if not sound or not re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+/?", values["endpoint"]):
            raise ValueError("endpoint: expected http://host:port or https://host")
        values["endpoint"] = values["endpoint"].rstrip("/")
    return values
