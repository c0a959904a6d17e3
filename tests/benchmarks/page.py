"""The explorer in a real browser: cold load, change of picture, a dragged slider, bytes."""

import gzip
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page, Request, sync_playwright

from tests.benchmarks.server import serving
from tools import browser

WATCH = """
const context = CanvasRenderingContext2D.prototype, put = context.putImageData;
window.paints = [];
window.drawn = new Promise((done) => {
  context.putImageData = function (...args) {
    put.apply(this, args);
    if (this.canvas.width * this.canvas.height > 1000) window.paints.push(performance.now());
    if (window.paints.length === 15) done();
  };
});
"""

CHANGE = """
async (name) => {
  const started = performance.now();
  document.querySelector(name).click();
  while (window.paints.at(-1) < started) await new Promise(requestAnimationFrame);
  return window.paints.at(-1) - started;
}
"""

DRAG = """
async ([selector, seconds, values = [1, 2, 3, 4, 3, 2]]) => {
  const slider = document.querySelector(selector);
  let frames = 0, redrawn = 0, seen = window.paints.length;
  const started = performance.now();
  while (performance.now() - started < seconds * 1000) {
    await new Promise(requestAnimationFrame);
    if (window.paints.length > seen) redrawn++;
    seen = window.paints.length;
    slider.value = String(values[Math.floor(frames++ / 4) % values.length]);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }
  return { frames: frames / seconds, redrawn: redrawn / seconds };
}
"""

BARE = """
window.ask = async (body) => {
  const init = { method: "POST", headers: { "content-type": "application/json" }, body };
  const run = await fetch("/api/networks/efficientnet_lite0/run?tensors=uint8", init);
  for (const { activation } of (await run.json()).layers) {
    const bytes = Uint8Array.fromBase64(activation.data);
    const canvas = document.body.appendChild(document.createElement("canvas"));
    canvas.width = activation.shape.at(-1);
    canvas.height = bytes.length / canvas.width;
    const image = new ImageData(canvas.width, canvas.height);
    const pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < bytes.length; i++) pixels[i] = 0xff000000 | bytes[i];
    canvas.getContext("2d").putImageData(image, 0, 0);
  }
};
"""
"""The least that can be done: ask what the page asks and put the bytes on canvases, without any page."""

AGAIN = """
async (question) => {
  const times = [];
  for (let turn = 0; turn < 5; turn++) {
    const started = performance.now();
    await ask(question);
    times.push(performance.now() - started);
  }
  return times;
}
"""

SLIDER = "change-controls input[type=range]"
"""Of the open layer: of a convolution its stride, of an addition what a channel is multiplied by."""
FACTORS = [0.2, 0.5, 0.8, 1.1, 1.4, 1.7]
CONTEXT: dict[str, Any] = {
    "viewport": {"width": 1440, "height": 900},
    "locale": "en-GB",
    "bypass_csp": True,  # for waiting by a condition
}


def main(rounds: int = 7) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(1, Path(folder)) as port,
        sync_playwright() as playwright,
    ):
        address = f"http://127.0.0.1:{port}/en/"
        chromium = playwright.chromium.launch(**browser.launch_options())  # type: ignore[arg-type]
        question = first_question(chromium, address)
        bare_loads, loads, bare_changes = [], [], []
        for _ in range(rounds):
            load, again = bare(chromium, f"http://127.0.0.1:{port}/healthz", question)
            bare_loads.append(load)
            bare_changes.append(again)
            loads.append(cold(chromium, address))
        middle = {key: median(load[key] for load in loads[1:]) for key in loads[0]}
        floor, floor_again = median(bare_loads[1:]), median(bare_changes[1:])
        print("\nThe explorer page, cold (empty cache, new context)")
        print(f"  first heat map drawn               {middle['first']:6.0f} ms")
        print(f"    ratio to the bare question       {middle['first'] / floor:6.2f} ({floor:.0f} ms)")
        print(f"  fifteen layers drawn               {middle['all']:6.0f} ms")
        print(f"  bytes received                     {middle['bytes'] / 1e3:6.0f} kB")
        print(f"  the same with the maps compressed  {middle['packed'] / 1e3:6.0f} kB")
        page = opened(chromium, address)
        samples = [f"picture-picker .samples li:nth-child({1 + turn % 3}) button" for turn in range(1, 13)]
        page.wait_for_selector(samples[-1])
        changes = [page.evaluate(CHANGE, sample) for sample in samples]
        print(f"  change of picture → maps redrawn   {median(changes):6.0f} ms (p50)")
        print(
            f"    ratio to the bare question       {median(changes) / floor_again:6.2f} ({floor_again:.0f} ms)"
        )
        for words, layer, how in (
            ("stride of the stem, slider dragged", "stem.conv", [SLIDER, 3]),
            ("a channel's factor, slider dragged", "block3.add", [SLIDER, 3, FACTORS]),
        ):
            page = opened(chromium, f"{address}#layer={layer}")
            page.wait_for_selector(SLIDER)
            dragged = page.evaluate(DRAG, how)
            print(f"  {words} {dragged['frames']:6.0f} frames a second,")
            print(f"    maps redrawn in                  {dragged['redrawn']:6.0f} of them")
            page.context.close()
        chromium.close()


def first_question(chromium: Browser, address: str) -> str:
    """The body of the first run that the page asks for."""
    page = chromium.new_context(**CONTEXT).new_page()
    page.add_init_script(WATCH)
    with page.expect_request("**/run?tensors=uint8") as asked:
        page.goto(address)
    page.evaluate("window.drawn")
    page.context.close()
    body = asked.value.post_data
    assert body is not None
    return body


def bare(chromium: Browser, address: str, question: str) -> tuple[float, float]:
    """Milliseconds of the bare question on an empty page: from the navigation on, and asked again."""
    page = chromium.new_context(**CONTEXT).new_page()
    page.add_init_script(BARE)
    page.goto(address)
    drawn: float = page.evaluate("(question) => ask(question).then(() => performance.now())", question)
    again: list[float] = page.evaluate(AGAIN, question)
    page.context.close()
    return drawn, median(again)


def opened(chromium: Browser, address: str) -> Page:
    """The page with its first screen of maps drawn."""
    page = chromium.new_context(**CONTEXT).new_page()
    page.add_init_script(WATCH)
    page.goto(address)
    page.evaluate("window.drawn")
    return page


def cold(chromium: Browser, address: str) -> dict[str, float]:
    """Milliseconds until heat maps are drawn, and the bytes that came over the wire."""
    page = chromium.new_context(**CONTEXT).new_page()
    requests: list[Request] = []
    page.on("requestfinished", lambda request: requests.append(request))
    page.add_init_script(WATCH)
    page.goto(address)
    page.evaluate("window.drawn")
    page.wait_for_load_state("networkidle")
    paints = page.evaluate("window.paints")
    weights = weighed(requests)
    page.context.close()
    return {"first": paints[0], "all": paints[14], **weights}


def weighed(requests: list[Request]) -> dict[str, float]:
    """Bytes as they went over the wire, and what they would be with the maps compressed as well."""
    plain = packed = 0
    for request in requests:
        sizes = request.sizes()
        plain += sizes["responseHeadersSize"] + sizes["responseBodySize"]
        packed += sizes["responseHeadersSize"]
        answer = request.response()
        maps = answer is not None and request.url.endswith("/run?tensors=uint8")
        packed += len(gzip.compress(answer.body())) if answer and maps else sizes["responseBodySize"]
    return {"bytes": plain, "packed": packed}
