import assert from "node:assert/strict";
import { test } from "node:test";
import { count, fixed, number, parse, percent, shape } from "../../../static/core/format.js";

test("numbers are short, with a true minus", () => {
  const cases = /** @type {const} */ ([
    [0, "0"],
    [-0, "0"],
    [1, "1.00"],
    [-0.5, "−0.500"],
    [0.00123, "0.00123"],
    [0.000123, "1.23e−4"],
    [123.456, "123"],
    [12345.6, "12346"],
    [99999.9, "100000"],
    [1234567, "1.23e6"],
    [-1e-30, "−1.00e−30"],
    [Number.NaN, "NaN"],
    [Infinity, "∞"],
    [-Infinity, "−∞"],
    [null, "NaN"],
  ]);
  for (const [value, text] of cases) assert.equal(number(value), text);
  assert.equal(number(0.123456, 5), "0.12346");
});

test("fixed decimals never show a negative zero", () => {
  assert.equal(fixed(-0.001, 2), "0.00");
  assert.equal(fixed(-1.5, 1), "−1.5");
  assert.equal(fixed(Number.NaN, 1), "NaN");
});

test("counts, percentages and shapes", () => {
  assert.equal(count(864), "864");
  assert.equal(count(21504), "21,504");
  assert.match(count(4_652_008), /^4\.65M$/i);
  assert.equal(percent(0.7678), "76.8%");
  assert.equal(percent(0.0004), "0.04%");
  assert.equal(percent(1e-9), "<0.01%");
  assert.equal(percent(0), "0.0%");
  assert.equal(percent(1), "100.0%");
  assert.equal(shape([32, 112, 112]), "32 × 112 × 112");
});

test("what people type is read", () => {
  for (const [text, value] of /** @type {const} */ ([
    ["1.5", 1.5],
    [" −2 ", -2],
    ["1,5", 1.5],
    [".5", 0.5],
    ["１２", 12],
    ["1e-3", 0.001],
    ["+3.", 3],
  ]))
    assert.equal(parse(text), value, text);
  for (const text of ["", "abc", "1.2.3", "Infinity", "0x10", "1,000.5", "--1"])
    assert.ok(Number.isNaN(parse(text)), text);
});
