import assert from "node:assert/strict";
import { test } from "node:test";
import { toneOf } from "../../../static/core/tones.js";

test("every cell of a kernel has a colour of its own among its neighbours", () => {
  for (const theme of /** @type {const} */ (["light", "dark"]))
    for (const [height, width] of /** @type {const} */ ([
      [3, 3],
      [2, 2],
      [1, 11],
      [5, 1],
      [4, 7],
      [11, 11],
    ]))
      for (let i = 0; i < height; i++)
        for (let j = 0; j < width; j++) {
          const tone = toneOf(i, j, height, width, theme);
          assert.match(tone, /^oklch\([\d.]+ [\d.]+ [\d.]+\)$/);
          if (i) assert.notEqual(tone, toneOf(i - 1, j, height, width, theme));
          if (j) assert.notEqual(tone, toneOf(i, j - 1, height, width, theme));
        }
});

test("the nine of a 3 × 3 kernel all differ, and in the two themes", () => {
  const tones = new Set();
  for (const theme of /** @type {const} */ (["light", "dark"]))
    for (let i = 0; i < 9; i++) tones.add(toneOf(Math.floor(i / 3), i % 3, 3, 3, theme));
  assert.equal(tones.size, 18);
});

test("a kernel turned by 180° has its colours on the other side of the clock", () => {
  const hue = (/** @type {string} */ tone) => Number(tone.split(" ")[2]?.replace(")", ""));
  const [first, last] = [toneOf(0, 0, 3, 3, "light"), toneOf(2, 2, 3, 3, "light")];
  assert.ok(Math.abs(Math.abs(hue(first) - hue(last)) - 180) < 0.2);
});
