"""The dropout lab in a real browser: the numbers on the screen against the server's, and every way to take hold."""

import base64
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Visit, fields, link, looks, violations

PATIENCE = 30_000
BATCH = ["9", "2", "24", "18"]
PIN = {"b": 0, "c": 1, "y": 14, "x": 12}
GRID = [[[[1, 2], [3, 4]], [[5, 6], [7, 9]]], [[[0, -1], [2, 2]], [[4, 4], [8, 0]]]]
PARTS = ("dropout-tools", "dropout-stage", "dropout-controls", ".opening")
Lab = Callable[..., Page]

expect.set_options(timeout=PATIENCE)


@pytest.fixture
def lab(visit: Visit) -> Lab:
    """Open the lab in a state and wait for its figures and the pinned element."""

    def open_lab(lang: str = "en", refusals: bool = False, **state: Any) -> Page:
        page = visit(f"/{lang}/dropout", refusals, **state)
        by_hand = state.get("source") == "grid"
        expect(page.locator("#grid-input" if by_hand else "#block-input")).to_be_visible()
        expect(page.locator("#element-value")).to_be_visible()
        return page

    return open_lab


def asked(page: Page, **params: Any) -> dict[str, Any]:
    """What the server says to the question that the page opens with."""
    body = {
        "source": {
            "kind": "network",
            "network": "tiny_vgg_batch",
            "layer": "conv2.act",
            "batch": [{"kind": "item", "index": int(word)} for word in BATCH],
        },
        "at": PIN,
        "record": [],
        **params,
    }
    answer = page.request.post("/api/labs/dropout", data=body)
    assert answer.ok, answer.text()
    found: dict[str, Any] = answer.json()
    return found


def value(page: Page, of: str) -> float:
    return float(page.locator(of).get_attribute("value") or "nan")


def is_value(page: Page, of: str, expected: float) -> None:
    """Wait until a number on the page is this one, as it came from the server."""
    expect(page.locator(of)).to_have_attribute("value", json.dumps(expected).removesuffix(".0"))


def choose(page: Page, variant: str) -> None:
    page.get_by_role("radio", name=re.compile(f"^{variant}")).check()


def test_opens_at_work_with_the_servers_numbers(lab: Lab) -> None:
    page = lab()
    answer = asked(page)
    is_value(page, "#element-value", answer["element"]["product"])
    is_value(page, "#keep-rate", answer["keep"]["rate"])
    expect(page.locator("#element-value")).to_have_text("sample 0, channel 1, row 14, column 12")
    formula = page.locator(".product annotation").text_content() or ""
    numbers = [float(number) for number in re.findall(r"-?\d+\.\d+", formula)]
    element = answer["element"]
    assert numbers[-3:] == pytest.approx([element["h"], element["scale"], element["product"]], rel=1e-3)
    cells = page.locator(".ways td").all_text_contents()
    shown = [float(cell.split("=")[1].replace("−", "-")) for cell in cells if "=" in cell]
    expected = [element[way][when] for way in ("inverted", "classic") for when in ("train", "test")]
    assert shown == pytest.approx(expected, rel=1e-3)
    lo, hi = (f"{100 * end:.2f}%" for end in answer["keep"]["interval"])
    expect(page.locator("keep-rate")).to_contain_text(f"95% keep between {lo} and {hi}")


def test_the_three_figures_show_one_place_and_the_product_of_two_is_the_third(lab: Lab) -> None:
    page = lab()
    plane = page.locator("#block-mask .block-plane")
    box = plane.bounding_box()
    assert box
    held: list[Route] = []
    page.route("**/api/labs/dropout?*", lambda route: held.append(route))
    plane.hover(position={"x": box["width"] * 2.5 / 4, "y": box["height"] * 1.5 / 4})
    for figure in ("input", "mask", "output"):  # at once: nothing waits for the server
        expect(page.locator(f"#block-{figure} .outline.cursor")).to_be_visible()
    words = [
        page.locator(f"#block-{part} output").text_content() or "" for part in ("input", "mask", "output")
    ]
    assert all(each.startswith("sample 1, channel 2,") for each in words), words
    h, m, y = (float(each.split(": ")[1].replace("−", "-")) for each in words)
    assert m in (0, 1)
    assert y == pytest.approx(2 * m * h, abs=0.1)
    for route in held:
        route.continue_()


