import assert from "node:assert/strict";
import { test } from "node:test";
import { Tensor } from "../../../../static/core/tensor.js";
import {
  around,
  indexOf,
  neighboursOf,
  shelved,
  stepped,
  valueAt,
} from "../../../../static/labs/mlp-vs-cnn/sections/flat.js";
import { boxOf, inMap } from "../../../../static/labs/mlp-vs-cnn/sections/maps.js";
import { scattered } from "../../../../static/labs/mlp-vs-cnn/sections/permutation.js";
import { tallied } from "../../../../static/labs/mlp-vs-cnn/sections/rounds.js";
import { movedRight, tonesOf } from "../../../../static/labs/mlp-vs-cnn/sections/shift.js";
import { hatched, SKETCHES } from "../../../../static/labs/mlp-vs-cnn/sections/sketches.js";

const SHAPE = [3, 32, 32];
const CHW = { c: 1024, y: 32, x: 1 };
const HWC = { c: 1, y: 96, x: 3 };

test("a value is found again where it was put, in both orders", () => {
  for (const strides of [CHW, HWC]) {
    const seen = new Set();
    for (let index = 0; index < 3072; index++) {
      const value = valueAt(strides, index);
      assert.equal(indexOf(strides, value), index);
      seen.add(JSON.stringify(value));
    }
    assert.equal(seen.size, 3072);
  }
  assert.deepEqual(valueAt(CHW, 1024 + 2 * 32 + 5), { c: 1, y: 2, x: 5 });
  assert.deepEqual(valueAt(HWC, 2 * 96 + 5 * 3 + 1), { c: 1, y: 2, x: 5 });
});

test("neighbours land 1, W and H·W away, or 3, 3·W and 1", () => {
  const far = (/** @type {typeof CHW} */ strides) =>
    neighboursOf(SHAPE, strides, { c: 1, y: 5, x: 6 }).map(({ side, distance }) => [
      side,
      distance,
    ]);
  assert.deepEqual(far(CHW), [
    ["left", -1],
    ["right", 1],
    ["up", -32],
    ["down", 32],
    ["channel", -1024],
    ["channel", 1024],
  ]);
  assert.deepEqual(far(HWC), [
    ["left", -3],
    ["right", 3],
    ["up", -96],
    ["down", 96],
    ["channel", -1],
    ["channel", 1],
  ]);
});

test("a corner has two neighbours and the other channels", () => {
  const found = neighboursOf(SHAPE, CHW, { c: 0, y: 0, x: 31 });
  assert.deepEqual(
    found.map(({ side, index }) => [side, index]),
    [
      ["left", 30],
      ["down", 63],
      ["channel", 1024 + 31],
      ["channel", 2048 + 31],
    ],
  );
});

test("keys walk the vector and stop at its ends", () => {
  const vector = { length: 3072, row: 32 };
  assert.equal(stepped(5, "ArrowRight", vector), 6);
  assert.equal(stepped(5, "PageDown", vector), 37);
  assert.equal(stepped(5, "PageUp", vector), 0);
  assert.equal(stepped(5, "End", vector), 3071);
  assert.equal(stepped(5, "a", vector), null);
});

test("the part that is enlarged holds the rows above and below and is as long everywhere", () => {
  for (const [strides, span] of /** @type {const} */ ([
    [CHW, 75],
    [HWC, 203],
  ]))
    for (const index of [0, 40, 1500, 3071]) {
      const [from, to] = around(index, 3072, strides);
      assert.equal(to - from, span);
      assert.ok(from >= 0 && to <= 3072 && from <= index && index < to);
    }
  assert.deepEqual(around(1000, 3072, CHW), [963, 1038]);
});

test("labels never cover each other nor leave their row", () => {
  const labels = [5, 8, 50, 52, 54, 99].map((at) => ({ at, wide: 20 }));
  const placed = shelved(labels, 100);
  placed.forEach(({ left, row }, i) => {
    assert.ok(left >= 0 && left + 20 <= 100);
    for (const other of placed.slice(0, i))
      assert.ok(other.row !== row || Math.abs(other.left - left) >= 24);
  });
  assert.deepEqual(placed[0], { left: 0, row: 0 });
  assert.equal(Math.max(...placed.map(({ row }) => row)), 2);
});

test("the box of a mask holds all of it and no more", () => {
  const mask = (/** @type {number[]} */ ...ones) => {
    const values = new Float32Array(12);
    for (const at of ones) values[at] = 1;
    return inMap(new Tensor([3, 4], values));
  };
  assert.deepEqual(boxOf(mask(5, 10)), { top: 1, left: 1, bottom: 3, right: 3 });
  assert.deepEqual(boxOf(mask(3)), { top: 0, left: 3, bottom: 1, right: 4 });
  assert.equal(boxOf(mask()), null);
});

test("each pixel of a window is found where the permutation has put it", () => {
  const permutation = Array.from({ length: 784 }, (_, i) => 783 - i); // turned by half a circle
  const found = scattered(permutation, { y: 0, x: 10 });
  assert.deepEqual(
    found.map(({ cell }) => cell),
    [3, 4, 5, 6, 7, 8],
  );
  for (const { from, to } of found) assert.deepEqual(to, { y: 27 - from.y, x: 27 - from.x });
});

test("only named drawings count, for each network by itself", () => {
  const guess = { mlp: 1, cnn: 2 };
  assert.deepEqual(
    tallied([
      { said: 1, guess },
      { said: 2, guess },
      { said: 3, guess },
      { said: 2, guess: { mlp: 2, cnn: 2 } },
      { said: null, guess },
      { said: 1, guess: null },
    ]),
    { drawings: 4, mlp: 2, cnn: 2, both: 1, neither: 1 },
  );
});

test("what is moved off a map is gone, what comes in is black", () => {
  const map = inMap(new Tensor([2, 3], Float32Array.from([1, 2, 3, 4, 5, 6])));
  assert.deepEqual([...movedRight(map, 1).values], [0, 1, 2, 0, 4, 5]);
  assert.deepEqual([...movedRight(map, -2).values], [3, 0, 0, 6, 0, 0]);
  assert.deepEqual([...movedRight(map, 5).values], [0, 0, 0, 0, 0, 0]);
});

test("no two curves have the same colour", () => {
  const curves = [null, "mlp", "mlp", "cnn", "cnn"].map((network) => ({
    network,
    layer: "",
    cosine: [],
    other: null,
  }));
  const tones = tonesOf(curves, "mlp");
  assert.equal(new Set(tones).size, curves.length);
  assert.equal(tones[0], "before");
});

test("hatching fills an outline and stays within it", () => {
  const strokes = hatched([
    [50, 50],
    [150, 50],
    [150, 90],
    [50, 90],
  ]);
  assert.ok(strokes.length >= 2);
  for (const stroke of strokes)
    for (const [x, y] of stroke) assert.ok(x >= 60 && x <= 140 && y >= 60 && y <= 81);
  for (const { strokes } of SKETCHES)
    for (const [x, y] of strokes.flat()) assert.ok(x >= 10 && x <= 270 && y >= 10 && y <= 270);
});
