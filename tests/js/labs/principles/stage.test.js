import assert from "node:assert/strict";
import { test } from "node:test";
import { State } from "../../../../static/core/state.js";
import { Tensor } from "../../../../static/core/tensor.js";
import { beyond, cropOf, mapOf, scaleOf } from "../../../../static/labs/principles/field-paint.js";
import { fields } from "../../../../static/labs/principles/fields.js";
import { chainTo, torch } from "../../../../static/labs/principles/torch.js";

const round = { stride: [1, 1], dilation: [1, 1], groups: 1 };
/** @param {string} name @param {string} kind @param {string[]} inputs @param {object} [settings] @returns {any} */
const node = (name, kind, inputs, settings = {}) => ({ name, kind, inputs, settings });
const conv = {
  ...round,
  in_channels: 1,
  out_channels: 4,
  kernel_size: [3, 3],
  padding: [1, 1, 1, 1],
};
const pool = { kernel_size: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], whole_map: false };
const NODES = [
  node("input", "input", []),
  node("a", "conv", ["input"], conv),
  node("relu", "activation", ["a"]),
  node("b", "pool", ["relu"], pool),
  node("c", "conv", ["b"], { ...conv, in_channels: 4, padding: [0, 1, 0, 1], stride: [2, 2] }),
  node("add", "add", ["c", "b"]),
];

test("of a picture in colours, one colour’s entries or those furthest from 0 are shown", () => {
  const row = new Tensor([3, 1, 2], Float32Array.of(1, -1, -3, 0.5, 2, 0));
  assert.deepEqual([...mapOf(row, "strongest")], [-3, -1]);
  assert.deepEqual([...mapOf(row, "green")], [-3, 0.5]);
  assert.deepEqual([...row.values], [1, -1, -3, 0.5, 2, 0], "the row itself is left as it is");
  const grey = new Tensor([1, 1, 2], Float32Array.of(4, 5));
  assert.deepEqual([...mapOf(grey, "blue")], [4, 5]);
});

test("a signed scale lies evenly about 0, and says what the values really reach", () => {
  const signed = scaleOf(Float32Array.of(-1, 0, 3), true);
  assert.deepEqual(signed.scale, { kind: "diverging", lo: -3, hi: 3 });
  assert.deepEqual(signed.range, [-1, 3]);
  assert.deepEqual(scaleOf(Float32Array.of(0, 2), false).scale, {
    kind: "sequential",
    lo: 0,
    hi: 2,
  });
});

test("a box that reaches beyond the picture is cut out whole", () => {
  const picture = { width: 3, height: 2 };
  const box = { top: -1, left: 1, bottom: 2, right: 4 };
  const crop = cropOf(Float32Array.of(1, 2, 3, 4, 5, 6), picture, box);
  assert.deepEqual(crop.shape, [1, 3, 3]);
  assert.deepEqual([...crop.values], [0, 0, 0, 2, 3, 0, 5, 6, 0]);
  assert.deepEqual(beyond(picture, box), { top: 1, left: 0, bottom: 0, right: 1 });
});

test("the program has the layers that a unit sees through, where they are a chain", () => {
  const names = (/** @type {string} */ layer) => chainTo(NODES, layer)?.map(({ name }) => name);
  assert.deepEqual(names("relu"), ["a"]);
  assert.deepEqual(names("c"), ["a", "b", "c"]);
  assert.equal(names("add"), undefined);
  assert.equal(names("nowhere"), undefined);
  const chain = /** @type {any} */ (chainTo(NODES, "c"));
  const program = torch({ chain, shape: [1, 28, 28], spot: { y: 0.5, x: 0.25 } });
  assert.match(program, /nn\.Conv2d\(1, 4, \(3, 3\), \(1, 1\), \(1, 1\), \(1, 1\), 1\), {2}# a/);
  assert.match(program, /nn\.AvgPool2d\(\(2, 2\), \(2, 2\), \(0, 0\)\), {2}# b/);
  assert.match(program, /nn\.ZeroPad2d\(\(0, 1, 0, 1\)\), nn\.Conv2d\(4, 4, .*\(0, 0\)/);
  assert.match(program, /nn\.Linear\(784, 1\)/);
});

test("a link brings back the whole state", () => {
  const state = new State(fields);
  const values = {
    ...state.defaults,
    picture: "chelsea",
    net: "efficientnet_lite0",
    y: 0.1234,
    colour: /** @type {const} */ ("red"),
    kernel: 5,
    shared: "stem.conv",
  };
  assert.deepEqual(state.parse(state.format(values)), values);
  assert.equal(state.format(state.defaults), "");
  assert.equal(state.parse("#y=2&kernel=0&dense=512").y, 0.5);
});
