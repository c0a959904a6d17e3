"""The sections below the normalisation lab's stage in a real browser: the server's numbers, and how to move them."""

import re
from collections.abc import Callable
from math import floor, log10
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Request, Response, expect

from models.claims.registry import CLAIMS
from models.networks.weights import load_network
from models.views.accuracy import AccuracyParams, accuracy
from tests.browser.conftest import Visit, come, looks, violations

PATH = "/en/normalization"
EXPERIMENTS = ("training", "mates", "spread", "padding_sweep", "folding")
VERDICTS = {
    "holds": "Holds",
    "holds_with_conditions": "Holds with conditions",
    "does_not_hold": "Does not hold",
}
expect.set_options(timeout=20_000)  # a loaded machine takes its time


def number(value: float) -> str:
    """As the page writes a number of three digits, from 0.001 to 99,999."""
    decimals = max(0, 2 - floor(log10(abs(value)))) if value else 0
    return f"{value:.{decimals}f}".replace("-", "−")


def experiment(request: Request) -> str:
    """Which experiment a request asks for; "" for none."""
    if not re.search(r"/api/labs/normalization\b", request.url):
        return ""
    body = request.post_data_json or {}
    return next((name for name in EXPERIMENTS if body.get(name)), "")


def asked(page: Page, name: str, act: Callable[[], object]) -> dict[str, Any]:
    """What the server answers to the experiment that `act` makes the page ask for."""

    def mine(response: Response) -> bool:
        return experiment(response.request) == name

    with page.expect_response(mine, timeout=20_000) as answer:
        act()
    found = answer.value.json()
    assert answer.value.ok, found
    return dict(found[name])


def section(page: Page, name: str) -> Locator:
    return page.locator(name)


def value(chart: Locator, label: str) -> Locator:
    """The number that a chart's key says for a line."""
    return chart.locator("li", has=chart.page.get_by_text(label, exact=True)).locator("b")


def test_nothing_is_asked_before_it_is_near_and_nothing_is_measured_unasked(visit: Visit, page: Page) -> None:
    seen: list[str] = []
    page.on("request", lambda request: seen.append(experiment(request) or request.url.rsplit("/", 1)[-1]))
    visit(PATH)
    expect(page.locator("norm-training h2")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    assert "folding" not in seen and "padding_sweep" not in seen
    asked(page, "folding", lambda: come(page, "norm-folding"))
    come(page, "bn-ln-table")
    page.wait_for_timeout(300)
    assert "accuracy" not in seen
    assert not set(CLAIMS) & set(seen)


def test_running_values_are_those_of_the_server(visit: Visit, page: Page) -> None:
    found = asked(page, "training", lambda: come(visit(PATH, step=12), "norm-training"))
    mean, variance = section(page, "norm-training").locator("line-chart").all()
    expect(value(mean, "running")).to_have_text(number(found["running_mean"][12]))
    expect(value(mean, "of the batch")).to_have_text(number(found["batch_mean"][11]))
    expect(value(mean, "all 1,000 images")).to_have_text(number(found["population"]["mean"]))
    expect(value(variance, "running")).to_have_text(number(found["running_variance"][12]))
    expect(value(variance, "of the batch, unbiased")).to_have_text(number(found["batch_unbiased"][11]))
    bars = section(page, "norm-training").locator("prediction-bars")
    first = found["eval"]["predictions"][0]
    expect(bars.nth(1).locator("li").first).to_contain_text(first["name"]["en"])
    expect(bars.nth(1).locator("li").first).to_contain_text(f"{100 * first['probability']:.1f}%")
    expect(section(page, "norm-training")).to_contain_text(number(found["eval"]["difference"]["rms"]))


def test_batches_are_fed_step_by_step_by_button_key_and_in_play(visit: Visit) -> None:
    page = visit(PATH, step=0, steps=20)
    part = come(page, "norm-training")
    scrub = part.get_by_role("slider", name="Batches fed")
    expect(part.locator(".kept").first).to_contain_text("Nothing has been fed yet")
    expect(part.get_by_role("button", name="Back")).to_be_disabled()
    found = asked(page, "training", part.get_by_role("button", name="Step", exact=True).click)
    assert found["step"] == 1
    expect(scrub).to_have_attribute("aria-valuetext", "1 of 20 batches")
    scrub.focus()
    assert asked(page, "training", lambda: page.keyboard.press("ArrowRight"))["step"] == 2
    chart = part.locator("line-chart").first
    expect(value(chart, "running")).to_have_text(number(found["running_mean"][2]))
    play = part.get_by_role("button", name="Play")
    play.focus()
    page.keyboard.press("Enter")
    expect(scrub).to_have_attribute("aria-valuetext", "5 of 20 batches")
    part.get_by_role("button", name="Pause").click()
    here = scrub.get_attribute("aria-valuetext")
    page.wait_for_timeout(600)
    expect(scrub).to_have_attribute("aria-valuetext", str(here))
    part.get_by_role("button", name="Reset").click()
    expect(scrub).to_have_attribute("aria-valuetext", "0 of 20 batches")


def test_a_press_on_the_chart_goes_to_that_batch_and_the_link_keeps_it(visit: Visit, page: Page) -> None:
    asked(page, "training", lambda: come(visit(PATH, step=3, steps=40), "norm-training"))
    over = section(page, "norm-training").locator("line-chart").first.locator(".u-over")
    box = over.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 20)
    scrub = section(page, "norm-training").get_by_role("slider", name="Batches fed")
    expect(scrub).to_have_attribute("aria-valuetext", "20 of 40 batches")
    page.wait_for_url(re.compile(r"step=20\b"))


