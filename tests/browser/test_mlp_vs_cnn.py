"""MLP against CNN in a real browser: the canvas and both answers against the server's, and every way to move a face."""

import contextlib
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Visit, fields, link, looks, violations

PATIENCE = 30_000
SIDE, SIZE = 32, 9
PARTS = ("versus-stage", ".opening", "header.site")
Lab = Callable[..., Page]

LEAD = """
async () => {
  const plane = document.querySelector(".versus-plane"), seen = [];
  const { left, top, width } = plane.getBoundingClientRect();
  for (let frame = 0; frame < 60; frame++) {
    await new Promise(requestAnimationFrame);
    const [clientX, clientY] = [left + (width * (5 + frame / 3)) / 32, top + width / 2];
    plane.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY, pointerId: 1, bubbles: true }));
    seen.push(document.querySelector("versus-lane .note").textContent);
  }
  return seen;
}
"""
"""Lead what is held to the right without a pause; what the MLP's first logit was with each frame."""

expect.set_options(timeout=PATIENCE)


@pytest.fixture
def lab(visit: Visit) -> Lab:
    """Open the page in a state and wait for both answers and the maps of all places."""

    def open_lab(lang: str = "en", **state: Any) -> Page:
        page = visit(f"/{lang}/mlp-vs-cnn", **state)
        expect(page.locator("versus-lane .says")).to_have_count(2)
        if state.get("at") != []:
            expect(page.locator("heat-map.places")).to_have_count(2)
            expect(page.locator(".versus-maps.outdated")).to_have_count(0)
        return page

    return open_lab


def asked(page: Page, *places: tuple[int, int], **params: Any) -> dict[str, Any]:
    """What the server says to smileys at these places."""
    faces = [{"y": y, "x": x, "mood": "smile", "size": SIZE} for y, x in places]
    body = {"scene": {"kind": "faces", "faces": faces}, **params}
    answer = page.request.post("/api/labs/mlp-vs-cnn", data=body)
    assert answer.ok, answer.text()
    found: dict[str, Any] = answer.json()
    return found


def says_what_the_server_says(page: Page, answer: dict[str, Any]) -> None:
    """Wait until both lanes show the server's classes, logits and verdicts."""
    for network in answer["networks"]:
        lane = page.locator(f"versus-lane[kind={network['kind']}]")
        name = answer["classes"][network["predicted"]]["en"]
        verdict = {True: "is right · ", False: "is wrong · ", None: ""}[network["correct"]]
        expect(lane.locator(".says")).to_contain_text(f"{verdict}says “{name}”")
        expect(lane.locator(".note")).to_have_text(
            [f"{logit:.1f}".replace("-", "−") for logit in network["logits"]]
        )


def pixels(page: Page, canvas: str) -> list[int]:
    """The red of a canvas's pixels, row after row."""
    found: list[int] = page.locator(canvas).evaluate(
        "c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].filter((_, i) => i % 4 === 0)"
    )
    return found


def corner(page: Page, y: float, x: float) -> tuple[float, float]:
    """Where a place of the canvas is on the screen."""
    box = page.locator(".versus-plane").bounding_box()
    assert box
    return box["x"] + x * box["width"] / SIDE, box["y"] + y * box["height"] / SIDE


def test_it_opens_where_one_is_wrong_and_shows_what_the_server_computed(lab: Lab) -> None:
    page = lab()
    answer = asked(page, (11, 20), positions={"step": 1})
    assert [network["correct"] for network in answer["networks"]] == [False, True]
    says_what_the_server_says(page, answer)
    light = [round(255 * value) for row in answer["canvas"]["data"][0] for value in row]
    for canvas in (".versus-plane canvas", ".long canvas"):
        assert pixels(page, canvas) == pytest.approx(light, abs=1), canvas
    captions = page.locator(".versus-maps figcaption").all_text_contents()
    for caption, each in zip(captions, answer["positions"]["maps"], strict=True):
        assert [float(word) for word in re.findall(r"(\d+)%", caption)] == [
            round(100 * each[part]["mean"]) for part in ("inside", "outside")
        ]
    expect(page.locator("versus-lane[kind=cnn] select")).to_have_value(answer["layer"])
    expect(page.locator("versus-stage > section > [role=status]")).to_contain_text("MLP is wrong")


def test_a_drag_moves_the_smiley_and_both_answers_follow(lab: Lab) -> None:
    page = lab()
    page.mouse.move(*corner(page, 15.5, 24.5))
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(*corner(page, 15.5 - step / 2, 24.5 - 2 * step))
    assert len({*page.evaluate(LEAD)}) > 5, "the answers follow while it is moving"
    page.mouse.move(*corner(page, 12.5, 9.5))
    page.mouse.move(*corner(page, 11.5, 8.5))
    says_what_the_server_says(page, asked(page, (7, 4)))  # while it is held
    page.mouse.up()
    assert "at=[[7,4]]" in fields(page)
    expect(page.locator("versus-canvas .readout")).to_contain_text("Row 7, column 4")
    page.mouse.move(*corner(page, 30.5, 30.5))  # let go, it stays
    page.locator(".long").hover(position={"x": 1, "y": 5})
    expect(page.locator(".versus-strip figcaption")).to_contain_text("Row 0, column 0 is number 0")
    page.mouse.click(*corner(page, 4.5, 27.5))
    assert "at=[[0,23]]" in fields(page), "a click beside it brings it there"


