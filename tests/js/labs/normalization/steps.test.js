import assert from "node:assert/strict";
import { test } from "node:test";
import katex from "../../../../node_modules/katex/dist/katex.mjs";
import { number } from "../../../../static/core/tex.js";
import {
  mean,
  normalised,
  scaled,
  variance,
} from "../../../../static/labs/normalization/steps-tex.js";

/** @type {any} */
const ELEMENT = {
  x: -4.0148,
  n: 4704,
  mean: 7,
  variance: 5,
  unbiased: 1.1503,
  mean_used: -0.12214,
  variance_used: 1.15,
  eps: 1e-5,
  normalized: -3.6299,
  gamma: 1.0137,
  beta: -0.42543,
  y: -4.1048,
};

/** What stands there for a reader, without the markup. @param {string} tex */
const bare = (tex) => tex.replace(/\\htmlClass\{[^}]*\}\{((?:[^{}]|\{[^{}]*\})*)\}/g, "$1");

test("a number in TeX", () => {
  assert.equal(number(0.5), "0.5000");
  assert.equal(number(-3), "-3.000");
  assert.equal(number(1e-5, 1), "10^{-5}");
  assert.equal(number(3e-8, 1), "3 \\times 10^{-8}");
  assert.equal(number(Number.NaN), "\\text{NaN}");
  assert.equal(number(Number.NEGATIVE_INFINITY), "-\\infty");
});

test("each step has the element's own numbers", () => {
  assert.match(bare(mean(ELEMENT, "batch", false).tex), /1\}\{4\{,\}704\}.* = -0\.1221$/);
  assert.match(bare(variance(ELEMENT, "batch", false).tex), /x_i - \(-0\.1221\)\)\^2 = 1\.150$/);
  assert.match(
    bare(normalised(ELEMENT, "batch").tex),
    /-4\.015 - \(-0\.1221\).*1\.150 \+ 10\^\{-5\}.*-3\.630/,
  );
  assert.match(bare(scaled(ELEMENT).tex), /1\.014 \\cdot \(-3\.630\) \+ \(-0\.4254\) = .*-4\.105/);
});

test("RMSNorm subtracts nothing, and eval takes what training left", () => {
  const rms = { ...ELEMENT, mean_used: 0 };
  assert.match(bare(mean(rms, "rms", false).tex), /= 0$/);
  assert.match(bare(variance(rms, "rms", false).tex), /\\sum x_i\^2 = 1\.150$/);
  assert.doesNotMatch(bare(normalised(rms, "rms").tex), /\\mu/);
  assert.match(bare(mean(ELEMENT, "batch", true).tex), /\\text\{run\}/);
  assert.doesNotMatch(mean(ELEMENT, "batch", true).tex, /sum/);
});

test("KaTeX takes every formula", () => {
  const all = [
    mean(ELEMENT, "batch", false),
    mean(ELEMENT, "rms", false),
    variance(ELEMENT, "layer", true),
    normalised({ ...ELEMENT, eps: 0, normalized: Number.NaN }, "batch"),
    scaled(ELEMENT),
  ];
  for (const { tex } of all)
    assert.doesNotThrow(() => katex.renderToString(tex, { trust: true, strict: false }));
});
