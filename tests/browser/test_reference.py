"""The API reference and the error page in a real browser."""

import pytest
from playwright.sync_api import Page, Request

from tests.browser.conftest import looks, violations


@pytest.mark.parametrize("path", ["/en/api", "/zh/api", "/en/nowhere", "/zh/nowhere"])
def test_axe_finds_nothing(page: Page, base_url: str, path: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(base_url + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    if path.startswith("/en/"):  # operations and schemas are told in English in both languages
        assert violations(page) == []
    # Of the many operations and schemas three, for axe takes seconds for all.
    page.evaluate(
        "document.querySelectorAll('.articles section[id]:nth-of-type(n + 4)').forEach((e) => e.remove())"
    )
    for _ in looks(page):
        assert violations(page) == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_reference_has_no_errors_and_asks_no_other_host(page: Page, base_url: str, lang: str) -> None:
    errors: list[str] = []
    asked: list[Request] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: asked.append(request))
    page.goto(f"{base_url}/{lang}/api", wait_until="networkidle")
    assert errors == []
    assert [request.url for request in asked if not request.url.startswith((base_url, "data:"))] == []


def test_the_code_of_an_error_leads_to_its_meaning(page: Page, base_url: str) -> None:
    page.goto(f"{base_url}/api/problems#no-such-layer")
    assert page.url == f"{base_url}/en/api#no-such-layer"
    assert page.locator(":target").inner_text().startswith("no-such-layer")
