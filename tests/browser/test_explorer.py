"""The explorer page in a real browser: a network at work, to be taken hold of and changed."""

import base64
import io
import json
import re
import shlex
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page, expect

from app.samples import samples
from tests.browser.conftest import Visit, fields, link, looks, violations

CAT = samples()[0].id
STRIDE = [{"kind": "conv", "layer": "stem.conv", "stride": [4, 4]}]
SILENCE = [{"kind": "channels", "layer": "block1.project_norm", "channels": [8], "scale": 0}]
IMPOSSIBLE = [{"kind": "conv", "layer": "conv1.conv", "stride": [3, 3]}]
PATIENCE = 30_000
Explore = Callable[..., Page]

expect.set_options(timeout=PATIENCE)


@pytest.fixture
def explore(visit: Visit) -> Explore:
    """Open the explorer in a state and wait for its maps."""

    def open_state(lang: str = "en", refusals: bool = False, **state: Any) -> Page:
        page = visit(f"/{lang}/", refusals, **state)
        wait_for_maps(page)
        return page

    return open_state


def wait_for_maps(page: Page) -> None:
    """Until the first column is painted and nothing more is computed."""
    expect(column(page, 0).locator("canvas:not([width='1'])")).to_be_visible()
    expect(page.locator(".tools status-notice:not([busy])")).to_be_attached()


def column(page: Page, index: int) -> Locator:
    return page.locator("layer-strip li").nth(index)


def traits(page: Page, index: int) -> list[str]:
    """What stands over a column: channels, size, receptive field, parameters."""
    return column(page, index).locator(".traits span").all_inner_texts()


PIXELS = """
(canvas) => {
  const { width, height } = canvas.closest("heat-map")?.grid ?? canvas; // a map's canvas may have room to spare
  const copy = Object.assign(document.createElement("canvas"), { width, height });
  copy.getContext("2d").drawImage(canvas, 0, 0);
  return copy.toDataURL();
}
"""


def pixels(where: Locator) -> str:
    """What is painted, to be compared."""
    return str(where.locator("canvas").first.evaluate(PIXELS))


