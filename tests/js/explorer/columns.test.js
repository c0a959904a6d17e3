import assert from "node:assert/strict";
import { test } from "node:test";
import {
  affected,
  columnsOf,
  connections,
  inputColumn,
  plainSource,
  seenBy,
} from "../../../static/explorer/columns.js";
import { info } from "./network.js";

const names = (columns) => columns.map(({ name }) => name);

test("a column for each block shows its last step and counts all its parameters", () => {
  const columns = columnsOf(info, "blocks");
  assert.deepEqual(names(columns), ["stem.act", "block1.add", "pool", "flatten", "head"]);
  assert.equal(columns[0].parameters, 72);
  assert.deepEqual(
    columns.map(({ vector }) => vector),
    [false, false, true, true, true],
  );
});

test("a column for each step has its name within the block", () => {
  const columns = columnsOf(info, "nodes");
  assert.equal(columns.length, 8);
  assert.deepEqual([columns[0].title, columns[0].group], ["conv", "stem"]);
  assert.equal(columns[7].title, "head");
});

test("maps of one value are recorded as the vector that they are flattened to", () => {
  const pool = columnsOf(info, "blocks")[2];
  assert.deepEqual([pool.name, pool.source], ["pool", "flatten"]);
});

test("dropout that is off hands on what comes in", () => {
  const columns = columnsOf(info, "nodes");
  const drop = columns.find(({ name }) => name === "block1.drop");
  assert.equal(plainSource(info, drop), "block1.conv");
  assert.equal(plainSource(info, columns[0]), "stem.conv");
});

test("a residual connection is a join, the rest is the flow", () => {
  const blocks = connections(columnsOf(info, "blocks"));
  assert.deepEqual(blocks.flow, [true, true, true, true, true]);
  assert.deepEqual(blocks.joins, [{ from: 0, to: 1 }]);
  const steps = connections(columnsOf(info, "nodes"));
  assert.deepEqual(steps.joins, [{ from: 1, to: 4 }]);
});

test("a change reaches itself and all that follows", () => {
  assert.deepEqual(
    [...affected(info, [{ kind: "conv", layer: "block1.drop" }])],
    ["block1.drop", "block1.add", "pool", "flatten", "head"],
  );
  assert.equal(affected(info, []).size, 0);
});

test("what a value sees: its field, a pixel of the flattened input, or everything", () => {
  const [stem] = columnsOf(info, "blocks");
  assert.deepEqual(seenBy(info, stem.node, { y: 2, x: 3 }), {
    top: 3,
    left: 5,
    bottom: 5,
    right: 7,
  });
  const flat = { ...info.nodes[7], inputs: ["input"], shape: [784] };
  assert.deepEqual(seenBy(info, flat, { y: 0, x: 30 }), { top: 1, left: 2, bottom: 1, right: 2 });
  assert.deepEqual(seenBy(info, info.nodes[8], { y: 0, x: 0 }), {
    top: 0,
    left: 0,
    bottom: 27,
    right: 27,
  });
});

test("only a small input is shown value by value", () => {
  assert.equal(inputColumn(info)?.name, "input");
  assert.equal(inputColumn({ ...info, input: { shape: [3, 224, 224] } }), null);
});

test("after a permutation, maps see pixels that no box holds; vectors see all", () => {
  const [height, width] = [28, 28];
  const nodes = [
    { ...info.nodes[0] },
    {
      name: "permute",
      kind: "permute",
      block: "permute",
      inputs: ["input"],
      shape: [1, height, width],
      settings: {},
    },
    {
      name: "conv",
      kind: "conv",
      block: "conv",
      inputs: ["permute"],
      shape: [4, height, width],
      settings: {},
    },
    { name: "pool", kind: "pool", block: "pool", inputs: ["conv"], shape: [4, 1, 1], settings: {} },
  ].map((node) => ({ ...node, receptive_field: null, parameters: 0 }));
  const blocks = nodes.slice(1).map(({ name }) => ({ name, nodes: [name], output: name }));
  const permuted = { ...info, nodes, blocks };
  const columns = columnsOf(permuted, "blocks");
  assert.deepEqual(
    columns.map(({ scattered }) => scattered),
    [false, true, false],
  );
  assert.equal(
    columnsOf(info, "blocks").some(({ scattered }) => scattered),
    false,
  );
  for (const node of nodes.slice(1, 3)) assert.equal(seenBy(permuted, node, { y: 3, x: 3 }), null);
  assert.deepEqual(seenBy(permuted, nodes[3], { y: 0, x: 0 }), {
    top: 0,
    left: 0,
    bottom: height - 1,
    right: width - 1,
  });
});
