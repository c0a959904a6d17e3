"""The normalisation lab in a real browser: the numbers on the screen against the server's, and every way to take hold."""

import base64
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Visit, fields, link, looks, violations

PATIENCE = 30_000
BATCH = ["9", "2", "24", "0", "18", "33"]
PIN = {"b": 1, "c": 2, "y": 11, "x": 14}
PIN_BY_HAND = {"b": 1, "c": 1, "y": 0, "x": 1}
GRID = [[[[1, 2], [3, 4]], [[5, 6], [7, 9]]], [[[0, -1], [2, 2]], [[4, 4], [8, 0]]]]
Lab = Callable[..., Page]

expect.set_options(timeout=PATIENCE)


@pytest.fixture
def lab(visit: Visit) -> Lab:
    """Open the lab in a state and wait for its figure and the four steps."""

    def open_lab(lang: str = "en", refusals: bool = False, **state: Any) -> Page:
        page = visit(f"/{lang}/normalization", refusals, **state)
        by_hand = state.get("source") == "grid"
        expect(page.locator("#tensor-grid" if by_hand else "#tensor-block")).to_be_visible()
        expect(page.locator("four-steps li")).to_have_count(4)
        return page

    return open_lab


def asked(page: Page, **params: Any) -> dict[str, Any]:
    """What the server says to the question that the page opens with."""
    body = {
        "source": {
            "kind": "network",
            "network": "tiny_vgg_batch",
            "layer": "conv2.conv",
            "batch": [{"kind": "item", "index": int(word)} for word in BATCH],
        },
        "at": PIN,
        "record": [],
        **params,
    }
    answer = page.request.post("/api/labs/normalization", data=body)
    assert answer.ok, answer.text()
    found: dict[str, Any] = answer.json()
    return found


def read(text: str) -> float:
    return float(text.replace("−", "-"))


def set_row(page: Page) -> list[float]:
    """Mean, biased and unbiased variance of the marked row of the table of sets."""
    cells = page.locator("set-table tr.own td").all_text_contents()
    return [read(cell) for cell in cells]


def lit(page: Page) -> list[list[bool]]:
    """For each sample and channel of the figure, whether the middle of its map stands out before the veil."""
    found: list[list[bool]] = page.locator("#tensor-block .veil").evaluate(
        """(canvas, [rows, columns]) => {
          const { width, height } = canvas;
          const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
          copy.drawImage(canvas, 0, 0);
          const { data } = copy.getImageData(0, 0, width, height);
          const middle = (i, n, size) => Math.floor((i + 0.5) / n * size);
          return [...Array(rows).keys()].map(b => [...Array(columns).keys()].map(
            k => data[4 * (middle(b, rows, height) * width + middle(k, columns, width)) + 3] < 30));
        }""",
        [len(BATCH), 8],
    )
    return found


def test_opens_at_work_with_the_servers_numbers(lab: Lab) -> None:
    page = lab()
    element = asked(page)["element"]
    steps = page.locator("four-steps li math-formula .katex-mathml annotation").all_text_contents()
    numbers = [re.findall(r"-?\d+\.\d+", step)[-1] for step in steps]
    expected = [element[name] for name in ("mean_used", "variance_used", "normalized", "y")]
    assert [float(number) for number in numbers] == pytest.approx(expected, rel=1e-3)
    assert set_row(page) == pytest.approx(
        [element["mean"], element["variance"], element["unbiased"]], rel=1e-4
    )
    expect(page.locator("four-steps .check.agrees code")).to_have_text(re.compile(r"^nn\.BatchNorm2d\(24, "))
    expect(page.locator("four-steps")).to_contain_text(re.compile("stores the unbiased .*n = 4,704"))


def test_what_is_pointed_at_lights_up_its_set_under_each_method(lab: Lab) -> None:
    page = lab()
    assert lit(page) == [[k == 2 for k in range(8)] for _ in BATCH]
    plane = page.locator("#tensor-block .block-plane")
    box = plane.bounding_box()
    assert box
    # The fourth sample's sixth channel; nothing is asked of the server for the light.
    held: list[Route] = []
    page.route("**/api/labs/normalization?*", lambda route: held.append(route))
    plane.hover(position={"x": box["width"] * 5.4 / 8, "y": box["height"] * 3.4 / 6})
    expect(page.locator(".norm-readout b")).to_contain_text("sample 3, channel 5")
    assert lit(page) == [[k == 5 for k in range(8)] for _ in BATCH]
    for route in held:
        route.continue_()
    page.unroute("**/api/labs/normalization?*")
    page.mouse.move(5, 5)
    page.get_by_role("radio", name=re.compile("^LayerNorm C, H, W")).check()
    expect(page.locator(".norm-readout")).to_contain_text("all channels of sample 1, at every place")
    expect(page.locator(".norm-readout")).to_contain_text("16 of these channels are not in the picture")
    assert lit(page) == [[b == 1 for _ in range(8)] for b in range(len(BATCH))]


