import assert from "node:assert/strict";
import { test } from "node:test";
import { decimals, keyed, snap } from "../../../static/core/quantity.js";

const unit = { min: 0, max: 1, step: 0.05 };

test("a step says how many decimals it needs", () => {
  assert.deepEqual([1, 0.5, 0.05, 2, 1e-7, 10].map(decimals), [0, 1, 2, 0, 7, 0]);
});

test("values snap to steps within the bounds, without binary noise", () => {
  assert.equal(snap(0.31, unit), 0.3);
  assert.equal(snap(7, unit), 1);
  assert.equal(snap(-7, unit), 0);
  assert.equal(snap(4, { min: 1, max: 8, step: 2 }), 5);
  assert.equal(snap(9, { min: 1, max: 8, step: 2 }), 7, "the last step that is within");
  assert.equal(snap(-0.01, { min: -Infinity, max: Infinity, step: 0.05 }), 0);
  assert.ok(Object.is(snap(-0.01, { min: -1, max: 1, step: 0.05 }), 0), "never −0");
});

test("every value that keys reach is one that snapping leaves alone", () => {
  let value = 0;
  for (let i = 0; i < 20; i++) {
    value = keyed(value, "ArrowUp", unit) ?? Number.NaN;
    assert.equal(snap(value, unit), value);
  }
  assert.equal(value, 1);
});

test("keys step, leap and go to the ends", () => {
  assert.equal(keyed(0.5, "ArrowDown", unit), 0.45);
  assert.equal(keyed(0.5, "ArrowUp", unit, true), 1);
  assert.equal(keyed(0.5, "PageDown", unit), 0);
  assert.equal(keyed(0.5, "Home", unit), 0);
  assert.equal(keyed(0.5, "End", unit), 1);
  assert.equal(keyed(0.5, "End", { ...unit, max: Infinity }), null);
  assert.equal(keyed(0.5, "x", unit), null);
});