def test_the_arrow_keys_move_it(lab: Lab) -> None:
    page = lab(at=[[4, 3], [17, 20]])
    page.locator(".versus-plane").focus()
    for key in ("ArrowRight", "ArrowDown", "Shift+ArrowDown"):
        page.keyboard.press(key)
    assert "at=[[9,4],[17,20]]" in fields(page)
    page.keyboard.press(" ")
    for key in ("ArrowUp", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    assert "at=[[9,4],[16,16]]" in fields(page)
    says_what_the_server_says(page, asked(page, (16, 16), (9, 4)))
    page.locator("versus-controls").get_by_role("radio", name="none").check()
    says_what_the_server_says(page, asked(page))
    expect(page.locator(".versus-maps")).to_contain_text("nothing that could be elsewhere")
    page.locator(".versus-plane").focus()
    page.keyboard.press("Enter")
    says_what_the_server_says(page, asked(page, (11, 4)))


def test_the_maps_of_all_places_tell_and_move(lab: Lab) -> None:
    page = lab()
    maps = asked(page, (11, 20), positions={"step": 1})["positions"]["maps"]
    plane = page.locator("heat-map.places .plane").first
    box = plane.bounding_box()
    assert box
    side = SIDE - SIZE + 1
    middle = {"x": box["width"] * 2.5 / side, "y": box["height"] * 20.5 / side}
    plane.hover(position=middle)
    told = page.locator(".versus-maps .readout.small")
    expect(told).to_contain_text("Row 20, column 2: MLP")
    shares = [float(word) for word in re.findall(r"([\d.]+)%", told.text_content() or "")]
    assert shares == pytest.approx([100 * each["map"]["data"][20][2] for each in maps], abs=0.1)
    plane.click(position=middle)
    says_what_the_server_says(page, asked(page, (20, 2)))
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 10.5 / side, box["y"] + box["height"] * 5.5 / side, steps=4)
    page.mouse.up()
    assert "at=[[5,10]]" in fields(page)
    plane.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    assert "at=[[5,9]]" in fields(page)


def test_a_link_brings_everything_back_and_into_the_other_language(lab: Lab) -> None:
    state = {"what": "item", "item": 0, "dy": -3, "dx": 5, "scale": 0.8, "turned": "1", "target": 5}
    page = lab(**state, layer="conv3.act")
    expect(page.locator("versus-lane[kind=cnn] select")).to_have_value("conv3.act")
    expect(page.locator("versus-lane[kind=cnn] figcaption").first).to_contain_text("48 maps")
    before = fields(page)
    assert all(f"{name}={value}" in before for name, value in state.items() if name != "item")  # its default
    logits = page.locator(".note").all_text_contents()
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator(".note")).to_have_text(logits)
    assert fields(page) == before


def test_every_thing_to_try_is_computed(lab: Lab) -> None:
    page = lab()
    links = page.locator(".opening .try a")
    assert links.count() >= 6
    for each in links.all():
        with page.expect_response(lambda answer: "mlp-vs-cnn?tensors=uint8" in answer.url) as answered:
            each.click()
        assert answered.value.ok
        for network in answered.value.json()["networks"]:
            wording = {True: "is right", False: "is wrong"}[network["correct"]]
            expect(page.locator(f"versus-lane[kind={network['kind']}] .says")).to_contain_text(wording)
    page.locator("versus-controls").get_by_role("radio", name="your own").check()
    expect(page.locator(".says b")).to_have_count(0)  # nobody knows what is right
    expect(page.locator(".versus-maps.outdated")).to_have_count(0)
    page.locator("versus-controls .samples button").nth(7).click()
    expect(page.locator("versus-lane[kind=cnn] .says")).to_contain_text("says “Ankle boot”")


def test_the_program_taken_away_computes_both_answers(lab: Lab) -> None:
    page = lab(at=[[3, 5]])
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("versus-take > take-away > button").click()
    page.get_by_role("button", name="Copy as PyTorch").click()
    expect(page.locator("versus-take .said")).to_have_text("Copied")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(page.evaluate("navigator.clipboard.readText()"), {})  # noqa: S102
    lines = printed.getvalue().splitlines()
    for line, network in zip(lines, asked(page, (3, 5))["networks"], strict=True):
        name, rest = line.split(" ", 1)
        numbers = [float(word) for word in re.findall(r"-?\d[\d.e-]*", rest)]
        assert name == network["name"]
        assert numbers == pytest.approx([*network["logits"], *network["probabilities"]], abs=1e-3)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nobody_is_shut_out_and_nothing_sticks_out_on_a_phone(
    browser: Browser, base_url: str, lang: str
) -> None:
    context = browser.new_context(base_url=base_url, has_touch=True, locale="en-GB")
    page = context.new_page()
    page.goto(f"/{lang}/mlp-vs-cnn{link(at=[[4, 3], [17, 20]])}")
    expect(page.locator("heat-map.places")).to_have_count(2)
    for width in looks(page, (1440, 900), (360, 844)):
        assert violations(page, *PARTS) == []
        sticking_out = page.locator("versus-stage *").evaluate_all(
            "all => all.filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.className)"
        )
        assert sticking_out == [], width
    page.locator(".versus-plane").tap(position={"x": 250, "y": 40})
    assert re.search(r"at=\[\[\d+,\d+\],\[\d,\d+\]\]", fields(page)), "the nearer one is brought there"
    page.goto(f"/{lang}/api")
    expect(page.locator("header.site [aria-current=page]")).to_be_in_viewport(ratio=1)
    context.close()
