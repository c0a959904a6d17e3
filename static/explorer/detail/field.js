/**
 * Where an element of a map looks on the network's input.
 *
 * Along each axis the element at index i has its centre at `start + i * jump` and sees `size` pixels
 * around it; pixel k has its centre at k. Boxes have their ends included.
 */

/** @typedef {import("../../core/wire.js").ReceptiveField} Field */
/** @typedef {import("../../core/wire.js").Box} Box */
/** @typedef {{y: number, x: number}} Place */

/** The pixels that an element sees, cut at the border of an input of `size` (height, width); null where it
 * sees padding alone.
 * @param {Field} field
 * @param {Place} place
 * @param {readonly number[]} size
 * @returns {Box | null}
 */
export function fieldBox(field, { y, x }, size) {
  const [top, bottom] = ends(field, 0, y, size[0] ?? 1);
  const [left, right] = ends(field, 1, x, size[1] ?? 1);
  return top > bottom || left > right ? null : { top, left, bottom, right };
}

/** @param {Field} field @param {0 | 1} axis @param {number} index @param {number} length
 * @returns {[number, number]} */
function ends({ size, jump, start }, axis, index, length) {
  const first = Math.trunc(start[axis] + index * jump[axis] - (size[axis] - 1) / 2);
  return [Math.max(first, 0), Math.min(first + size[axis], length) - 1];
}

/** The element of a map of `size` (height, width) whose centre is nearest to a pixel of the input.
 * @param {Field} field
 * @param {Place} pixel
 * @param {readonly number[]} size
 * @returns {Place}
 */
export function nearest({ start, jump }, pixel, size) {
  const [y = 0, x = 0] = [pixel.y, pixel.x].map((at, axis) => {
    const index = Math.round((at - (start[axis] ?? 0)) / (jump[axis] ?? 1));
    return Math.max(0, Math.min((size[axis] ?? 1) - 1, index));
  });
  return { y, x };
}

/** Where a map of `size` lies when each element is drawn around its centre on the input, as fractions of
 * the input's sides; it may reach beyond them.
 * @param {Field} field
 * @param {readonly number[]} size height, width
 * @param {readonly number[]} input height, width
 */
export function footprint({ start, jump }, size, input) {
  const along = (/** @type {0 | 1} */ axis) => {
    const length = input[axis] ?? 1;
    return [
      (start[axis] - jump[axis] / 2 + 0.5) / length,
      (jump[axis] * (size[axis] ?? 1)) / length,
    ];
  };
  const [top = 0, height = 1] = along(0);
  const [left = 0, width = 1] = along(1);
  return { left, top, width, height };
}

/** A box with its ends included as a heat map marks it: the ends after the last.
 * @param {Box} box
 * @returns {Box}
 */
export function markBox({ top, left, bottom, right }) {
  return { top, left, bottom: bottom + 1, right: right + 1 };
}

/** The place of the largest value of a map, or with `size` of the value farthest from 0.
 * @param {ArrayLike<number>} values row after row
 * @param {number} width
 * @param {boolean} [size]
 * @returns {Place}
 */
export function strongest(values, width, size = false) {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    const [here = 0, there = 0] = [values[i], values[best]];
    if (size ? Math.abs(here) > Math.abs(there) : here > there) best = i;
  }
  return { y: Math.floor(best / width), x: best % width };
}
