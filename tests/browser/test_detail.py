"""The layer in detail and its controls, in a real browser: the numbers on the screen against PyTorch's."""

import json
import random
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Locator, Page, expect
from pydantic import TypeAdapter

from models.interventions import Intervention, apply
from models.network import Network
from models.networks.registry import Dataset
from models.networks.weights import load_network
from models.recorder import Record, Recording, run
from models.shapes import propagate, receptive_fields
from tests.browser.conftest import violations
from tests.models.photos import photo

PICTURES = {"imagenet": "chelsea", "fashion_mnist": "ankle_boot"}
MAP = ".map-figure > heat-map .plane"
expect.set_options(timeout=20_000)  # a loaded machine takes its time
PARSE = TypeAdapter(list[Intervention])
Show = Callable[..., Page]


@cache
def picture(network: str) -> torch.Tensor:
    """The picture that the page shows to a network, as its input."""
    dataset: Dataset = load_network(network).spec.dataset
    return photo(PICTURES[dataset.name], dataset)


def computed(network: str, layers: list[str], changes: list[dict[str, Any]] | None = None) -> Recording:
    """What PyTorch computes there."""
    names = frozenset(layers)
    steps = load_network(network).network.steps
    norms = frozenset(name for name in names if name in steps and steps[name].kind == "norm")
    drops = frozenset(name for name in names if name in steps and steps[name].kind == "dropout")
    interventions = PARSE.validate_python(changes or [])
    return run(load_network(network).network, picture(network), interventions, Record(names, norms, drops))


@pytest.fixture
def show(page: Page, base_url: str) -> Iterator[Show]:
    """Open a layer's detail view; a fault of the page fails the test."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))

    def open_layer(network: str, layer: str, lang: str = "en", **state: Any) -> Page:
        dataset = load_network(network).spec.dataset
        fields = {"net": network, "img": PICTURES[dataset.name], "layer": layer, **state}
        page.goto(f"{base_url}/{lang}/#{urlencode(fields)}")
        expect(page.locator("layer-detail h2")).to_have_text(layer)
        wait_for_numbers(page)
        page.evaluate(
            "window.sent = []; document.addEventListener('interventions-change', e => sent.push(e.detail.interventions))"
        )
        return page

    yield open_layer
    assert faults == []


def wait_for_numbers(page: Page) -> None:
    """Until the server's answers about the layer are there."""
    expect(page.locator("layer-detail .sum-section h3 data")).to_be_visible(timeout=20_000)


def until(page: Page, condition: str) -> None:
    """Wait for a condition in the page, which does without eval, as its security policy asks."""
    page.evaluate(
        f"""async () => {{
          for (const end = Date.now() + 20_000; !({condition}); await new Promise(requestAnimationFrame))
            if (Date.now() > end) throw new Error("waited in vain");
        }}"""
    )


def number(text: str) -> float:
    """A number as the page writes it: true minus, sign before."""
    return float(text.strip().replace("−", "-").replace("+", "").replace(",", ""))


def numbers(cells: Locator) -> np.ndarray:
    """The full digits behind the cells' short ones."""
    return np.array([number(title) for title in cells.evaluate_all("all => all.map(each => each.title)")])


def value_shown(page: Page) -> float:
    return number(page.locator(".sum-section h3 data").inner_text())


def random_place(shape: torch.Size, seed: int) -> tuple[int, int, int]:
    pick = random.Random(seed)
    channels, height, width = shape
    return pick.randrange(channels), pick.randrange(height), pick.randrange(width)


def close(a: float, b: float, scale: float = 1.0) -> bool:
    return abs(a - b) <= 2e-4 * max(abs(a), abs(b), 0.01 * scale)


