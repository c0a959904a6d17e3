"""The sections below the dropout lab's stage in a real browser: the server's numbers, and how to move them."""

import re
from collections.abc import Callable
from math import floor, log10
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Request, Response, expect

from models.networks.weights import load_network
from models.views.accuracy import AccuracyParams, accuracy
from tests.browser.conftest import Visit, answered, come, looks, percent, violations

PATH = "/en/dropout"
EXPERIMENTS = ("ensemble", "monte_carlo", "neighbours", "zoneout", "depth")
SECTIONS = (
    "drop-expectation",
    "drop-bias",
    "drop-ensemble",
    "drop-monte-carlo",
    "drop-neighbours",
    "drop-zoneout",
    "drop-depth",
    "drop-transformer",
)
expect.set_options(timeout=20_000)  # a loaded machine takes its time


def number(value: float, digits: int = 3) -> str:
    """As the page writes a number of some digits, from 0.001 to 99,999."""
    decimals = max(0, digits - 1 - floor(log10(abs(value)))) if value else 0
    return f"{value:.{decimals}f}".replace("-", "−")


def experiment(request: Request) -> str:
    """Which experiment a request asks for; "" for none."""
    if not re.search(r"/api/labs/dropout\b", request.url):
        return ""
    body = request.post_data_json or {}
    if body.get("expectation"):
        return "expectation" if body["expectation"]["after"] == "none" else "after"
    return next((name for name in EXPERIMENTS if body.get(name)), "")


def asked(page: Page, name: str, act: Callable[[], object]) -> dict[str, Any]:
    """What the server answers to the experiment that `act` makes the page ask for."""

    def mine(response: Response) -> bool:
        return experiment(response.request) == name

    with page.expect_response(mine, timeout=20_000) as answer:
        act()
    found = answer.value.json()
    assert answer.value.ok, found
    return dict(found["expectation" if name == "after" else name])


def value(chart: Locator, label: str) -> Locator:
    """The number that a chart's key says for a line."""
    return chart.locator("li", has=chart.page.get_by_text(label, exact=True)).locator("b")


def test_nothing_is_asked_before_it_is_near_and_nothing_is_measured_unasked(visit: Visit, page: Page) -> None:
    seen: list[str] = []
    page.on("request", lambda request: seen.append(experiment(request) or request.url.rsplit("/", 1)[-1]))
    visit(PATH)
    expect(page.locator("drop-expectation h2").first).to_have_count(1)
    page.wait_for_load_state("networkidle")
    assert "depth" not in seen and "monte_carlo" not in seen
    asked(page, "monte_carlo", lambda: come(page, "drop-monte-carlo"))
    come(page, "drop-where")
    page.wait_for_timeout(300)
    assert "accuracy" not in seen


def test_the_mean_of_masks_and_its_error_are_the_servers(visit: Visit, page: Page) -> None:
    found = asked(page, "expectation", lambda: come(visit(PATH, masks=100), "drop-expectation"))
    part = page.locator("drop-expectation")
    chart = part.locator("line-chart.errors")
    assert found["draws"][-1] == 100
    expect(value(chart, "root mean square over these channels")).to_have_text(number(found["error_rms"][-1]))
    expect(value(chart, "largest of all their elements")).to_have_text(number(found["error_max"][-1]))
    expect(value(chart, "expected: c / √N")).to_have_text(number(found["line"][-1]))
    expect(part).to_contain_text(f"between {number(found['interval']['lo'][-1])} and")
    expect(part.locator("heat-map")).to_have_count(2)
    expect(part.locator("heat-map").nth(1)).to_have_attribute("label", re.compile("100 masks"))


