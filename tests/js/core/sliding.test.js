import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import {
  effective,
  feeds,
  feedsAll,
  outputSize,
  padding,
  pooled,
  remainder,
  slideOf,
  source,
  touched,
  transposedSame,
  transposedSize,
  under,
} from "../../../static/core/sliding.js";

/** @typedef {import("../../../static/core/sliding.js").PaddingMode} PaddingMode */

const TABLE = JSON.parse(
  await readFile(new URL("../../data/sliding.json", import.meta.url), "utf8"),
);

test("sizes, remainders and paddings are those of the table", () => {
  for (const axis of TABLE.axes) {
    const words = JSON.stringify(axis);
    assert.equal(effective(axis.kernel_size, axis.dilation), axis.effective, words);
    assert.equal(outputSize(axis), axis.output, words);
    assert.equal(remainder(axis), axis.remainder, words);
    for (const rule of /** @type {const} */ (["same_tensorflow", "same_pytorch", "full"]))
      assert.deepEqual(padding(rule, axis), axis[rule], `${rule} ${words}`);
    assert.deepEqual(padding("valid", axis), [0, 0]);
  }
});

test("so are those of transposed convolutions", () => {
  for (const axis of TABLE.transposed) {
    const words = JSON.stringify(axis);
    assert.equal(transposedSize(axis), axis.output, words);
    assert.deepEqual(transposedSame(axis), axis.same_tensorflow, words);
  }
});

test("so are those of pooling", () => {
  for (const { output, remainder, after, ...axis } of TABLE.pooling)
    assert.deepEqual(pooled(axis), { output, after, remainder }, JSON.stringify(axis));
});

test("padding takes its values from where the table says", () => {
  for (const { padding_mode, size, before, after, sources } of TABLE.sources) {
    const places = Array.from({ length: before + size + after }, (_, i) => i - before);
    const found = places.map((place) => source(place, size, padding_mode));
    assert.deepEqual(found, sources, `${padding_mode} ${size}`);
  }
});

/** Every axis of the table that has windows, in both modes. */
function* slides() {
  for (const axis of TABLE.axes) if (axis.output) yield slideOf(axis);
  for (const axis of TABLE.transposed) yield slideOf(axis, "transposed");
}

test("a place lies in a window exactly where the window lies on the place", () => {
  for (const slide of slides()) {
    /** @type {Set<string>} */ const downwards = new Set();
    for (let window = 0; window < slide.windows; window++)
      under(slide, window).forEach((place, cell) => {
        downwards.add(`${window} ${cell} ${place}`);
      });
    /** @type {Set<string>} */ const upwards = new Set();
    for (let place = -slide.before - 1; place < slide.length + slide.after + 9; place++)
      for (const { window, cell } of feeds(slide, place)) upwards.add(`${window} ${cell} ${place}`);
    assert.deepEqual(upwards, downwards);
    for (let cell = 0; cell < slide.kernel_size; cell++)
      touched(slide, cell).forEach((place, window) => {
        assert.ok(downwards.has(`${window} ${cell} ${place}`));
      });
  }
});

test("all windows of a convolution lie within the padded line", () => {
  for (const axis of TABLE.axes) {
    const slide = slideOf(axis);
    const end = axis.size + axis.after - axis.remainder;
    if (!axis.output) continue;
    assert.equal(under(slide, 0)[0], 0 - axis.before);
    assert.equal(under(slide, axis.output - 1).at(-1), end - 1);
  }
});

test("windows of a place come in order, and padding that repeats it adds its own", () => {
  const slide = slideOf({
    size: 4,
    before: 2,
    after: 2,
    kernel_size: 3,
    stride: 1,
    dilation: 1,
    output: 6,
  });
  assert.deepEqual(feeds(slide, 0), [
    { window: 0, cell: 2 },
    { window: 1, cell: 1 },
    { window: 2, cell: 0 },
  ]);
  assert.deepEqual(feedsAll(slide, 0), feeds(slide, 0));
  // Reflected, the place 1 is met again at −1 and at 5.
  assert.deepEqual(feedsAll(slide, 1, "reflect"), [
    { window: 0, cell: 1 },
    { window: 1, cell: 0 },
    { window: 1, cell: 2 },
    { window: 2, cell: 1 },
    { window: 3, cell: 0 },
    { window: 5, cell: 2 },
  ]);
});

test("with every kind of padding each value under a window is accounted for once", () => {
  for (const mode of /** @type {PaddingMode[]} */ (["zeros", "reflect", "replicate", "circular"]))
    for (const slide of slides()) {
      if (mode === "reflect" && Math.max(slide.before, slide.after) >= slide.length) continue;
      let expected = 0;
      for (let window = 0; window < slide.windows; window++)
        expected += under(slide, window).filter(
          (place) =>
            place < slide.length + slide.after && source(place, slide.length, mode) !== null,
        ).length;
      let met = 0;
      for (let place = 0; place < slide.length; place++) met += feedsAll(slide, place, mode).length;
      if (slide.windows) assert.equal(met, expected);
    }
});
