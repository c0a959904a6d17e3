"""What tests of a page in a real browser share."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Page, Request

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


def looks(page: Page, *sizes: tuple[int, int]) -> Iterator[tuple[int, list[str]]]:
    """Show the page as it stands in both themes, at each size (a desk's and a phone's unless named).

    Yields the width, and axe's rules that can come out otherwise than in the look before: of a theme the contrast
    alone, of a size all ([]).
    """
    for width, height in sizes or ((1440, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        yield width, []
        page.emulate_media(color_scheme="dark")
        yield width, ["color-contrast"]


def violations(page: Page, *parts: str, rules: Sequence[str] = ()) -> list[Any]:
    """What axe finds wrong with the page as it is, or with the `parts` of it that selectors name, by all its rules or some."""
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    where = {"include": [[part] for part in parts]} if parts else {"exclude": []}
    options = {"resultTypes": ["violations"], **({"runOnly": [*rules]} if rules else {})}
    found = page.evaluate("([where, options]) => axe.run(where, options)", [where, options])["violations"]
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]
