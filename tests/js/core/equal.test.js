import assert from "node:assert/strict";
import { test } from "node:test";
import { equal } from "../../../static/core/equal.js";
import { Tensor } from "../../../static/core/tensor.js";

test("lists, maps and plain objects are the same by what is in them", () => {
  assert.ok(equal([1, [2, { a: Number.NaN }]], [1, [2, { a: Number.NaN }]]));
  assert.ok(equal({ a: 1, b: [2] }, { b: [2], a: 1 }));
  assert.ok(equal(new Map([["0,1", "mean"]]), new Map([["0,1", "mean"]])));
  assert.ok(equal(null, null));
});

test("whatever differs somewhere is not", () => {
  for (const [a, b] of [
    [[1, 2], [1]],
    [[1], { 0: 1 }],
    [{ a: undefined }, { b: undefined }],
    [{ a: 1 }, { a: 1, b: 2 }],
    [new Map([["a", 1]]), new Map([["a", 2]])],
    [new Map(), {}],
    [0, -0],
    [null, {}],
    ["1", 1],
  ]) {
    assert.ok(!equal(a, b), JSON.stringify([a, b]));
    assert.ok(!equal(b, a), JSON.stringify([b, a]));
  }
});

test("tensors and functions are the same as themselves alone", () => {
  const tensor = new Tensor([1], Float32Array.of(1));
  assert.ok(equal([tensor], [tensor]));
  assert.ok(!equal(tensor, new Tensor([1], Float32Array.of(1))));
  assert.ok(
    !equal(
      () => 1,
      () => 1,
    ),
  );
});
