import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  boxOf,
  countOf,
  divisors,
  nameOf,
  nearestDivisor,
  setOf,
  sharing,
} from "../../../../static/labs/normalization/sets.js";

const { cases } = JSON.parse(
  readFileSync(new URL("../../../data/sets.json", import.meta.url), "utf8"),
);

test("the elements that share are those that PyTorch takes a mean over", () => {
  assert.ok(cases.length > 30);
  for (const { method, shape, groups, place, box, count, sets, set } of cases) {
    const name = `${method} ${shape} ${groups}`;
    assert.deepEqual(boxOf(method, place, shape, groups), box, name);
    assert.equal(countOf(box), count, name);
    assert.deepEqual(sharing(method, shape, groups), { count, sets }, name);
    assert.equal(setOf(method, place, shape, groups), set, name);
  }
});

test("groups from one to as many as there are channels go from layer to instance", () => {
  const [place, shape] = [{ b: 1, c: 7, y: 3, x: 2 }, [4, 24, 5, 5]];
  assert.deepEqual(boxOf("group", place, shape, 1), boxOf("layer", place, shape));
  assert.deepEqual(boxOf("group", place, shape, 24), boxOf("instance", place, shape));
});

test("a set is called by the indices that its elements have in common", () => {
  assert.deepEqual(nameOf("batch", 5, [2, 6, 3, 3]), [["c", 5]]);
  assert.deepEqual(nameOf("instance", 7, [2, 6, 3, 3]), [
    ["n", 1],
    ["c", 1],
  ]);
  assert.deepEqual(nameOf("group", 5, [2, 6, 3, 3], 3), [
    ["n", 1],
    ["g", 2],
  ]);
  assert.deepEqual(nameOf("rms", 17, [2, 6, 3, 4]), [
    ["n", 1],
    ["h", 1],
    ["w", 1],
  ]);
  assert.deepEqual(nameOf("layer_channels", 9, [2, 6, 7]), [
    ["n", 1],
    ["l", 2],
  ]);
  assert.deepEqual(nameOf("layer_channels", 1, [2, 6]), [["n", 1]]);
});

test("divisors", () => {
  assert.deepEqual(divisors(24), [1, 2, 3, 4, 6, 8, 12, 24]);
  assert.deepEqual(divisors(1), [1]);
  assert.equal(nearestDivisor(24, 5), 4);
  assert.equal(nearestDivisor(24, 4096), 24);
  assert.equal(nearestDivisor(7, 4), 1);
});
