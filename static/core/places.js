/** Places on a grid of cells with padding around it: those of the grid begin at 0, those of the padding are
 * below 0 or past the end. */

/** @typedef {{y: number, x: number}} Place */
/** @typedef {{top: number, left: number, bottom: number, right: number}} Sides rows and columns of padding */
/** @typedef {import("./wire.js").Box} Box `bottom` and `right` not included */

/** The first and the last row and column, padding included.
 * @param {{height: number, width: number} | null} whole the grid with its padding
 * @param {Sides} ring
 */
export function bounds(whole, ring) {
  const [height, width] = [whole?.height ?? 1, whole?.width ?? 1];
  const [top, left] = [0 - ring.top, 0 - ring.left];
  return { top, left, bottom: top + height - 1, right: left + width - 1 };
}

/** Whether a place is none of the padding.
 * @param {Place} place
 * @param {{height: number, width: number}} whole
 * @param {Sides} ring
 */
export function inside({ y, x }, { height, width }, ring) {
  const [bottom, right] = [height - ring.top - ring.bottom, width - ring.left - ring.right];
  return y >= 0 && x >= 0 && y < bottom && x < right;
}

/** @param {Place | null | undefined} a @param {Place | null | undefined} b */
export function same(a, b) {
  return a?.y === b?.y && a?.x === b?.x;
}

/** The box of one cell. @param {Place} place @returns {Box} */
export function one({ y, x }) {
  return { top: y, left: x, bottom: y + 1, right: x + 1 };
}

/** Where a key leads; null for one that leads nowhere.
 * @param {Place} at
 * @param {string} key
 * @param {number} stride of the arrows
 * @param {Sides} bounds the first and last places
 * @returns {Place | null}
 */
export function walk({ y, x }, key, stride, { top, left, bottom, right }) {
  switch (key) {
    case "ArrowUp":
      return { y: Math.max(top, y - stride), x };
    case "ArrowDown":
      return { y: Math.min(bottom, y + stride), x };
    case "ArrowLeft":
      return { y, x: Math.max(left, x - stride) };
    case "ArrowRight":
      return { y, x: Math.min(right, x + stride) };
    case "Home":
      return { y, x: left };
    case "End":
      return { y, x: right };
    case "PageUp":
      return { y: top, x };
    case "PageDown":
      return { y: bottom, x };
    default:
      return null;
  }
}

/** The cells on the way from one to another, without the first: a fast stroke leaves no gaps.
 * @param {Place} from
 * @param {Place} to
 * @returns {Place[]}
 */
export function between(from, to) {
  const steps = Math.max(Math.abs(to.y - from.y), Math.abs(to.x - from.x));
  return Array.from({ length: steps }, (_, i) => ({
    y: Math.round(from.y + ((to.y - from.y) * (i + 1)) / steps),
    x: Math.round(from.x + ((to.x - from.x) * (i + 1)) / steps),
  }));
}