CONVOLUTIONS = [
    ("efficientnet_lite0", "stem.conv"),
    ("efficientnet_lite0", "block4.depth_conv"),
    ("efficientnet_lite0", "block2.expand_conv"),
    ("tiny_vgg_batch", "conv2.conv"),
    ("lenet", "conv2.conv"),
]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(("network", "layer"), CONVOLUTIONS)
def test_products_of_a_convolution_add_up_to_pytorchs_value(
    show: Show, network: str, layer: str, seed: int
) -> None:
    x = computed(network, [layer]).activations[layer][0]
    channel, row, column = random_place(x.shape, seed)
    page = show(network, layer, ch=channel, pin=f"{row},{column}")
    title = page.locator(".sum-section h3")
    expect(title).to_contain_text(f"Channel {channel}, row {row}, column {column}")
    expected = float(x[channel, row, column])
    largest = float(x.abs().max())
    assert close(value_shown(page), expected, largest)
    terms = page.locator("unit-sum .term")
    for term in terms.all():
        inputs, weights, products = (
            numbers(term.locator("table").nth(part).locator("td")) for part in range(3)
        )
        np.testing.assert_allclose(inputs * weights, products, rtol=1e-5, atol=1e-7)
        assert close(float(products.sum()), float(numbers(term.locator(".partial"))[0]), largest)
    if page.locator("unit-sum .waterfall").count():
        everything = page.locator("unit-sum .addition > button")
        if everything.count():
            everything.click()
            expect(everything).to_have_attribute("aria-expanded", "true")
            assert page.locator(".waterfall tr.rest").count() == 0
        summands = numbers(page.locator(".waterfall tbody .value"))
        total = float(numbers(page.locator(".waterfall tfoot .value"))[0])
    else:
        summands = numbers(page.locator(".written .partial"))
        summands, total = summands[:-1], float(summands[-1])
    assert close(float(summands.sum()), total, largest)
    assert close(total, expected, largest)


def test_the_largest_summands_and_the_rest_hide_nothing(show: Show) -> None:
    page = show("mlp", "hidden1.linear", ch=7)
    rows = page.locator(".waterfall tbody tr")
    expect(rows).to_have_count(8 + 1 + 1)
    expect(page.locator(".waterfall tr.rest th")).to_have_text("776 others")
    few = numbers(page.locator(".waterfall tbody .value"))
    page.get_by_role("button", name="All 784 summands").click()
    expect(rows).to_have_count(784 + 1)
    all_of_them = numbers(page.locator(".waterfall tbody .value"))
    assert list(few[:8]) == list(all_of_them[:8])
    assert list(np.abs(all_of_them[:-1])) == sorted(np.abs(all_of_them[:-1]), reverse=True)
    expected = float(computed("mlp", ["hidden1.linear"]).activations["hidden1.linear"][0, 7])
    assert close(float(few.sum()), expected)
    assert close(float(all_of_them.sum()), expected)


OTHERS = [
    ("efficientnet_lite0", "block1.depth_norm"),
    ("efficientnet_lite0", "stem.act"),
    ("efficientnet_lite0", "block3.add"),
    ("efficientnet_lite0", "pool"),
    ("tiny_vgg_layer", "conv2.norm"),
    ("tiny_vgg_batch", "pool1"),
]


@pytest.mark.parametrize(("network", "layer"), OTHERS)
def test_other_layers_show_what_pytorch_computes(show: Show, network: str, layer: str) -> None:
    x = computed(network, [layer]).activations[layer][0]
    channel, row, column = random_place(x.shape, 3)
    page = show(network, layer, ch=channel, pin=f"{row},{column}")
    expect(page.locator(".sum-section h3")).to_contain_text(f"Channel {channel}, row {row}, column {column}")
    assert close(value_shown(page), float(x[channel, row, column]), float(x.abs().max()))


def test_summands_of_an_addition(show: Show) -> None:
    inputs = ["block3.drop", "block2.project_norm"]
    found = computed("efficientnet_lite0", inputs).activations
    page = show("efficientnet_lite0", "block3.add", ch=5, pin="20,30")
    expect(page.locator(".sum-section h3")).to_contain_text("row 20, column 30")
    equation = page.locator("unit-sum .equation").inner_text()
    for name in inputs:
        assert name in equation
        assert f"{float(found[name][0, 5, 20, 30]):.3f}".replace("-", "−") in equation


