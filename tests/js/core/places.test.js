import assert from "node:assert/strict";
import { test } from "node:test";
import { between, bounds, inside, one, same, walk } from "../../../static/core/places.js";

const RING = { top: 1, left: 2, bottom: 1, right: 0 };
const WHOLE = { height: 7, width: 6 }; // of 5 × 4 cells

test("padding lies below 0 and past the end", () => {
  assert.deepEqual(bounds(WHOLE, RING), { top: -1, left: -2, bottom: 5, right: 3 });
  assert.ok(inside({ y: 0, x: 0 }, WHOLE, RING) && inside({ y: 4, x: 3 }, WHOLE, RING));
  for (const place of [
    { y: -1, x: 0 },
    { y: 0, x: -1 },
    { y: 5, x: 0 },
    { y: 0, x: 4 },
  ])
    assert.ok(!inside(place, WHOLE, RING));
});

test("keys lead to the neighbours and the ends, and never out", () => {
  const limits = bounds(WHOLE, RING);
  const from = { y: 0, x: 0 };
  assert.deepEqual(walk(from, "ArrowUp", 1, limits), { y: -1, x: 0 });
  assert.deepEqual(walk(from, "ArrowLeft", 4, limits), { y: 0, x: -2 });
  assert.deepEqual(walk(from, "ArrowRight", 4, limits), { y: 0, x: 3 });
  assert.deepEqual(walk(from, "ArrowDown", 1, limits), { y: 1, x: 0 });
  assert.deepEqual(walk(from, "Home", 1, limits), { y: 0, x: -2 });
  assert.deepEqual(walk(from, "End", 1, limits), { y: 0, x: 3 });
  assert.deepEqual(walk(from, "PageUp", 1, limits), { y: -1, x: 0 });
  assert.deepEqual(walk(from, "PageDown", 1, limits), { y: 5, x: 0 });
  assert.equal(walk(from, "x", 1, limits), null);
});

test("a stroke leaves no gaps", () => {
  assert.deepEqual(between({ y: 0, x: 0 }, { y: 1, x: 3 }), [
    { y: 0, x: 1 },
    { y: 1, x: 2 },
    { y: 1, x: 3 },
  ]);
  assert.deepEqual(between({ y: 2, x: 2 }, { y: 2, x: 2 }), []);
});

test("places are compared by value", () => {
  assert.ok(same({ y: 1, x: 2 }, { y: 1, x: 2 }) && same(null, null));
  assert.ok(!same({ y: 1, x: 2 }, null) && !same({ y: 1, x: 2 }, { y: 2, x: 2 }));
  assert.deepEqual(one({ y: 1, x: 2 }), { top: 1, left: 2, bottom: 2, right: 3 });
});
