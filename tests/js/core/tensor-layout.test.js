import assert from "node:assert/strict";
import { test } from "node:test";
import { Tensor } from "../../../static/core/tensor.js";
import { layoutOf, mapsOf, walk } from "../../../static/core/tensor-layout.js";
import { boxOf } from "../../../static/labs/normalization/sets.js";

/** @param {"maps" | "tokens" | "vectors"} layout @param {number[]} shape @param {number[]} channels */
const laid = (layout, shape, channels) => layoutOf({ layout, shape, channels });
const MAPS = laid("maps", [3, 24, 5, 4], [8, 9, 10, 11]);
const TOKENS = laid("tokens", [3, 64, 9], [16, 17, 18]);
const VECTORS = laid("vectors", [3, 64], [4, 5, 6, 7]);

test("an element's spot on the screen leads back to it, in every layout", () => {
  for (const layout of [MAPS, TOKENS, VECTORS]) {
    const { grid } = layout;
    for (let slot = 0; slot < grid.slots; slot++)
      for (let y = 0; y < grid.mapHeight; y++)
        for (let x = 0; x < grid.mapWidth; x++) {
          const spot = { slot, y, x };
          assert.deepEqual(layout.spotOf(layout.placeOf(spot)), spot);
        }
  }
  assert.equal(MAPS.spotOf({ b: 0, c: 7, y: 0, x: 0 }), null);
  assert.equal(MAPS.spotOf({ b: 0, c: 12, y: 0, x: 0 }), null);
});

test("the boxes on the screen hold just the elements of the set whose channels are shown", () => {
  /** @type {[ReturnType<typeof laid>, number[], import("../../../static/labs/normalization/fields.js").Place][]} */
  const all = [
    [MAPS, [3, 24, 5, 4], { b: 1, c: 9, y: 2, x: 3 }],
    [TOKENS, [3, 64, 9], { b: 2, c: 17, y: 4, x: 0 }],
    [VECTORS, [3, 64], { b: 1, c: 5, y: 0, x: 0 }],
  ];
  const methods = /** @type {const} */ (["batch", "layer", "layer_channels", "instance", "group"]);
  for (const [layout, shape, place] of all)
    for (const method of methods) {
      const set = boxOf(method, place, shape, 4);
      const boxes = layout.boxesOf(set);
      const { grid } = layout;
      for (let slot = 0; slot < grid.slots; slot++)
        for (let y = 0; y < grid.mapHeight; y++)
          for (let x = 0; x < grid.mapWidth; x++) {
            const lit = boxes.some(
              ({ slot: on, box }) =>
                on === slot && y >= box.top && y < box.bottom && x >= box.left && x < box.right,
            );
            const at = layout.placeOf({ slot, y, x });
            const within = /** @type {const} */ (["b", "c", "y", "x"]).every(
              (axis) => at[axis] >= set[axis][0] && at[axis] < set[axis][1],
            );
            assert.equal(lit, within, `${layout.kind} ${method} ${slot} ${y} ${x}`);
          }
    }
});

test("what a set has in channels that are not shown is counted", () => {
  const place = { b: 1, c: 9, y: 2, x: 3 };
  assert.equal(MAPS.hides(boxOf("batch", place, [3, 24, 5, 4])), 0);
  assert.equal(MAPS.hides(boxOf("layer", place, [3, 24, 5, 4])), 20);
  assert.equal(MAPS.hides(boxOf("group", place, [3, 24, 5, 4], 4)), 2);
  assert.equal(MAPS.hides(boxOf("batch", { ...place, c: 2 }, [3, 24, 5, 4])), 1);
  assert.deepEqual(MAPS.boxesOf(boxOf("batch", { ...place, c: 2 }, [3, 24, 5, 4])), []);
});

test("keys go by one value across the edges of maps, and by whole maps", () => {
  const at = { b: 0, c: 9, y: 4, x: 3 };
  assert.deepEqual(walk(MAPS, at, "ArrowRight", false), { b: 0, c: 10, y: 4, x: 0 });
  assert.deepEqual(walk(MAPS, at, "ArrowDown", false), { b: 1, c: 9, y: 0, x: 3 });
  assert.deepEqual(walk(MAPS, at, "ArrowRight", true), { b: 0, c: 10, y: 4, x: 3 });
  assert.deepEqual(walk(MAPS, at, "ArrowUp", true), at, "there is no sample before");
  assert.deepEqual(walk(MAPS, at, "PageDown", false), { ...at, b: 1 });
  assert.deepEqual(walk(MAPS, at, "Home", false), { b: 0, c: 8, y: 4, x: 0 });
  assert.deepEqual(walk(MAPS, at, "End", false), { b: 0, c: 11, y: 4, x: 3 });
  assert.equal(walk(MAPS, at, "a", false), null);
  const last = { b: 2, c: 11, y: 4, x: 3 };
  assert.deepEqual(walk(MAPS, last, "ArrowRight", false), last);
  assert.deepEqual(walk(MAPS, last, "ArrowDown", false), last);
  assert.deepEqual(walk(TOKENS, { b: 0, c: 18, y: 2, x: 0 }, "ArrowDown", false), {
    b: 1,
    c: 16,
    y: 2,
    x: 0,
  });
  assert.deepEqual(walk(VECTORS, { b: 0, c: 5, y: 0, x: 0 }, "ArrowRight", false), {
    b: 0,
    c: 6,
    y: 0,
    x: 0,
  });
});

test("an element of a channel that is not shown is walked from into those that are", () => {
  assert.deepEqual(walk(MAPS, { b: 0, c: 2, y: 1, x: 1 }, "ArrowRight", false), {
    b: 0,
    c: 8,
    y: 1,
    x: 2,
  });
});

test("vectors become one map", () => {
  const tensor = new Tensor(
    [3, 4],
    Float32Array.from({ length: 12 }, (_, i) => i),
  );
  const maps = mapsOf(VECTORS, tensor);
  assert.deepEqual(maps.shape, [1, 3, 4]);
  assert.equal(maps.at(0, 2, 1), 9);
  assert.deepEqual(maps.range(), [0, 11]);
});
