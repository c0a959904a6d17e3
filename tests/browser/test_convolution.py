"""The convolution lab in a real browser: the numbers on the screen against PyTorch's, and every way to take hold."""

import base64
import json
import random
import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit, fields, link, looks, violations

PATIENCE = 30_000
EDGE = {"kind": "preset", "preset": "sobel_x", "size": [3, 3]}
ACROSS = {"kind": "preset", "preset": "sobel_y", "size": [3, 3]}
Lab = Callable[..., Page]

expect.set_options(timeout=PATIENCE)


@pytest.fixture
def lab(visit: Visit) -> Lab:
    """Open the lab in a state and wait for its figure."""

    def open_lab(lang: str = "en", refusals: bool = False, **state: Any) -> Page:
        page = visit(f"/{lang}/convolution", refusals, **state)
        view = "#output-map" if state.get("view") == "picture" else "#output-grid"
        expect(page.locator(view)).to_be_visible()
        return page

    return open_lab


def sum_of(page: Page) -> float:
    """The value of the output element whose sum is written out."""
    return float(page.locator("window-sum h2 data").get_attribute("value") or "nan")


def numbers(where: Locator) -> list[torch.Tensor]:
    """The tables of a figure, opened."""
    details = where.locator("details.numbers")
    if details.get_attribute("open") is None:
        details.locator("summary").click()
    expect(details.locator("table").first).to_be_visible()
    tables = details.locator("table").evaluate_all(
        "tables => tables.map(t => [...t.tBodies[0].rows].map(r => [...r.cells].slice(1).map(c => c.textContent)))"
    )
    return [torch.tensor([[read(cell) for cell in row] for row in table]) for table in tables]


def read(text: str) -> float:
    return float(text.replace("−", "-"))


def test_opens_at_work_with_a_sum_in_sight(lab: Lab) -> None:
    page = lab()
    expect(page.locator("#input-grid canvas")).to_be_visible()
    expect(page.locator("window-sum .chain")).to_be_visible()
    expect(page.locator("size-formula .katex").first).to_be_visible()
    expect(page.locator("count-table table")).to_be_visible()


SETTINGS: list[dict[str, Any]] = [
    {},
    {"padding": [1, 2, 0, 3]},
    {"padding": "same_tensorflow", "stride": [2, 3]},
    {"padding": "full", "dilation": [2, 1]},
    {"padding": [2, 2, 2, 2], "padding_mode": "reflect", "flip": "1"},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda s: ",".join(s) or "plain")
def test_numbers_on_the_screen_are_pytorchs(lab: Lab, settings: dict[str, Any]) -> None:
    chance = random.Random(repr(settings))
    draw = lambda *shape: torch.tensor(
        [round(chance.uniform(-9, 9), 1) for _ in range(torch.Size(shape).numel())]
    ).reshape(shape)
    x, weight = draw(3, 9, 7), draw(2, 3, 3, 2)
    biases = [0.5, -1.5]
    kernels = [
        {"kind": "values", "values": kernel.tolist(), "bias": bias}
        for kernel, bias in zip(weight, biases, strict=True)
    ]
    page = lab(grid=x.tolist(), kernels=kernels, **settings)
    stride, dilation = settings.get("stride", [1, 1]), settings.get("dilation", [1, 1])
    top, bottom, left, right = sides(settings.get("padding", "valid"), (9, 7), (3, 2), stride, dilation)
    mode = settings.get("padding_mode", "constant")
    padded = F.pad(x[None], (left, right, top, bottom), mode=mode)
    slid = weight.flip(2, 3) if settings.get("flip") else weight
    out = F.conv2d(padded, slid, torch.tensor(biases), stride, 0, dilation)[0]
    for _ in range(3):
        channel = chance.randrange(2)
        y, left_ = chance.randrange(out.shape[1]), chance.randrange(out.shape[2])
        page.evaluate(
            f"location.hash = {json.dumps(link(grid=x.tolist(), kernels=kernels, k=channel, pin={'y': y, 'x': left_}, **settings))}"
        )
        title = re.compile(f"^Output {channel + 1}, row {y}, column {left_}")
        expect(page.locator("window-sum h2")).to_have_text(title)
        assert sum_of(page) == pytest.approx(float(out[channel, y, left_]), abs=2e-4)
        tables = numbers(page.locator("window-sum"))
        products = [inputs * weights for inputs, weights in zip(tables[::3], tables[1::3], strict=True)]
        for shown, product in zip(tables[2::3], products, strict=True):
            assert torch.allclose(shown, product, atol=0.06, rtol=1e-2)  # the tables have four digits
        total = sum(float(product.sum()) for product in products) + biases[channel]
        assert total == pytest.approx(float(out[channel, y, left_]), abs=0.3)
    (shown,) = numbers(page.locator("#output-grid"))
    assert torch.allclose(shown, out[channel], atol=0.06, rtol=1e-3)


