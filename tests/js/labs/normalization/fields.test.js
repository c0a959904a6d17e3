import assert from "node:assert/strict";
import { test } from "node:test";
import { State } from "../../../../static/core/state.js";
import { fields } from "../../../../static/labs/normalization/fields.js";

const state = new State(fields);

test("a state becomes a link and comes back", () => {
  const values = {
    ...state.defaults,
    batch: ["12", "chelsea", "0".repeat(64)],
    method: /** @type {const} */ ("group"),
    gamma: [1, 2.5],
    beta: 0.5,
    eps: 0,
    momentum: null,
    pin: { b: 0, c: 1, y: 2, x: 3 },
    grid: [[[[1.5]], [[-2]]]],
  };
  assert.deepEqual(state.parse(state.format(values)), values);
  assert.equal(state.format(state.defaults), "");
});

test("what a hand-written link may bring does not get in", () => {
  const bad = {
    batch: ["2000", "", "9.", "../x", Array(65).fill("1").join(".")],
    grid: [
      "[]",
      "[[[[1],[2,3]]]]",
      "[[[[null]]]]",
      "[[[1]]]",
      JSON.stringify(Array(9).fill([[[1]]])),
    ],
    gamma: ["[]", '["1"]', "{}"],
    eps: ["-1", "11", '"1"'],
    momentum: ["2", "-0.1"],
    pin: ['{"b":1}', "[]", '{"b":-1,"c":0,"y":0,"x":0}'],
    method: ["none", "BATCH"],
  };
  for (const [name, words] of Object.entries(bad))
    for (const word of words) {
      const read = state.parse(`#${name}=${encodeURIComponent(word)}`);
      assert.deepEqual(read, state.defaults, `${name}=${word}`);
    }
});
