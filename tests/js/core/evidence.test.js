import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cellText,
  circumstances,
  isNumeric,
  tally,
  verdictWords,
} from "../../../static/core/evidence.js";

test("a cell is written as what it is", () => {
  assert.equal(cellText(917_504), "917,504");
  assert.equal(cellText(1024), "1,024");
  assert.equal(cellText(2.5), "2.50");
  assert.equal(cellText("4×4×3×3"), "4×4×3×3");
  assert.equal(cellText({ en: "all one colour", zh: "变成一片纯色" }), "all one colour");
  assert.equal(cellText(true), "yes");
  assert.equal(cellText(false), "no");
});

test("columns of numbers, per cents and dashes are numeric, shapes and words are not", () => {
  const words = { en: "none", zh: "无" };
  const rows = [
    ["a", 1, "14%", "46×46", 3, "—", words],
    ["b", 2, "—", "3 → 4", words, "—", words],
  ];
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6].map((index) => isNumeric(rows, index)),
    [true, true, false, true, false, false],
  );
});

test("verdicts are said in words and counted", () => {
  assert.equal(verdictWords("holds_with_conditions"), "Holds with conditions");
  assert.equal(
    tally(["holds", "does_not_hold", "holds"]),
    "3 measured: 2 hold, 0 with conditions, 1 not.",
  );
  assert.equal(tally([]), "");
});

test("a measurement says how it was made", () => {
  const measurement = /** @type {any} */ ({
    cases: 3000,
    milliseconds: 0.2,
    torch: "2.13.0",
    seed: 1,
  });
  assert.equal(circumstances(measurement), "3,000 cases, 1 ms, PyTorch 2.13.0, seed 1");
});
