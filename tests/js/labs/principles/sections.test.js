import assert from "node:assert/strict";
import { test } from "node:test";
import { lastDecade, marks, shareOf } from "../../../../static/labs/principles/sections/decades.js";
import { formula, plain } from "../../../../static/labs/principles/sections/layers-tex.js";
import { program } from "../../../../static/labs/principles/sections/sharing-torch.js";

const NOTES = { height: 32, width: 32, in_channels: 3, kernel_size: 3, filters: 32, units: 128 };

/** What a formula without its colours comes to. @param {string} tex */
function worth(tex) {
  const bare = tex
    .replaceAll("{,}", "")
    .replace(/\\htmlClass\{tone-\w+\}\{([^{}]*)\}/g, "$1")
    .replaceAll("\\cdot", "*");
  assert.match(bare, /^[\d\s+*()]+$/);
  return Function(`return ${bare}`)();
}

test("the formulas with the numbers put in come to the layers’ counts", () => {
  const value = (/** @type {any} */ kind, /** @type {any} */ what, /** @type {any} */ some = {}) =>
    worth(formula(kind, what, { ...NOTES, ...some }, [32, 32, 32]).numbers);
  assert.equal(value("dense_units", "parameters"), 393_344);
  assert.equal(value("conv", "parameters"), 896);
  assert.equal(value("local", "parameters"), 917_504);
  assert.equal(value("dense", "parameters"), 100_696_064);
  assert.equal(value("dense", "multiply_adds"), 100_663_296);
  assert.equal(value("conv", "multiply_adds"), 884_736);
  assert.equal(value("local", "multiply_adds"), 884_736);
  assert.equal(value("dense_units", "multiply_adds"), 393_216);
  assert.equal(value("conv", "parameters", { in_channels: 1000 }), (9 * 1000 + 1) * 32);
});

test("a letter has one colour wherever it stands, and its number the same", () => {
  const { letters, numbers } = formula("conv", "parameters", NOTES, [32, 32, 32]);
  const tones = (/** @type {string} */ tex) =>
    [...tex.matchAll(/tone-(\w+)/g)].map(([, tone]) => tone);
  assert.deepEqual(tones(letters), tones(numbers));
  assert.deepEqual(tones(letters), ["window", "window", "deviation", "beta"]);
  assert.equal(plain(1_234_567), "1{,}234{,}567");
});

test("the logarithmic axis holds every value, and 1 lies at its beginning", () => {
  assert.equal(lastDecade([896, 100_696_064]), 9);
  assert.equal(lastDecade([10]), 1);
  assert.equal(lastDecade([0]), 1);
  assert.equal(shareOf(1, 6), 0);
  assert.equal(shareOf(1000, 6), 0.5);
  assert.equal(shareOf(0, 6), 0);
  assert.deepEqual(marks(9), [0, 3, 6, 9]);
  assert.deepEqual(marks(3), [0, 1, 2, 3]);
});

test("the program of a shared weight takes just the input that the layer’s windows reach", () => {
  const settings = {
    kernel_size: [3, 3],
    stride: [2, 2],
    padding: [0, 1, 0, 1],
    dilation: [1, 1],
    groups: 4,
  };
  const place = { out_channel: 5, in_channel: 1, row: 2, column: 0, filters: 8, depth: 2 };
  const text = program({ node: { shape: [8, 5, 5], settings }, place });
  assert.match(text, /torch\.randn\(1, 8, 10, 10, /);
  assert.match(text, /padded\[0, 5, 2 :: 2, 0 :: 2\]/); // the second channel of the third group
  assert.match(text, /F\.pad\(x, \[0, 1, 0, 1\]\)/);
});