def test_p_and_seed_make_the_mask_of_the_server(lab: Lab) -> None:
    page = lab()
    slider = page.locator("[data-control='p'] input[type=range]")
    slider.focus()
    page.keyboard.press("ArrowRight")
    is_value(page, "#keep-rate", asked(page, p=0.51)["keep"]["rate"])
    page.get_by_role("button", name="Throw again").first.click()
    is_value(page, "#keep-rate", asked(page, p=0.51, seed=1)["keep"]["rate"])
    assert "p=0.51&seed=1" in fields(page)
    slider.focus()
    page.keyboard.press("End")
    is_value(page, "#keep-rate", 0)
    is_value(page, "#element-value", 0)
    expect(page.locator("keep-rate")).to_contain_text("every decision is certain")


@pytest.mark.parametrize(
    ("name", "variant"),
    [
        ("SpatialDropout", "channel"),
        ("DropBlock", "block"),
        ("DropPath", "row"),
        ("Stochastic Depth", "batch"),
    ],
)
def test_variants_decide_about_more_than_one_value(lab: Lab, name: str, variant: str) -> None:
    page = lab()
    choose(page, name)
    answer = asked(page, variant=variant)
    is_value(page, "#keep-rate", answer["keep"]["rate"])
    is_value(page, "#element-value", answer["element"]["product"])
    counted = page.locator(".method.chosen .method-size")
    if variant == "block":
        expect(page.locator("keep-rate")).to_contain_text("no binomial interval")
        expect(page.locator("[data-control='block']")).to_be_visible()
        expect(page.locator("[data-control='scaling'] input[value=classic]")).to_be_disabled()
    else:
        total = answer["keep"]["total"]
        expect(counted).to_have_text("1 decision" if total == 1 else f"{total:,} decisions")


def test_dropconnect_takes_the_layer_with_the_weights(lab: Lab) -> None:
    page = lab()
    choose(page, "DropConnect")
    expect(page.locator("weight-block canvas")).to_be_visible()
    assert "layer=conv2.conv" in fields(page)
    source = {
        "kind": "network",
        "network": "tiny_vgg_batch",
        "layer": "conv2.conv",
        "batch": [{"kind": "item", "index": int(word)} for word in BATCH],
    }
    answer = asked(page, variant="connect", source=source)
    is_value(page, "#keep-rate", answer["keep"]["rate"])
    is_value(page, "#element-value", answer["element"]["product"])
    kept = answer["element"]["connections"]
    expect(page.locator(".product .hint")).to_contain_text(f"all {kept['total']} weights of its channel")
    expect(page.locator(".product .hint")).to_contain_text(f"{kept['kept']} of them were kept")


def test_evaluation_is_the_identity_to_the_last_bit(lab: Lab) -> None:
    page = lab()
    controls = page.locator("dropout-controls")
    controls.get_by_role("radio", name="eval").check()
    expect(page.locator("#equal-bits")).to_have_text(re.compile("all 12,544 values shown are equal"))
    assert value(page, "#equal-bits") == 4 * 4 * 28 * 28
    expect(page.locator(".no-mask")).to_be_visible()
    element = asked(page)["element"]
    is_value(page, "#element-value", element["h"])
    expect(page.locator(".ways td.own")).to_contain_text("h =")
    controls.get_by_role("radio", name="classic").check()
    is_value(page, "#element-value", asked(page, mode="eval", scaling="classic")["element"]["product"])
    expect(page.locator(".ways td.own")).to_contain_text("(1 − p) h =")
    expect(page.locator("#equal-bits")).to_have_count(0)


def test_keys_walk_across_maps_and_pin(lab: Lab) -> None:
    page = lab(pin={"b": 0, "c": 0, "y": 0, "x": 27})
    plane = page.locator("#block-output .block-plane")
    plane.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#element-value")).to_have_text("sample 0, channel 1, row 0, column 0")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator("#element-value")).to_have_text("sample 1, channel 1, row 0, column 0")
    page.keyboard.press("Enter")
    plane.blur()
    expect(page.locator("#block-mask .outline.pinned")).to_be_visible()
    assert '"b":1,"c":1,"y":0,"x":0' in fields(page)
    page.get_by_role("radio", name=re.compile("^Dropout")).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name=re.compile("^SpatialDropout"))).to_be_checked()
    assert "variant=channel" in fields(page)


