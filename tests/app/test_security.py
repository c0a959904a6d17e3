"""Headers on every answer, and whom the server answers."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.security import TrustedHosts, host_name

EVERYWHERE = ["/en/", "/api/networks", "/healthz", "/api/nothing", "/static/css/icon.svg", "/"]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_is_locked_down(client: TestClient, path: str) -> None:
    headers = client.get(path, follow_redirects=False).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/static/css/base.css", "/static/core/page.js"])
def test_files_that_are_no_documents_carry_what_means_something_for_them(
    client: TestClient, path: str
) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "content-security-policy" not in headers


def test_a_fault_of_ours_is_locked_down_too(
    app: FastAPI, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.state.views, "page", None)
    answer = client.get("/en/")
    assert answer.status_code == 500
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:8000", 200),
        ("127.0.0.1:8000", 200),
        ("[::1]:8000", 200),
        ("192.168.1.7", 200),
        ("evil.example", 400),
        ("localhost.evil.example", 400),
        ("", 400),
    ],
)
def test_the_server_answers_to_its_own_names_and_to_addresses(
    client: TestClient, host: str, status: int
) -> None:
    answer = client.get("/healthz", headers={"Host": host})
    assert answer.status_code == status
    assert status == 200 or answer.json()["code"] == "untrusted-host"


def test_names_below_a_domain_can_be_allowed() -> None:
    hosts = TrustedHosts(FastAPI(), ["*.Example.org", "name"])
    assert hosts.trusts("a.example.org") and hosts.trusts("NAME:80") and hosts.trusts("name.")
    assert not hosts.trusts("example.org") and not hosts.trusts("badexample.org")
    assert TrustedHosts(FastAPI(), ["*"]).trusts("anything")
    assert host_name("[2001:db8::1]:80") == "2001:db8::1"


def test_another_sites_page_cannot_upload(client: TestClient) -> None:
    answer = client.post("/api/images", content=b"x", headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.json()["code"]) == (403, "cross-site")