def test_masks_are_drawn_step_by_step_by_button_key_and_in_play(visit: Visit, page: Page) -> None:
    asked(page, "expectation", lambda: come(visit(PATH, masks=1), "drop-expectation"))
    part = page.locator("drop-expectation")
    scrub = part.get_by_role("slider", name="Masks drawn")
    expect(scrub).to_have_attribute("aria-valuetext", "1 of up to 10,000 masks")
    expect(part.get_by_role("button", name="Reset")).to_be_disabled()
    step = part.get_by_role("button", name="Step", exact=True)
    assert asked(page, "expectation", step.click)["draws"][-1] == 2
    scrub.focus()
    assert asked(page, "expectation", lambda: page.keyboard.press("ArrowRight"))["draws"][-1] == 3
    page.wait_for_url(re.compile(r"masks=3\b"))
    part.get_by_role("button", name="Play").click()
    expect(scrub).to_have_attribute("aria-valuetext", "10 of up to 10,000 masks")
    part.get_by_role("button", name="Pause").click()
    here = str(scrub.get_attribute("aria-valuetext"))
    page.wait_for_timeout(1200)
    expect(scrub).to_have_attribute("aria-valuetext", here)


def test_the_last_step_is_one_that_the_server_takes(visit: Visit, page: Page) -> None:
    found = asked(
        page,
        "expectation",
        lambda: come(visit(PATH, masks=10_000, layer="conv6.act", pin="null"), "drop-expectation"),
    )
    assert found["draws"][-1] == 10_000
    expect(page.locator("drop-expectation")).to_contain_text("After 10,000 masks")


def test_behind_a_function_the_mean_is_another_and_chance_does_not_explain_it(
    visit: Visit, page: Page
) -> None:
    after = asked(page, "after", lambda: come(visit(PATH), "drop-bias"))["after"]
    part = page.locator("drop-bias")
    assert after["curved"]["layer"] == "conv3.act"
    assert after["curved"]["bias"] > 3 * after["curved"]["standard_error"][-1]
    chart = part.locator("line-chart")
    expect(value(chart, "what comes out: conv3.act")).to_have_text(number(after["curved"]["error_rms"][-1]))
    expect(value(chart, "what chance leaves of that")).to_have_text(
        number(after["curved"]["standard_error"][-1])
    )
    expect(part).to_contain_text(f"is off by {number(after['curved']['bias'])} that chance does not explain")
    expect(part).to_contain_text("pool1 lies on the way, and is not linear either")
    first = after["pairs"][0]
    expect(part.locator("tbody tr").first).to_contain_text(number(first["mean"]))
    softmax = asked(page, "after", part.get_by_role("radio", name="the probabilities").check)["after"]
    assert softmax["function"] == "softmax"
    expect(part.locator("tbody tr").first).to_contain_text(softmax["pairs"][0]["name"]["en"])
    expect(part.locator("tbody tr").first).to_contain_text(percent(softmax["pairs"][0]["mean"]))


def test_all_subnetworks_their_two_means_and_the_whole_network(visit: Visit, page: Page) -> None:
    found = asked(page, "ensemble", lambda: come(visit(PATH, units=6), "drop-ensemble"))
    part = page.locator("drop-ensemble")
    assert found["subnets"] == 64 and found["exhaustive"] and found["linear"]
    assert found["gap"]["geometric"] < 1e-5 < found["gap"]["arithmetic"]
    row = part.locator("tbody tr").first
    for name in ("arithmetic", "geometric", "scaled"):
        expect(row).to_contain_text(percent(found[name][0]))
    expect(part).to_contain_text("All 64 subnetworks")
    expect(part).to_contain_text("It is their geometric mean")
    path = part.locator("path.dots").get_attribute("d") or ""
    assert path.count("M") == 64
    deeper = asked(page, "ensemble", part.get_by_role("radio", name="of the stage’s layer").check)
    assert deeper["layer"] == "conv2.act" and not deeper["linear"]
    expect(part).to_contain_text("nor their geometric mean")


def test_more_than_twelve_units_are_drawn_and_that_is_said(visit: Visit, page: Page) -> None:
    found = asked(page, "ensemble", lambda: come(visit(PATH, units=14), "drop-ensemble"))
    assert not found["exhaustive"]
    expect(page.locator("drop-ensemble")).to_contain_text("2,000 subnetworks of 2¹⁴, drawn at random")


