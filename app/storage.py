"""The store of pictures that a URL names, with the sample pictures before it."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from app.samples import samples
from app.settings import ROOT, Settings
from app.stores.base import ImageDamaged, ImageNotFound, ImageStore, StoreUnavailable
from app.stores.files import FileStore
from app.stores.memory import MemoryStore
from app.stores.objects import SCHEMES, ObjectStore

__all__ = ["ImageDamaged", "ImageNotFound", "ImageStore", "SampledStore", "StoreUnavailable", "open_store"]


class SampledStore:
    """An ImageStore in which some pictures are from the start, whatever becomes of the store behind it."""

    def __init__(self, fixed: Mapping[str, bytes], store: ImageStore) -> None:
        self.fixed = fixed
        self.store = store

    async def put(self, data: bytes) -> str:
        return await self.store.put(data)

    async def get(self, image_id: str) -> bytes:
        if (data := self.fixed.get(image_id)) is not None:
            return data
        return await self.store.get(image_id)

    async def exists(self, image_id: str) -> bool:
        return image_id in self.fixed or await self.store.exists(image_id)


def open_store(settings: Settings) -> ImageStore:
    """The store of `settings.store_url`. Raises ValueError with one line for what cannot be opened."""
    try:
        store = open_bare(settings.store_url, settings.store_max_bytes)
    except ValueError as error:
        raise ValueError(f"CONVSCOPE_STORE_URL: {error}") from None
    except OSError as error:
        raise ValueError(f"CONVSCOPE_STORE_URL: {error.filename}: {error.strerror}") from None
    return SampledStore({sample.id: sample.ppm for sample in samples()}, store)


def open_bare(url: str, max_bytes: int) -> ImageStore:
    """The store of a URL, without samples."""
    if not url:
        return FileStore(ROOT / ".state" / "images", max_bytes)
    parts = urlsplit(url)
    if parts.scheme == "memory":
        return MemoryStore(max_bytes)
    if parts.scheme == "file":
        path = Path(unquote(parts.path))
        if parts.netloc or not path.is_absolute():
            raise ValueError("expected file:///folder, with three slashes")
        return FileStore(path, max_bytes)
    if parts.scheme in SCHEMES:
        return ObjectStore(url)
    raise ValueError(f"expected memory://, file:///folder or {', '.join(f'{name}://…' for name in SCHEMES)}")
