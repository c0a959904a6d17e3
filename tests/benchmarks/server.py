"""A real server in processes of its own, and a client that costs little."""

import http.client
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def serving(workers: int, folder: Path) -> Iterator[int]:
    """The port of a ConvScope with that many workers, its pictures in `folder`."""
    command = [sys.executable, "-m", "app.cli", "--port", "0", "--workers", str(workers)]
    environment = {**os.environ, "CONVSCOPE_STORE_URL": folder.as_uri()}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            found = re.search(r":(\d+)/", process.stdout.readline())
            assert found, "the server did not start"
            yield int(found[1])
        finally:
            process.terminate()


class Client:
    """One kept connection."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)

    def post(self, path: str, body: bytes, media_type: str = "application/json") -> bytes:
        self.connection.request("POST", path, body, {"Content-Type": media_type})
        answer = self.connection.getresponse()
        data = answer.read()
        assert answer.status < 300, data[:300]
        return data