def test_predictions_scatter_as_the_server_says(visit: Visit, page: Page) -> None:
    found = asked(
        page, "monte_carlo", lambda: come(visit(PATH, votes=60, variant="channel"), "drop-monte-carlo")
    )
    part = page.locator("drop-monte-carlo")
    first = found["classes"][0]
    row = part.locator(".spreads tbody tr").first
    for word in (
        first["name"]["en"],
        *(percent(first[name]) for name in ("eval", "median", "lo", "hi", "first")),
    ):
        expect(row).to_contain_text(word)
    assert (row.locator("path.dots").get_attribute("d") or "").count("M") == 60
    entropy = part.locator(".entropies dd b")
    expect(entropy).to_have_text(
        [
            f"{number(found['entropy'][name])} nats"
            for name in ("eval", "predictive", "mean_of_entropies", "mutual_information")
        ]
    )


def test_accuracy_by_place_is_measured_when_asked_and_can_be_stopped(visit: Visit) -> None:
    page = visit(PATH, items=50, p=0.5)
    part = come(page, "drop-where")
    status = part.locator(".settings [role=status]").first
    expect(status).to_have_text("0 of 28 measured")
    part.get_by_role("button", name="Measure", exact=True).click()
    expect(status).to_have_text(re.compile(r"^[1-9]\d* of 28"))
    part.get_by_role("button", name="Stop").click()
    expect(part.get_by_role("button", name="Measure", exact=True)).to_be_visible()
    part.get_by_role("button", name="Measure", exact=True).click()
    expect(status).to_have_text("28 of 28 measured", timeout=90_000)
    loaded = load_network("tiny_vgg_batch")
    for layer, depth in (("conv1.act", "early"), ("flatten", "at the end")):
        params = AccuracyParams.model_validate(
            {"items": 50, "interventions": [{"kind": "drop_after", "layer": layer, "p": 0.5}]}
        )
        own = accuracy(loaded, params)
        chart, entropy = part.locator("line-chart").all()
        expect(value(chart, f"{depth}: {layer}")).to_have_text(number(own.accuracy))
        expect(value(entropy, f"{depth}: {layer}")).to_have_text(number(own.entropy))
        expect(part).to_contain_text(f"{percent(own.accuracy)} with dropout at {layer}")
    part.get_by_role("radio", name="weights").check()
    expect(status).to_have_text("1 of 28 measured")  # p = 0, where nothing is dropped


def test_neighbours_tell_of_each_other(visit: Visit, page: Page) -> None:
    found = asked(page, "neighbours", lambda: come(visit(PATH), "drop-neighbours"))
    part = page.locator("drop-neighbours")
    expect(part).to_contain_text(f"R² = {found['r2']:.2f}")
    expect(value(part.locator("line-chart"), "in one map")).to_have_text(number(found["correlation"][-1]))
    expect(part).to_contain_text(f"values correlate with {found['correlation'][0]:.2f}")


def test_zoneout_keeps_what_dropout_wipes_out(visit: Visit, page: Page) -> None:
    found = asked(page, "zoneout", lambda: come(visit(PATH, stateP=0.4), "drop-zoneout"))
    part = page.locator("drop-zoneout")
    trace, strays = part.locator("line-chart").all()
    for rule in ("dropout", "zoneout"):
        expect(value(strays, rule)).to_have_text(number(found["strays"][rule][-1]))
    expect(value(strays, "size of the clean state")).to_have_text(number(found["size"][-1]))
    expect(trace).to_contain_text(f"state of unit {found['units'][0]}")
    expect(part.locator("prediction-bars")).to_have_count(3)
    expect(part.locator("prediction-bars").nth(2).locator("li").first).to_contain_text(
        percent(found["predictions"]["zoneout"][0]["probability"])
    )
    part.locator("heat-map .plane[role=application]").first.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(trace).to_contain_text(f"state of unit {found['units'][1]}")