def test_momentum_and_the_beginning_go_to_the_server(visit: Visit, page: Page) -> None:
    asked(page, "training", lambda: come(visit(PATH), "norm-training"))
    part = section(page, "norm-training")
    alike = part.get_by_role("checkbox", name="every batch weighs alike")
    found = asked(page, "training", lambda: alike.check())
    means = found["batch_mean"]
    assert found["running_mean"][12] == pytest.approx(sum(means[:12]) / 12, rel=1e-4)
    expect(part.locator(".kept").first).to_contain_text("0.0833")
    found = asked(page, "training", part.get_by_role("radio", name="as trained").check)
    assert found["running_mean"][0] == pytest.approx(found["trained"]["mean"])


def test_the_same_image_moves_only_with_the_batch(visit: Visit, page: Page) -> None:
    found = asked(page, "mates", lambda: come(visit(PATH), "norm-mates"))
    part = section(page, "norm-mates")
    row = part.get_by_role("row", name=re.compile("^BatchNorm"))
    expect(row).to_contain_text(number(found["methods"]["batch"]["rms"]))
    expect(row.get_by_role("cell").last).to_have_text("no")
    for method in ("LayerNorm (C, H, W)", "InstanceNorm", "RMSNorm"):
        cells = part.get_by_role("row", name=re.compile(f"^{re.escape(method)}")).get_by_role("cell")
        expect(cells).to_have_text(["0", "0", "yes"])
    expect(part.locator("heat-map")).to_have_count(3)
    other = asked(page, "mates", part.get_by_role("button", name="Other batch-mates", exact=True).click)
    assert other["items"] != found["items"]
    expect(row).to_contain_text(number(other["methods"]["batch"]["rms"]))


def test_statistics_scatter_by_the_size_of_the_batch(visit: Visit, page: Page) -> None:
    found = asked(page, "spread", lambda: come(visit(PATH), "norm-batch-size"))
    part = section(page, "norm-batch-size")
    expect(part.locator(".see")).to_contain_text(f"to the power of {found['slope']:.2f}".replace("-", "−"))
    chart = part.locator("line-chart").first
    ends = value(chart, "95% of the batches")
    expect(ends).to_have_text(f"{number(found['mean']['lo'][-1])} … {number(found['mean']['hi'][-1])}")
    chart.get_by_text("Numbers").click()
    row = chart.get_by_role("row", name=re.compile("^1 "))
    expect(row.get_by_role("cell")).to_have_count(5)


