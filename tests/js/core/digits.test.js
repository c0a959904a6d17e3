import assert from "node:assert/strict";
import { test } from "node:test";
import { writer } from "../../../static/core/digits.js";

/** @param {number[]} values @param {number} letters */
function written(values, letters) {
  const found = writer(values, letters);
  return found && values.map(found.write);
}

test("whole numbers are written as they are", () => {
  assert.deepEqual(written([0, -9, 12], 3), ["0", "−9", "12"]);
});

test("others share as many decimals as the longest has room for", () => {
  assert.deepEqual(written([0.5, 0.125], 5), ["0.500", "0.125"]);
  assert.deepEqual(written([0.5, 0.125], 4), [".500", ".125"]);
  assert.deepEqual(written([0.5, -0.125], 4), [".50", "−.13"]);
  assert.deepEqual(written([0.5, -10.25], 5), ["0.5", "−10.3"]);
  assert.deepEqual(written([0.5, 0.25], 2), [".5", ".3"]);
});

test("numbers under 2 are never rounded to whole ones; without room there are none", () => {
  assert.equal(written([0.5, -0.25], 2), null);
  assert.equal(written([1234, 0], 3), null);
  assert.equal(written([], 1)?.length, 0);
});

test("large ones are written with an exponent; what is not finite by name", () => {
  assert.deepEqual(written([2e9, 0], 4), ["2e9", "0"]);
  assert.deepEqual(written([Number.NaN, 1], 4), ["NaN", "1"]);
});
