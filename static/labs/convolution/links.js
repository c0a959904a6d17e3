/** Which cells of input, kernel and output belong together: places and colours, from arithmetic alone. */

import { feedsAll, slideOf, touched, under } from "../../core/sliding.js";
import { toneOf } from "../../core/tones.js";

/** @typedef {import("../../core/places.js").Place} Place */
/** @typedef {import("../../core/places.js").Box} Box */
/** @typedef {import("../../core/sliding.js").Slide} Slide */
/** @typedef {import("../../core/sliding.js").PaddingMode} PaddingMode */
/** @typedef {{rows: Slide, columns: Slide, transposed: boolean, padding: PaddingMode}} Links */
/** @typedef {{y: number, x: number, i: number, j: number}} Part a window and the kernel cell it holds a place under */

/** @param {Pick<import("./session.js").Answer, "axes" | "request">} answer @returns {Links} */
export function linksOf({ axes, request }) {
  const mode = request.mode ?? "convolution";
  const [rows, columns] = axes.map((axis) => slideOf(axis, mode));
  if (!rows || !columns) throw new RangeError("two axes");
  const padding = request.padding_mode ?? "zeros";
  return { rows, columns, transposed: mode === "transposed", padding };
}

/** How a cell is named in maps of cells. @param {number} y @param {number} x */
export function nameOf(y, x) {
  return `${y},${x}`;
}

/** The colour of a cell of this kernel. @param {Links} links @param {number} i @param {number} j */
export function tone({ rows, columns }, i, j) {
  return toneOf(i, j, rows.kernel_size, columns.kernel_size);
}

/** From its first cell to its last: the window at a place, `bottom` and `right` not included.
 * @param {Links} links
 * @param {Place} window
 * @returns {Box}
 */
export function windowBox({ rows, columns }, { y, x }) {
  const [down, across] = [under(rows, y), under(columns, x)];
  return {
    top: down[0] ?? 0,
    left: across[0] ?? 0,
    bottom: (down.at(-1) ?? 0) + 1,
    right: (across.at(-1) ?? 0) + 1,
  };
}

/** The cells under a window, each with the kernel cell that lies on it.
 * @param {Links} links
 * @param {Place} window
 * @returns {Part[]} `y`, `x`: the cell
 */
export function cellsUnder({ rows, columns }, { y, x }) {
  const across = under(columns, x);
  return under(rows, y).flatMap((row, i) =>
    across.map((column, j) => ({ y: row, x: column, i, j })),
  );
}

/** The windows that a place takes part in, also by padding that repeats it.
 * @param {Links} links
 * @param {Place} place
 * @returns {Part[]} `y`, `x`: the window
 */
export function windowsOf({ rows, columns, padding, transposed }, { y, x }) {
  const mode = transposed ? "zeros" : padding;
  const across = feedsAll(columns, x, mode);
  return feedsAll(rows, y, mode).flatMap((row) =>
    across.map((column) => ({ y: row.window, x: column.window, i: row.cell, j: column.cell })),
  );
}

/** Every place that one cell of the kernel meets.
 * @param {Links} links
 * @param {number} i @param {number} j
 * @returns {Place[]}
 */
export function placesOf({ rows, columns }, i, j) {
  const across = touched(columns, j);
  return touched(rows, i).flatMap((y) => across.map((x) => ({ y, x })));
}

/** Colours by cell: where several kernel cells meet in one, that of the first.
 * @param {Links} links
 * @param {readonly Part[]} parts
 * @returns {Map<string, string>}
 */
export function tones(links, parts) {
  /** @type {Map<string, string>} */ const found = new Map();
  for (const { y, x, i, j } of parts) {
    const name = nameOf(y, x);
    if (!found.has(name)) found.set(name, tone(links, i, j));
  }
  return found;
}

/** Weights by cell, as they are written; where several meet in one, with + between them.
 * @param {readonly Part[]} parts
 * @param {(i: number, j: number) => string} weight
 * @returns {Map<string, string>}
 */
export function weights(parts, weight) {
  /** @type {Map<string, string>} */ const found = new Map();
  for (const { y, x, i, j } of parts) {
    const name = nameOf(y, x);
    const before = found.get(name);
    found.set(name, before === undefined ? weight(i, j) : `${before}+${weight(i, j)}`);
  }
  return found;
}

/** Where the pooling that follows takes an element to; null where none does, or its windows leave the element out.
 * With windows that overlap, the first.
 * @param {Pick<import("./session.js").Answer, "axes">} answer
 * @param {Place} place of the convolution's output
 * @returns {Place | null}
 */
export function pooledInto({ axes }, { y, x }) {
  const [rows, columns] = axes.map(({ pooled }) => pooled && slideOf(pooled));
  if (!rows || !columns) return null;
  const [row] = feedsAll(rows, y);
  const [column] = feedsAll(columns, x);
  return row && column ? { y: row.window, x: column.window } : null;
}

/** The elements that a pooled one is made of; null where there is no pooling.
 * @param {Pick<import("./session.js").Answer, "axes" | "shape">} answer
 * @param {Place} place of the pooled output
 * @returns {Box | null}
 */
export function pooledFrom({ axes, shape }, place) {
  const [rows, columns] = axes.map(({ pooled }) => pooled && slideOf(pooled));
  if (!rows || !columns) return null;
  const box = windowBox({ rows, columns, transposed: false, padding: "zeros" }, place);
  const [, height = 1, width = 1] = shape.convolved;
  return { ...box, bottom: Math.min(box.bottom, height), right: Math.min(box.right, width) };
}

/** The input channels that a kernel takes part with: all of them, or those of its group.
 * @param {Pick<import("./session.js").Answer, "shape" | "request">} answer
 * @param {number} kernel
 * @returns {{first: number, depth: number}}
 */
export function channelsOf({ shape, request }, kernel) {
  const groups = request.groups ?? 1;
  const depth = (shape.input[0] ?? 1) / groups;
  const perGroup = (shape.convolved[0] ?? 1) / groups;
  return { first: Math.floor(kernel / perGroup) * depth, depth };
}
