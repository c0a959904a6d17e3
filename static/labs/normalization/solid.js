/** The drawing of a tensor as a solid: channels across, samples down, places into the depth. Its front is the
 * figure beside it; a set that shares its statistics is a smaller solid inside. */

import { wide } from "./sets.js";

/** @typedef {import("./sets.js").Box} Box */
/** @typedef {readonly [number, number, number]} Point across, down, into the depth */
/** @typedef {{width: number, height: number, cells: readonly [number, number, number]}} Solid
 *   `cells`: how many are drawn along each axis */

/** Most cells drawn across, down and into the depth. */
const MOST = [8, 6, 4];
const FRONT = { width: 88, height: 54 };
/** How far the depth goes to the right and up. */
const SLANT = { right: 34, up: 20 };
const PAD = 2;

export const SIZE = {
  width: FRONT.width + SLANT.right + 2 * PAD,
  height: FRONT.height + SLANT.up + 2 * PAD,
};

/** How many cells a tensor is drawn with. @param {readonly number[]} shape @returns {[number, number, number]} */
export function cellsOf(shape) {
  const [samples, channels, rows, columns] = wide(shape);
  const least = (/** @type {number} */ n, /** @type {number} */ axis) =>
    Math.min(n, MOST[axis] ?? 1);
  return [least(channels, 0), least(samples, 1), least(rows * columns, 2)];
}

/** A part of a tensor in fractions of its solid, never thinner than one cell of the drawing.
 * @param {Box} box @param {readonly number[]} shape
 * @returns {[[number, number], [number, number], [number, number]]} from and to: across, down, depth
 */
export function partOf({ b, c, y, x }, shape) {
  const [samples, channels, rows, columns] = wide(shape);
  const [across, down, deep] = cellsOf(shape);
  const places = rows * columns;
  const whole = y[1] - y[0] === rows && x[1] - x[0] === columns;
  const place = y[0] * columns + x[0];
  return [
    stretch(c, channels, across),
    stretch(b, samples, down),
    whole ? [0, 1] : stretch([place, place + 1], places, deep),
  ];
}

/** @param {readonly [number, number]} span @param {number} length @param {number} cells
 * @returns {[number, number]} */
function stretch([from, to], length, cells) {
  const first = Math.min(cells - 1, Math.floor((from / length) * cells));
  const last = Math.max(first + 1, Math.ceil((to / length) * cells - 1e-9));
  const one = to - from === 1 ? first + 1 : last;
  return [first / cells, one / cells];
}

/** Where a point lies on the paper, the point in fractions of the solid. @param {Point} point */
export function project([across, down, deep]) {
  const x = PAD + across * FRONT.width + deep * SLANT.right;
  const y = PAD + SLANT.up + down * FRONT.height - deep * SLANT.up;
  return `${x.toFixed(1)},${y.toFixed(1)}`;
}

/** The three faces of a part that are seen: front, top and right side.
 * @param {ReturnType<typeof partOf>} part
 * @returns {{front: string, top: string, side: string}} points of polygons
 */
export function faces([[l, r], [t, b], [n, f]]) {
  const points = (/** @type {Point[]} */ ...all) => all.map(project).join(" ");
  return {
    front: points([l, t, n], [r, t, n], [r, b, n], [l, b, n]),
    top: points([l, t, n], [r, t, n], [r, t, f], [l, t, f]),
    side: points([r, t, n], [r, b, n], [r, b, f], [r, t, f]),
  };
}

/** The lines between the cells on the three faces that are seen. @param {readonly number[]} shape */
export function lines(shape) {
  const [across, down, deep] = cellsOf(shape);
  /** @type {[Point, Point][]} */ const found = [];
  for (let i = 1; i < across; i++) {
    const at = i / across;
    found.push(
      [
        [at, 0, 0],
        [at, 1, 0],
      ],
      [
        [at, 0, 0],
        [at, 0, 1],
      ],
    );
  }
  for (let i = 1; i < down; i++) {
    const at = i / down;
    found.push(
      [
        [0, at, 0],
        [1, at, 0],
      ],
      [
        [1, at, 0],
        [1, at, 1],
      ],
    );
  }
  for (let i = 1; i < deep; i++) {
    const at = i / deep;
    found.push(
      [
        [0, 0, at],
        [1, 0, at],
      ],
      [
        [1, 0, at],
        [1, 1, at],
      ],
    );
  }
  return found.map(([from, to]) => `M${project(from)}L${project(to)}`).join("");
}
