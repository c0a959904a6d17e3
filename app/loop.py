"""The event loop of a worker: workers that share a listening socket share its connections fairly."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

QUEUE = 2048
"""Connections that may wait to be accepted."""
PAUSE = 0.002
"""Seconds after a connection in which a worker leaves the next one to the others."""
EXHAUSTED_PAUSE = 1.0
"""Seconds to wait where the process has no file descriptors left."""


class FairServer:
    """Accepts one connection at a time, and then gives way to the other workers.

    asyncio's own server accepts all that wait, so that a burst goes to the worker that wakes first: of eight
    connections opened together, one worker of two got all eight. A worker that is busy wakes late and gets fewer.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        protocol_factory: Callable[[], asyncio.BaseProtocol],
        listener: socket.socket,
    ) -> None:
        self.loop = loop
        self.protocol_factory = protocol_factory
        self.listener = listener
        self.descriptor = listener.fileno()
        self.serving = True
        self.arriving: set[asyncio.Task[Any]] = set()
        listener.setblocking(False)
        listener.listen(QUEUE)
        self.resume()

    def resume(self) -> None:
        """Look out for a connection."""
        if self.serving:
            self.loop.add_reader(self.descriptor, self.accept)

    def accept(self) -> None:
        """Take one connection, if no other worker was quicker."""
        pause = PAUSE
        try:
            connection, _ = self.listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        except OSError:
            pause = EXHAUSTED_PAUSE
        else:
            connection.setblocking(False)
            task = self.loop.create_task(self.loop.connect_accepted_socket(self.protocol_factory, connection))
            self.arriving.add(task)
            task.add_done_callback(self.arriving.discard)
        self.loop.remove_reader(self.descriptor)
        self.loop.call_later(pause, self.resume)

    def close(self) -> None:
        """Accept no more."""
        self.serving = False
        self.loop.remove_reader(self.descriptor)
        self.listener.close()

    async def wait_closed(self) -> None:
        """Nothing is left to wait for: the connections belong to their protocols."""


class FairLoop(asyncio.SelectorEventLoop):
    """asyncio's loop with a FairServer where a socket is given."""

    async def create_server(self, protocol_factory: Any, *arguments: Any, **options: Any) -> Any:
        if options.get("sock") is None:
            return await super().create_server(protocol_factory, *arguments, **options)
        return FairServer(self, protocol_factory, options["sock"])