def test_a_picture_of_ones_own_joins_the_batch(lab: Lab) -> None:
    page = lab()
    png = page.evaluate(
        """() => { const c = document.createElement("canvas"); c.width = 90; c.height = 60;
        const g = c.getContext("2d"); g.fillStyle = "#fff"; g.fillRect(20, 10, 30, 30); return c.toDataURL().split(",")[1]; }"""
    )
    rail = page.locator("dropout-stage member-rail")
    rail.get_by_role("button", name="Add a sample").click()
    rail.locator("input[type=file]").first.set_input_files(
        {"name": "mine.png", "mimeType": "image/png", "buffer": base64.b64decode(png)}
    )
    expect(rail.get_by_role("button", name="Sample 4: Your picture")).to_be_visible()
    expect(page.locator(".drop-head .axes")).to_contain_text("5 samples")
    assert re.search(r"\.[0-9a-f]{64}", fields(page))


def test_a_number_is_typed_into_the_small_tensor(lab: Lab) -> None:
    page = lab(source="grid", grid=GRID, pin={"b": 1, "c": 1, "y": 1, "x": 0}, p=0)
    is_value(page, "#element-value", 8)
    page.locator("#grid-input .grid-plane").focus()
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    is_value(page, "#element-value", 9)
    expect(page.get_by_role("radio", name=re.compile("^DropConnect"))).to_be_disabled()


def test_a_link_brings_the_whole_state_back_and_into_the_other_language(lab: Lab, page: Page) -> None:
    state = {
        "batch": "5.chelsea.7",
        "variant": "block",
        "p": 0.25,
        "seed": 12,
        "block": 5,
        "pin": {"b": 2, "c": 9, "y": 3, "x": 4},
        "from": 8,
    }
    lab(**state)
    expect(page.locator("#element-value")).to_have_text("sample 2, channel 9, row 3, column 4")
    there = page.locator("#element-value").get_attribute("value")
    before = fields(page)
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("#element-value")).to_have_attribute("value", there or "")
    assert fields(page) == before


def test_what_cannot_be_is_said_beside_the_variants_with_a_way_out(visit: Visit) -> None:
    page = visit("/en/dropout", True, variant="connect")
    refusal = page.locator("drop-variants .refusal")
    expect(refusal).to_contain_text("DropConnect drops the weights of a convolution")
    refusal.get_by_role("button", name="Take conv2.conv").click()
    expect(refusal).to_have_count(0)
    expect(page.locator("weight-block canvas")).to_be_visible()


def test_a_scaling_that_is_not_is_said_beside_its_control(visit: Visit) -> None:
    page = visit("/en/dropout", True, variant="alpha", scaling="classic")
    controls = page.locator("dropout-controls")
    expect(controls.get_by_role("alert")).to_contain_text("does not divide by 1 - p")
    controls.get_by_role("radio", name="inverted").check()
    expect(controls.get_by_role("alert")).to_have_count(0)
    expect(page.locator("#element-value")).to_be_visible()


def test_the_program_taken_away_names_the_seed(lab: Lab) -> None:
    page = lab(seed=5, p=0.3)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("dropout-take > take-away > button").click()
    page.get_by_role("button", name="Copy as PyTorch").click()
    expect(page.locator("dropout-take .said")).to_have_text("Copied")
    text = page.evaluate("navigator.clipboard.readText()")
    assert "manual_seed(5)" in text
    assert "y = x * mask / (1 - p)" in text


def test_a_phone_shows_the_figure_and_nothing_sticks_out(browser: Browser, base_url: str) -> None:
    for width in (390, 360):
        context = browser.new_context(
            viewport={"width": width, "height": 844}, has_touch=True, reduced_motion="reduce", locale="en-GB"
        )
        page = context.new_page()
        page.goto(f"{base_url}/en/dropout#variant=alpha")
        expect(page.locator("#element-value")).to_be_visible()
        expect(page.locator(".method.chosen")).to_be_in_viewport()
        page.locator("#block-output .block-plane").tap(position={"x": 20, "y": 20})
        expect(page.locator("#element-value")).to_contain_text("sample 0, channel 0")
        for element in page.locator(".equation > *").all():
            box = element.bounding_box()
            assert box is None or box["x"] + box["width"] <= width
        context.close()


@pytest.mark.parametrize(
    "state",
    [{}, {"source": "grid"}, {"variant": "connect", "layer": "conv2.conv"}],
    ids=["maps", "grid", "weights"],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nobody_is_shut_out(page: Page, base_url: str, lang: str, state: dict[str, str]) -> None:
    page.goto(f"{base_url}/{lang}/dropout{link(**state)}")
    expect(page.locator("#element-value")).to_be_visible()
    expect(page.locator(".product .katex").first).to_be_visible()
    for _ in looks(page):
        assert violations(page, *PARTS) == []
