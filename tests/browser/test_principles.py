"""The stage of the three principles and its first two sections in a real browser: the server's numbers, every way to take hold."""

import contextlib
import io
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Position, expect

from models.networks.weights import load_network
from tests.browser.conftest import Visit, fields, looks, violations

PATH = "/en/principles"
PARTS = (".opening", ".desk", "principle-counts", "principle-sharing")
ITEM = {"kind": "item", "index": 9}
expect.set_options(timeout=20_000)  # a loaded machine takes its time


def answer(page: Page, **params: Any) -> dict[str, Any]:
    """What the server says."""
    found = page.request.post("/api/labs/principles", data={"source": ITEM, **params})
    assert found.ok, found.text()
    return dict(found.json())


def is_value(page: Page, of: str, expected: float) -> None:
    """Wait until a number on the page is this one, as it came from the server."""
    page.wait_for_function(
        "([of, expected]) => Number(document.querySelector(of)?.value) === expected", arg=[of, expected]
    )


def test_a_unit_of_a_convolution_moves_and_sees_a_window_a_dense_one_sees_all(visit: Visit) -> None:
    page = visit(PATH)
    expect(page.locator("#conv-wired")).to_have_text("Wired to 9 of 784 inputs")
    expect(page.locator("#dense-wired")).to_have_text("Wired to all 784 inputs")
    weight = load_network("tiny_vgg_batch").network.steps["conv1.conv"].arguments["weight"][22, 0]
    kernel = page.evaluate("[...document.querySelector('.lens cell-grid').tensor.values]")
    assert kernel == pytest.approx(weight.flatten().tolist(), rel=1e-6)
    row = "[...document.querySelector('#picture-dense').values]"
    dense = page.evaluate(row)
    plane = page.locator("#picture-conv .field-plane")
    box = plane.bounding_box()
    assert box
    at = Position(x=box["width"] * 3.5 / 28, y=box["height"] * 20.5 / 28)
    plane.hover(position=at)  # a pointer leads it along, and leaves it where it was
    row_of = page.locator("[data-control=row] input[type=text]")
    column = page.locator("[data-control=column] input[type=text]")
    expect(row_of).to_have_value("20")
    window = page.locator("#picture-conv .outline")
    expect(window).to_have_attribute(
        "style", f"left: {200 / 28:.6g}%; top: {1900 / 28:.6g}%; width: 10.7143%; height: 10.7143%;"
    )
    page.mouse.move(0, 0)
    expect(row_of).to_have_value("14")
    plane.click(position=at)
    page.mouse.move(0, 0)
    expect(row_of).to_have_value("20")
    expect(column).to_have_value("3")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowLeft")
    expect(row_of).to_have_value("19")
    expect(column).to_have_value("0")
    expect(page.locator("#conv-wired")).to_have_text("Wired to 6 of 784 inputs")
    assert page.evaluate(row) == dense  # which does not care
    link = fields(page)
    assert link == f"#y={19.5 / 28:.4f}&x={0.5 / 28:.4f}"


def test_every_dense_unit_has_a_row_of_its_own(visit: Visit) -> None:
    page = visit(PATH, dense=5)
    expect(page.locator("dense-rail")).to_contain_text("Unit 5 of 512")
    expect(page.locator("#dense-wired")).to_be_visible()
    weight = load_network("mlp").network.steps["hidden1.linear"].arguments["weight"]
    row = "[...document.querySelector('#picture-dense').values]"
    assert page.evaluate(row) == pytest.approx(weight[5].tolist(), rel=1e-6)
    page.get_by_role("button", name="Units after").click()
    expect(page.locator("dense-rail")).to_contain_text("Unit 12 of 512")
    page.locator("dense-rail heat-map .plane").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("[data-control=dense] input[type=text]")).to_have_value("13")
    page.wait_for_function(f"values => Math.abs({row}[0] - values) < 1e-6", arg=float(weight[13, 0]))
    assert "dense=13" in fields(page)


