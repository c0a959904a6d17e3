"""Start ConvScope: `convscope [--host H] [--port P] [--workers N] [--reload]`.

What is not given is taken from the environment (`CONVSCOPE_HOST` …, see app/settings.py).
"""

import argparse
import errno
import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from typing import Any

import uvicorn
from pydantic import ValidationError
from uvicorn.supervisors import ChangeReload

from app.loop import QUEUE
from app.settings import ROOT, Settings
from app.supervisor import Supervisor

WORKER_ENVIRONMENT = {
    # One PyTorch thread per worker: two in a busy server fight over the cores.
    "OMP_NUM_THREADS": "1",
    # Keep freed activations for the next run: giving them back costs a page fault per 4 KiB.
    "MALLOC_TRIM_THRESHOLD_": str(512 * 1024 * 1024),
    "MALLOC_MMAP_THRESHOLD_": str(32 * 1024 * 1024),
    "MALLOC_ARENA_MAX": "1",  # the other arenas, which threads use, give memory back all the same
}
"""Read by a worker's libraries before its first line of Python, so the supervisor sets it."""

START_SECONDS = 60.0


def main() -> None:
    """The command's entry."""
    try:
        settings = configure()
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        sys.exit(f"ConvScope cannot take CONVSCOPE_{str(fault['loc'][0]).upper()}: {fault['msg']}")
    try:
        listener = listen(settings.host, settings.port)
    except OSError as error:
        sys.exit(f"ConvScope cannot listen on {settings.host}:{settings.port}: {reason(error)}")
    address = url(settings.host, listener.getsockname()[1])
    for name, value in WORKER_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    threading.Thread(target=announce, args=(address,), daemon=True).start()
    options: dict[str, Any] = {
        "loop": "app.loop:FairLoop",
        "log_level": settings.log_level,
        "timeout_keep_alive": settings.keep_alive_seconds,
        "server_header": False,
        "ws": "none",
    }
    if settings.dev:
        reloading(options, listener)
    else:
        sys.exit(Supervisor(options, listener, settings.worker_count).run())


def reloading(options: dict[str, Any], listener: socket.socket) -> None:
    """Serve with one worker, which is started anew whenever a Python file changes."""
    folders = [str(ROOT / name) for name in ("app", "models")]
    config = uvicorn.Config("app.main:create_app", factory=True, reload=True, reload_dirs=folders, **options)
    ChangeReload(config, target=uvicorn.Server(config).run, sockets=[listener]).run()


def configure() -> Settings:
    """The settings, with the command's options over the environment's values; workers inherit them."""
    parser = argparse.ArgumentParser(prog="convscope", description="Start ConvScope.")
    parser.add_argument("--host", help="address to listen on")
    parser.add_argument("--port", type=int, help="port to listen on; 0 takes any free one")
    parser.add_argument("--workers", type=int, help="server processes; 0 is one per core")
    parser.add_argument("--reload", action="store_const", const=True, dest="dev", help="for development")
    for name, value in vars(parser.parse_args()).items():
        if value is not None:
            os.environ[f"CONVSCOPE_{name.upper()}"] = str(value)
    return Settings()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, which all workers accept from; OSError if the address is not to be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=QUEUE)
    listener.set_inheritable(True)
    # Accepted connections inherit it; asyncio sets it only on sockets made for TCP by name. Without it a small
    # answer waits 40 ms for the client's delayed acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def reason(error: OSError) -> str:
    """One line on why an address is not to be had."""
    if error.errno == errno.EADDRINUSE:
        return "the port is in use. Stop the other program, or choose another with PORT=."
    return error.strerror or str(error)


def url(host: str, port: int) -> str:
    """The address for a person's browser on this machine."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{name}:{port}/"


def announce(address: str) -> None:
    """Print the address as soon as a worker answers there."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            direct.open(f"{address}healthz", timeout=START_SECONDS).close()
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
        else:
            print(f"ConvScope: {address}", flush=True)
            return


if __name__ == "__main__":
    main()
