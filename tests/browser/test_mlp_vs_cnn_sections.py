"""The sections below the stage of MLP against CNN in a real browser: the server's numbers, pointed at from all sides."""

import io
import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, Response, expect

from models.networks.weights import load_network
from models.views.accuracy import AccuracyParams, accuracy
from tests.browser.conftest import Visit, answered, come, looks, percent, violations

PATH = "/en/mlp-vs-cnn"
SECTIONS = (
    "versus-flatten",
    "versus-permuted",
    "versus-equivariance",
    "versus-likeness",
    "versus-challenge",
    "versus-elsewhere",
)
expect.set_options(timeout=20_000)  # a loaded machine takes its time


def asked(page: Page, name: str, act: Callable[[], object], **settings: Any) -> dict[str, Any]:
    """The lab's answer to the experiment, with these settings, that `act` makes the page ask for.

    "" for what the networks say of a drawing.
    """

    def mine(response: Response) -> bool:
        body = response.request.post_data_json if re.search(r"/api/labs/mlp-vs-cnn\b", response.url) else None
        if name:
            return bool(body and body.get(name) is not None and settings.items() <= body[name].items())
        return bool(body and body["scene"]["kind"] == "picture" and body.get("positions") is None)

    with page.expect_response(mine, timeout=20_000) as answer:
        act()
    found = answer.value.json()
    assert answer.value.ok, found
    return dict(found)


def point(plane: Locator, row: float, column: float, side: int) -> tuple[float, float]:
    """The middle of a cell of a square map, in the window."""
    box = plane.bounding_box()
    assert box
    return box["x"] + (column + 0.5) * box["width"] / side, box["y"] + (row + 0.5) * box["height"] / side


def left(outline: Locator) -> float:
    """Where an outline begins on its map, in per cent."""
    return float(re.findall(r"left: ([\d.]+)%", str(outline.get_attribute("style")))[0])


def test_a_pixel_is_followed_from_picture_to_vector_and_back(visit: Visit, page: Page) -> None:
    place = {"c": 1, "y": 5, "x": 6}
    found = asked(page, "flatten", lambda: come(visit(PATH, value=place), "versus-flatten"))["flatten"]
    part = page.locator("versus-flatten")
    rows = part.locator("tbody tr")
    landed = [found["at"]["index"], *(each["index"] for each in found["neighbours"])]
    assert landed[0] == 1024 + 5 * 32 + 6 and [each["distance"] for each in found["neighbours"]] == [
        *(1, 1, 32, 32, 1024, 1024)
    ]
    expect(rows.nth(0).locator("td")).to_have_text([str(index) for index in landed])
    expect(rows.nth(1).locator("td")).to_have_text(["", "−1", "+1", "−32", "+32", "−1,024", "+1,024"])
    light = [found["at"]["value"], *(each["value"] for each in found["neighbours"])]
    expect(rows.nth(2).locator("td")).to_have_text([f"{value:.2f}" for value in light])

    page.mouse.move(
        *point(part.locator("heat-map .plane").nth(3), 31, 0, 32)
    )  # blue, where two sides are missing
    expect(rows.nth(0).locator("td").first).to_have_text(str(2048 + 31 * 32))
    expect(rows.nth(1).locator("td")).to_have_text(["", "+1", "−32", "−2,048", "−1,024"])
    strip = part.locator("vector-strip.whole .values")
    box = strip.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 5)
    middle = int(rows.nth(0).locator("td").first.inner_text())
    assert abs(middle - 1536) <= 3
    expect(part.locator("heat-map .outline.cursor")).to_have_count(1)
    page.mouse.move(0, 0)
    strip.focus()
    for key in ("End", "ArrowLeft", "PageUp"):
        page.keyboard.press(key)
    expect(rows.nth(0).locator("td").first).to_have_text(str(3071 - 1 - 32))

    keras = part.get_by_role("radio", name="rows (Keras)")
    other = asked(page, "flatten", keras.check, order="hwc")["flatten"]
    assert [each["distance"] for each in other["neighbours"]] == [3, 3, 96, 96, 2, 1]
    expect(rows.nth(0).locator("td").first).to_have_text(str(other["at"]["index"]))
    assert other["at"]["index"] == 30 * 96 + 30 * 3 + 2
    expect(part).to_contain_text("the pixel beside it lands 3 away, the one above or below 96 away")


