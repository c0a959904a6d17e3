"""What channels answer to, depth by depth, in a real browser: the images, real patches, and an image that forms."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from models.features.maximise import Climb
from models.features.ready import Stage, feature_set
from tests.browser.conftest import Visit, looks, violations

PATH = "/en/principles"
TAG = "principle-hierarchy"
NETWORK = "efficientnet_lite0"
REFUSAL = {"code": "wrong-kind", "status": 422, "title": "", "detail": "It has no channels.", "errors": []}
expect.set_options(timeout=20_000)  # a loaded machine takes its time


@pytest.fixture(scope="module")
def stages() -> list[Stage]:
    made = feature_set(NETWORK)
    assert made is not None
    return made.stages


def asks_patches(request: Request) -> bool:
    lab = "/api/labs/principles" in request.url
    return lab and bool((request.post_data_json or {}).get("patches"))


def patches(page: Page, act: Callable[[], object]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The question about real pictures that `act` makes the page ask, and what the server finds."""
    with page.expect_response(lambda answer: asks_patches(answer.request), timeout=30_000) as answer:
        act()
    asked = dict((answer.value.request.post_data_json or {})["patches"])
    return asked, dict(answer.value.json()["patches"])


def come(page: Page) -> Locator:
    """Scroll to the section, which those above it push away while their numbers come, and to what is open in it."""
    script = """tag => {
        const part = document.querySelector(tag);
        part?.scrollIntoView();
        return part?.querySelector(".depth");
    }"""
    page.wait_for_function(script, arg=TAG, timeout=20_000)
    section = page.locator(TAG)
    section.locator("feature-detail").scroll_into_view_if_needed()
    return section


def image(section: Locator, stage: Stage, channel: int) -> Locator:
    return section.get_by_role("img", name=f"Image that excites channel {channel} of {stage.layer}").first


