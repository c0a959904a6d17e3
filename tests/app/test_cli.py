"""The command that starts the server."""

import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from PIL import Image

from app.cli import WORKER_ENVIRONMENT, url
from app.settings import ROOT
from app.supervisor import Supervisor

ADDRESS = re.compile(r"^ConvScope: (http://\S+/)$", re.MULTILINE)


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "app.cli", *options]


@contextmanager
def server(tmp_path: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running server and the address that it printed."""
    environment = os.environ | {"CONVSCOPE_STORE_URL": tmp_path.as_uri()}
    with subprocess.Popen(
        command("--port", "0", *options), cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = ADDRESS.match(line)
            assert found, line
            yield process, found[1]
        finally:
            process.terminate()
            process.wait(20)


def refused(*options: str) -> subprocess.CompletedProcess[str]:
    """A start that comes to nothing."""
    return subprocess.run(
        command(*options), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=20) as answer:
        return bytes(answer.read())


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def workers(pid: int) -> list[int]:
    """The workers of a supervisor: children of the process that they are forked from."""
    return [worker for child in children(pid) for worker in children(child)]


def wait_for(condition: Callable[[], bool]) -> None:
    """Return as soon as the condition holds, at most 20 seconds from now."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks at the processes in /proc")
def test_workers_share_the_address_the_store_and_the_settings(tmp_path: Path) -> None:
    with server(tmp_path, "--workers", "2") as (process, address):
        assert json.loads(get(f"{address}readyz"))["status"] == "ok"
        wait_for(lambda: len(workers(process.pid)) == 2)
        pids = workers(process.pid)
        for pid in pids:
            environment = Path(f"/proc/{pid}/environ").read_text().split("\0")
            assert {f"{name}={value}" for name, value in WORKER_ENVIRONMENT.items()} <= set(environment)
        picture = io.BytesIO()
        Image.new("RGB", (3, 2), "teal").save(picture, "PNG")
        request = urllib.request.Request(
            f"{address}api/images", picture.getvalue(), {"Content-Type": "image/png"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            location = answer.headers["Location"]
        for _ in range(8):  # each on a connection of its own, so by whichever worker is quicker
            assert get(address.rstrip("/") + location).startswith(b"\x89PNG")
        os.kill(pids[0], signal.SIGKILL)
        wait_for(lambda: len(workers(process.pid)) == 2 and pids[0] not in workers(process.pid))
        assert get(f"{address}healthz")
        process.terminate()
        assert process.wait(20) == 0
        assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks at the processes in /proc")
def test_workers_end_with_their_supervisor(tmp_path: Path) -> None:
    with server(tmp_path, "--workers", "1") as (process, _):
        pids = workers(process.pid)
        process.kill()
        wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids))


def test_a_signal_may_come_while_another_is_taken() -> None:
    with socket.socket() as listener:
        supervisor = Supervisor({}, listener, 1)

    def take() -> None:
        def interrupt(frame: FrameType, event: str, argument: object) -> Callable[..., Any]:
            sys.settrace(None)
            supervisor.stop()  # as a signal would, between any two lines
            sys.settrace(interrupt)
            return interrupt

        sys.settrace(interrupt)
        supervisor.stop()

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    thread.join(5)
    assert not thread.is_alive(), "stop waits for itself"
    assert supervisor.stopping


def test_a_port_in_use_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = refused("--port", str(port))
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert f"127.0.0.1:{port}" in result.stderr and "in use" in result.stderr


@pytest.mark.parametrize("options", [["--port", "70000"], ["--host", "nowhere.invalid"], ["--workers", "-1"]])
def test_settings_that_cannot_be_are_one_clear_line(options: list[str]) -> None:
    result = refused(*options)
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr


def test_a_store_that_cannot_be_ends_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVSCOPE_STORE_URL", "gopher://nowhere")
    result = refused("--port", "0", "--workers", "1")
    assert result.returncode == 1
    assert "CONVSCOPE_STORE_URL" in result.stderr and "Traceback" not in result.stderr


def test_the_address_is_one_that_a_browser_can_open() -> None:
    assert url("127.0.0.1", 8000) == "http://127.0.0.1:8000/"
    assert url("0.0.0.0", 1) == "http://127.0.0.1:1/"
    assert url("::", 1) == url("::1", 1) == "http://[::1]:1/"