def test_both_worlds_are_told_apart_and_measured_when_asked(visit: Visit, page: Page) -> None:
    found = asked(page, "worlds", lambda: come(visit(PATH, worn=18, items=50), "versus-permuted"))["worlds"]
    part = page.locator("versus-permuted")
    guesses = part.locator("td.guess")
    expect(guesses).to_have_count(8)
    worlds = ("plain", "permuted")
    order = [(trained, shown, kind) for trained in worlds for shown in worlds for kind in ("mlp", "cnn")]
    told = {(each["trained_on"], each["shown"], each["kind"]): each for each in found["predictions"]}
    for cell, key in zip(guesses.all(), order, strict=True):
        expect(cell).to_contain_text(told[key]["top"][0]["name"]["en"])
        expect(cell).to_contain_text(percent(told[key]["top"][0]["probability"]))
        expect(cell).to_contain_text("is right" if told[key]["correct"] else "is wrong")

    bag = part.get_by_role("button", name="Bag (Fashion-MNIST)")
    own = asked(page, "worlds", bag.click)["worlds"]["predictions"]
    assert {each["correct"] for each in own} == {None}
    expect(guesses.first).not_to_contain_text("is ")
    expect(part).to_contain_text("This picture has no label to be right by.")
    asked(page, "worlds", part.locator(".shelf button").last.click)

    plain, permuted = part.locator("heat-map .plane").all()
    page.mouse.move(*point(permuted, 3, 4, 28))
    middle = found["permutation"][3 * 28 + 4]
    expect(permuted.locator(".outline[class*=tone-w]")).to_have_count(9)
    assert left(permuted.locator(".outline.tone-w4")) == pytest.approx(100 * 4 / 28, abs=0.01)
    assert left(plain.locator(".outline.tone-w4")) == pytest.approx(100 * (middle % 28) / 28, abs=0.01)
    status = part.get_by_role("status").filter(has_text="of 4 measured")
    expect(status).to_have_text("0 of 4 measured")
    part.get_by_role("button", name="Measure", exact=True).click()
    expect(status).to_have_text("4 of 4 measured", timeout=60_000)
    for row, name in enumerate(("mlp", "mlp_permuted", "tiny_vgg_batch", "tiny_vgg_permuted")):
        own = accuracy(load_network(name), AccuracyParams.model_validate({"items": 50}))
        expect(part.locator(".score b").nth(row)).to_have_text(percent(own.accuracy))
    expect(part).to_contain_text("Shuffled, the MLP’s accuracy changes by")


def test_moving_and_convolving_change_places_or_not_as_predicted(visit: Visit, page: Page) -> None:
    found = asked(page, "equivariance", lambda: come(visit(PATH), "versus-equivariance"))["equivariance"]
    part = page.locator("versus-equivariance")
    inside = part.locator("tbody tr").first
    assert found["inside"]["equal"] and found["inside"]["expected"] == {"equal": True, "reason": "whole"}
    expect(inside.locator("td")).to_have_text(
        [str(found["inside"]["elements"]), "0", "0", "equal", re.compile("^equal: .* whole number"), "yes"]
    )
    apart = asked(page, "equivariance", part.get_by_role("link", name="stride 2, by an odd shift").click)[
        "equivariance"
    ]
    assert apart["output_shift"] is None and not apart["inside"]["equal"]
    expect(inside).to_contain_text("different: the shift is no whole number of strides")
    expect(part).to_contain_text("and not only at the border")
    page.wait_for_url(re.compile("stride=2"))

    first, second = apart["moved_then"], apart["then_moved"]
    side = first["shape"][0]
    one, two = (np.frombuffer(b64decode(each["data"]), "<f4").reshape(side, side) for each in (first, second))
    y, x = np.unravel_index(np.abs(one - two).argmax(), one.shape)
    page.mouse.move(*point(part.locator("[data-map=difference] .plane"), float(y), float(x), side))
    expect(part.locator(".readout").filter(has_text=f"row {y}, column {x}:")).to_be_visible()
    expect(part.locator("[data-map=moved-then] .outline.cursor")).to_have_count(1)
    expect(part.locator("[data-map=output] .outline.cursor")).to_have_count(1)


def test_likeness_is_read_at_each_shift(visit: Visit, page: Page) -> None:
    found = asked(page, "likeness", lambda: come(visit(PATH, shift=-5), "versus-likeness"))["likeness"]
    part = page.locator("versus-likeness")
    at = found["shifts"].index(-5)
    rows = part.locator("table.measures tbody tr")
    expect(rows).to_have_count(len(found["curves"]))

    def told(at: int) -> None:
        for row, curve in zip(rows.all(), found["curves"], strict=True):
            texts = [f"{curve['cosine'][at]:.2f}", f"{curve['other']:.2f}"]
            expect(row.locator("td")).to_have_text(texts)

    told(at)
    part.get_by_role("spinbutton").focus()
    page.keyboard.press("ArrowDown")
    expect(part.locator("thead")).to_contain_text("moved 6 px left")
    told(at - 1)


