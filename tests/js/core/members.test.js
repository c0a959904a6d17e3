import assert from "node:assert/strict";
import { test } from "node:test";
import {
  another,
  ITEMS,
  imageId,
  memberOf,
  membersField,
  others,
  resized,
} from "../../../static/core/members.js";
import { Tensor } from "../../../static/core/tensor.js";
import { isGrid, isPlace, reshaped } from "../../../static/core/tensor-fields.js";
import { cellIn, flat, painted, placeIn, woven } from "../../../static/core/tensor-grid.js";

test("members are items, ids or names", () => {
  assert.deepEqual(memberOf("17"), { kind: "item", index: 17 });
  const id = "a".repeat(64);
  assert.deepEqual(memberOf(id), { kind: "picture", image: id });
  assert.equal(imageId("nobody"), null);
  assert.equal(memberOf("nobody"), null);
});

test("a batch is read from a link only where it can be one", () => {
  const { read, write } = membersField(["1"]);
  assert.deepEqual(read("9.chelsea.24"), ["9", "chelsea", "24"]);
  assert.equal(read(String(ITEMS)), undefined);
  assert.equal(read("9..2"), undefined);
  assert.equal(read(Array(65).fill("1").join(".")), undefined);
  assert.equal(write(["9", "2"]), "9.2");
});

test("a batch grows and changes without doubles", () => {
  const grown = resized(["5", "7"], 40);
  assert.deepEqual(grown.slice(0, 2), ["5", "7"]);
  assert.equal(new Set(grown).size, 40);
  assert.deepEqual(resized(grown, 1), ["5"]);
  assert.equal(others(grown).length, 40);
  assert.ok(!grown.includes(another(grown)));
});

test("a small tensor is read, reshaped and laid out", () => {
  const grid = reshaped([[[[1, 2]]]], [2, 3, 2, 4]);
  assert.deepEqual(grid[0]?.[0]?.[0]?.slice(0, 2), [1, 2]);
  assert.ok(isGrid(grid));
  assert.ok(!isGrid([[[[1], [2, 3]]]]));
  assert.ok(!isGrid([[[Array(9).fill(0)]]]));
  assert.ok(isPlace(null) && isPlace({ b: 0, c: 1, y: 2, x: 3 }));
  assert.ok(!isPlace({ b: 0, c: 1, y: -2, x: 3 }));
  const shape = [2, 3, 2, 4];
  const laid = flat(grid);
  const tensor = new Tensor(shape, Float32Array.from(grid.flat(3)));
  assert.deepEqual([...woven(shape, tensor).values], [...laid.values]);
  const place = { b: 1, c: 2, y: 1, x: 3 };
  const cell = cellIn(shape, place);
  assert.deepEqual(cell && placeIn(shape, cell), place);
  const other = painted(grid, shape, { cells: cell ? [cell] : [], value: 99 });
  assert.equal(other[1]?.[2]?.[1]?.[3], 99);
  assert.notEqual(grid[1]?.[2]?.[1]?.[3], 99);
});
