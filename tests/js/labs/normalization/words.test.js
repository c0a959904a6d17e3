import assert from "node:assert/strict";
import { test } from "node:test";
import { boxOf } from "../../../../static/labs/normalization/sets.js";
import { axesOf, sharedWords } from "../../../../static/labs/normalization/words.js";

const SHAPE = [6, 24, 28, 28];
const PLACE = { b: 1, c: 2, y: 11, x: 14 };

/** @param {import("../../../../static/labs/normalization/fields.js").Method} method @param {number} [groups] */
const said = (method, groups = 1) =>
  sharedWords(method, "maps", PLACE, boxOf(method, PLACE, SHAPE, groups));

test("whom an element shares with is said in words", () => {
  assert.equal(said("batch"), "channel 2 of all samples, at every place");
  assert.equal(said("group", 4), "channels 0 to 5 of sample 1, at every place");
  assert.equal(said("rms"), said("layer_channels"));
});

test("a group of one channel is said as InstanceNorm is", () => {
  assert.equal(said("group", 24), said("instance"));
});

test("the axes have the names of their layout", () => {
  assert.equal(axesOf("batch", "maps"), "N, H, W");
  assert.equal(axesOf("layer", "tokens"), "D, L");
  assert.equal(axesOf("instance", "vectors"), "–");
});