def test_a_drawing_is_guessed_counted_and_moved(visit: Visit, page: Page) -> None:
    first = asked(
        page, "", lambda: come(visit(PATH), "versus-challenge")
    )  # a T-shirt is drawn for a beginning
    part = page.locator("versus-challenge")
    expect(part.locator(".tally")).to_contain_text("so far: 1.")
    for outcome, network in zip(part.locator(".outcome").all(), first["networks"], strict=True):
        expect(outcome).to_contain_text("is right" if network["predicted"] == 0 else "is wrong")

    part.get_by_role("button", name="Clear").click()
    box = part.locator(".pad").bounding_box()
    assert box

    def draw() -> None:
        page.mouse.move(box["x"] + 90, box["y"] + 60)
        page.mouse.down()
        page.mouse.move(box["x"] + 190, box["y"] + 220, steps=3)
        page.mouse.up()

    drawn = asked(page, "", draw)
    mlp, cnn = drawn["networks"]
    expect(part.locator(".outcome").first).to_contain_text(percent(max(mlp["probabilities"])))
    expect(part.locator(".outcome").nth(1)).to_contain_text(percent(max(cnn["probabilities"])))
    expect(part).to_contain_text("Say what it is, and move it.")
    say = part.get_by_role("combobox", name="It is")
    places = asked(page, "positions", lambda: say.select_option(str(cnn["predicted"])))["positions"]
    expect(part.locator(".tally")).to_contain_text("so far: 2.")
    expect(part.locator(".outcome").nth(1)).to_contain_text("is right")
    shares = [percent(each["everywhere"]["right"]) for each in places["maps"]]
    expect(part).to_contain_text(f"to the MLP at {shares[0]} of them and to the CNN at {shares[1]}.")

    plane = part.locator("versus-elsewhere heat-map .plane").nth(1)
    plane.scroll_into_view_if_needed()
    here = point(plane, 7, 2, 11)
    moved = asked(page, "", lambda: page.mouse.click(*here))
    page.wait_for_url(re.compile(r"drawnDown=4\b.*drawnRight=-6\b"))
    p = moved["networks"][1]["probabilities"][cnn["predicted"]]
    expect(
        part.locator("versus-elsewhere .readout").filter(has_text="6 px left, 4 px down:")
    ).to_contain_text(f"CNN {percent(p)}")
    plane.focus()
    page.keyboard.press("ArrowRight")
    asked(page, "", lambda: page.keyboard.press("Enter"))
    page.wait_for_url(re.compile(r"drawnRight=-4\b"))


def test_a_figure_is_taken_away_as_picture_arrays_and_program(visit: Visit, page: Page) -> None:
    page.add_init_script("navigator.clipboard.writeText = async (text) => { window.copied = text; };")
    visit(PATH)
    answered(page, "versus-equivariance")
    part = page.locator("versus-equivariance")

    def take(words: str) -> None:
        part.get_by_role("button", name="Take away the two ways").click()
        part.get_by_role("button", name=words).click()

    with page.expect_download() as download:
        take("Download PNG")
    assert download.value.suggested_filename == "convscope-mlp-vs-cnn-equivariance.png"
    colours = page.evaluate(
        """async (text) => {
            const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
            const picture = await createImageBitmap(new Blob([bytes]));
            const canvas = new OffscreenCanvas(picture.width, picture.height);
            const context = canvas.getContext("2d");
            context.drawImage(picture, 0, 0);
            const { data } = context.getImageData(0, 0, picture.width, picture.height);
            return [picture.width, new Set(new Uint32Array(data.buffer)).size];
        }""",
        b64encode(download.value.path().read_bytes()).decode(),
    )
    assert colours[0] > 1000 and colours[1] > 100
    with page.expect_download() as download:
        take("Download NPZ")
    with np.load(io.BytesIO(download.value.path().read_bytes())) as arrays:
        assert np.abs(arrays["f_moved_x"] - arrays["moved_f_x"] - arrays["difference"]).max() < 1e-6
    take("Copy as PyTorch")
    expect(part.locator(".said")).to_have_text("Copied")
    assert "torch" in page.evaluate("window.copied")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_axe_finds_nothing_in_the_sections_and_a_phone_holds_them(
    visit: Visit, page: Page, lang: str
) -> None:
    visit(f"/{lang}/mlp-vs-cnn")
    for tag in SECTIONS:
        answered(page, tag)
    page.wait_for_load_state("networkidle")
    for width in looks(page, (1440, 900), (360, 740)):
        assert violations(page, "mlp-vs-cnn-lab .below") == []
        over = page.evaluate(
            """() => [...document.querySelectorAll("mlp-vs-cnn-lab .below > *")]
                .filter((part) => part.scrollWidth > part.clientWidth + 1).map((part) => part.tagName)"""
        )
        assert over == [], width
