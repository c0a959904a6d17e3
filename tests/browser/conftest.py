"""What tests of a page in a real browser share."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Locator, Page, Request

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
Visit = Callable[..., Page]


def link(**state: Any) -> str:
    """The part of an address that holds a state."""
    fields = {name: value if isinstance(value, str) else json.dumps(value) for name, value in state.items()}
    return f"#{urlencode(fields)}" if fields else ""


@pytest.fixture
def visit(page: Page, base_url: str) -> Iterator[Visit]:
    """Open a page in a state; a fault, a complaint in the console or a foreign host fails the test.

    `refusals=True` allows the console line that a browser writes of itself when the server refuses something.
    """
    faults: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            faults.append(message.text)

    def on_request(request: Request) -> None:
        if urlsplit(request.url).scheme in ("http", "https") and not request.url.startswith(base_url):
            faults.append(request.url)

    page.on("console", on_console)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", on_request)

    def open_page(path: str, refusals: bool = False, **state: Any) -> Page:
        if refusals:
            page.remove_listener("console", on_console)
        page.goto(f"{base_url}{path}{link(**state)}")
        return page

    yield open_page
    assert faults == []


def fields(page: Page) -> str:
    """The state in the address, written at once."""
    page.evaluate("dispatchEvent(new Event('state-flush'))")
    return str(page.evaluate("decodeURIComponent(location.hash)"))


def come(page: Page, tag: str) -> Locator:
    """Scroll to a section."""
    found = page.locator(tag)
    found.scroll_into_view_if_needed()
    return found


def answered(page: Page, tag: str) -> None:
    """Scroll to a section, which may have asked before it came into sight, until it has its numbers."""
    come(page, tag)
    page.wait_for_function("tag => document.querySelector(tag).answer", arg=tag, timeout=20_000)


def percent(value: float) -> str:
    """A probability as pages write it."""
    shown = 100 * value
    return "<0.01%" if 0 < shown < 0.01 else f"{shown:.{2 if 0 < shown < 1 else 1}f}%"


def looks(page: Page, *sizes: tuple[int, int]) -> Iterator[int]:
    """Show the page as it stands at a desk's and at a phone's size (unless others are named), each in a theme.

    English pages are light at the desk and dark on the phone, Chinese ones the other way round: both together have each
    theme at each size. Yields the width.
    """
    themes = ("light", "dark")
    if page.evaluate("document.documentElement.lang.startsWith('zh')"):
        themes = ("dark", "light")
    for (width, height), theme in zip(sizes or ((1440, 900), (390, 844)), themes, strict=True):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        yield width


def violations(page: Page, *parts: str) -> list[Any]:
    """What axe finds wrong with the page as it is, or with the `parts` of it that selectors name."""
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    where = {"include": [[part] for part in parts]} if parts else {"exclude": []}
    found = page.evaluate("where => axe.run(where, { resultTypes: ['violations'] })", where)["violations"]
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]
