import assert from "node:assert/strict";
import { test } from "node:test";
import { largest, same, stepFor, withValue } from "../../../static/core/kernel.js";

test("a value is replaced in a copy", () => {
  const kernel = [
    [1, 2],
    [3, 4],
  ];
  assert.deepEqual(withValue(kernel, 1, 0, -9), [
    [1, 2],
    [-9, 4],
  ]);
  assert.equal(kernel[1]?.[0], 3);
});

test("the largest size leaves out what is not finite", () => {
  assert.equal(largest([[1, -3, Number.NaN, Infinity]]), 3);
  assert.equal(largest([]), 0);
});

test("kernels are compared value by value", () => {
  assert.ok(same([[1, 2]], [[1, 2]]));
  assert.ok(!same([[1, 2]], [[1, 3]]));
  assert.ok(!same([[1]], [[1, 2]]));
});

test("the step is 1, 2 or 5 times a power of ten, and fits the values", () => {
  for (const size of [1e-6, 0.013, 0.7, 1, 2, 9.99, 40, 1e5]) {
    const step = stepFor(size);
    assert.ok(step <= size / 50 + 1e-12 && step >= size / 130, `${size}: ${step}`);
    assert.match(step.toExponential(), /^[125]e/);
  }
  assert.equal(stepFor(0), 0.01);
  assert.equal(stepFor(Number.NaN), 0.01);
});
