import assert from "node:assert/strict";
import { test } from "node:test";
import { Tensor } from "../../../static/core/tensor.js";
import { columnsOf, connections } from "../../../static/explorer/columns.js";
import {
  attending,
  look,
  mixed,
  patch,
  standing,
} from "../../../static/explorer/detail/attention.js";
import { shapes } from "../../../static/explorer/detail/shapes.js";
import { channelName, channelWords, facts } from "../../../static/explorer/detail/words.js";

const field = { size: [4, 4], jump: [4, 4], start: [1.5, 1.5] };
const wide = { ...field, size: [20, 12] };
const node = (name, kind, inputs, shape, receptive_field, settings = {}) => ({
  name,
  kind,
  operation: kind,
  block: name,
  inputs,
  shape,
  parameters: 0,
  multiply_adds: 0,
  receptive_field,
  settings,
});

/** Six patches as tokens, two heads of four channels. */
const info = {
  input: { shape: [1, 12, 8], mean: [0], std: [1] },
  classes: [],
  blocks: [],
  nodes: [
    node("input", "input", [], [1, 12, 8], { size: [1, 1], jump: [1, 1], start: [0, 0] }),
    node("position", "linear", ["input"], [24, 3, 2], field),
    node("qkv", "activation", ["position"], [24, 3, 2], field),
    node("weights", "attention", ["qkv"], [2, 6, 6], null, { num_heads: 2, head_dim: 4 }),
    node("drop", "dropout", ["weights"], [2, 6, 6], null),
    node("mix", "mix", ["drop", "qkv"], [8, 3, 2], wide),
    node("act", "activation", ["mix"], [8, 3, 2], wide),
  ],
};
const named = (name) => info.nodes.find((each) => each.name === name);
const places = { height: 3, width: 2, field };

test("attention weights and their dropout have places for axes, other layers have not", () => {
  assert.deepEqual(attending(info, named("weights")), places);
  assert.deepEqual(attending(info, named("drop")), places);
  for (const name of ["input", "qkv", "mix", "act"])
    assert.equal(attending(info, named(name)), null);
});

test("their channels are heads", () => {
  assert.equal(channelName(info, named("drop"), 1), "Head 1");
  assert.equal(channelWords(info, named("weights"), 0), "head 0");
  assert.equal(channelName(info, named("mix"), 1), "Channel 1");
});

test("a place has a patch of the picture", () => {
  assert.deepEqual(standing(places, 3), { y: 1, x: 1 });
  assert.deepEqual(patch(places, 0, [12, 8]), { top: 0, left: 0, bottom: 3, right: 3 });
  assert.deepEqual(patch(places, 5, [12, 8]), { top: 8, left: 4, bottom: 11, right: 7 });
  assert.deepEqual(patch(places, 5, [10, 8]), { top: 8, left: 4, bottom: 9, right: 7 });
});

test("a row of the weights is a map of the places", () => {
  const values = Float32Array.from({ length: 36 }, (_, i) => i);
  const map = look(places, new Tensor([1, 6, 6], values), 2);
  assert.deepEqual([map.count, map.height, map.width], [1, 3, 2]);
  assert.deepEqual([...map.values], [12, 13, 14, 15, 16, 17]);
});

test("what comes after attention sees everything", () => {
  assert.deepEqual([...mixed(info)], ["mix", "act"]);
  const told = (name) => {
    const { shape, receptive_field } = named(name);
    return facts(info, named(name), { shape, field: receptive_field, changes: [] });
  };
  assert.ok(told("act").includes("sees the whole picture"));
  assert.ok(told("qkv").includes("sees 4×4 pixels"));
  assert.ok(told("weights").includes("2 heads of 4 channels"));
  assert.deepEqual(
    columnsOf(info, "nodes").map((column) => column.mixed),
    [false, false, false, false, true, true],
  );
});

test("what is mixed joins with another sign than what is added", () => {
  const { joins, mixing } = connections(columnsOf(info, "nodes"));
  assert.deepEqual(joins, [{ from: 1, to: 4 }]);
  assert.deepEqual([...mixing], [4]);
});

test("shapes of attention follow from the map's", () => {
  const known = shapes(info, []);
  for (const { name, shape } of info.nodes) assert.deepEqual(known.get(name), shape, name);
});
