"""Labs in a real browser: a dragged slider, a dragged kernel cell, a dragged smiley."""

import json
import math
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.page import CONTEXT, DRAG, WATCH
from tests.benchmarks.server import serving
from tools import browser

SECONDS = 3
STRIDE = "convolution-controls input[type=range]"
CELL = "kernel-set kernel-editor [role=gridcell]"
KERNELS = [{"kind": "preset", "preset": "random", "size": [5, 5], "seed": seed} for seed in range(8)]
EIGHT = {"view": "picture", "colour": "rgb", "kernels": json.dumps(KERNELS)}
CELLS = {"padding": "same_tensorflow"}
COUNT = """
window.count = { frames: 0, redrawn: 0 };
window.stop = false;
let seen = window.paints.length;
const started = performance.now();
const frame = () => {
  window.count.frames++;
  if (window.paints.length > seen) window.count.redrawn++;
  seen = window.paints.length;
  window.count.seconds = (performance.now() - started) / 1000;
  if (!window.stop) requestAnimationFrame(frame);
};
requestAnimationFrame(frame);
"""


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(1, Path(folder)) as port,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(**browser.launch_options())  # type: ignore[arg-type]
        print("\nThe convolution lab's page, frames a second (and frames with something redrawn)")
        for name, state in (("picture, 8 kernels of 5×5", EIGHT), ("cells", CELLS)):
            page = chromium.new_context(**CONTEXT).new_page()
            page.add_init_script(WATCH)
            page.goto(f"http://127.0.0.1:{port}/en/convolution#{urlencode(state)}")
            page.wait_for_selector(CELL)
            page.wait_for_load_state("networkidle")
            slid = page.evaluate(DRAG, [STRIDE, SECONDS])
            print(f"  {name}: stride slider   {slid['frames']:4.0f} ({slid['redrawn']:.0f})")
            page.evaluate("location.hash = location.hash.replace(/&?stride=[^&]*/, '')")
            page.wait_for_load_state("networkidle")
            dragged = drag_cell(page)
            print(f"  {name}: kernel cell     {dragged['frames']:4.0f} ({dragged['redrawn']:.0f})")
            page.context.close()
        page = chromium.new_context(**CONTEXT).new_page()
        page.add_init_script(WATCH)
        page.goto(f"http://127.0.0.1:{port}/en/mlp-vs-cnn")
        page.wait_for_selector(".versus-maps heat-map")
        page.wait_for_load_state("networkidle")
        dragged = drag_smiley(page)
        print(
            f"  the smiley dragged: {dragged['frames']:.0f} frames a second ({dragged['redrawn']:.0f} redrawn)"
        )
        chromium.close()


def drag_cell(page: Page) -> dict[str, float]:
    """Frames a second while a kernel cell is dragged to and fro by the mouse."""
    box = page.locator(CELL).first.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    return drag(page, lambda step: (x + 40 - abs(step % 160 - 80), y))


def drag_smiley(page: Page) -> dict[str, float]:
    """Frames a second while the smiley goes round the canvas."""
    box = page.locator(".versus-plane").bounding_box()
    face = page.locator(".versus-plane .face").bounding_box()
    assert box and face
    x, y = face["x"] + face["width"] / 2, face["y"] + face["height"] / 2
    radius = box["x"] + box["width"] / 2 - x

    def at(step: int) -> tuple[float, float]:
        angle = step / 30
        return x + radius * (1 - math.cos(angle)), y + radius * math.sin(angle)

    return drag(page, at)


def drag(page: Page, at: Callable[[int], tuple[float, float]]) -> dict[str, float]:
    """Frames a second, and those with something redrawn, while the mouse holds what lies at `at(0)`."""
    page.mouse.move(*at(0))
    page.mouse.down()
    page.evaluate(COUNT)
    started, step = time.perf_counter(), 0
    while time.perf_counter() - started < SECONDS:
        step += 1
        page.mouse.move(*at(step))
        time.sleep(0.008)
    count: dict[str, Any] = page.evaluate("(window.stop = true, window.count)")
    page.mouse.up()
    return {name: count[name] / count["seconds"] for name in ("frames", "redrawn")}


if __name__ == "__main__":
    main()
