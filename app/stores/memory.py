"""Pictures in the memory of this process: for tests and for a server with a single worker."""

import asyncio

from app.cache import ByteCache
from app.stores.base import ImageNotFound, image_id_of


class MemoryStore:
    """An ImageStore that ends with the process; beyond `max_bytes` the least recently used go."""

    def __init__(self, max_bytes: int) -> None:
        self.cache = ByteCache[str](max_bytes)

    async def put(self, data: bytes) -> str:
        image_id = await asyncio.to_thread(image_id_of, data)
        self.cache.put(image_id, data)
        return image_id

    async def get(self, image_id: str) -> bytes:
        if (data := self.cache.get(image_id)) is None:
            raise ImageNotFound
        return data

    async def exists(self, image_id: str) -> bool:
        return image_id in self.cache
