/** A tensor small enough for its numbers to be read and typed, as one grid of cells: samples below each other, channels
 * side by side. */

import { Tensor } from "./tensor.js";

/** @typedef {import("./tensor-layout.js").Place} Place */
/** @typedef {{y: number, x: number}} Cell */

/** All maps of a tensor written by hand. @param {readonly number[][][][]} grid B × C × H × W */
export function flat(grid) {
  const rows = grid.flatMap((sample) =>
    (sample[0] ?? []).map((_, y) => sample.flatMap((map) => map[y] ?? [])),
  );
  return new Tensor([1, rows.length, rows[0]?.length ?? 1], Float32Array.from(rows.flat()));
}

/** The same of an answer's array. @param {readonly number[]} shape B × C × H × W @param {Tensor | null} tensor */
export function woven([samples = 1, channels = 1, rows = 1, columns = 1], tensor) {
  const values = new Float32Array(samples * channels * rows * columns);
  let i = 0;
  for (let b = 0; b < samples; b++)
    for (let y = 0; y < rows; y++)
      for (let c = 0; c < channels; c++)
        for (let x = 0; x < columns; x++)
          values[i++] = tensor?.at(b * channels + c, y, x) ?? Number.NaN;
  return new Tensor([1, samples * rows, channels * columns], values);
}

/** A line around each map. @param {readonly number[]} shape */
export function frames([samples = 1, channels = 1, rows = 1, columns = 1]) {
  return Array.from({ length: samples * channels }, (_, map) => {
    const [b, c] = [Math.floor(map / channels), map % channels];
    const [top, left] = [b * rows, c * columns];
    return { box: { top, left, bottom: top + rows, right: left + columns } };
  });
}

/** The element that a cell is. @param {readonly number[]} shape @param {Cell} cell @returns {Place} */
export function placeIn([, , rows = 1, columns = 1], { y, x }) {
  return { b: Math.floor(y / rows), c: Math.floor(x / columns), y: y % rows, x: x % columns };
}

/** The cell of an element. @param {readonly number[]} shape @param {Place | null} place @returns {Cell | null} */
export function cellIn([, , rows = 1, columns = 1], place) {
  return place && { y: place.b * rows + place.y, x: place.c * columns + place.x };
}

/** The tensor with another number in some cells.
 * @param {readonly number[][][][]} grid @param {readonly number[]} shape
 * @param {{cells: readonly Cell[], value: number}} stroke
 */
export function painted(grid, shape, { cells, value }) {
  const next = structuredClone(/** @type {number[][][][]} */ (grid));
  for (const cell of cells) {
    const { b, c, y, x } = placeIn(shape, cell);
    const row = next[b]?.[c]?.[y];
    if (row) row[x] = value;
  }
  return next;
}
