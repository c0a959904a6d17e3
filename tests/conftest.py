"""The application, a running server and a browser, for the tests that need them."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import torch
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings

from app.main import create_app
from app.settings import Settings
from tools import browser

torch.set_num_threads(1)  # as a server's worker does

settings.register_profile(
    "convscope", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("convscope")


@pytest.fixture(scope="session")
def app() -> FastAPI:
    """The application with pictures in memory and the settings that tests need; nothing outside is read."""
    return create_app(Settings(store_url="memory://", workers=1))


@pytest.fixture(scope="session")
def client(app: FastAPI) -> Iterator[TestClient]:
    """A client of the started application; faults of ours come back as answers with status 500."""
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="session")
def base_url() -> Iterator[str]:
    """The address of a server in this process, for browsers and other real clients."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            create_app(Settings(store_url="memory://", workers=1)), log_level="warning", ws="none"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while thread.is_alive() and not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, **browser.launch_options()}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_context_args,
        "locale": "en-GB",
        "timezone_id": "UTC",
        "viewport": {"width": 1440, "height": 900},
        "reduced_motion": "reduce",
    }
