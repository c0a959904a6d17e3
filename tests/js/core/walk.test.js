import assert from "node:assert/strict";
import { test } from "node:test";
import { grid } from "../../../static/core/grid.js";
import { walk } from "../../../static/core/walk.js";

const maps = grid(6, { width: 10, height: 8 }, { columns: 3 });
const at = { slot: 1, y: 4, x: 5 };

test("arrows move by one value, with Shift by more, and stop at the edge", () => {
  assert.deepEqual(walk(maps, at, "ArrowLeft", "cells"), { slot: 1, y: 4, x: 4 });
  assert.deepEqual(walk(maps, at, "ArrowDown", "cells", 8), { slot: 1, y: 7, x: 5 });
  assert.deepEqual(walk(maps, at, "ArrowUp", "cells", 8), { slot: 1, y: 0, x: 5 });
  assert.deepEqual(walk(maps, at, "End", "cells"), { slot: 1, y: 4, x: 9 });
  assert.deepEqual(walk(maps, at, "Home", "cells"), { slot: 1, y: 4, x: 0 });
});

test("pages go from map to map, at the same value", () => {
  assert.deepEqual(walk(maps, at, "PageDown", "cells"), { slot: 2, y: 4, x: 5 });
  assert.deepEqual(walk(maps, { ...at, slot: 0 }, "PageUp", "cells"), { slot: 0, y: 4, x: 5 });
});

test("where maps are walked, arrows follow the grid", () => {
  assert.equal(walk(maps, at, "ArrowDown", "maps")?.slot, 4);
  assert.equal(walk(maps, at, "ArrowUp", "maps")?.slot, 1, "no map there");
  assert.equal(walk(maps, at, "ArrowRight", "maps")?.slot, 2);
  assert.equal(walk(maps, at, "End", "maps")?.slot, 5);
  assert.equal(walk(maps, at, "Home", "maps")?.slot, 0);
});

test("in a folded vector up and down go by a row", () => {
  const vector = grid(1, { width: 10, height: 1 }, { fold: 4 });
  const place = { slot: 0, y: 0, x: 5 };
  assert.equal(walk(vector, place, "ArrowDown", "cells")?.x, 9);
  assert.equal(walk(vector, place, "ArrowUp", "cells")?.x, 1);
  assert.equal(
    walk(vector, { ...place, x: 8 }, "ArrowDown", "cells")?.x,
    8,
    "the last row is short",
  );
});

test("other keys lead nowhere", () => {
  assert.equal(walk(maps, at, "a", "cells"), null);
});
