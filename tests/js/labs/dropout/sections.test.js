import assert from "node:assert/strict";
import { test } from "node:test";
import { dotted, scattered } from "../../../../static/labs/dropout/sections/dots.js";
import {
  decisionsOf,
  runsFor,
  stepOf,
  stepsFor,
} from "../../../../static/labs/dropout/sections/draws.js";
import {
  activationFollows,
  beforeHead,
  bentOnTheWay,
  between,
} from "../../../../static/labs/dropout/sections/paths.js";
import { dropped, placesOf } from "../../../../static/labs/dropout/sections/places.js";
import { SITES, siteOf } from "../../../../static/labs/dropout/sections/sites.js";

/** @param {string} name @param {string} kind @param {string[]} inputs @param {number[]} shape @param {string} [operation] */
const node = (name, kind, inputs, shape, operation = "") =>
  /** @type {any} */ ({ name, kind, inputs, shape, operation });

const NODES = [
  node("input", "input", [], [1, 8, 8]),
  node("conv1", "conv", ["input"], [4, 8, 8], "Conv2d"),
  node("act1", "activation", ["conv1"], [4, 8, 8], "ReLU"),
  node("pool1", "pool", ["act1"], [4, 4, 4], "MaxPool2d"),
  node("conv2", "conv", ["pool1"], [8, 4, 4], "Conv2d"),
  node("norm2", "norm", ["conv2"], [8, 4, 4], "BatchNorm2d"),
  node("act2", "activation", ["norm2"], [8, 4, 4], "ReLU"),
  node("pool2", "pool", ["act2"], [8, 1, 1], "AdaptiveAvgPool2d"),
  node("flatten", "flatten", ["pool2"], [8], "Flatten"),
  node("head", "linear", ["flatten"], [10], "Linear"),
];

test("dots are spread evenly and stay inside", () => {
  const all = Array.from({ length: 64 }, (_, i) => scattered(i));
  assert.ok(all.every((value) => value >= 0 && value < 1));
  for (let part = 0; part < 8; part++) {
    const inside = all.filter((value) => value >= part / 8 && value < (part + 1) / 8).length;
    assert.ok(inside >= 6 && inside <= 10, `${inside} of 64 in an eighth`);
  }
  assert.equal(new Set(all).size, 64);
});

test("dots are one path, rounded", () => {
  assert.equal(
    dotted([
      [0.5, 1],
      [1 / 3, 0],
    ]),
    "M0.5 1h0M0.333 0h0",
  );
  assert.equal(dotted([]), "");
});

test("a mask holds a decision for what is decided by itself", () => {
  assert.equal(decisionsOf("element", [4, 8, 8], 36), 256);
  assert.equal(decisionsOf("channel", [4, 8, 8], 36), 4);
  assert.equal(decisionsOf("row", [4, 8, 8], 36), 1);
  assert.equal(decisionsOf("batch", [4, 8, 8], 36), 1);
  assert.equal(decisionsOf("connect", [4, 8, 8], 36), 36);
  assert.equal(decisionsOf("block", [4, 8, 8], 36), 768);
});

test("small masks go up to 10,000, large ones only as far as the server goes", () => {
  assert.equal(stepsFor(3136).at(-1), 10_000);
  assert.equal(stepsFor(200_000).at(-1), 300);
  assert.deepEqual(stepsFor(1e9), [1]);
  assert.ok(stepsFor(200_000).every((step) => step * 200_000 <= 64_000_000));
});

test("a network is run as often as its layers behind the masks allow", () => {
  const nodes = NODES.map((each) => ({ ...each, parameters: 0, multiply_adds: 0 }));
  const last = nodes.map((each) => (each.name === "head" ? { ...each, multiply_adds: 1e9 } : each));
  assert.equal(runsFor(last, "act2", "channel"), 20);
  assert.equal(runsFor(nodes, "flatten", "element"), Math.floor(75e6 / 16));
  assert.ok(runsFor(nodes, "act1", "element") < runsFor(nodes, "act2", "element"));
});

test("a number of masks is shown at the nearest step", () => {
  const steps = stepsFor(10);
  assert.equal(steps[stepOf(steps, 100)], 100);
  assert.equal(steps[stepOf(steps, 117)], 100);
  assert.equal(steps[stepOf(steps, 9999)], 10_000);
  assert.equal(stepOf([1], 10_000), 0);
});

test("what lies between two steps, and what of it is not linear", () => {
  const names = between(NODES, "act1", "norm2").map(({ name }) => name);
  assert.deepEqual(names, ["pool1", "conv2", "norm2"]);
  assert.deepEqual(bentOnTheWay(NODES, "act1", "norm2"), ["pool1"]);
  assert.deepEqual(bentOnTheWay(NODES, "act2", "head"), []);
  assert.deepEqual(bentOnTheWay(NODES, "conv1", "head"), ["act1", "pool1", "act2"]);
  assert.deepEqual(between(NODES, "head", "conv1"), []);
});

test("whether an activation follows", () => {
  assert.ok(activationFollows(NODES, "act1"));
  assert.ok(!activationFollows(NODES, "act2"));
});

test("a normalisation that looks at its sample is not linear", () => {
  const nodes = [node("x", "conv", [], [1]), node("n", "norm", ["x"], [1], "GroupNorm")];
  assert.deepEqual(bentOnTheWay(nodes, "x", "n"), ["n"]);
});

test("the units before the head", () => {
  assert.equal(beforeHead(NODES), "flatten");
  assert.equal(beforeHead(NODES.slice(0, 3)), "");
});

test("places: early, late and at the end; blocks only where there are maps", () => {
  const layers = (/** @type {any} */ drop) => placesOf(NODES, drop).map(({ layer }) => layer);
  assert.deepEqual(layers("element"), ["act1", "act2", "flatten"]);
  assert.deepEqual(layers("block"), ["act1", "act2"]);
  assert.deepEqual(layers("connect"), ["conv1", "conv2", "head"]);
});

test("a network without convolutions has its hidden layers, and no dropout upon dropout", () => {
  const mlp = [
    node("hidden.linear", "linear", ["input"], [16]),
    node("hidden.act", "activation", ["hidden.linear"], [16]),
    node("hidden.dropout", "dropout", ["hidden.act"], [16]),
    node("head", "linear", ["hidden.dropout"], [10]),
  ];
  assert.deepEqual(
    placesOf(mlp, "element").map(({ layer }) => layer),
    ["hidden.act"],
  );
  assert.deepEqual(placesOf(mlp, "block"), []);
});

test("p = 0 changes nothing; weights are dropped by an intervention of their own", () => {
  assert.deepEqual(dropped("element", "act1", 0), []);
  assert.deepEqual(dropped("channel", "act1", 0.5), [
    { kind: "drop_after", layer: "act1", variant: "channel", p: 0.5 },
  ]);
  assert.deepEqual(dropped("connect", "head", 0.5), [
    { kind: "drop_connect", layer: "head", p: 0.5 },
  ]);
});

test("each site of the Transformer has a layer of its own", () => {
  assert.equal(new Set(SITES.map((name) => siteOf(name).layer)).size, SITES.length);
  assert.deepEqual(
    SITES.filter((name) => siteOf(name).axes === "attention"),
    ["attention"],
  );
});
