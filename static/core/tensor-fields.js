/** What a link can say of a small tensor and of a place in one. */

/** @typedef {import("./tensor-layout.js").Place} Place */

/** Longest axis of a tensor written by hand. */
export const LONGEST = 8;

/** @param {unknown} value @returns {value is number} */
export function isWhole(value) {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** A place in a tensor, or none. @param {any} read */
export function isPlace(read) {
  return read === null || (Boolean(read) && [read.b, read.c, read.y, read.x].every(isWhole));
}

/** B × C × H × W, none of them nothing or longer than LONGEST. @param {any} read */
export function isGrid(read) {
  return shapeOf(read)?.length === 4;
}

/** @param {unknown} read @returns {number[] | null} null where it is not rectangular */
export function shapeOf(read) {
  if (!Array.isArray(read)) return Number.isFinite(read) ? [] : null;
  const [first, ...rest] = read.map(shapeOf);
  if (!first || read.length > LONGEST) return null;
  return rest.every((shape) => String(shape) === String(first) && shape?.length === first.length)
    ? [read.length, ...first]
    : null;
}

/** The same numbers where they are, new ones between −4 and 8 elsewhere.
 * @param {readonly number[][][][]} grid @param {readonly number[]} sizes
 */
export function reshaped(grid, [samples = 1, channels = 1, rows = 1, columns = 1]) {
  const list = (/** @type {number} */ length) => [...Array(length).keys()];
  const fill = (
    /** @type {number} */ b,
    /** @type {number} */ c,
    /** @type {number} */ y,
    /** @type {number} */ x,
  ) => ((7 * b + 5 * c + 11 * y + 3 * x + 4 * b * c) % 13) - 4;
  return list(samples).map((b) =>
    list(channels).map((c) =>
      list(rows).map((y) => list(columns).map((x) => grid[b]?.[c]?.[y]?.[x] ?? fill(b, c, y, x))),
    ),
  );
}