def test_an_answer_about_the_tensor_before_does_not_stay(lab: Lab) -> None:
    page = lab()
    late: list[Route] = []

    def hold_elements_of_the_network(route: Route) -> None:
        body = route.request.post_data_json
        if body["source"]["kind"] == "network" and body["record"] == []:
            late.append(route)
        else:
            route.continue_()

    page.route("**/api/labs/normalization*", hold_elements_of_the_network)
    page.evaluate("hash => { location.hash = hash; }", link(source="grid", grid=GRID, pin=PIN_BY_HAND))
    expect(page.locator("#tensor-grid")).to_be_visible()
    expect(page.locator("four-steps")).to_contain_text("n = 8 values share it")
    for route in late:
        route.continue_()
    page.wait_for_timeout(500)
    expect(page.locator("four-steps")).to_contain_text("n = 8 values share it")


def test_keys_walk_across_maps_and_pin(lab: Lab) -> None:
    page = lab(pin={"b": 0, "c": 0, "y": 0, "x": 27})
    plane = page.locator("#tensor-block .block-plane")
    plane.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".norm-readout b")).to_have_text("sample 0, channel 1, row 0, column 0")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator(".norm-readout b")).to_have_text("sample 1, channel 1, row 0, column 0")
    page.keyboard.press("Enter")
    plane.blur()
    expect(page.locator("#element-value")).to_have_text("sample 1, channel 1, row 0, column 0")
    assert '"b":1,"c":1,"y":0,"x":0' in fields(page)
    plane.focus()
    page.keyboard.press("Escape")
    assert "pin=null" in fields(page)


def test_methods_are_radio_buttons_and_groups_stop_at_divisors(lab: Lab) -> None:
    page = lab()
    page.get_by_role("radio", name=re.compile("^BatchNorm")).focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page.locator("four-steps .check code")).to_have_text(re.compile(r"^nn\.GroupNorm\(4, 24, "))
    slider = page.locator("method-row input[type=range]")
    slider.focus()
    page.keyboard.press("End")
    expect(page.locator("method-row .groups")).to_contain_text("this is InstanceNorm")
    expect(page.locator("four-steps .check code")).to_have_text(re.compile(r"^nn\.GroupNorm\(24, 24, "))
    page.keyboard.press("Home")
    expect(page.locator("method-row .groups")).to_contain_text("this is LayerNorm")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert "groups=3" in fields(page)


def test_eval_normalises_with_the_running_statistics(lab: Lab) -> None:
    page = lab()
    page.locator("normalization-controls").get_by_role("radio", name="eval").check()
    expect(page.locator("four-steps")).to_contain_text("The running mean.")
    running = asked(page, mode="eval")["element"]
    step = page.locator("four-steps li").first.locator("annotation").text_content() or ""
    assert float(re.findall(r"-?\d+\.\d+", step)[-1]) == pytest.approx(running["mean_used"], rel=1e-3)


def test_members_are_added_swapped_and_removed(lab: Lab) -> None:
    page = lab()
    rail = page.locator("member-rail")
    rail.get_by_role("button", name="Add a sample").click()
    rail.get_by_role("button", name="A random Fashion-MNIST picture").click()
    expect(rail.locator(".members > li")).to_have_count(7)
    expect(page.locator(".norm-head .axes")).to_contain_text("7 samples")
    rail.get_by_role("button", name="Close").click()
    rail.get_by_role("button", name=re.compile("^Sample 2")).click()
    rail.get_by_role("button", name="Remove").click()
    expect(rail.locator(".members > li")).to_have_count(6)
    rail.get_by_role("button", name=re.compile("^Sample 0")).click()
    rail.locator(".samples button").first.click()
    expect(page.locator(".norm-head .axes")).to_contain_text("6 samples")
    rail.get_by_role("button", name="Close").click()
    state = re.search(r"batch=([^&]*)", fields(page))
    assert state
    assert state[1].split(".")[:2] == ["chelsea", "2"]


def test_a_picture_of_ones_own_joins_the_batch(lab: Lab) -> None:
    page = lab()
    png = page.evaluate(
        """() => { const c = document.createElement("canvas"); c.width = 90; c.height = 60;
        const g = c.getContext("2d"); g.fillStyle = "#fff"; g.fillRect(20, 10, 30, 30); return c.toDataURL().split(",")[1]; }"""
    )
    rail = page.locator("member-rail")
    rail.get_by_role("button", name="Add a sample").click()
    rail.locator("input[type=file]").first.set_input_files(
        {"name": "mine.png", "mimeType": "image/png", "buffer": base64.b64decode(png)}
    )
    expect(rail.get_by_role("button", name="Sample 6: Your picture")).to_be_visible()
    expect(page.locator(".norm-head .axes")).to_contain_text("7 samples")
    assert re.search(r"\.[0-9a-f]{64}", fields(page))