def test_a_normalisations_statistics(show: Show) -> None:
    norm = computed("efficientnet_lite0", ["stem.norm"]).normalizations["stem.norm"]
    assert norm.running_mean is not None and norm.running_var is not None
    assert norm.gamma is not None and norm.beta is not None
    page = show("efficientnet_lite0", "stem.norm", ch=9)
    table = page.locator(".statistics")
    rows = {
        row.locator("b").inner_text(): [number(text) for text in row.locator("td").all_inner_texts()]
        for row in table.locator("tbody tr").all()
    }
    expected: dict[str, list[Any]] = {
        "μ": [norm.mean[0, 9], norm.batch_mean[0, 9], norm.running_mean[9]],
        "σ²": [norm.variance[0, 9], norm.batch_variance[0, 9], norm.running_var[9]],
        "γ": [norm.gamma[9]],
        "β": [norm.beta[9]],
        "ε": [norm.eps],
    }
    for symbol, values in expected.items():
        np.testing.assert_allclose(np.array(rows[symbol]), np.array(values, float), rtol=1e-4)
    expect(page.locator("histogram-chart canvas")).to_have_count(2)
    expect(page.locator("unit-sum .katex").first).to_be_visible()
    colour = "element => getComputedStyle(element).color"
    symbols = page.locator("unit-sum math-formula .tone-mean")
    in_table = table.locator("b.tone-mean").evaluate(colour)
    in_key = page.locator("histogram-chart .key .tone-mean").first.evaluate(colour)
    assert {symbols.nth(i).evaluate(colour) for i in range(symbols.count())} == {in_table} == {in_key}


def test_a_scaled_channel_says_so(show: Show) -> None:
    changes = [{"kind": "channels", "layer": "conv2.norm", "channels": [4], "scale": 0.5}]
    x = computed("tiny_vgg_batch", ["conv2.norm"], changes).activations["conv2.norm"][0, 4, 9, 9]
    page = show("tiny_vgg_batch", "conv2.norm", ch=4, pin="9,9", changes=json.dumps(changes))
    until(page, "document.querySelector('unit-sum').unit.scale === 0.5")
    expect(page.locator("unit-sum .equation")).to_contain_text("×0.500")
    assert close(value_shown(page), float(x))


def test_dropout_shows_its_mask_and_scale(show: Show) -> None:
    changes = [{"kind": "dropout", "layer": "hidden1.dropout", "p": 0.5, "seed": 11, "on": True}]
    found = computed("mlp", ["hidden1.act", "hidden1.dropout"], changes)
    drop = found.dropouts["hidden1.dropout"]
    assert drop.mask is not None
    page = show("mlp", "hidden1.dropout", ch=3, changes=json.dumps(changes))
    section = page.locator(".operand-section")
    expect(section.locator("heat-map")).to_have_count(3)
    expect(section).to_contain_text(f"kept {100 * drop.keep_rate:.1f}%")
    shown = "element => [...element.tensor.values]"
    maps = [section.locator("heat-map").nth(i).evaluate(shown) for i in range(3)]
    h, mask, y = (np.array(values) for values in maps)
    np.testing.assert_array_equal(mask, drop.mask[0].numpy())
    np.testing.assert_allclose(h * mask * 2, y, rtol=1e-6)
    np.testing.assert_allclose(y, found.activations["hidden1.dropout"][0].numpy(), rtol=1e-5)


def test_arrow_keys_move_the_window(show: Show) -> None:
    page = show("efficientnet_lite0", "stem.conv", ch=1, pin="40,60")
    title = page.locator(".sum-section h3")
    expect(title).to_contain_text("row 40, column 60")
    inputs = page.locator("unit-sum .term").first.locator("table").first.locator("td")
    before = numbers(inputs).reshape(3, 3)
    page.locator(MAP).focus()
    page.keyboard.press("ArrowRight")
    expect(title).to_contain_text("row 40, column 61")
    after = numbers(inputs).reshape(3, 3)
    np.testing.assert_allclose(after[:, 0], before[:, 2])  # stride 2: the windows share a column
    expect(page.locator(".closer .readout")).to_have_text("rows 80 to 82, columns 122 to 124")
    page.keyboard.press("ArrowDown")
    expect(title).to_contain_text("row 41, column 61")
    expect(page.locator(".closer .readout")).to_have_text("rows 82 to 84, columns 122 to 124")


