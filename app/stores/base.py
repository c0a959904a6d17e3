"""What every store of pictures can do, and how it fails."""

import hashlib
import re
from typing import Protocol

from app.errors import Problem
from app.problems import CODES

ID = re.compile(r"[0-9a-f]{64}")


class ImageStore(Protocol):
    """Keeps bytes under their own SHA-256: nothing is ever changed, and whoever has the id can check the bytes."""

    async def put(self, data: bytes) -> str:
        """Keep the data; returns its id, the same for the same data. Raises StoreUnavailable."""

    async def get(self, image_id: str) -> bytes:
        """The data of that id. Raises ImageNotFound (also for what is no id at all), StoreUnavailable."""

    async def exists(self, image_id: str) -> bool:
        """Whether `get` would find it. Raises StoreUnavailable."""


class ImageNotFound(Problem):
    """404: no picture has that id, or it has been dropped since to make room."""

    def __init__(self) -> None:
        detail = "No picture has this id; it may have been dropped to make room. Upload it again."
        super().__init__("no-such-image", 404, CODES["no-such-image"], detail, "id")


class ImageDamaged(ImageNotFound):
    """404: what is stored under that id is not what was stored; uploading it again mends it."""

    def __init__(self) -> None:
        super().__init__()
        self.detail = "What is stored under this id is damaged. Upload the picture again."


class StoreUnavailable(Problem):
    """503: the store does not answer, is full, or refuses us."""

    def __init__(self) -> None:
        detail = "The place where pictures are kept cannot be reached just now; try again in a few seconds."
        super().__init__("not-ready", 503, CODES["not-ready"], detail, "store", retry_after=5)


def image_id_of(data: bytes) -> str:
    """The id of a picture: SHA-256 of its stored bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def is_id(text: str) -> bool:
    """Whether the text has the form of an id: then it is safe as a file's or an object's name."""
    return ID.fullmatch(text) is not None
