/** Strokes on the grid of numbers. */

/** The grid with some cells of one channel, or of all, set to a value.
 * @param {readonly number[][][]} grid channels × height × width
 * @param {readonly {y: number, x: number}[]} cells
 * @param {number} value
 * @param {number | null} channel null: all
 * @returns {number[][][]}
 */
export function painted(grid, cells, value, channel) {
  const names = new Set(cells.map(({ y, x }) => `${y},${x}`));
  return grid.map((plane, c) =>
    channel !== null && c !== channel
      ? plane
      : plane.map((row, y) => row.map((old, x) => (names.has(`${y},${x}`) ? value : old))),
  );
}

/** The numbers of a tensor [C, H, W] as a grid, to four decimals: they are to be read and linked.
 * @param {import("../../core/tensor.js").Tensor} tensor
 * @returns {number[][][]}
 */
export function gridOf(tensor) {
  const { count, height, width } = tensor;
  const list = (/** @type {number} */ length) => Array.from({ length }, (_, i) => i);
  return list(count).map((map) =>
    list(height).map((y) => list(width).map((x) => Number(tensor.at(map, y, x).toFixed(4)))),
  );
}
