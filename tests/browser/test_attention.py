"""Attention and what surrounds it in the explorer: the numbers on the screen against PyTorch's."""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from models.layers.attention import split_heads
from tests.browser.conftest import violations
from tests.browser.test_detail import Show, close, computed, number, numbers, show, until, value_shown

__all__ = ["show"]
NET = "mini_vit"


def test_an_attention_weight_comes_from_a_query_and_a_key(show: Show) -> None:
    found = computed(NET, ["block1.qkv", "block1.weights"]).activations
    page = show(NET, "block1.weights", ch=2, pin="24,30")
    expect(page.locator(".sum-section h3")).to_contain_text("Head 2, place (3, 3) looks at place (4, 2)")
    assert close(value_shown(page), float(found["block1.weights"][0, 2, 24, 30]))
    expect(page.locator(".facts")).to_contain_text("4 heads of 16 channels")
    query, key, _ = split_heads(found["block1.qkv"], 4)
    product = float(query[0, 2, 24] @ key[0, 2, 30])
    equation = page.locator("unit-sum .equation").inner_text()
    for value in (product, product / 4, float(found["block1.weights"][0, 2, 24, 30])):
        assert f"{value:.3f}".replace("-", "−") in equation
    page.get_by_role("button", name="All 16 summands").click()
    expect(page.locator("unit-sum .waterfall tbody tr")).to_have_count(16)


def test_the_picture_shows_who_looks_and_at_what(show: Show) -> None:
    page = show(NET, "block2.weights", ch=0, pin="8,40")
    labels = page.locator("input-figure .outline")
    expect(labels).to_have_count(2)
    expect(page.locator("input-figure .readout")).to_contain_text("The place in row 1, column 1 looks")
    until(page, "document.querySelector('input-figure .veil heat-map').tensor.shape.join() === '1,7,7'")
    row = computed(NET, ["block2.weights"]).activations["block2.weights"][0, 0, 8]
    laid = page.evaluate("[...document.querySelector('input-figure .veil heat-map').tensor.values]")
    np.testing.assert_allclose(np.array(laid), row.numpy(), atol=1e-6)


def test_what_attention_mixes_is_all_values_times_their_weights(show: Show) -> None:
    found = computed(NET, ["block1.qkv", "block1.weights", "block1.mix"]).activations
    page = show(NET, "block1.mix", ch=35, pin="2,5")
    values, weights, products = (numbers(table.locator("td")) for table in page.locator(".term table").all())
    expected = found["block1.qkv"][0, 128 + 35].flatten().numpy()
    np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(weights, found["block1.weights"][0, 2, 19].numpy(), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(products.sum(), float(found["block1.mix"][0, 35, 2, 5]), atol=1e-4)
    assert close(value_shown(page), float(found["block1.mix"][0, 35, 2, 5]))
    expect(page.locator(".facts")).to_contain_text("sees the whole picture")


@pytest.mark.parametrize("method", ["layer_channels", "rms"])
def test_each_place_is_normalised_by_its_own_statistics(show: Show, method: str) -> None:
    changes = [{"kind": "normalization", "layer": "block1.norm2", "method": method}]
    norm = computed(NET, ["block1.norm2"], changes).normalizations["block1.norm2"]
    assert norm.gamma is not None and norm.beta is not None
    page = show(NET, "block1.norm2", ch=7, pin="5,2", changes=json.dumps(changes))
    until(page, "document.querySelector('layer-detail').answers.channel?.channel === 7")
    rows = {
        row.locator("b").inner_text(): [number(text) for text in row.locator("td").all_inner_texts()]
        for row in page.locator(".statistics tbody tr").all()
    }
    expected = {"γ": norm.gamma[7], "β": norm.beta[7], "ε": norm.eps}
    if method == "rms":
        assert "μ" not in rows
        (mean_square,) = [value for symbol, value in rows.items() if symbol not in expected]
        np.testing.assert_allclose(mean_square, [float(norm.variance[0, 5, 2])], rtol=1e-4)
    else:
        expected |= {"μ": norm.mean[0, 5, 2], "σ²": norm.variance[0, 5, 2]}
    for symbol, value in expected.items():
        np.testing.assert_allclose(rows[symbol], [float(value)], rtol=1e-4)
    expect(page.locator(".by-place")).to_have_count(1 if method == "rms" else 2)
    assert close(value_shown(page), float(norm.outputs[0, 7, 5, 2]))


def test_a_position_embedding_shows_what_it_learned(show: Show) -> None:
    page = show(NET, "embed.position", ch=3, pin="6,1")
    found = computed(NET, ["embed.patch", "embed.position"]).activations
    ours = found["embed.position"][0, 3] - found["embed.patch"][0, 3]
    expect(page.locator(".operands figure")).to_have_count(3)
    shown = page.evaluate("[...document.querySelectorAll('.operands heat-map')[1].tensor.values]")
    np.testing.assert_allclose(np.array(shown), ours.flatten().numpy(), atol=1e-5)
    expect(page.locator("unit-sum .equation")).to_contain_text(f"{float(ours[6, 1]):.3f}".replace("-", "−"))


def test_a_silenced_head_is_silent_in_what_is_mixed(show: Show) -> None:
    page = show(NET, "block1.weights", ch=1)
    page.get_by_role("button", name="Silence it").click()
    sent = {"kind": "channels", "layer": "block1.weights", "channels": [1], "scale": 0}
    until(
        page,
        f"sent.some((each) => JSON.stringify(each) === {json.dumps(json.dumps([sent], separators=(',', ':')))})",
    )
    page = show(NET, "block1.mix", ch=16, changes=json.dumps([sent]))
    assert value_shown(page) == 0


@pytest.mark.parametrize("layer", ["block1.weights", "block1.mix", "block1.norm2", "embed.position"])
def test_no_accessibility_faults_and_no_sideways_scrolling(
    browser: Browser, base_url: str, layer: str
) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", reduced_motion="reduce"
    )
    page: Page = context.new_page()
    page.goto(f"{base_url}/zh/#net=mini_vit&img=ankle_boot&layer={layer}")
    expect(page.locator("layer-detail .sum-section h3 data")).to_be_visible(timeout=20_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page, "layer-detail") == []
    assert not re.search(r"\{\w+\}", page.locator("layer-detail").inner_text())
    context.close()
