"""Pictures in a local folder that any number of processes share."""

import asyncio
import contextlib
import fcntl
import logging
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.stores.base import ImageDamaged, ImageNotFound, StoreUnavailable, image_id_of, is_id

log = logging.getLogger(__name__)
ABANDONED_SECONDS = 3600
"""Age at which a half-written file belongs to a process that is gone."""
SWEEP_FRACTION = 16
"""A process looks whether the folder is full each time it has written this part of what fits."""


@dataclass(frozen=True)
class Held:
    """A stored file: how much disk it takes and when it was last used (seconds since the epoch)."""

    path: str
    size: int
    used: float


class FileStore:
    """An ImageStore of files `ab/abcd…` (the id) below `root`.

    A file appears whole or not at all (written beside, then renamed). Its modification time is when it was
    last used; when the folder outgrows `max_bytes`, the least recently used files go until 7/8 are left. Each
    process looks after every 1/16 it writes, so the folder may be larger for a moment by that much for each.
    """

    def __init__(self, root: Path, max_bytes: int) -> None:
        self.root = root
        self.max_bytes = max_bytes
        self.written = max_bytes  # what others left is not known yet: look at the first chance
        root.mkdir(parents=True, exist_ok=True)
        self.new = root / "new"
        self.new.mkdir(exist_ok=True)

    async def put(self, data: bytes) -> str:
        return await asyncio.to_thread(self.write, data)

    async def get(self, image_id: str) -> bytes:
        return await asyncio.to_thread(self.read, image_id)

    async def exists(self, image_id: str) -> bool:
        return is_id(image_id) and await asyncio.to_thread(self.path(image_id).exists)

    def path(self, image_id: str) -> Path:
        return self.root / image_id[:2] / image_id

    def write(self, data: bytes) -> str:
        """`put` for a thread."""
        image_id = image_id_of(data)
        path = self.path(image_id)
        try:
            if path.exists() and path.stat().st_size == len(data):
                os.utime(path)
                return image_id
            path.parent.mkdir(exist_ok=True)
            beside = self.new / secrets.token_hex(16)
            try:
                beside.write_bytes(data)
                beside.replace(path)
            finally:
                beside.unlink(missing_ok=True)
            self.written += len(data)
            if self.written * SWEEP_FRACTION >= self.max_bytes and self.sweep(keep=path):
                self.written = 0
        except OSError as error:
            log.error("cannot keep a picture in %s: %s", self.root, error)
            raise StoreUnavailable from error
        return image_id

    def read(self, image_id: str) -> bytes:
        """`get` for a thread. A file whose content does not have its id is removed, so that it can come anew."""
        if not is_id(image_id):
            raise ImageNotFound
        path = self.path(image_id)
        try:
            data = path.read_bytes()
            if image_id_of(data) != image_id:
                path.unlink(missing_ok=True)
                log.error("removed a damaged picture: %s", path)
                raise ImageDamaged
            os.utime(path)
        except FileNotFoundError:
            raise ImageNotFound from None
        except OSError as error:
            log.error("cannot read a picture in %s: %s", self.root, error)
            raise StoreUnavailable from error
        return data

    def sweep(self, keep: Path) -> bool:
        """Remove the least recently used files beyond the size, and what dead writers left.

        One process at a time does so: False where another is at it.
        """
        with open(self.root / "lock", "wb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            for beside in files(str(self.new)):
                if beside.used < time.time() - ABANDONED_SECONDS:
                    remove(beside)
            with os.scandir(self.root) as entries:
                folders = [entry.path for entry in entries if len(entry.name) == 2]
            held = [file for folder in folders for file in files(folder)]
            size = sum(file.size for file in held)
            excess = size - self.max_bytes * 7 // 8 if size > self.max_bytes else 0
            for file in sorted(held, key=lambda file: file.used):
                if excess <= 0:
                    break
                if file.path != str(keep):
                    remove(file)
                    excess -= file.size
            return True


def files(folder: str) -> Iterator[Held]:
    """The files in a folder, without those that vanish meanwhile."""
    with os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):
                stat = entry.stat()
                yield Held(entry.path, stat.st_blocks * 512, stat.st_mtime)


def remove(file: Held) -> None:
    """Remove a file unless somebody has used it since it was listed."""
    with contextlib.suppress(FileNotFoundError):
        if os.stat(file.path).st_mtime == file.used:
            os.unlink(file.path)
