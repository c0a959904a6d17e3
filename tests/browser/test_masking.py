"""Dropout put where a network has no layer for it, in the explorer: what is chosen is what PyTorch computes."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_detail import Show, close, computed, show, until, value_shown

__all__ = ["show"]


def test_a_recurrent_state_keeps_old_values(show: Show) -> None:
    page = show("row_gru", "rows", ch=3, pin="20,0")
    plain = computed("row_gru", ["rows"]).activations["rows"][0, 3, 20, 0]
    assert close(value_shown(page), float(plain))
    page.get_by_label("Dropout here").select_option(label="Its state keeps old values (zoneout)")
    expect(page.locator("change-list")).to_contain_text("zoneout on the state, p = 0.500")
    changes = [{"kind": "recurrent", "layer": "rows", "rule": "zoneout", "p": 0.5}]
    found = float(computed("row_gru", ["rows"], changes).activations["rows"][0, 3, 20, 0])
    until(page, f"Math.abs(document.querySelector('layer-detail').answers.unit.value - {found}) < 1e-4")
    page.locator("[data-control=masking] .back button").click()
    expect(page.locator("change-list")).to_contain_text("None")


@pytest.mark.parametrize(
    ("layer", "label", "words"),
    [
        ("conv2.act", "After it: square blocks", "dropout after it, p = 0.500, square blocks"),
        ("conv2.conv", "Its weights (DropConnect)", "weights dropped (DropConnect), p = 0.500"),
    ],
)
def test_layers_and_weights_are_dropped_from(show: Show, layer: str, label: str, words: str) -> None:
    page = show("tiny_vgg_batch", layer)
    page.get_by_label("Dropout here").select_option(label=label)
    expect(page.locator("change-list")).to_contain_text(words)
    expect(page.locator("[data-control='masking.p']")).to_be_visible()
    options = page.get_by_label("Dropout here").locator("option")
    expect(options).to_have_count(6 if layer == "conv2.conv" else 5)


def test_a_dropout_layer_has_its_own_controls(show: Show) -> None:
    page = show("row_gru", "drop")
    expect(page.locator("[data-control=p]")).to_be_visible()
    expect(page.locator("[data-control=masking]")).to_have_count(0)
