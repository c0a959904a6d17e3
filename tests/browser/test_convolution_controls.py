"""The convolution lab's controls in a real browser: what they ask the server, how far they go, what they give away."""

import json
import re
import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import Browser, Locator, Page, Response, expect

from models.networks.weights import load_network
from tests.browser.conftest import violations

RUN = re.compile(r"/api/labs/convolution\?tensors=(float32|uint8)$")
CELLS = "kernel-set kernel-editor [role=gridcell]"
GABOR = {"kind": "preset", "preset": "gabor", "size": [5, 5], "angle": 30, "wavelength": 4, "sigma": 2}
SOBEL = {"kind": "preset", "preset": "sobel_x", "size": [3, 3]}
STEM = {"kind": "network", "network": "efficientnet_lite0", "layer": "stem.conv", "channel": 3}
PLAIN: dict[str, Any] = {
    "mode": "convolution",
    "kernels": [SOBEL],
    "flip": False,
    "stride": [1, 1],
    "dilation": [1, 1],
    "padding": "valid",
    "padding_mode": "zeros",
    "groups": 1,
    "output_padding": [0, 0],
    "relu": False,
    "pooling": None,
}
Show = Callable[..., Page]
expect.set_options(timeout=20_000)  # a loaded machine takes its time


@pytest.fixture
def show(page: Page, base_url: str) -> Iterator[Show]:
    """Open the lab in a state; a fault of the page fails the test."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))

    def open_lab(lang: str = "en", **state: Any) -> Page:
        fields = {
            name: value if isinstance(value, str) else json.dumps(value) for name, value in state.items()
        }
        page.goto(f"{base_url}/{lang}/convolution#{urlencode(fields)}")
        expect(page.locator("count-table td").first).to_be_visible(timeout=20_000)
        return page

    yield open_lab
    assert faults == []


def asked(page: Page, act: Callable[[], object]) -> Response:
    """The answer of the server to what `act` made the page ask; not the sum behind one element."""
    with page.expect_response(RUN) as answer:
        act()
    return answer.value


def body(answer: Response) -> dict[str, Any]:
    return dict(answer.request.post_data_json)


def number(name: str, page: Page) -> Locator:
    return page.locator(".side").get_by_role("spinbutton", name=name, exact=True)


def type_into(field: Locator, text: str) -> None:
    field.click()
    field.fill(text)
    field.press("Enter")


def shown(page: Page) -> list[float]:
    return [float(text.replace("−", "-")) for text in page.locator(CELLS).all_inner_texts()]


def test_a_cell_that_is_dragged_makes_the_kernel_numbers(show: Show) -> None:
    page = show()
    expect(page.locator(CELLS)).to_have_count(9)
    box = page.locator(CELLS).nth(4).bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag() -> None:
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 25, y)
        page.mouse.up()

    (kernel,) = body(asked(page, drag))["kernels"]
    assert kernel["kind"] == "values"
    assert kernel["values"][0][0] == [-1, 0, 1]
    assert kernel["values"][0][1][1] == pytest.approx(0.5)


def test_a_cell_can_be_typed(show: Show) -> None:
    page = show(flip="1")
    page.locator(CELLS).first.dblclick()
    page.keyboard.type("3.5")
    answer = asked(page, lambda: page.keyboard.press("Enter"))
    sent = body(answer)
    assert (sent["kernels"][0]["values"][0][0], sent["flip"]) == ([3.5, 0, 1], True)


def test_turning_is_left_to_the_server_until_a_cell_is_edited(show: Show) -> None:
    page = show(kernels=[SOBEL])
    sent = body(asked(page, page.get_by_role("button", name="90°").click))
    assert sent["kernels"] == [{**SOBEL, "transforms": ["rotate"]}]
    expect(page.locator(CELLS).first).to_have_text("1.00")
    assert shown(page) == [1, 2, 1, 0, 0, 0, -1, -2, -1]


def test_sliders_end_where_no_output_would_be_left(show: Show) -> None:
    page = show(dilation=[2, 2])
    size = page.locator("kernel-set pair-field input[type=range]")
    expect(size).to_have_attribute("max", "4")
    dilation = page.locator("[data-control=dilation] input[type=range]")
    expect(dilation).to_have_attribute("max", "3")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("Size", "10", "10 rows"),
        ("Stride", "1000000000", "64"),
        ("Dilation", "9", "19 rows"),
    ],
)
def test_what_is_typed_beyond_is_refused_beside_its_control(
    show: Show, name: str, value: str, says: str
) -> None:
    page = show()
    assert asked(page, lambda: type_into(number(name, page), value)).status == 422
    expect(page.locator(".side .problem").first).to_contain_text(says)
    assert asked(page, lambda: type_into(number(name, page), "2")).ok
    expect(page.locator(".side .problem")).to_have_count(0)


def test_trained_kernels_are_those_of_the_network(show: Show) -> None:
    page = show(kernels=[GABOR, GABOR], padding="same_pytorch")
    page.locator("kernel-set select").first.select_option("network")
    picture = page.locator("trained-kernels heat-map .plane")
    expect(picture).to_be_visible()
    sent = body(asked(page, lambda: picture.click(position={"x": 8, "y": 8})))
    assert [kernel["kind"] for kernel in sent["kernels"]] == ["network", "preset"]
    assert sent["kernels"][1]["size"] == [3, 3]
    expect(page.locator(CELLS)).to_have_count(9)
    layer = sent["kernels"][0]["layer"]
    weight = load_network(sent["kernels"][0]["network"]).network.steps[layer].arguments["weight"][0]
    assert shown(page) == pytest.approx(weight.mean(0).flatten().tolist(), abs=6e-3)


def test_depthwise_kernels_come_in_threes(show: Show) -> None:
    page = show(view="picture", colour="rgb")
    sent = body(asked(page, lambda: page.get_by_role("radio", name="3 (depthwise)").check(force=True)))
    assert (sent["groups"], len(sent["kernels"])) == (3, 3)
    expect(page.locator("kernel-set")).to_contain_text("each kernel sees one channel")
    sent = body(asked(page, page.get_by_role("button", name="One kernel more in each group").click))
    assert len(sent["kernels"]) == 6


def test_settings_stay_beside_the_present_one(show: Show) -> None:
    page = show()
    asked(page, page.get_by_role("button", name="Keep this setting").click)
    type_into(number("Stride", page), "2")
    figures = page.locator("setting-compare figure")
    expect(figures).to_have_count(2)
    expect(figures.nth(0)).to_contain_text("3 × 3 · stride 2")
    expect(figures.nth(1)).to_contain_text("6 × 6 · stride 1")
    page.get_by_role("button", name="Take up").click()
    expect(number("Stride", page)).to_have_attribute("aria-valuenow", "1")


def test_the_program_on_the_clipboard_runs(browser: Browser, base_url: str, tmp_path: Path) -> None:
    context = browser.new_context(locale="en-GB", permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{base_url}/en/convolution#{urlencode({'stride': '[2,2]', 'kernels': json.dumps([GABOR])})}")
    expect(page.locator(CELLS)).to_have_count(25)
    page.get_by_role("button", name="Take away this figure").click()
    page.get_by_role("button", name="Copy as PyTorch").click()
    expect(page.locator("take-away .said")).to_have_text("Copied")
    file = tmp_path / "program.py"
    file.write_text(page.evaluate("navigator.clipboard.readText()"))
    context.close()
    names = runpy.run_path(str(file))
    assert names["weight"].shape == (1, 1, 5, 5)
    torch.testing.assert_close(names["y"], F.conv2d(names["x"], names["weight"], stride=2)[0])


def test_on_a_phone_the_controls_dock_one_part_at_a_time(show: Show, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    show()
    dock = page.locator("control-dock")
    expect(page.locator("kernel-editor")).to_be_hidden()
    dock.get_by_role("button", name="Kernels").click()
    expect(page.locator("kernel-editor")).to_be_visible()
    expect(page.locator("[data-control=stride]")).to_be_hidden()
    dock.get_by_role("button", name="How they slide").click()
    expect(page.locator("kernel-editor")).to_be_hidden()
    expect(page.locator("[data-control=stride]")).to_be_visible()
    box = dock.bounding_box()
    assert box and box["y"] + box["height"] <= 845 and box["height"] <= 423


@pytest.mark.parametrize(("lang", "scheme", "width"), [("en", "light", 1440), ("zh", "dark", 390)])
@pytest.mark.parametrize(
    "state",
    [
        {"kernels": [GABOR], "padding": [1, 0, 2, 1], "linked": "0", "stride": [3, 2]},
        {
            "view": "picture",
            "colour": "rgb",
            "kernels": [STEM, SOBEL, SOBEL],
            "groups": "3",
            "pinned": [PLAIN],
        },
        {"mode": "transposed", "stride": [3, 3], "padding": "same_tensorflow"},
        {"relu": "1", "pooling": {"kind": "max", "kernel_size": [2, 2], "stride": [4, 4], "ceil_mode": True}},
    ],
)
def test_axe_finds_nothing(
    show: Show, page: Page, state: dict[str, Any], lang: str, scheme: Any, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    show(lang, **state)
    for part in (0, 1, 2):
        if width < 1000:
            page.locator(".dock-bar button").nth(part).click()
        assert violations(page, "control-dock", ".below") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
