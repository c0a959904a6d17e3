"""Whether the server says truly that it lives and is ready."""

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient


def test_a_live_server_says_so(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_a_ready_server_says_so(client: TestClient) -> None:
    assert client.get("/readyz").json() == {"status": "ok", "store": "ok", "networks": "ok"}


@pytest.mark.parametrize(("part", "method"), [("store", "exists"), ("engine", "ready")])
def test_a_server_with_a_broken_part_is_alive_but_not_ready(
    app: FastAPI, client: TestClient, monkeypatch: pytest.MonkeyPatch, part: str, method: str
) -> None:
    async def broken(*arguments: Any) -> None:
        raise ConnectionError("nobody there")

    monkeypatch.setattr(getattr(app.state, part), method, broken)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "not-ready")
    assert answer.json()["field"] == {"store": "store", "engine": "networks"}[part]
    assert int(answer.headers["retry-after"]) > 0
    assert client.get("/healthz").status_code == 200
