/** A small network to test with: a stem, a residual block, a pooling head. */

const node = (name, kind, inputs, shape, extra = {}) => ({
  name,
  kind,
  operation: kind,
  block: name.split(".")[0],
  inputs,
  shape,
  parameters: 0,
  multiply_adds: 0,
  receptive_field: null,
  settings: {},
  ...extra,
});

const field = (size, jump, start) => ({
  size: [size, size],
  jump: [jump, jump],
  start: [start, start],
});

export const info = {
  name: "small",
  input: { shape: [1, 28, 28], mean: [0], std: [1] },
  classes: [{ en: "a", zh: "甲" }],
  blocks: [
    { name: "stem", nodes: ["stem.conv", "stem.act"], output: "stem.act" },
    { name: "block1", nodes: ["block1.conv", "block1.drop", "block1.add"], output: "block1.add" },
    { name: "pool", nodes: ["pool"], output: "pool" },
    { name: "flatten", nodes: ["flatten"], output: "flatten" },
    { name: "head", nodes: ["head"], output: "head" },
  ],
  nodes: [
    node("input", "input", [], [1, 28, 28], { receptive_field: field(1, 1, 0) }),
    node("stem.conv", "conv", ["input"], [8, 14, 14], {
      parameters: 72,
      receptive_field: field(3, 2, 0),
    }),
    node("stem.act", "activation", ["stem.conv"], [8, 14, 14], {
      receptive_field: field(3, 2, 0),
    }),
    node("block1.conv", "conv", ["stem.act"], [8, 14, 14], { parameters: 576 }),
    node("block1.drop", "dropout", ["block1.conv"], [8, 14, 14], { settings: { on: false } }),
    node("block1.add", "add", ["block1.drop", "stem.act"], [8, 14, 14]),
    node("pool", "pool", ["block1.add"], [8, 1, 1]),
    node("flatten", "flatten", ["pool"], [8]),
    node("head", "linear", ["flatten"], [1], { parameters: 9 }),
  ],
};