def sides(
    padding: Any, size: tuple[int, int], kernel: tuple[int, int], stride: list[int], dilation: list[int]
) -> list[int]:
    """The padding at the top, bottom, left and right, by the published rules."""
    if isinstance(padding, list):
        return padding
    found = []
    for n, k, s, d in zip(size, kernel, stride, dilation, strict=True):
        reach = d * (k - 1) + 1
        if padding == "full":
            found += [reach - 1, reach - 1]
        elif padding == "same_tensorflow":
            total = max((-(-n // s) - 1) * s + reach - n, 0)
            found += [total // 2, total - total // 2]
        else:
            found += [0, 0]
    return found


def test_the_window_follows_pointer_and_keys_and_is_pinned(lab: Lab) -> None:
    page = lab(pin="null")
    plane = page.locator("#output-grid .grid-plane")
    expect(page.locator("window-sum .chain")).to_have_count(0)
    plane.hover(position={"x": 10, "y": 10})
    expect(page.locator("window-sum h2")).to_contain_text("row 0, column 0")
    plane.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.mouse.move(5, 5)
    expect(page.locator("window-sum .chain")).to_be_visible()
    assert '"pin"' in fields(page).replace("#pin=", '"pin"')


def test_an_input_cell_shows_all_it_feeds_and_a_kernel_cell_all_it_meets(lab: Lab) -> None:
    page = lab()
    page.locator("#input-grid .grid-plane").hover(position={"x": 120, "y": 120})
    expect(page.locator("convolution-stage")).to_contain_text("takes part in 9 outputs")
    page.locator("#kernel-grid .grid-plane").hover(position={"x": 12, "y": 12})
    expect(page.locator("convolution-stage")).to_contain_text("Kernel row 0, column 0")


def test_the_window_plays_steps_and_is_scrubbed(lab: Lab) -> None:
    page = lab(pin={"y": 0, "x": 0})
    transport = page.locator("scan-transport")
    transport.get_by_role("button", name="One place on").click()
    expect(page.locator("window-sum h2")).to_contain_text("row 0, column 1")
    transport.locator("input[type=range]").fill("35")
    expect(page.locator("window-sum h2")).to_contain_text("row 5, column 5")
    transport.locator("input[type=range]").fill("0")
    transport.get_by_role("button", name="Play").click()
    expect(page.locator("window-sum h2")).not_to_contain_text("row 0, column 0")
    transport.get_by_role("button", name="Pause").click()
    expect(transport.get_by_role("button", name="Play")).to_be_visible()


def test_a_number_is_typed_into_the_input_and_into_the_kernel(lab: Lab) -> None:
    page = lab(pin={"y": 0, "x": 0})
    before = sum_of(page)
    page.locator("#input-grid .grid-plane").focus()
    page.keyboard.press("Home")
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    assert '"grid"' in fields(page).replace("#grid=", '"grid"').replace("&grid=", '"grid"')
    cell = page.locator("kernel-set kernel-editor [tabindex='0']").first
    cell.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(page.locator("window-sum h2 data")).to_have_attribute("value", str(int(before) + 4 * 7))
    assert '"kind":"values"' in fields(page).replace("%22", '"')


def test_a_link_brings_the_whole_state_back_and_into_the_other_language(lab: Lab, page: Page) -> None:
    state = {
        "kernels": [EDGE, ACROSS],
        "padding": [1, 0, 2, 1],
        "stride": [2, 1],
        "k": 1,
        "pin": {"y": 2, "x": 3},
    }
    lab(**state)
    expect(page.locator("window-sum h2")).to_contain_text("Output 2, row 2, column 3")
    value = sum_of(page)
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("window-sum h2 data")).to_be_visible()
    assert sum_of(page) == value
    page.go_back()
    expect(page.locator("window-sum h2")).to_contain_text("Output 2, row 2, column 3")


def test_what_the_server_refuses_is_said_beside_the_control_and_nothing_is_lost(lab: Lab, page: Page) -> None:
    lab(refusals=True)
    page.evaluate(f"location.hash = {json.dumps(link(padding='same_pytorch', stride=[2, 2]))}")
    expect(page.locator("control-dock .problem:visible").first).to_contain_text("stride")
    expect(page.locator("#output-grid canvas")).to_be_visible()
    page.evaluate(f"location.hash = {json.dumps(link(dilation=[16, 16], stride=[1, 1]))}")
    expect(page.locator("control-dock .problem:visible").first).to_contain_text(re.compile("only|8"))
    page.evaluate(f"location.hash = {json.dumps(link(stride=[2, 2]))}")
    expect(page.locator("control-dock .problem:visible")).to_have_count(0)


def test_a_picture_of_ones_own_goes_through(lab: Lab, page: Page) -> None:
    lab(view="picture")
    png = page.evaluate(
        """() => { const c = document.createElement("canvas"); c.width = 90; c.height = 60;
        const g = c.getContext("2d"); g.fillStyle = "#fff"; g.fillRect(20, 10, 30, 30); return c.toDataURL().split(",")[1]; }"""
    )
    with page.expect_response("**/api/labs/convolution?*") as answer:
        page.locator("picture-picker input[type=file]").first.set_input_files(
            {"name": "mine.png", "mimeType": "image/png", "buffer": base64.b64decode(png)}
        )
    assert answer.value.json()["shape"]["input"] == [1, 60, 90]
    page.get_by_role("radio", name="Cells").check()
    expect(page.locator("#output-grid")).to_be_visible()


def test_a_kernel_that_does_not_fit_can_be_padded(lab: Lab, page: Page) -> None:
    lab(refusals=True)
    page.evaluate(f"location.hash = {json.dumps(link(dilation=[7, 7]))}")
    page.get_by_role("button", name="Add “same” padding").click()
    expect(page.locator(".problem:visible")).to_have_count(0)
    expect(page.locator("#output-grid")).to_be_visible()


def test_controls_show_what_a_kernel_is_made_with(lab: Lab, page: Page) -> None:
    with page.expect_request("**/api/labs/convolution?tensors=float32") as asked:
        lab(kernels=[{"kind": "preset", "preset": "gaussian", "size": [3, 3]}])
    sigma = asked.value.post_data_json["kernels"][0]["sigma"]
    field = page.locator("kernel-set").get_by_role("spinbutton", name="Width σ")
    assert float(field.input_value()) == sigma


def test_a_crop_has_as_many_cells_as_can_be_read(lab: Lab, page: Page) -> None:
    lab(refusals=True, source="crop", crop={"top": 60, "left": 76, "height": 2, "width": 300})
    expect(page.locator("#input-grid").locator("xpath=ancestor::figure")).to_contain_text("1 × 4 × 16")


def test_every_try_link_works(lab: Lab, page: Page) -> None:
    lab()
    links = page.locator(".try a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert len(links) > 4
    for target in links:
        page.evaluate(f"location.hash = {json.dumps(target)}")
        picture = "view=picture" in target
        expect(page.locator("#output-map" if picture else "#output-grid")).to_be_visible()
        expect(page.locator(".problem:visible")).to_have_count(0)


def test_up_to_three_settings_stand_side_by_side(lab: Lab, page: Page) -> None:
    lab()
    for stride in (2, 3):
        page.locator("setting-compare").get_by_role("button", name="Keep this setting").click()
        state = json.loads(re.search(r"pinned=(\[.*?\])(?:&|$)", fields(page)).group(1))  # type: ignore[union-attr]
        page.evaluate(f"location.hash = {json.dumps(link(stride=[stride, stride], pinned=state))}")
    expect(page.locator("setting-compare figure.kept")).to_have_count(3)
    expect(page.locator("setting-compare canvas").first).to_be_visible()


@pytest.mark.parametrize(
    "state",
    [{"padding": "same_tensorflow"}, {"view": "picture", "colour": "rgb", "kernels": [EDGE, ACROSS]}],
    ids=["cells", "picture"],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_for_axe_to_find(page: Page, base_url: str, lang: str, state: dict[str, Any]) -> None:
    page.goto(f"{base_url}/{lang}/convolution{link(**state)}")
    expect(page.locator("#output-map" if "view" in state else "#output-grid")).to_be_visible()
    expect(page.locator("size-formula .katex").first).to_be_attached()
    for _ in looks(page):
        assert violations(page) == []


@pytest.mark.parametrize(
    "state",
    [
        {},
        {
            "grid": [[[0.5] * 16] * 16] * 3,
            "kernels": [{"kind": "preset", "preset": "box", "size": [11, 11]}] * 8,
        },
        {
            "grid": [[[1] * 16] * 16],
            "kernels": [{"kind": "preset", "preset": "box", "size": [11, 11]}],
            "padding": "full",
        },
        {"view": "picture", "colour": "rgb", "kernels": [EDGE] * 8},
        {"mode": "transposed", "stride": [2, 2]},
    ],
    ids=["plain", "largest", "padded", "picture", "transposed"],
)
def test_fits_a_narrow_phone(lab: Lab, page: Page, state: dict[str, Any]) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    lab(**state)
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
