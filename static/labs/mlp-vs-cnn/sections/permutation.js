/** Where the pixels of a window go when all pixels are shuffled. */

/** The side of the pictures. */
const SIDE = 28;

/** @typedef {{y: number, x: number}} Place */

/** The pixels of the 3 × 3 window around a place, as far as it lies in the picture.
 * @param {readonly number[]} permutation for each pixel of the shuffled picture, row by row, the one that came there
 * @param {Place} middle
 * @returns {{cell: number, from: Place, to: Place}[]} `cell`: which of the nine; where it is in the plain picture, and where
 * it has gone
 */
export function scattered(permutation, { y, x }) {
  const found = [];
  for (let cell = 0; cell < 9; cell++) {
    const from = { y: y + Math.floor(cell / 3) - 1, x: x + (cell % 3) - 1 };
    if (from.y < 0 || from.x < 0 || from.y >= SIDE || from.x >= SIDE) continue;
    const to = permutation.indexOf(SIDE * from.y + from.x);
    found.push({ cell, from, to: { y: Math.floor(to / SIDE), x: to % SIDE } });
  }
  return found;
}
