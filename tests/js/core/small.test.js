import assert from "node:assert/strict";
import { test } from "node:test";
import { binOf, densities } from "../../../static/core/histogram.js";
import { gettext, pick } from "../../../static/core/i18n.js";
import { fit, pictureIn } from "../../../static/core/picture.js";
import { compare } from "../../../static/core/predictions.js";
import { problemWords } from "../../../static/core/problems.js";
import { movePen, SIDE } from "../../../static/core/strokes.js";

test("a message's holes are filled; one without a value stays", () => {
  assert.equal(gettext("Map {n} of {m}", { n: 3 }), "Map 3 of {m}");
  assert.equal(pick({ en: "cat", zh: "猫" }), "cat");
});

test("a picture is fitted into a square and never enlarged", () => {
  assert.deepEqual(fit(4000, 3000, 1024), [1024, 768]);
  assert.deepEqual(fit(300, 400, 1024), [300, 400]);
  assert.deepEqual(fit(10000, 1, 1024), [1024, 1]);
});

test("the first picture among dropped files is taken, or a file that may be one", () => {
  const drop = (/** @type {string[]} */ ...types) =>
    /** @type {any} */ ({ files: types.map((type) => ({ type })) });
  assert.equal(pictureIn(drop("text/plain", "image/png", "image/gif"))?.type, "image/png");
  assert.equal(pictureIn(drop("text/plain", ""))?.type, "");
  assert.equal(pictureIn(drop("text/plain")), null);
  assert.equal(pictureIn(null), null);
});

test("histograms of different bins are compared by area", () => {
  const { x, heights } = densities([
    { edges: [0, 1, 2], counts: [3, 1] },
    { edges: [1, 1.5, 2, 4], counts: [1, 1, 2] },
  ]);
  assert.deepEqual(x, [0, 1, 1.5, 2, 4]);
  assert.deepEqual(heights[0], [0.75, 0.25, 0.25, 0, null]);
  assert.deepEqual(heights[1], [null, 0.5, 0.5, 0.25, 0]);
});

test("a histogram of one value, or of nothing, has finite heights", () => {
  const { heights } = densities([
    { edges: [2, 2], counts: [5] },
    { edges: [0, 1], counts: [0] },
  ]);
  assert.ok(heights.flat().every((height) => height === null || Number.isFinite(height)));
});

test("a value is found in its bin, the greatest in the last", () => {
  const histogram = { edges: [0, 1, 2], counts: [3, 1] };
  assert.deepEqual(
    [-1, 0, 0.5, 1, 2, 3].map((value) => binOf(histogram, value)),
    [-1, 0, 0, 1, 1, -1],
  );
});

const score = (/** @type {number} */ index, /** @type {number} */ probability) => ({
  index,
  probability,
  logit: 0,
  name: { en: `class ${index}`, zh: "" },
});

test("what was most probable before is shown, even where it has dropped out of sight", () => {
  const now = [score(1, 0.6), score(2, 0.3), score(3, 0.1)];
  const rows = compare(now, [score(9, 0.8), score(1, 0.1)], 2);
  assert.deepEqual(
    rows.map(({ index, now, was, bound }) => [index, now, was, bound]),
    [
      [1, 0.6, 0.1, 0.1],
      [9, null, 0.8, 0.1],
    ],
  );
  assert.deepEqual(
    compare(now, null, 5).map(({ was }) => was),
    [null, null, null],
  );
  assert.deepEqual(compare([], null, 5), []);
});

test("an error is told in words: the server's, or by its code", () => {
  assert.equal(
    problemWords({ code: "busy", detail: "" }),
    "Too much is waiting already. Try again in a moment.",
  );
  assert.equal(problemWords({ code: "new", detail: "The stride is 0." }), "The stride is 0.");
  assert.equal(problemWords(new Error("odd")), "odd");
  assert.match(problemWords({ code: "unreachable", detail: "TypeError" }), /reached/);
});

test("the pen stays on the pad", () => {
  assert.deepEqual(movePen([5, 5], "ArrowLeft", false), [5, 5]);
  assert.deepEqual(movePen([135, 5], "ArrowDown", true), [135, 45]);
  assert.deepEqual(movePen([SIDE - 5, 5], "ArrowRight", true), [SIDE - 5, 5]);
  assert.equal(movePen([5, 5], "x", false), null);
});