def test_one_value_a_channel_is_explained_in_pytorchs_own_words(visit: Visit) -> None:
    page = visit(PATH, refusals=True)
    part = come(page, "norm-batch-size")
    part.get_by_role("button", name=re.compile("^Try it")).click()
    expect(part.locator("pre")).to_have_text(
        "ValueError: Expected more than 1 value per channel when training, got input size torch.Size([1, 512])"
    )
    expect(part.get_by_role("alert")).to_have_count(1)
    expect(part.get_by_role("alert")).to_be_empty()  # it is no failure


def test_padding_moves_batchnorm_and_not_layernorm(visit: Visit, page: Page) -> None:
    found = asked(page, "padding_sweep", lambda: come(visit(PATH, pads=8), "norm-tokens"))
    part = section(page, "norm-tokens")
    chart = part.locator("line-chart").first
    shifts = found["batch"]["shift_rms"]
    expect(value(chart, "BatchNorm")).to_have_text(number(shifts[8]))
    expect(value(chart, "LayerNorm (C)")).to_have_text("0")
    slider = part.get_by_role("slider", name="Padding after the longest")
    slider.focus()
    page.keyboard.press("End")
    expect(value(chart, "BatchNorm")).to_have_text(number(shifts[64]))
    expect(part.locator("figcaption")).to_contain_text(f"{100 * found['share'][64]:.1f}%")


def test_swaps_are_measured_one_after_the_other(visit: Visit) -> None:
    page = visit(PATH, items=50)
    part = come(page, "norm-swap")
    part.get_by_role("button", name="Measure", exact=True).click()
    expect(part.get_by_text("12 of 12 measured")).to_be_visible(timeout=60_000)
    whole = accuracy(load_network("tiny_vgg_batch"), AccuracyParams(items=50, seed=0))
    row = part.get_by_role("row", name=re.compile("^as trained"))
    expect(row).to_contain_text(f"{100 * whole.accuracy:.1f}%")
    expect(row).to_contain_text(f"{100 * whole.interval[0]:.1f}% to {100 * whole.interval[1]:.1f}%")
    layer = accuracy(load_network("tiny_vgg_layer"), AccuracyParams(items=50, seed=0))
    expect(part.get_by_role("row", name=re.compile("^trained with LayerNorm"))).to_contain_text(
        f"{100 * layer.accuracy:.1f}%"
    )
    expect(part.locator(".see")).to_contain_text("classify")


def test_folding_gives_equal_outputs(visit: Visit, page: Page) -> None:
    found = asked(
        page, "folding", lambda: come(visit(PATH, pin={"b": 0, "c": 5, "y": 3, "x": 3}), "norm-folding")
    )
    part = section(page, "norm-folding")
    assert found["channel"] == 5 and found["agrees"]
    expect(part.locator(".folded")).to_contain_text(f"{found['scale'][5]:.4f}".replace("-", "−"))
    expect(part.locator(".see")).to_contain_text("give equal outputs")
    expect(part.locator("heat-map")).to_have_count(2)


def test_a_row_of_the_comparison_shows_its_verdict(visit: Visit) -> None:
    page = visit(PATH)
    part = come(page, "bn-ln-table")
    expect(part.locator("tbody th[scope=row]")).to_have_count(7)
    part.get_by_role("button", name="Measure: Which values share a mean and a variance").click()
    finding = CLAIMS["bn-statistics"].measure(0)
    cell = part.locator("td.found").first
    expect(cell.locator(".verdict")).to_have_text(VERDICTS[finding.verdict])
    expect(cell).to_contain_text(finding.summary.en)
    cell.get_by_text("Evidence").click()
    expect(cell.get_by_role("table")).to_be_visible()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_sections_are_for_everyone_and_fit(visit: Visit, page: Page, lang: str) -> None:
    visit(f"/{lang}/normalization")
    tags = (
        "norm-training",
        "norm-mates",
        "norm-batch-size",
        "norm-tokens",
        "norm-swap",
        "norm-folding",
        "bn-ln-table",
    )
    for tag in tags:
        come(page, tag)
        page.wait_for_load_state("networkidle")
    for width in looks(page, (1440, 900), (360, 780)):
        assert violations(page, *tags) == []
        for tag in tags:
            box = section(page, tag).bounding_box()
            assert box and box["x"] >= 0 and box["x"] + box["width"] <= width
            assert section(page, tag).evaluate("part => part.scrollWidth <= part.clientWidth")