def test_the_field_grows_from_layer_to_layer(visit: Visit) -> None:
    page = visit(PATH, layer="conv3.conv")
    layers = {each["layer"]: each for each in answer(page, growth={"channel": 22})["growth"]["layers"]}
    strip = page.locator("field-strip")
    expect(strip.get_by_role("radio")).to_have_count(len(layers))
    names = [radio.get_attribute("aria-label") for radio in strip.get_by_role("radio").all()]
    assert [name and name.split(":")[0] for name in names] == list(layers)
    said = strip.locator(".strip-words")
    for layer in ("conv3.conv", "conv4.conv"):
        sight = layers[layer]
        rows, columns = sight["field"]["size"]
        expect(said).to_contain_text(f"{layer}: built to see {rows} × {columns} pixels")
        expect(said).to_contain_text(f"{sight['moved']} pixels move the unit")
        expect(said).to_contain_text(f"lies in {sight['effective']}: {100 * sight['share']:.1f}%")
        is_value(page, "#conv-wired", sight["moved"])
        strip.get_by_role("radio", checked=True).press("ArrowRight")
    expect(said).to_contain_text("pool2:")
    strip.get_by_text("conv6.conv").click()
    expect(page.locator("[data-control=layer] select")).to_have_value("conv6.conv")
    assert "layer=conv6.conv" in fields(page)
    strip.get_by_role("button", name="Play").click()
    expect(said).to_contain_text("pool3:")  # the last, where it ends by itself
    expect(strip.get_by_role("button", name="Play")).to_be_visible()
    page.locator("[data-control=layer] select").select_option("conv1.act")  # one that is not shown by itself
    expect(strip.get_by_role("radio", checked=True)).to_have_value("conv1.act")
    expect(strip.get_by_role("radio")).to_have_count(len(layers) + 1)


def test_a_link_to_a_layer_that_its_network_lacks_begins_at_the_first(visit: Visit) -> None:
    page = visit(PATH, net="lenet", layer="conv6.conv")
    expect(page.locator("[data-control=layer] select")).to_have_value("conv1.conv")
    expect(page.locator("#conv-wired")).to_be_visible()
    visit(f"{PATH}?again", refusals=True, net="nowhere")
    expect(page.locator("principles-lab .refusal").first).to_contain_text("There is no network of this name")


def test_on_a_photograph_a_dense_unit_would_need_a_weight_for_every_input(
    visit: Visit, tmp_path: Path
) -> None:
    page = visit(PATH)
    expect(page.locator("#conv-wired")).to_be_visible()
    page.locator("[data-control=net] select").select_option("efficientnet_lite0")
    expect(page.locator("#conv-wired")).to_have_text("Wired to 27 of 150,528 inputs")
    is_value(page, "#dense-weights", 150_528)
    assert "picture=chelsea" in fields(page)
    page.locator("[data-control=colour] select").select_option("green")
    weight = load_network("efficientnet_lite0").network.steps["stem.conv"].arguments["weight"][4, 1]
    page.wait_for_function("document.querySelector('.lens figcaption').textContent.includes('kernel')")
    shown = page.evaluate("[...document.querySelector('.lens cell-grid').tensor.values]")
    assert shown == pytest.approx(weight.flatten().tolist(), abs=float(weight.abs().max()) / 100)  # 8 bits
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    menu = page.locator("principles-take")
    menu.get_by_role("button", name="Take away").click()
    menu.get_by_role("button", name="Copy as PyTorch").click()
    expect(menu.locator(".said")).to_have_text("Copied")
    program = tmp_path / "unit.py"
    program.write_text(page.evaluate("navigator.clipboard.readText()"))
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        runpy.run_path(str(program))
    assert said.getvalue().splitlines() == ["convolution: 27 of 150528", "dense: 150528 of 150528"]


def test_what_sharing_saves_is_counted_with_the_notes_example_first(visit: Visit) -> None:
    page = visit(PATH)
    section = page.locator("principle-counts")
    section.scroll_into_view_if_needed()
    is_value(page, "#count-conv-parameters", 896)
    is_value(page, "#count-dense_units-parameters", 393_344)
    expect(section.locator(".dense_units .parameters annotation")).to_contain_text("393{,}344")
    expect(section.locator(".see")).to_contain_text("439 times those of the convolution")
    section.locator("[data-control=stride] input[type=range]").press("ArrowRight")
    section.locator("[data-control=height] input[type=text]").fill("64")
    page.keyboard.press("Enter")
    counts = answer(page, counts={"height": 64, "stride": 2})["counts"]
    for layer in counts["layers"]:
        for what in ("parameters", "multiply_adds"):
            is_value(page, f"#count-{layer['kind']}-{what}", layer[what])
            written = section.locator(f".{layer['kind']} math-formula.{what} annotation")
            expect(written).to_contain_text(f"= {layer[what]:,}".replace(",", "{,}"))
    expect(section.locator(".conv h3")).to_contain_text("to 32 maps of 32 × 16")
    assert "height=64&stride=2" in fields(page)
    page.get_by_role("link", name="a 1 × 1 kernel").click()
    is_value(page, "#count-conv-parameters", 128)