@pytest.mark.parametrize("network", ["mini_resnet", "mini_vit"])
def test_branches_are_skipped_by_sample_or_by_batch(visit: Visit, page: Page, network: str) -> None:
    found = asked(page, "depth", lambda: come(visit(PATH, chain=network, lastP=0.6, seed=2), "drop-depth"))
    part = page.locator("drop-depth")
    kept = [[branch["kept"][sample] for branch in found["branches"]] for sample in range(8)]
    expect(part.locator("tbody td.kept")).to_have_count(sum(map(sum, kept)))
    expect(part.locator("tbody tr").nth(3).locator("td.amount")).to_have_text(str(found["drawn"][3]))
    expect(part.locator("thead th").nth(6)).to_contain_text(percent(found["branches"][5]["survival"]))
    together = asked(page, "depth", part.get_by_role("radio", name="whole batch").check)
    assert len(set(together["drawn"])) == 1
    expect(part).to_contain_text(f"On average {number(together['expected'])} of 6")
    again = asked(page, "depth", part.get_by_role("button", name="Throw again").click)
    assert again["seed"] == 3
    trained = asked(page, "depth", part.get_by_label("p as trained").check)
    assert trained["branches"][5]["p"] == pytest.approx(0.1)


def test_a_transformers_mask_lies_on_the_tokens_of_the_picture(visit: Visit) -> None:
    page = visit(PATH, site="hidden", siteP=0.25)
    part = page.locator("drop-transformer")

    def run(response: Response) -> bool:
        body = response.request.post_data_json if "/run" in response.url else None
        return bool(body and body.get("interventions"))

    with page.expect_response(run, timeout=20_000) as answer:
        come(page, "drop-transformer")
    found = answer.value.json()
    dropout = found["layers"][1]["dropout"]
    assert dropout["p"] == 0.25 and found["layers"][1]["layer"] == "block1.drop_hidden"
    expect(part).to_contain_text(f"Here {percent(dropout['keep_rate'])} of the entries were kept")
    bars = part.locator("prediction-bars").nth(1)
    expect(bars.locator("li").first).to_contain_text(percent(found["predictions"][0][0]["probability"]))
    with page.expect_response(run, timeout=20_000) as answer:
        part.get_by_role("radio", name="dropout: attention").check()
    attention = answer.value.json()["layers"][1]
    assert attention["layer"] == "block1.drop_weights" and attention["shape"] == [1, 4, 49, 49]
    expect(part).to_contain_text("Four heads")
    part.locator("heat-map .plane").first.focus()
    page.keyboard.press("Home")
    expect(part.locator(".looked-at figcaption")).to_have_text(re.compile(r"token \d+"))


def test_a_photograph_in_an_imagenet_network_has_all_that_it_can_have(visit: Visit) -> None:
    page = visit(PATH, net="efficientnet_lite0", layer="stem.act", batch="chelsea", pin="null")
    for tag in ("drop-expectation", "drop-bias", "drop-ensemble", "drop-monte-carlo", "drop-neighbours"):
        answered(page, tag)
    expect(page.locator("drop-ensemble tbody th").first).to_have_text("Egyptian cat")
    expect(page.locator("drop-monte-carlo")).to_contain_text("stem.act of EfficientNet-Lite0")
    answered(page, "drop-zoneout")
    expect(page.locator("drop-zoneout prediction-bars li")).to_have_count(9)


def test_numbers_by_hand_have_the_opening_network_where_one_is_needed(visit: Visit) -> None:
    page = visit(PATH, source="grid")
    answered(page, "drop-expectation")
    expect(page.locator("drop-expectation")).to_contain_text("the numbers written by hand")
    answered(page, "drop-monte-carlo")
    expect(page.locator("drop-monte-carlo")).to_contain_text("conv2.act of Tiny VGG")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_sections_are_for_everyone_and_fit(visit: Visit, page: Page, lang: str) -> None:
    visit(f"/{lang}/dropout")
    for tag in SECTIONS:
        answered(page, tag)
    page.wait_for_load_state("networkidle")
    for _ in looks(page, (1440, 900), (360, 740)):
        assert violations(page, "dropout-lab .below") == []
        over = page.evaluate(
            """() => [...document.querySelectorAll("dropout-lab .below > *")]
                .filter((part) => part.scrollWidth > part.clientWidth + 1).map((part) => part.tagName)"""
        )
        assert over == []
