import assert from "node:assert/strict";
import { test } from "node:test";
import { CellPainter, room } from "../../../static/core/cells.js";

/** A canvas that only counts. @returns {any} */
function canvas() {
  const ignore = () => undefined;
  const context = new Proxy(
    {},
    { get: (target, name) => Reflect.get(target, name) ?? ignore, set: () => true },
  );
  return { width: 0, height: 0, getContext: () => context };
}

/** @param {number[]} values of 2 × 3 cells @param {Record<string, any>} [some] @returns {any} */
function grid(values, some = {}) {
  return {
    height: 2,
    width: 3,
    cell: 30,
    size: 10,
    style: "",
    inks: { paper: "#fff", line: "#ccc", accent: "#f00", font: "sans-serif" },
    colour: () => 0xffffffff,
    write: String,
    look: (/** @type {number} */ y, /** @type {number} */ x) => ({
      value: values[3 * y + x],
      label: undefined,
      tone: some.tone === `${y},${x}` ? "red" : undefined,
      hatch: x ? "" : "ring",
      faint: false,
      blank: false,
    }),
    ...some.grid,
  };
}

test("only cells that look otherwise are painted again", () => {
  const painter = new CellPainter();
  const plane = canvas();
  const values = [1, 2, 3, Number.NaN, 5, 6];
  assert.equal(painter.paint(plane, grid(values)), 6);
  assert.deepEqual([plane.width, plane.height], [90, 60]);
  assert.equal(painter.paint(plane, grid(values)), 0);
  assert.equal(painter.paint(plane, grid(values, { tone: "0,1" })), 1);
  assert.equal(painter.paint(plane, grid([1, 2, 9, Number.NaN, 5, 6])), 2, "a number, a tone gone");
});

test("all are, in other colours, in another size, or when it forgets", () => {
  const painter = new CellPainter();
  const plane = canvas();
  const values = [1, 2, 3, 4, 5, 6];
  painter.paint(plane, grid(values));
  assert.equal(painter.paint(plane, grid(values, { grid: { style: "other" } })), 6);
  assert.equal(painter.paint(plane, grid(values, { grid: { style: "other", cell: 31 } })), 6);
  painter.forget();
  assert.equal(painter.paint(plane, grid(values, { grid: { style: "other", cell: 31 } })), 6);
});

test("small cells have no numbers, and rings take room", () => {
  assert.equal(room(12).letters, 0);
  assert.ok(room(24).letters >= 4);
  assert.ok(room(34, true).letters <= room(34).letters);
});
