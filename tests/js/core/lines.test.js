import assert from "node:assert/strict";
import { test } from "node:test";
import { columns, nearest, span } from "../../../static/core/lines.js";

const LINES = {
  x: [0, 1, 2],
  series: [{ label: "mean", tone: "mean", values: [null, 2, 4] }],
  bands: [{ label: "half", tone: "mean", lo: [-1, 0, 1], hi: [5, 6, 9] }],
  levels: [{ label: "all", tone: "before", at: 3 }],
};

test("everything lies within the span, with air", () => {
  const [lo, hi] = span(LINES);
  assert.ok(lo < -1 && lo > -2);
  assert.ok(hi > 9 && hi < 10);
});

test("one value, or none, has a span all the same", () => {
  const level = (/** @type {number} */ at) => ({
    ...LINES,
    series: [],
    bands: [],
    levels: [{ label: "", tone: "", at }],
  });
  for (const at of [0, 5, -5]) {
    const [lo, hi] = span(level(at));
    assert.ok(lo < at && at < hi);
  }
  assert.deepEqual(span({ x: [], series: [], bands: [], levels: [] }), [0, 1]);
});

test("on a logarithmic axis only what is above 0 has a place, with air by ratio", () => {
  const series = [{ label: "", tone: "", values: [0, -3, null, 0.01, 100] }];
  const [lo, hi] = span({ x: [0, 1, 2, 3, 4], series, bands: [], levels: [] }, true);
  assert.ok(lo > 0.005 && lo < 0.01);
  assert.ok(hi > 100 && hi < 200);
  const one = [{ label: "", tone: "", values: [5] }];
  const [below, above] = span({ x: [0], series: one, bands: [], levels: [] }, true);
  assert.ok(0 < below && below < 5 && 5 < above);
  assert.deepEqual(span({ x: [], series: [], bands: [], levels: [] }, true), [0.1, 1]);
});

test("what is not finite has no place in the span", () => {
  const values = [Number.NaN, Number.POSITIVE_INFINITY, 2, 3];
  const [lo, hi] = span({
    x: [0, 1, 2, 3],
    series: [{ label: "", tone: "", values }],
    bands: [],
    levels: [],
  });
  assert.ok(lo > 1 && hi < 4);
});

test("the nearest x, by difference or by ratio", () => {
  assert.equal(nearest([0, 1, 2], 1.4), 1);
  assert.equal(nearest([0, 1, 2], -9), 0);
  assert.equal(nearest([1, 2, 4, 128], 60), 2);
  assert.equal(nearest([1, 2, 4, 128], 60, true), 3);
  assert.equal(nearest([], 1), -1);
});

test("the table has a column for each line and two for each band", () => {
  const all = columns(LINES, (label) => [`${label} lo`, `${label} hi`]);
  assert.deepEqual(
    all.map(({ label }) => label),
    ["mean", "half lo", "half hi"],
  );
  assert.deepEqual(all[2]?.values, [5, 6, 9]);
});
