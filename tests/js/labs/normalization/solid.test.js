import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf } from "../../../../static/labs/normalization/sets.js";
import {
  cellsOf,
  faces,
  lines,
  partOf,
  SIZE,
} from "../../../../static/labs/normalization/solid.js";

const SHAPE = [6, 24, 28, 28];
const PLACE = { b: 1, c: 2, y: 11, x: 14 };

test("few cells are drawn, however long the axes are", () => {
  assert.deepEqual(cellsOf(SHAPE), [8, 6, 4]);
  assert.deepEqual(cellsOf([2, 3, 1, 1]), [3, 2, 1]);
  assert.deepEqual(cellsOf([64, 512]), [8, 6, 1]);
});

test("a set fills the axes that it goes along, and one cell of the others", () => {
  const whole = [0, 1];
  assert.deepEqual(partOf(boxOf("batch", PLACE, SHAPE), SHAPE), [[0, 1 / 8], whole, whole]);
  assert.deepEqual(partOf(boxOf("layer", PLACE, SHAPE), SHAPE), [whole, [1 / 6, 2 / 6], whole]);
  assert.deepEqual(partOf(boxOf("instance", PLACE, SHAPE), SHAPE), [
    [0, 1 / 8],
    [1 / 6, 2 / 6],
    whole,
  ]);
  assert.deepEqual(partOf(boxOf("rms", PLACE, SHAPE), SHAPE), [
    whole,
    [1 / 6, 2 / 6],
    [1 / 4, 2 / 4],
  ]);
  const [across] = partOf(boxOf("group", PLACE, SHAPE, 4), SHAPE);
  assert.deepEqual(across, [0, 2 / 8]);
});

test("an element between two cells of the drawing is drawn in one of them", () => {
  const place = { b: 0, c: 1, y: 0, x: 0 };
  const [across] = partOf(boxOf("instance", place, [1, 10, 1, 1]), [1, 10, 1, 1]);
  assert.deepEqual(across, [0, 1 / 8]);
});

test("the last element is drawn in the last cell", () => {
  const box = { b: [5, 6], c: [23, 24], y: [27, 28], x: [27, 28] };
  assert.deepEqual(partOf(/** @type {any} */ (box), SHAPE), [
    [7 / 8, 1],
    [5 / 6, 1],
    [3 / 4, 1],
  ]);
});

test("everything is drawn inside", () => {
  const { front, top, side } = faces([
    [0, 1],
    [0, 1],
    [0, 1],
  ]);
  const numbers = [front, top, side, lines(SHAPE)].join(" ").match(/[\d.]+,[\d.]+/g) ?? [];
  assert.ok(numbers.length > 40);
  for (const pair of numbers) {
    const [x = -1, y = -1] = pair.split(",").map(Number);
    assert.ok(x >= 0 && x <= SIZE.width && y >= 0 && y <= SIZE.height, pair);
  }
});
