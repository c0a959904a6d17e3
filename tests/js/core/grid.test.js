import assert from "node:assert/strict";
import { test } from "node:test";
import { corner, grid, hit, part } from "../../../static/core/grid.js";

test("a single map has one canvas pixel per value and no gap", () => {
  const one = grid(1, { width: 112, height: 56 });
  assert.deepEqual([one.width, one.height, one.zoom, one.gap], [112, 56, 1, 0]);
});

test("large maps in a grid keep one canvas pixel per value; small ones get more, for thin gaps", () => {
  const large = grid(32, { width: 112, height: 112 }, { columns: 8 });
  assert.deepEqual([large.zoom, large.gap, large.width, large.height], [1, 4, 924, 460]);
  const small = grid(4, { width: 7, height: 7 });
  assert.deepEqual([small.zoom, small.gap, small.width], [4, 1, 57]);
});

test("without a wish the grid is about square, and never wider than its maps", () => {
  assert.deepEqual(
    [grid(9, { width: 5, height: 5 }).columns, grid(9, { width: 5, height: 5 }).rows],
    [3, 3],
  );
  assert.equal(grid(2, { width: 5, height: 5 }, { columns: 8 }).columns, 2);
  assert.equal(grid(0, { width: 5, height: 5 }).rows, 1);
});

test("a vector is folded into rows of equal length where it has divisors", () => {
  const rows = (/** @type {number} */ length) => {
    const { cellWidth, cellHeight } = grid(1, { width: length, height: 1 });
    return [cellWidth, cellHeight];
  };
  assert.deepEqual(rows(128), [16, 8]);
  assert.deepEqual(rows(1280), [40, 32]);
  assert.deepEqual(rows(1000), [40, 25]);
  assert.deepEqual(rows(10), [5, 2]);
  assert.deepEqual(rows(1), [1, 1]);
  const [width = 0, height = 0] = rows(127); // a prime
  assert.ok(width * height >= 127 && width * (height - 1) < 127);
});

test("every value is found where it is painted", () => {
  const cases = [
    grid(1, { width: 5, height: 3 }),
    grid(7, { width: 5, height: 3 }, { columns: 3 }),
    grid(3, { width: 40, height: 30 }),
    grid(2, { width: 23, height: 1 }, { fold: 6 }),
  ];
  for (const each of cases)
    for (let slot = 0; slot < each.slots; slot++)
      for (let y = 0; y < each.mapHeight; y++)
        for (let x = 0; x < each.mapWidth; x++) {
          const box = part(each, slot, { top: y, left: x, bottom: y + 1, right: x + 1 });
          const found = hit(each, box.left + box.width / 2, box.top + box.height / 2);
          assert.deepEqual(found, { slot, y, x });
        }
});

test("gaps, empty places and the outside hold nothing", () => {
  const each = grid(3, { width: 28, height: 28 }, { columns: 2 });
  assert.equal(hit(each, 28.5 / each.width, 5 / each.height), null, "in the gap");
  assert.equal(hit(each, 40 / each.width, 40 / each.height), null, "where a fourth map would be");
  assert.equal(hit(each, -0.01, 0), null);
  assert.equal(hit(each, 0, 1), null);
  const folded = grid(1, { width: 5, height: 1 }, { fold: 3 });
  assert.equal(hit(folded, 0.99, 0.99), null, "after a vector's end");
});

test("a whole map's part begins at its corner", () => {
  const each = grid(4, { width: 28, height: 28 }, { columns: 2 });
  const [left, top] = corner(each, 3);
  const whole = part(each, 3);
  assert.deepEqual([whole.left * each.width, whole.top * each.height], [left, top]);
  assert.equal(whole.width * each.width, 28);
});

test("maps of one column stand close together", () => {
  const each = grid(28, { width: 1, height: 28 }, { columns: 28 });
  assert.deepEqual([each.columns, each.rows, each.gap], [28, 1, 1]);
  assert.ok(each.gap < each.zoom / 4, "a gap is thinner than a value");
  const box = part(each, 5, { top: 9, left: 0, bottom: 10, right: 1 });
  assert.deepEqual(hit(each, box.left + box.width / 2, box.top + box.height / 2), {
    slot: 5,
    y: 9,
    x: 0,
  });
  assert.equal(grid(1, { width: 1, height: 28 }).zoom, 1);
});