def test_the_box_follows_at_once_and_escape_unpins(show: Show) -> None:
    page = show("efficientnet_lite0", "block4.depth_conv", ch=1)
    page.evaluate("window.boxes = []; document.addEventListener('hover-box', e => boxes.push(e.detail.box))")
    page.route("**/unit", lambda route: None)  # never answered: the box does not wait for the server
    page.locator(MAP).hover()
    field = receptive_fields(
        load_network("efficientnet_lite0").network.steps, shapes("efficientnet_lite0", [])
    )["block4.depth_conv"]
    expect(page.locator(".picture .outline.tone-field")).to_be_visible()
    box = page.evaluate("boxes.at(-1)")
    assert box["bottom"] - box["top"] + 1 == field.size[0] == 35
    page.locator(MAP).click()
    expect(page.locator(".map-figure .outline.pinned")).to_be_visible()
    expect(page).to_have_url(re.compile("pin="))
    page.keyboard.press("Escape")
    expect(page.locator(".map-figure .outline.pinned")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("pin="))


def test_a_touched_cell_is_found_in_window_kernel_and_products(show: Show) -> None:
    page = show("efficientnet_lite0", "stem.conv", ch=1, pin="40,60")
    kernel = page.get_by_role("grid", name="Green: kernel")
    kernel.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("unit-sum td.touched")).to_have_count(9)
    expect(page.locator(".lens .outline.tone-window")).to_have_count(1)
    page.keyboard.press("Tab")
    expect(page.locator("unit-sum td.touched")).to_have_count(0)


def test_the_strongest_place_is_pytorchs(show: Show) -> None:
    x = computed("tiny_vgg_batch", ["conv1.act"]).activations["conv1.act"][0, 4]
    row, column = divmod(int(x.argmax()), x.shape[1])
    page = show("tiny_vgg_batch", "conv1.act", ch=4)
    expect(page.locator(".sum-section h3")).to_contain_text(f"Channel 4, row {row}, column {column}")
    expect(page.locator(".picture .outline.tone-peak")).to_have_count(1)


def shapes(network: str, changes: list[dict[str, Any]]) -> dict[str, tuple[int, ...]]:
    loaded: Network = load_network(network).network
    return propagate(apply(loaded, PARSE.validate_python(changes)), loaded.input_shape)


def test_sizes_and_boxes_agree_with_the_servers(show: Show) -> None:
    """The formulas that exist in both languages, over random changes."""
    page = show("efficientnet_lite0", "stem.conv")
    module = "import(`/static/explorer/detail/${name}.js`)"
    pick = random.Random(5)
    paddings: list[Any] = ["valid", "same", [0, 1, 2, 3], [2, 2, 2, 2]]
    for network in ("efficientnet_lite0", "mini_resnet", "tiny_vgg_none"):
        for _ in range(8):
            changes = [
                {
                    "kind": "conv",
                    "layer": "stem.conv" if network != "tiny_vgg_none" else "conv3.conv",
                    "stride": [pick.randint(1, 4), pick.randint(1, 4)],
                    "padding": pick.choice(paddings),
                    "dilation": [pick.randint(1, 3), pick.randint(1, 3)],
                }
            ]
            expected = {name: list(shape) for name, shape in shapes(network, changes).items()}
            found = page.evaluate(
                f"""async ([network, changes, name]) => {{
                  const info = await (await fetch(`/api/networks/${{network}}`)).json();
                  const {{ shapes }} = await {module};
                  return Object.fromEntries(shapes(info, changes));
                }}""",
                [network, changes, "shapes"],
            )
            assert found == expected
    fields = receptive_fields(
        load_network("efficientnet_lite0").network.steps, shapes("efficientnet_lite0", [])
    )
    for layer in ("stem.conv", "block4.depth_conv", "block8.add"):
        field = fields[layer]
        place = {"y": pick.randrange(14), "x": pick.randrange(14)}
        found = page.evaluate(
            f"async ([field, place, name]) => (await {module}).fieldBox(field, place, [224, 224])",
            [{"size": field.size, "jump": field.jump, "start": field.start}, place, "field"],
        )
        answer = page.evaluate(
            """async ([layer, place]) => {
              const image = document.querySelector("layer-detail").image;
              const body = JSON.stringify({ image, layer, channel: 0, ...place });
              const headers = { "content-type": "application/json" };
              const how = { method: "POST", body, headers };
              return (await (await fetch("/api/networks/efficientnet_lite0/unit", how)).json()).receptive_field;
            }""",
            [layer, place],
        )
        assert found == answer