def until_painted(where: Locator, before: str) -> str:
    """Wait until something else is painted there."""
    for _ in range(PATIENCE // 50):
        if (now := pixels(where)) != before:
            return now
        where.page.wait_for_timeout(50)
    raise AssertionError("nothing was painted")


def open_map(page: Page, index: int) -> None:
    """Click into the uppermost map of a column."""
    column(page, index).locator(".plane").click(position={"x": 12, "y": 12})


def seen(where: Locator) -> Any:
    """What a reader sees of a column's maps, in coarse blocks, levels of light."""
    picture = Image.open(io.BytesIO(where.locator(".plane").screenshot()))
    return np.asarray(picture.convert("RGB").resize((6, 6), Image.Resampling.BOX), dtype=np.float32)


def png(size: tuple[int, int] = (80, 60)) -> bytes:
    """A picture that nobody else has sent."""
    ramp = np.linspace(0, 255, size[0], dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(np.broadcast_to(ramp[None, :, None], (size[1], size[0], 3)).copy()).save(buffer, "PNG")
    return buffer.getvalue()


def test_opens_at_work(explore: Explore) -> None:
    page = explore()
    expect(page.locator("layer-strip li")).to_have_count(22)
    expect(page.locator("input-picture img")).to_have_attribute("src", re.compile(CAT))
    assert traits(page, 0) == ["32", "112²", "3", "928"]
    assert traits(page, 2)[:3] == ["24", "56²", "11"]
    expect(page.locator("prediction-bars li")).to_have_count(5)
    expect(page.locator("prediction-bars .name").first).to_have_text("Egyptian cat")
    assert len(set(pixels(column(page, 0)))) > 20
    expect(column(page, 0).locator("footer span")).to_have_count(2)
    # Residual connections are joined into blocks 3, 5, 7, 8, 10, 11, 13, 14 and 15.
    assert page.locator(".wiring .plus").count() == 9


def test_pointing_at_a_value_frames_what_it_sees(explore: Explore) -> None:
    page = explore()
    frame = page.locator("input-picture .field")
    expect(frame).to_have_count(0)
    column(page, 4).locator(".plane").hover(position={"x": 15, "y": 15})
    expect(frame).to_be_visible()
    expect(page.locator(".figure .in > .readout")).to_contain_text("Sees")
    whole = page.locator("input-picture").bounding_box()
    small = frame.bounding_box()
    assert whole and small
    # Block 4 sees 35 of 224 pixels, fewer where the border cuts.
    assert small["width"] <= whole["width"] * 36 / 224 + 4
    page.locator("h1").hover()
    expect(frame).to_have_count(0)


def test_a_map_opens_and_closes(explore: Explore) -> None:
    page = explore()
    open_map(page, 0)
    expect(page.locator("layer-detail h2")).to_have_text("stem.act")
    expect(page.locator("change-controls")).to_be_visible()
    assert "layer=stem.act" in fields(page)
    expect(page.locator(".steps button")).to_have_text(["conv", "norm", "act"])
    page.locator(".steps button", has_text="conv").click()
    expect(page.locator("layer-detail h2")).to_have_text("stem.conv")
    page.go_back()
    expect(page.locator("layer-detail")).to_have_count(0)
    page.go_forward()
    expect(page.locator("layer-detail h2")).to_be_visible()


def test_maps_made_smaller_by_a_slider_look_as_if_they_had_come_so(explore: Explore) -> None:
    page = explore(layer="stem.conv")
    for stride, size in (("1", "224²"), ("4", "56²")):
        page.locator("change-controls input[type=range]").first.fill(stride)
        expect(column(page, 0).locator(".traits span").nth(1)).to_have_text(size)
    slid = [seen(column(page, index)) for index in (0, 2, 6)]
    canvas = column(page, 0).locator("canvas")
    assert canvas.evaluate("({ width }) => width") == 224
    plane = column(page, 0).locator(".plane")
    box = plane.bounding_box()
    assert box
    plane.hover(position={"x": box["width"] - 1, "y": 1})
    expect(page.locator("explorer-stage .in .readout")).to_contain_text("row 0, column 55")
    page.mouse.move(2, 2)
    page.reload()
    wait_for_maps(page)
    assert canvas.evaluate("({ width }) => width") == 56
    for index, before in zip((0, 2, 6), slid, strict=True):
        assert np.abs(seen(column(page, index)) - before).mean() < 4


def test_a_change_is_answered_by_every_later_layer(explore: Explore) -> None:
    page = explore(layer="stem.conv")
    later, last = pixels(column(page, 5)), pixels(column(page, 16))
    stride = page.locator("change-controls").get_by_label("Stride", exact=True).first
    stride.focus()
    stride.press("ArrowUp")
    expect(page.locator("change-list .what")).to_have_text("stride 3")
    until_painted(column(page, 5), later)
    until_painted(column(page, 16), last)
    expect(page.locator("prediction-bars .change").first).to_contain_text("was")
    expect(page.locator(".wiring circle.touched")).to_have_count(1)
    assert traits(page, 0)[1] == "75²"
    page.locator("change-list .undo").click()
    expect(page.locator("change-list .what")).to_have_count(0)
    expect(page.locator("prediction-bars .change")).to_have_count(0)
    assert pixels(column(page, 5)) == until_same(column(page, 5), later)


def until_same(where: Locator, wanted: str) -> str:
    """Wait until exactly that is painted there."""
    for _ in range(PATIENCE // 50):
        if (now := pixels(where)) == wanted:
            return now
        where.page.wait_for_timeout(50)
    raise AssertionError("it was never painted")


def test_reset_takes_all_changes_back(explore: Explore) -> None:
    page = explore(changes=[*STRIDE, *SILENCE])
    expect(page.locator("change-list li")).to_have_count(2)
    expect(page.locator(".wiring circle.touched")).to_have_count(2)
    page.locator("change-list [data-reset]").click()
    expect(page.locator("change-list li")).to_have_count(0)
    expect(page.locator(".wiring circle.touched")).to_have_count(0)
    page.go_back()
    expect(page.locator("change-list li")).to_have_count(2)


def test_difference_is_zero_before_the_change(explore: Explore) -> None:
    page = explore(changes=SILENCE)
    page.get_by_role("button", name="Difference").click()
    expect(column(page, 0).locator("footer span")).to_have_text(["0", "0"])
    expect(column(page, 1).locator("footer span").first).not_to_have_text("0")
    assert "diff=1" in fields(page)


def test_layers_of_another_size_have_no_difference(explore: Explore) -> None:
    page = explore(changes=STRIDE, diff=1)
    expect(column(page, 0)).to_contain_text("other size")
    expect(column(page, 21).locator("footer span").first).to_be_visible()  # the head keeps its size


def test_a_refused_change_keeps_the_last_good_state(explore: Explore) -> None:
    page = explore(net="lenet", img="bag")
    good = pixels(column(page, 1))
    page = explore(refusals=True, net="lenet", img="bag", changes=IMPOSSIBLE)
    expect(page.locator("change-list [role=alert]")).to_contain_text("conv2.pool needs 2×2 pixels")
    assert pixels(column(page, 1)) == good
    expect(page.locator("prediction-bars .name").first).to_have_text("Bag")
    page.locator("change-list .undo").click()
    expect(page.locator("change-list [role=alert]")).to_have_text("")


def test_going_back_to_what_worked_ends_the_refusal(explore: Explore) -> None:
    good = [{"kind": "channels", "layer": "conv1.act", "channels": [0], "scale": 0}]
    page = explore(refusals=True, net="lenet", img="bag", changes=good)
    page.evaluate(
        "hash => { location.hash = hash }", link(net="lenet", img="bag", changes=[*good, *IMPOSSIBLE])
    )
    alert = page.locator("change-list [role=alert]")
    expect(alert).to_contain_text("conv2.pool")
    page.locator("change-list .undo").nth(1).click()
    expect(alert).to_have_text("")
    expect(page.locator("change-list .what")).to_have_text("channel 0 silenced")


def test_a_class_shows_where_it_is_seen(explore: Explore) -> None:
    page = explore()
    page.locator("prediction-bars button").first.click()
    heat = page.locator("input-picture .heat")
    expect(heat).to_be_visible()
    expect(heat).to_have_attribute("width", "7")
    expect(heat).to_have_attribute("height", "7")
    opacity = page.locator(".heat-field input[type=range]")
    opacity.fill("20")
    expect(heat).to_have_css("opacity", "0.2")
    state = fields(page)
    assert "class=285" in state and "heat=0.2" in state
    page.get_by_role("button", name="Without heat map").click()
    expect(heat).to_be_hidden()


def test_an_mlp_is_as_explorable(explore: Explore) -> None:
    page = explore(net="mlp", img="ankle_boot")
    expect(page.locator("prediction-bars .name").first).to_have_text("Ankle boot")
    expect(page.locator("input-picture .seen")).to_be_visible()
    assert [traits(page, i)[0] for i in range(4)] == ["784", "512", "256", "10"]
    plane = column(page, 0).locator(".plane")
    plane.hover(position={"x": 5, "y": 5})
    expect(page.locator("input-picture .field")).to_be_visible()  # one pixel
    column(page, 1).locator(".plane").click(position={"x": 5, "y": 5})
    expect(page.locator("layer-detail h2")).to_have_text("hidden1.dropout")
    page.locator("prediction-bars button").first.click()
    expect(page.locator(".heat-field")).to_contain_text("gradient")
    expect(page.locator("input-picture .heat")).to_have_attribute("width", "28")
    expect(page.locator("input-picture .heat")).to_have_attribute("height", "28")


def test_zoom_to_every_step_records_what_comes_into_sight(explore: Explore) -> None:
    page = explore()
    page.get_by_role("radio", name="Every step").check(force=True)
    expect(page.locator("layer-strip li")).not_to_have_count(22)
    wait_for_maps(page)
    assert page.locator("layer-strip li").count() > 150
    deep = page.locator("layer-strip li[data-name='block15.depth_conv']")
    expect(deep.locator("footer span")).to_have_count(0)
    deep.scroll_into_view_if_needed()
    expect(deep.locator("footer span")).to_have_count(2)


def test_networks_switch(explore: Explore) -> None:
    page = explore(changes=STRIDE, layer="stem.conv")
    page.get_by_label("Trained network").select_option("tiny_vgg_batch")
    expect(page.locator("layer-strip li header button").first).to_have_text("conv1")
    wait_for_maps(page)
    assert fields(page) == "#net=tiny_vgg_batch"  # changes of another network mean nothing here
    expect(page.locator("layer-detail")).to_have_count(0)


def test_colours_can_be_spread_over_more(explore: Explore) -> None:
    page = explore()
    before = pixels(column(page, 8))
    page.get_by_role("radio", name="the network").check(force=True)
    network = until_painted(column(page, 8), before)
    page.get_by_role("radio", name="each map").check(force=True)
    until_painted(column(page, 8), network)
    expect(column(page, 8).locator("footer i")).to_have_count(0)  # no bar can stand for all maps


def test_a_link_brings_the_whole_state_back(explore: Explore) -> None:
    state = {
        "layer": "block2.depth_conv",
        "ch": 7,
        "scope": "network",
        "changes": SILENCE,
        "class": 282,
        "heat": 0.4,
    }
    page = explore(**state)
    expect(page.locator("input-picture .heat")).to_be_visible()
    shown = pixels(column(page, 6))
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    wait_for_maps(page)
    expect(page.locator("layer-detail h2")).to_have_text("block2.depth_conv")
    expect(page.locator("change-list .what")).to_have_text("channel 8 silenced")
    expect(page.locator("input-picture .heat")).to_have_css("opacity", "0.4")
    assert until_same(column(page, 6), shown)


def test_the_other_language_keeps_the_state(explore: Explore) -> None:
    page = explore(changes=SILENCE, layer="block1.project_norm", ch=8)
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    wait_for_maps(page)
    assert "layer=block1.project_norm&ch=8" in fields(page)
    expect(page.locator("change-list li")).to_have_count(1)
    expect(page.locator("prediction-bars .name").first).to_have_text("埃及猫")


@pytest.mark.parametrize("state", [{"img": "f" * 64}, {"img": "no-such-sample"}, {"net": "no-such-network"}])
def test_a_link_to_what_is_gone_says_so(
    explore: Explore, page: Page, base_url: str, state: dict[str, str]
) -> None:
    explore(refusals=True)
    page.goto(f"{base_url}/en/?again{link(**state)}")
    wait_for_maps(page)
    expect(page.locator("explorer-stage > status-notice")).to_contain_text("Here is")
    expect(page.locator("prediction-bars .name").first).to_have_text("Egyptian cat")
    page.locator("explorer-stage > status-notice button").click()
    expect(page.locator("explorer-stage > status-notice")).to_have_count(0)


def test_things_to_try_work(explore: Explore) -> None:
    page = explore()
    links = page.locator(".try a")
    for index in range(links.count()):
        before = page.url
        links.nth(index).click()
        expect(page).not_to_have_url(before)
        wait_for_maps(page)
        expect(page.locator("prediction-bars li").first).to_be_visible()
        expect(page.locator("change-list [role=alert]")).to_have_text("")


def test_keys_reach_everything(explore: Explore) -> None:
    page = explore()
    column(page, 0).locator(".plane").focus()
    page.keyboard.press("ArrowDown")
    readout = page.locator(".figure .in > .readout")
    expect(readout).to_contain_text("stem.act")
    page.keyboard.press("ArrowRight")
    expect(column(page, 1).locator(".plane")).to_be_focused()
    expect(readout).to_contain_text("block1.project_norm")
    assert page.locator("layer-strip .plane[tabindex='0']").count() == 1
    page.keyboard.press("Enter")
    expect(page.locator("layer-detail h2")).to_have_text("block1.project_norm")
    page.keyboard.press("ArrowLeft")
    expect(column(page, 0).locator(".plane")).to_be_focused()


def test_skipping_to_the_content_keeps_the_state(explore: Explore) -> None:
    page = explore(changes=SILENCE)
    page.locator("a.skip").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    expect(page.locator("change-list li")).to_have_count(1)
    assert "changes=" in fields(page)


def test_a_vector_is_left_at_the_ends_of_its_rows(explore: Explore) -> None:
    page = explore(net="lenet", img="bag")
    dense = column(page, 4).locator(".plane")
    column(page, 5).locator(".plane").focus()
    page.keyboard.press("ArrowLeft")  # the head stands in a single file
    expect(dense).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(dense).to_be_focused()
    page.keyboard.press("PageUp")
    expect(column(page, 3).locator(".plane")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(column(page, 3).locator(".plane")).to_be_focused()


def test_a_picture_of_ones_own(explore: Explore) -> None:
    page = explore()
    before = pixels(column(page, 0))
    file: FilePayload = {"name": "ramp.png", "mimeType": "image/png", "buffer": png()}
    page.locator("picture-picker input[type=file]").first.set_input_files(file)
    expect(page.locator("input-picture img")).not_to_have_attribute("src", re.compile(CAT))
    until_painted(column(page, 0), before)
    assert re.search(r"img=[0-9a-f]{64}", fields(page))


def test_a_dropped_picture(explore: Explore) -> None:
    page = explore()
    before = pixels(column(page, 0))
    transfer = page.evaluate_handle(
        """data => {
            const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], "dropped", { type: "image/png" }));
            return transfer;
        }""",
        base64.b64encode(png((50, 70))).decode(),
    )
    expect(page.locator("picture-picker .samples button").first).to_be_visible()
    page.dispatch_event("h1", "drop", {"dataTransfer": transfer})
    expect(page.locator("input-picture img")).not_to_have_attribute("src", re.compile(CAT))
    until_painted(column(page, 0), before)


def test_what_is_copied_runs(explore: Explore) -> None:
    page = explore(layer="stem.act", ch=3, changes=STRIDE)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(page.locator("change-list li")).to_have_count(1)
    wait_for_maps(page)
    menu = page.locator("take-menu")

    def copied(name: str) -> str:
        menu.get_by_role("button", name="Take away").click()
        menu.get_by_role("button", name=name).click()
        expect(menu.locator(".said")).not_to_have_text("")
        return str(page.evaluate("navigator.clipboard.readText()"))

    program = subprocess.run(
        [sys.executable, "-c", copied("Copy as Python")], check=False, capture_output=True, text=True
    )
    assert program.returncode == 0, program.stderr
    assert "predictions" in program.stdout
    words = shlex.split(copied("Copy as curl"))
    body = json.loads(words[words.index("--data") + 1])
    assert body["interventions"] == STRIDE
    request = urllib.request.Request(
        words[-1], json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as response:
        answer = json.load(response)
    assert answer["layers"][0]["shape"] == [1, 32, 56, 56]
    assert "layer=stem.act&ch=3" in copied("Copy link")


def test_downloads(explore: Explore) -> None:
    page = explore()
    menu = page.locator("take-menu")
    menu.get_by_role("button", name="Take away").click()
    with page.expect_download() as download:
        menu.get_by_role("button", name="Download PNG").click()
    with Image.open(download.value.path()) as image:
        assert image.width > 1000
    open_map(page, 0)
    expect(page.locator("layer-detail h2")).to_be_visible()
    menu.get_by_role("button", name="Take away").click()
    with page.expect_download() as download:
        menu.get_by_role("button", name="Download NPZ").click()
    with np.load(download.value.path()) as arrays:
        assert arrays["stem.act"].shape == (1, 32, 112, 112)
        assert 0 <= arrays["stem.act"].min() <= arrays["stem.act"].max() <= 6


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("state", [{}, {"layer": "stem.conv", "changes": STRIDE, "class": 285}])
def test_nothing_for_axe_to_find(page: Page, base_url: str, lang: str, state: dict[str, Any]) -> None:
    page.goto(f"{base_url}/{lang}/{link(**state)}")
    wait_for_maps(page)
    expect(page.locator("picture-picker .samples button").first).to_be_attached()
    if state:
        expect(page.locator("layer-detail h2")).to_be_visible()
    for _ in looks(page):
        assert violations(page) == []


@pytest.mark.parametrize(
    "state", [{}, {"zoom": "nodes"}, {"net": "mlp", "img": "bag"}, {"layer": "stem.norm"}]
)
def test_fits_a_narrow_phone(explore: Explore, page: Page, state: dict[str, str]) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    explore(**state)
    expect(page.locator("picture-picker .samples button").first).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    strip = page.locator("layer-strip .scroller")
    if state.get("net") != "mlp":
        assert strip.evaluate("strip => strip.scrollWidth > strip.clientWidth")
