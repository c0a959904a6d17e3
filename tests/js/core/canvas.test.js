import assert from "node:assert/strict";
import { test } from "node:test";
import { withRoom } from "../../../static/core/canvas.js";

const size = (/** @type {number} */ width, /** @type {number} */ height) => ({ width, height });

test("a roomy canvas keeps its size while what is shown fits", () => {
  assert.deepEqual(withRoom(size(224, 676), size(56, 172)), size(224, 676));
  assert.deepEqual(withRoom(size(224, 676), size(224, 676)), size(224, 676));
});

test("it grows in the direction in which there is no room", () => {
  assert.deepEqual(withRoom(size(112, 340), size(224, 100)), size(224, 340));
  assert.deepEqual(withRoom(size(1, 1), size(7, 9)), size(7, 9));
});

test("one that is far too large is made to measure again", () => {
  assert.deepEqual(withRoom(size(224, 676), size(7, 7)), size(7, 7));
  assert.deepEqual(withRoom(size(2, 400), size(20, 1)), size(20, 1));
});
