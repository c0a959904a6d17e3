import assert from "node:assert/strict";
import { test } from "node:test";
import { masking, setMasking } from "../../../static/explorer/detail/changes.js";

const other = { kind: "channels", layer: "a", channels: [1], scale: 0 };

test("a dropout put at a layer is written as the server takes it, and read back", () => {
  const cases = [
    ["element", { kind: "drop_after", variant: "element" }],
    ["block", { kind: "drop_after", variant: "block" }],
    ["weights", { kind: "drop_connect" }],
    ["zoneout", { kind: "recurrent", rule: "zoneout" }],
    ["state", { kind: "recurrent", rule: "dropout" }],
  ];
  for (const [what, change] of cases) {
    const made = setMasking([other], "a", { what, p: 0.2, seed: 7 });
    assert.deepEqual(made, [other, { ...change, layer: "a", p: 0.2, seed: 7 }]);
    assert.deepEqual(masking(made, "a"), { what, p: 0.2, seed: 7 });
    assert.deepEqual(masking(made, "b"), { what: "" });
  }
});

test("a layer takes one of them, and none takes it away", () => {
  const first = setMasking([other], "a", { what: "row", p: 0.5, seed: null });
  assert.deepEqual(first[1], { kind: "drop_after", layer: "a", variant: "row", p: 0.5 });
  const second = setMasking(first, "a", { what: "weights", p: 0.1, seed: null });
  assert.equal(second.length, 2);
  assert.deepEqual(setMasking(second, "a", { what: "", p: 0.1, seed: null }), [other]);
  assert.deepEqual(masking([{ kind: "drop_after", layer: "a" }], "a"), {
    what: "element",
    p: 0.5,
    seed: null,
  });
  assert.deepEqual(masking([{ kind: "recurrent", layer: "a", rule: "none" }], "a"), { what: "" });
});