def test_a_number_is_typed_into_the_small_tensor(lab: Lab) -> None:
    page = lab(source="grid", grid=GRID, pin={"b": 0, "c": 0, "y": 0, "x": 0}, gamma="1", beta="0")
    assert set_row(page) == pytest.approx([1.625, 2.2344, 2.5536], rel=1e-3)
    page.locator("#tensor-grid .grid-plane").focus()
    page.keyboard.type("9")
    page.keyboard.press("Enter")
    expect(page.locator("#element-value")).to_have_attribute("value", "9")
    expect(page.locator("set-table tr.own td").first).to_have_text("2.6250")
    assert '"grid"' in fields(page).replace("grid=[[[[9,2]", '"grid"')


def test_a_link_brings_the_whole_state_back_and_into_the_other_language(lab: Lab, page: Page) -> None:
    state = {
        "batch": "5.chelsea.7",
        "method": "group",
        "groups": 6,
        "eps": 0.01,
        "gamma": 2,
        "beta": -1,
        "pin": {"b": 2, "c": 9, "y": 3, "x": 4},
        "show": "output",
        "from": 8,
    }
    lab(**state)
    expect(page.locator("#element-value")).to_have_text("sample 2, channel 9, row 3, column 4")
    value = page.locator("#element-value").get_attribute("value")
    before = fields(page)
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("#element-value")).to_have_attribute("value", value or "")
    assert fields(page) == before
    page.go_back()
    expect(page.locator("#element-value")).to_have_text("sample 2, channel 9, row 3, column 4")


def test_what_cannot_be_computed_is_said_with_a_way_out_and_nothing_is_lost(lab: Lab) -> None:
    page = lab(
        refusals=True, net="mlp", layer="hidden1.linear", batch="1.2", pin={"b": 0, "c": 3, "y": 0, "x": 0}
    )
    page.evaluate(
        f"location.hash = {json.dumps(link(net='mlp', layer='hidden1.linear', batch='1', pin={'b': 0, 'c': 3, 'y': 0, 'x': 0}))}"
    )
    refusal = page.locator("normalization-stage .refusal")
    expect(refusal).to_contain_text("Expected more than 1 value per channel")
    expect(page.locator("#tensor-block canvas").first).to_be_visible()
    refusal.get_by_role("button", name="Add a sample").click()
    expect(refusal).to_have_count(0)
    expect(page.locator("member-rail .members > li")).to_have_count(2)


def test_a_link_with_a_picture_that_is_gone_goes_on_without_it(lab: Lab) -> None:
    page = lab(refusals=True, batch=f"5.{'a' * 64}.7")
    expect(page.locator("normalization-tools status-notice")).to_contain_text("not here any more")
    expect(page.locator("member-rail .members > li")).to_have_count(2)
    assert "batch=5.7" in fields(page)


def test_gamma_of_one_channel_leaves_the_others(lab: Lab) -> None:
    page = lab()
    trained = asked(page)["gamma"]
    field = page.locator("[data-control='gamma-one'] input[type=range]")
    field.focus()
    page.keyboard.press("End")
    expect(page.locator("four-steps li").nth(3).locator("annotation")).to_contain_text("3.000")
    gamma = json.loads((re.search(r"gamma=(\[[^\]]*\])", fields(page)) or [""])[1])
    assert gamma == pytest.approx([*trained[:2], 3, *trained[3:]])


def test_a_phone_shows_the_figure_and_nothing_sticks_out(browser: Browser, base_url: str) -> None:
    for width in (390, 360):
        context = browser.new_context(
            viewport={"width": width, "height": 844}, has_touch=True, reduced_motion="reduce", locale="en-GB"
        )
        page = context.new_page()
        page.goto(f"{base_url}/en/normalization")
        expect(page.locator("four-steps li")).to_have_count(4)
        page.locator("#tensor-block .block-plane").tap(position={"x": 40, "y": 40})
        expect(page.locator("#element-value")).to_contain_text("sample 0, channel 0")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        context.close()


@pytest.mark.parametrize("state", [{}, {"source": "grid"}], ids=["maps", "grid"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nobody_is_shut_out(page: Page, base_url: str, lang: str, state: dict[str, str]) -> None:
    parts = ("normalization-tools", "normalization-stage", "normalization-controls", ".opening")
    page.goto(f"{base_url}/{lang}/normalization{link(**state)}")
    expect(page.locator("four-steps li")).to_have_count(4)
    expect(page.locator("four-steps .katex").first).to_be_visible()
    for _ in looks(page):
        assert violations(page, *parts) == []
    if not state:
        page.locator("member-rail .thumb").first.click()
        assert violations(page, "member-rail") == []