def test_the_gradient_of_a_shared_weight_is_the_sum_over_all_positions(visit: Visit, tmp_path: Path) -> None:
    page = visit(PATH, shared="conv2.conv", to=3, **{"from": 7})
    section = page.locator("principle-sharing")
    section.scroll_into_view_if_needed()

    def asked(row: int, column: int) -> dict[str, Any]:
        place = {"layer": "conv2.conv", "out_channel": 3, "in_channel": 7, "row": row, "column": column}
        return dict(answer(page, sharing=place)["sharing"])

    is_value(page, "#shared-difference", asked(1, 1)["difference"])
    section.locator("#shared-kernel .grid-plane").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    found = asked(0, 2)
    is_value(page, "#shared-difference", found["difference"])
    assert "row=0&column=2" in fields(page)
    page.wait_for_function("document.querySelectorAll('.sums annotation').length === 2")
    sums = [each.text_content() or "" for each in section.locator(".sums annotation").all()]
    assert [float(f"{found[name]:.6g}") for name in ("sum", "gradient")] == [
        float(text.rsplit("{", 1)[1].rstrip("}")) for text in sums
    ]
    slider = section.get_by_role("slider", name="Positions added up")
    slider.press("Home")
    expect(section.locator(".transport output")).to_have_text("0 of 784")
    slider.press("ArrowRight")
    expect(section.locator(".transport output")).to_have_text("1 of 784")
    slider.fill("400")
    shown = page.evaluate("[...document.querySelector('#shared-terms').tensor.values]")
    terms = np.array(found["terms"]["data"]).flatten()
    assert terms[400:].any()
    assert shown == pytest.approx([*terms[:400], *[0] * 384], abs=1e-8)
    section.get_by_role("button", name="Play").click()
    expect(section.locator(".transport output")).to_have_text("784 of 784")
    section.get_by_role("button", name="Take away").click()
    with page.expect_download() as download:
        section.get_by_role("button", name="Download NPZ").click()
    with np.load(download.value.path()) as arrays:
        assert arrays["terms"].sum() == pytest.approx(found["gradient"], abs=1e-6)
        assert arrays["running"][-1] == pytest.approx(found["sum"], abs=1e-6)
    section.get_by_role("button", name="Take away").click()
    with page.expect_download() as download:
        section.get_by_role("button", name="Download PNG").click()
    with Image.open(download.value.path()) as image:
        assert image.width > 1000


def test_a_lost_picture_is_replaced_and_a_finger_moves_the_unit_on_a_phone(
    browser: Browser, base_url: str
) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, reduced_motion="reduce", locale="en-GB"
    )
    page = context.new_page()
    page.goto(f"{base_url}{PATH}#picture={'0' * 64}&kernel=31&padding=0&height=8")
    expect(page.get_by_text("The picture of this link is not here any more.")).to_be_visible()
    expect(page.locator("#conv-wired")).to_have_text("Wired to 9 of 784 inputs")
    plane = page.locator("#picture-conv .field-plane")
    plane.tap(position={"x": 4, "y": 4})
    expect(page.locator("#conv-wired")).to_have_text("Wired to 4 of 784 inputs")
    page.locator("principle-counts").scroll_into_view_if_needed()
    problem = page.locator("[data-control=kernel] .problem")
    expect(problem).to_contain_text("kernel")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    context.close()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nobody_is_shut_out(visit: Visit, lang: str) -> None:
    page = visit(f"/{lang}/principles", layer="conv4.conv")
    for tag in ("principle-sharing", "principle-counts"):
        page.locator(tag).scroll_into_view_if_needed()
        expect(page.locator(f"{tag} .katex").first).to_be_visible()
    expect(page.locator("field-strip label").first).to_be_visible()
    for _ in looks(page):
        assert violations(page, *PARTS) == []
