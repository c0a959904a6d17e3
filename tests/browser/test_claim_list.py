"""The claims on a lab's page: measured by the server when asked, in words, with evidence."""

import pytest
from playwright.sync_api import Page, Route, expect

from models.claims.registry import CLAIMS
from tests.browser.conftest import violations

pytestmark = pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
PATIENCE = 30_000
WORDS = {
    "holds": "Holds",
    "holds_with_conditions": "Holds with conditions",
    "does_not_hold": "Does not hold",
}
MINE = [claim for claim in CLAIMS.values() if "convolution" in claim.labs]


@pytest.fixture
def claims(page: Page, base_url: str) -> Page:
    """The convolution lab, scrolled to its claims."""
    page.goto(f"{base_url}/en/convolution")
    page.locator("claim-list").scroll_into_view_if_needed()
    expect(page.locator("claim-card")).to_have_count(len(MINE), timeout=PATIENCE)
    return page


def test_a_claim_is_measured_by_key_and_keeps_the_focus(claims: Page) -> None:
    card = claims.get_by_role("article", name=CLAIMS["weight-sharing"].title.en)
    expect(card.get_by_role("table")).to_have_count(0)
    button = card.get_by_role("button")
    button.focus()
    claims.keyboard.press("Enter")
    finding = CLAIMS["weight-sharing"].measure(0)
    expect(card.get_by_role("status").first).to_contain_text(WORDS[finding.verdict], timeout=PATIENCE)
    expect(card).to_contain_text(finding.summary.en)
    expect(card).to_contain_text("seed 0")
    rows = card.get_by_role("row")
    expect(rows).to_have_count(1 + len(finding.table.rows))
    expect(rows.nth(3)).to_contain_text("100,696,064")
    expect(button).to_be_focused()
    claims.keyboard.press("Enter")
    expect(card).to_contain_text("seed 1", timeout=PATIENCE)


def test_all_claims_are_measured_one_after_the_other(claims: Page) -> None:
    claims.get_by_role("button", name="Measure all of them").click()
    expect(claims.locator("claim-card .verdict")).to_have_count(len(MINE), timeout=PATIENCE)
    for claim in MINE:
        card = claims.get_by_role("article", name=claim.title.en, exact=True)
        expect(card.locator(".verdict")).to_have_text(WORDS[claim.measure(0).verdict])
    expect(claims.locator("claim-list > .row")).to_contain_text(f"{len(MINE)} measured")
    for scheme in ("light", "dark"):
        claims.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert violations(claims, "section.claims") == []


def test_nothing_is_wider_than_a_narrow_phone(claims: Page) -> None:
    claims.set_viewport_size({"width": 360, "height": 780})
    card = claims.get_by_role("article", name=CLAIMS["stride-one-two"].title.en)
    card.get_by_role("button").click()
    expect(card.get_by_role("table")).to_be_visible(timeout=PATIENCE)
    box = card.bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= 360


def test_a_refusal_is_said_beside_the_button(claims: Page) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(
            status=422,
            content_type="application/problem+json",
            body='{"code": "invalid", "title": "", "detail": "Not today.", "status": 422}',
        )

    claims.route("**/api/claims/*", refuse)
    card = claims.get_by_role("article", name=CLAIMS["kernel-count"].title.en)
    card.get_by_role("button").click()
    expect(card.get_by_role("alert")).to_have_text("Not today.", timeout=PATIENCE)
    claims.unroute("**/api/claims/*")
    card.get_by_role("button").click()
    expect(card.locator(".verdict")).to_be_visible(timeout=PATIENCE)
