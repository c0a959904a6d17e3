import assert from "node:assert/strict";
import { test } from "node:test";
import {
  colourOf,
  inkOn,
  lookup,
  NON_FINITE,
  palette,
  STEPS,
  scaleFor,
} from "../../../static/core/colour.js";

const KINDS = /** @type {const} */ (["diverging", "sequential"]);
const THEMES = /** @type {const} */ (["light", "dark"]);
const parts = (/** @type {number} */ colour) => [
  colour & 255,
  (colour >> 8) & 255,
  (colour >> 16) & 255,
];
const luminance = (/** @type {number} */ colour) => {
  const [r = 0, g = 0, b = 0] = parts(colour).map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

test("signed values get a scale symmetric about 0, others one from 0", () => {
  assert.deepEqual(scaleFor(-1, 3), { kind: "diverging", lo: -3, hi: 3 });
  assert.deepEqual(scaleFor(-4, 3), { kind: "diverging", lo: -4, hi: 4 });
  assert.deepEqual(scaleFor(2, 3), { kind: "sequential", lo: 0, hi: 3 });
  assert.deepEqual(scaleFor(0, 3, true), { kind: "diverging", lo: -3, hi: 3 });
  assert.deepEqual(scaleFor(0, 0), { kind: "sequential", lo: 0, hi: 1 });
  assert.deepEqual(scaleFor(0, 0, true), { kind: "diverging", lo: -1, hi: 1 });
});

test("0 is white in light and black in dark, on either kind of scale", () => {
  for (const kind of KINDS) {
    const scale = scaleFor(kind === "diverging" ? -2 : 0, 2);
    assert.deepEqual(parts(colourOf(0, scale, palette(kind, "light"))), [255, 255, 255]);
    assert.deepEqual(parts(colourOf(0, scale, palette(kind, "dark"))), [0, 0, 0]);
  }
});

test("negative is blue and positive red", () => {
  for (const theme of THEMES) {
    const colours = palette("diverging", theme);
    for (const at of [0.2, 0.5, 0.8]) {
      const [r = 0, , b = 0] = parts(colours[Math.round((STEPS / 2) * (1 + at))] ?? 0);
      assert.ok(r > b, `${theme}: positive ${at}`);
      const [red = 0, , blue = 0] = parts(colours[Math.round((STEPS / 2) * (1 - at))] ?? 0);
      assert.ok(blue > red, `${theme}: negative ${at}`);
    }
  }
});

test("every step away from 0 goes one way in lightness, by small steps", () => {
  for (const theme of THEMES)
    for (const kind of KINDS) {
      const colours = [...palette(kind, theme)];
      assert.equal(colours.length, STEPS + 1);
      const sides =
        kind === "sequential"
          ? [colours]
          : [colours.slice(STEPS / 2), colours.slice(0, STEPS / 2 + 1).reverse()];
      for (const side of sides) {
        const light = side.map(luminance);
        const away = theme === "light" ? -1 : 1;
        light.forEach((value, i) => {
          const step = away * (value - (light[i - 1] ?? value));
          assert.ok(step > -0.004 && step < 0.03, `${theme} ${kind} ${i}: ${step}`);
        });
      }
    }
});

test("what is not finite has a colour that no palette has", () => {
  for (const theme of THEMES)
    for (const kind of KINDS) {
      const colours = palette(kind, theme);
      const scale = scaleFor(-1, 1);
      for (const value of [Number.NaN, Infinity, -Infinity])
        assert.equal(colourOf(value, scale, colours), NON_FINITE);
      assert.ok(!colours.includes(NON_FINITE));
    }
});

test("values beyond the scale get its end colours", () => {
  const colours = palette("diverging", "light");
  const scale = scaleFor(-1, 1);
  assert.equal(colourOf(7, scale, colours), colours[STEPS]);
  assert.equal(colourOf(-7, scale, colours), colours[0]);
});

test("a lookup table gives each byte the colour of its value, in a scale of another map's range", () => {
  const colours = palette("diverging", "light");
  const scale = scaleFor(-5, 8);
  const table = lookup(-1, 3, scale, colours);
  for (const q of [0, 1, 64, 128, 254, 255])
    assert.equal(table[q], colourOf(-1 + (q * 4) / 255, scale, colours));
});

test("a map of one value has one colour", () => {
  const table = lookup(2, 2, scaleFor(0, 4), palette("sequential", "dark"));
  assert.equal(new Set(table).size, 1);
});

test("a map without any finite value is painted as such", () => {
  const table = lookup(Number.NaN, Number.NaN, scaleFor(0, 4), palette("sequential", "dark"));
  assert.deepEqual(new Set(table), new Set([NON_FINITE]));
});

test("ink on any colour has a contrast of 4.5 at least", () => {
  for (const theme of THEMES)
    for (const kind of KINDS)
      for (const colour of palette(kind, theme)) {
        const [a, b] = [luminance(colour), inkOn(colour) === "#000" ? 0 : 1];
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        assert.ok(contrast >= 4.5, `${theme} ${kind} ${parts(colour)}: ${contrast}`);
      }
});
