"""Labs in a real browser: a dragged slider, a dragged kernel cell, a dragged smiley."""

import json
import tempfile
import time
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

LEAD = """
async (seconds) => {
  const plane = document.querySelector(".versus-plane");
  const { left, top, width } = plane.getBoundingClientRect();
  let frames = 0, redrawn = 0, seen = window.paints.length;
  const started = performance.now();
  while (performance.now() - started < seconds * 1000) {
    await new Promise(requestAnimationFrame);
    if (window.paints.length > seen) redrawn++;
    seen = window.paints.length;
    const angle = frames++ / 6;
    const clientX = left + width * (0.5 + 0.27 * Math.cos(angle));
    const clientY = top + width * (0.5 + 0.27 * Math.sin(angle));
    plane.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY, pointerId: 1, bubbles: true }));
  }
  return { frames: frames / seconds, redrawn: redrawn / seconds };
}
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


def drag_cell(page: Page) -> dict[str, Any]:
    """Frames a second while a kernel cell is dragged to and fro by the mouse."""
    box = page.locator(CELL).first.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(COUNT)
    started, step = time.perf_counter(), 0
    while time.perf_counter() - started < SECONDS:
        step += 1
        page.mouse.move(x + 40 - abs(step % 160 - 80), y)
        time.sleep(0.008)
    count: dict[str, Any] = page.evaluate("(window.stop = true, window.count)")
    page.mouse.up()
    return {name: count[name] / count["seconds"] for name in ("frames", "redrawn")}


def drag_smiley(page: Page) -> dict[str, float]:
    """Frames a second while the smiley is led round the canvas, a pixel or two with each frame, as by a quick hand."""
    face = page.locator(".versus-plane .face").bounding_box()
    assert face
    page.mouse.move(face["x"] + face["width"] / 2, face["y"] + face["height"] / 2)
    page.mouse.down()
    count: dict[str, float] = page.evaluate(LEAD, SECONDS)
    page.mouse.up()
    return count


if __name__ == "__main__":
    main()
