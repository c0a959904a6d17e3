"""A mapping that forgets what was used longest ago, bounded in bytes."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class ByteCache(Generic[K]):
    """Least recently used bytes go first once the values take more than `max_bytes`. For one thread."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.size = 0
        self.values: OrderedDict[K, bytes] = OrderedDict()

    def __contains__(self, key: K) -> bool:
        return key in self.values

    def get(self, key: K) -> bytes | None:
        """The value, which is thereby the most recently used one; None where it is not (or no longer) held."""
        if (value := self.values.get(key)) is not None:
            self.values.move_to_end(key)
        return value

    def put(self, key: K, value: bytes) -> None:
        """Hold a value; the newest is held even if it is larger than the bound by itself."""
        self.drop(key)
        self.values[key] = value
        self.size += len(value)
        while self.size > self.max_bytes and len(self.values) > 1:
            self.drop(next(iter(self.values)))

    def drop(self, key: K) -> None:
        """Forget a value, if it is held."""
        if (value := self.values.pop(key, None)) is not None:
            self.size -= len(value)