def spin(name: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        page.locator("change-controls").get_by_role("spinbutton", name=name, exact=True).press("ArrowUp")

    return act


def radio(name: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        page.locator("change-controls").get_by_role("radio", name=name, exact=True).check(force=True)

    return act


def choose(label: str, value: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        page.locator("change-controls").get_by_role("combobox", name=label).select_option(value)

    return act


def press(name: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        page.locator("change-controls").get_by_role("button", name=name, exact=True).click()

    return act


EFFICIENT = "efficientnet_lite0"
CONTROLS: list[tuple[str, str, Callable[[Page], None], dict[str, Any]]] = [
    (EFFICIENT, "stem.conv", spin("Stride"), {"kind": "conv", "stride": [3, 3]}),
    (EFFICIENT, "stem.conv", spin("Dilation"), {"kind": "conv", "dilation": [2, 2]}),
    (EFFICIENT, "stem.conv", radio("None"), {"kind": "conv", "padding": "valid"}),
    (EFFICIENT, "stem.conv", radio("By side"), {"kind": "conv", "padding": [0, 1, 0, 1]}),
    (EFFICIENT, "stem.conv", choose("Padded with", "reflect"), {"kind": "conv", "padding_mode": "reflect"}),
    (EFFICIENT, "stem.conv", press("Silence it"), {"kind": "channels", "channels": [2], "scale": 0}),
    (
        EFFICIENT,
        "stem.conv",
        choose("Put in a well-known kernel", "sobel_x"),
        {"kind": "kernel_preset", "out": 2, "in": None, "preset": "sobel_x"},
    ),
    (EFFICIENT, "stem.norm", radio("Of this picture"), {"kind": "normalization", "statistics": "batch"}),
    (EFFICIENT, "stem.norm", radio("Instance"), {"kind": "normalization", "method": "instance"}),
    (EFFICIENT, "stem.norm", radio("Group"), {"kind": "normalization", "method": "group", "groups": 2}),
    (EFFICIENT, "stem.act", radio("GELU"), {"kind": "activation", "function": "gelu"}),
    (EFFICIENT, "pool", radio("Largest value"), {"kind": "pooling", "method": "max"}),
    ("mlp", "hidden1.dropout", radio("On"), {"kind": "dropout", "on": True}),
    (
        "mlp",
        "hidden1.dropout",
        spin("Probability of dropping, p"),
        {"kind": "dropout", "on": True, "p": 0.31},
    ),
    (
        "mlp",
        "hidden1.dropout",
        choose("What is dropped together", "row"),
        {"kind": "dropout", "on": True, "variant": "row"},
    ),
    ("tiny_vgg_layer", "conv1.norm", radio("Batch"), {"kind": "normalization", "method": "batch"}),
]


@pytest.mark.parametrize(("network", "layer", "act", "change"), CONTROLS)
def test_a_control_sends_its_change_and_takes_it_back(
    show: Show, network: str, layer: str, act: Callable[[Page], None], change: dict[str, Any]
) -> None:
    page = show(network, layer, ch=2)
    if "kernel" in change["kind"]:
        expect(page.locator("kernel-editor")).to_be_visible()
    act(page)
    until(page, "sent.length > 0")
    assert page.evaluate("sent.at(-1)") == [{"layer": layer, **change}]
    PARSE.validate_python([{"layer": layer, **change}])
    row = page.locator("change-controls .field-row.changed")
    expect(row.first).to_be_visible()
    page.locator("change-controls .back button").first.click()
    until(page, "sent.at(-1).length === 0")
    expect(row).to_have_count(0)


def test_a_dragged_kernel_value_is_live_and_goes_back_cell_by_cell(show: Show) -> None:
    page = show(EFFICIENT, "stem.conv", ch=1)
    cell = page.locator("kernel-editor [role=gridcell]").nth(4)
    expect(cell).to_be_visible()
    original = number(cell.inner_text())
    cell.scroll_into_view_if_needed()
    area = cell.bounding_box()
    assert area is not None
    page.mouse.move(area["x"] + 10, area["y"] + 10)
    page.mouse.down()
    for step in (10, 20, 30):
        page.mouse.move(area["x"] + 10 + step, area["y"] + 10)
    until(page, "sent.length > 1")
    page.mouse.up()
    [change] = page.evaluate("sent.at(-1)")
    assert (change["kind"], change["out"], change["in"]) == ("kernel", 1, 0)
    assert change["values"][1][1] > original
    weight = load_network(EFFICIENT).network.steps["stem.conv"].arguments["weight"][1, 0]
    np.testing.assert_allclose(change["values"][0], weight[0], rtol=1e-6)
    shown = page.locator("unit-sum .term").first.locator("table").nth(1).locator("td").nth(4)
    digits = str(change["values"][1][1]).replace("-", "−")[:6]
    expect(shown).to_have_attribute("title", re.compile(f"^{digits}"))
    cell.press("Delete")
    until(page, "sent.at(-1).length === 0")


def test_two_settings_of_a_layer_are_one_change(show: Show) -> None:
    page = show(EFFICIENT, "stem.conv")
    spin("Stride")(page)
    until(page, "sent.length > 0")
    spin("Dilation")(page)
    until(page, "sent.at(-1)[0].dilation !== undefined")
    assert page.evaluate("sent.at(-1)") == [
        {"kind": "conv", "layer": "stem.conv", "stride": [3, 3], "dilation": [2, 2]}
    ]
    page.locator("[data-link=stride]").click()
    spin("Stride across")(page)
    until(page, "sent.at(-1)[0].stride?.[1] === 4")
    assert page.evaluate("sent.at(-1)[0].stride") == [3, 4]
    page.get_by_role("button", name="All as trained").click()
    until(page, "sent.at(-1).length === 0")


def test_a_refused_change_is_explained_at_its_control(show: Show) -> None:
    page = show("lenet", "conv1.conv")
    spin("Stride")(page)
    said = page.locator("change-controls [data-control=stride] .refusal")
    expect(said).to_contain_text("dense1.linear")
    expect(said).to_contain_text("400")
    expect(page.locator("change-controls .refusal")).to_have_count(1)
    page.locator("[data-control=stride] .back button").click()
    expect(page.locator("change-controls .refusal")).to_have_count(0)


def test_what_cannot_be_is_out_of_reach(show: Show) -> None:
    page = show("tiny_vgg_batch", "conv5.conv")  # on maps of 7×7
    stride = page.locator("change-controls").get_by_role("spinbutton", name="Stride", exact=True)
    stride.press("PageUp")
    expect(stride).to_have_value("7")
    page.get_by_role("button", name="All as trained").click()
    dilation = page.locator("change-controls").get_by_role("spinbutton", name="Dilation", exact=True)
    dilation.press("PageUp")
    expect(dilation).to_have_value("4")  # (7 + 2 − 1) / (3 − 1)
    radio_none = page.get_by_role("radio", name="None", exact=True)
    expect(radio_none).to_be_disabled()


def test_the_layer_can_be_taken_away(show: Show, tmp_path: Path) -> None:
    page = show("tiny_vgg_batch", "conv1.act", ch=3)
    menu = page.locator("layer-detail take-away")
    menu.get_by_role("button", name="Take away this layer").click()
    with page.expect_download() as waiting:
        menu.get_by_role("button", name="Download NPZ").click()
    waiting.value.save_as(tmp_path / "layer.npz")
    saved = np.load(tmp_path / "layer.npz")["conv1.act"]
    expected = computed("tiny_vgg_batch", ["conv1.act"]).activations["conv1.act"].numpy()
    np.testing.assert_allclose(saved, expected, rtol=1e-5, atol=1e-5)
    menu.get_by_role("button", name="Take away this layer").click()
    with page.expect_download() as waiting:
        menu.get_by_role("button", name="Download PNG").click()
    waiting.value.save_as(tmp_path / "map.png")
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")


def test_a_channel_is_chosen_in_the_grid_by_keys(show: Show) -> None:
    page = show(EFFICIENT, "stem.conv", ch=0)
    grid = page.locator("channel-picker heat-map .plane")
    grid.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("ch=1"))
    expect(page.locator(".sum-section h3")).to_contain_text("Channel 1,")
    page.get_by_role("button", name="Strongest first").click()
    grid.focus()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    x = computed(EFFICIENT, ["stem.conv"]).activations["stem.conv"][0]
    expect(page).to_have_url(re.compile(rf"ch={int(x.abs().mean((1, 2)).argmax())}\b"))


def test_a_finger_pins_a_place_and_unfolds_the_controls(browser: Browser, base_url: str) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True, locale="en-GB"
    )
    try:
        page = context.new_page()
        page.goto(f"{base_url}/en/#net=tiny_vgg_batch&img=ankle_boot&layer=conv1.conv&ch=2")
        wait_for_numbers(page)
        target = page.locator(MAP)
        target.scroll_into_view_if_needed()
        target.tap()
        expect(page.locator(".map-figure .outline.pinned")).to_be_visible()
        expect(page.get_by_role("button", name="Unpin")).to_be_visible()
        stride = page.locator("change-controls").get_by_role("spinbutton", name="Stride", exact=True)
        expect(stride).to_be_hidden()
        page.get_by_role("button", name="Show the controls").tap()
        expect(stride).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    finally:
        context.close()


LOOKS = [
    ("efficientnet_lite0", "stem.conv", "en", "light", 1440),
    ("efficientnet_lite0", "stem.norm", "zh", "dark", 1440),
    ("efficientnet_lite0", "block4.depth_conv", "en", "dark", 360),
    ("tiny_vgg_batch", "conv2.conv", "zh", "light", 360),
    ("mlp", "hidden1.linear", "en", "light", 1440),
    ("mlp", "hidden1.dropout", "zh", "dark", 360),
    ("efficientnet_lite0", "input", "en", "light", 1440),
]


@pytest.mark.parametrize(("network", "layer", "lang", "scheme", "width"), LOOKS)
def test_axe_finds_nothing(
    show: Show, page: Page, network: str, layer: str, lang: str, scheme: Any, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    show(network, layer, lang, ch=1)
    unfold = page.locator("change-controls .fold")
    if unfold.is_visible():
        unfold.click()
    assert violations(page, "layer-detail", "change-controls") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_permuted_pixel_says_where_it_was_and_what_follows_sees_no_box(show: Show) -> None:
    row, column = 4, 9
    page = show("mlp_permuted", "permute", pin=f"{row},{column}")
    order = load_network("mlp_permuted").network.steps["permute"].arguments["order"]
    y, x = divmod(int(order[row * 28 + column]), 28)
    expect(page.locator(".sum-section")).to_contain_text(f"it was at row {y}, column {x}")
    expect(page.locator("input-figure")).to_contain_text(f"row {y}, column {x}")
    assert close(value_shown(page), float(picture("mlp_permuted")[0, 0, y, x]))
    expect(page.locator("layer-detail .facts")).to_contain_text("784 pixels in a fixed, random order")
    page.evaluate("location.hash = 'net=tiny_vgg_permuted&img=ankle_boot&layer=conv1.conv'")
    expect(page.locator("layer-detail .facts")).to_contain_text("sees pixels from all over the picture")
    expect(page.locator("input-figure")).to_contain_text("It sees pixels from all over the picture.")
    expect(page.locator("layer-strip .traits").nth(2)).to_contain_text("apart")
