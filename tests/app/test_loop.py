"""Workers that share a socket share its connections."""

import asyncio
import socket
import threading

from app.loop import FairLoop


class Worker:
    """A loop in a thread of its own, as a worker has one in a process of its own."""

    def __init__(self, listener: socket.socket) -> None:
        self.loop = FairLoop()
        self.ready = threading.Event()
        self.connections = 0
        self.listener = listener.dup()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        self.ready.wait(10)

    def run(self) -> None:
        server = self.loop.run_until_complete(self.loop.create_server(self.connect, sock=self.listener))
        self.loop.call_soon(self.ready.set)
        self.loop.run_forever()
        server.close()
        self.loop.close()

    def connect(self) -> asyncio.Protocol:
        self.connections += 1
        return Echo()

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)


class Echo(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)
        self.transport.close()


def test_a_burst_of_connections_is_shared() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1) as listener:
        workers = [Worker(listener), Worker(listener)]
        clients = [socket.create_connection(listener.getsockname(), timeout=10) for _ in range(16)]
        for client in clients:
            client.sendall(b"hello")
            assert client.recv(5) == b"hello"
            client.close()
        for worker in workers:
            worker.stop()
    counts = [worker.connections for worker in workers]
    assert sum(counts) == 16
    assert min(counts) >= 4
