import assert from "node:assert/strict";
import { test } from "node:test";
import { VARIANTS } from "../../../../static/labs/dropout/fields.js";
import { decisions, togetherWith } from "../../../../static/labs/dropout/sharing.js";

const shape = [4, 24, 28, 20];
const place = { b: 2, c: 5, y: 11, x: 7 };

/** @param {import("../../../../static/core/tensor-layout.js").Part | null} part */
function size(part) {
  return part && Object.values(part).reduce((n, [from, to]) => n * (to - from), 1);
}

test("a decision and the number of decisions make up the tensor", () => {
  const all = shape.reduce((a, b) => a * b, 1);
  for (const variant of VARIANTS) {
    const count = decisions(variant, shape);
    const one = size(togetherWith(variant, place, shape));
    if (count === null) assert.equal(one, null, variant);
    else assert.equal((one ?? 0) * count, all, variant);
  }
});

test("what is decided together holds the place itself", () => {
  for (const variant of VARIANTS) {
    const part = togetherWith(variant, place, shape);
    if (!part) continue;
    for (const axis of /** @type {const} */ (["b", "c", "y", "x"])) {
      const [from, to] = part[axis];
      assert.ok(from <= place[axis] && place[axis] < to, `${variant} ${axis}`);
    }
  }
});

test("vectors have no places", () => {
  assert.equal(decisions("channel", [4, 256]), 1024);
  assert.equal(decisions("element", [4, 256]), 1024);
  assert.deepEqual(togetherWith("row", { b: 1, c: 3, y: 0, x: 0 }, [4, 256]), {
    b: [1, 2],
    c: [0, 256],
    y: [0, 1],
    x: [0, 1],
  });
});