def test_each_depth_has_its_images_and_each_image_opens_into_real_patches(
    visit: Visit, page: Page, stages: list[Stage]
) -> None:
    middle = stages[len(stages) // 2]
    first, second, *_ = middle.channels
    feature = f"{middle.layer}:{first.channel}"
    asked, found = patches(page, lambda: come(visit(PATH, feature=feature)))
    section = page.locator(TAG)
    assert (asked["layer"], asked["channel"]) == (middle.layer, first.channel)
    rows = section.locator(".depth")
    expect(rows).to_have_count(len(stages))
    for row, stage in zip(rows.all(), stages, strict=True):
        expect(row.locator(".images img")).to_have_count(len(stage.channels))
        expect(row.locator(".about")).to_contain_text(f"sees {' × '.join(map(str, stage.receptive_field))}")
    pieces = section.locator(".pieces button")
    expect(pieces).to_have_count(len(found["patches"]))
    best, other, *_ = found["patches"]
    expect(pieces.first).to_contain_text(f"{best['value']:.3g}")
    where = section.locator(".where-from figcaption")
    rows_in_map = found["shape"][1]
    expect(where).to_contain_text(f"row {best['y'] + 1} of {rows_in_map} and column {best['x'] + 1}")
    pieces.nth(1).hover()
    expect(where).to_contain_text(f"row {other['y'] + 1} of {rows_in_map} and column {other['x'] + 1}")
    # Keys: to the next image of the row, and open it.
    image(section, middle, first.channel).locator("..").focus()
    page.keyboard.press("ArrowRight")
    asked, _ = patches(page, lambda: page.keyboard.press("Enter"))
    assert asked["channel"] == second.channel
    page.wait_for_url(re.compile(rf"feature={re.escape(middle.layer)}:{second.channel}\b"))
    # A channel that has no image of its own.
    plain = next(n for n in range(middle.shape[0]) if all(n != each.channel for each in middle.channels))
    box = section.get_by_role("spinbutton", name="Channel")
    box.fill(str(plain))
    asked, _ = patches(page, lambda: box.press("Enter"))
    assert asked["channel"] == plain
    expect(section.locator(".made")).to_contain_text("No image of this channel")
    section.get_by_role("button", name="Close", exact=True).click()
    expect(section.locator("feature-detail")).to_have_count(0)
    expect(section.locator(".images button:focus")).to_have_count(1)


def test_an_image_forms_on_demand_and_the_server_stops_when_told(
    visit: Visit, page: Page, stages: list[Stage], monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[float] = []  # when the server in this process took each step
    step = Climb.step

    def counted(climb: Climb) -> None:
        done.append(time.monotonic())
        step(climb)

    monkeypatch.setattr(Climb, "step", counted)
    stage = stages[1]
    feature = f"{stage.layer}:{stage.channels[0].channel}"
    section = come(visit(PATH, True, feature=feature, dreamSteps=512, jitter=4, variation=0.1, dreamSeed=7))
    live = section.locator("live-dream")
    with page.expect_request(lambda request: request.url.endswith("/maximise?tensors=uint8")) as request:
        live.get_by_role("button", name="Start").click()
    body = request.value.post_data_json or {}
    assert (body["steps"], body["jitter"], body["total_variation"], body["seed"]) == (512, 4, 0.1, 7)
    counter = live.locator(".forming .row span")
    expect(counter).to_have_text(re.compile(r"^step [1-9]\d* of 512$"))
    expect(live.locator(".forming canvas")).to_be_visible()
    painted = (
        "canvas => new Set(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).size"
    )
    assert live.locator(".forming canvas").evaluate(painted) > 20
    live.get_by_role("button", name="Stop").click()
    expect(counter).to_have_text(re.compile(r"^Stopped at step \d+ of 512$"))
    time.sleep(0.5)  # what was on its way may come to its end
    taken = len(done)
    time.sleep(0.5)
    assert 0 < len(done) == taken < 512
    value = live.locator("line-chart li", has_text="what is to grow").locator("b")
    expect(value).to_have_text(re.compile(r"\d"))
    # Another channel: the run of this one is over.
    page.route("**/maximise*", lambda route: route.fulfill(status=422, json=REFUSAL), times=1)
    live.get_by_role("button", name="Start").click()
    expect(live.get_by_role("alert").filter(has_text="It has no channels.")).to_be_visible()
    live.get_by_role("button", name="Start").click()
    expect(counter).to_have_text(re.compile(r"^step [1-9]\d* of 512$"))
    other = stages[2]
    image(section, other, other.channels[0].channel).locator("..").click()
    expect(section.locator("live-dream .forming .row span")).to_have_text("")
    time.sleep(0.5)
    taken = len(done)
    time.sleep(0.5)
    assert len(done) == taken
    # A short one ends, and can be taken away.
    live.get_by_role("spinbutton", name="Steps").fill("8")
    live.get_by_role("button", name="Start").click()
    expect(live.locator(".forming .row span")).to_have_text(re.compile(r"^8 steps in [\d.]+ s$"))
    with page.expect_download() as download:
        live.get_by_role("button", name="Take away the image of this channel").click()
        live.get_by_role("button", name="Download NPZ").click()
    assert download.value.suggested_filename.endswith(".npz")


def test_judgements_are_kept_in_the_link_and_put_side_by_side(
    visit: Visit, page: Page, stages: list[Stage]
) -> None:
    section = come(visit(PATH, judged="e"))
    summary = section.locator(".as-judged")
    rows = section.locator(".depth")
    expect(rows.nth(0).get_by_role("radio", name="edge")).to_be_checked()
    for depth, kind in enumerate(["texture", "part", "object"], 1):
        rows.nth(depth).get_by_role("radio", name=kind).check()
    page.wait_for_url(re.compile(r"judged=etpo\b"))
    expect(summary.locator("li .said")).to_have_text(["edge", "texture", "part", "object"])
    expect(summary).to_contain_text(f"4 of {len(stages)} depths judged")
    for depth in range(4, len(stages)):
        rows.nth(depth).get_by_role("radio", name="object").check()
    expect(summary).to_contain_text("In the order of the notes: edges, textures, parts, objects.")
    rows.nth(2).get_by_role("radio", name="edge").check()
    expect(summary).to_contain_text("at depth 3 you saw “edge” after “texture”")
    summary.get_by_role("button", name="Forget my judgements").click()
    expect(section.locator(".judge :checked")).to_have_count(0)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_axe_finds_nothing_and_nothing_is_too_wide_in_any_look(visit: Visit, page: Page, lang: str) -> None:
    patches(page, lambda: come(visit(f"/{lang}/principles", judged="etp")))
    expect(page.locator(".where-from img")).to_be_visible()
    for width in looks(page, (1440, 900), (360, 800)):
        assert violations(page, TAG) == []
        over = page.locator(TAG).evaluate("part => part.scrollWidth - part.clientWidth")
        assert over <= 1, width
