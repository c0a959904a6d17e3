/** How large the cells of the figures are drawn, so that they fit side by side and their numbers can be read. */

/** Largest and smallest side of a cell in CSS pixels; below the smallest the figures wrap instead. */
const [LARGEST, SMALLEST] = [46, 20];
/** The least, where even one figure alone is too wide: its numbers stand in the readout and the table. */
const LEAST = 8;
/** Room for a sign between two figures. */
export const SIGN = 32;
/** The least width of a figure, for the words at its head. */
const HEAD = 108;
/** So high a figure may be, so that the sum below it is still on the screen. */
const HEIGHT = { wide: 312, narrow: 250 };

/** @typedef {{rows: number, columns: number}} Figure */

/**
 * The sides of the cells of input and output, which are the same, and of the kernel, whose weights need room.
 * Where the three do not fit beside each other they wrap.
 * @param {number} width that there is, in CSS pixels
 * @param {{input: Figure, kernel: Figure, output: Figure, final?: Figure | null}} figures
 * @returns {{cell: number, kernel: number}} whole CSS pixels
 */
export function cellSizes(width, { input, kernel, output, final = null }) {
  const wide = width >= 640;
  const most = Math.floor((width - SIGN) / kernel.columns);
  const weights = Math.max(LEAST, Math.min(wide ? 38 : 34, most));
  const least = Math.min(weights, kernel.columns > 5 ? 26 : 34);
  const tallest = Math.max(input.rows, output.rows);
  const height = HEIGHT[wide ? "wide" : "narrow"];
  const limit = Math.min(LARGEST, Math.max(SMALLEST + 2, Math.floor(height / tallest)));
  const room = width - 2 * SIGN - Math.max(HEAD, kernel.columns * least);
  const beside = Math.floor(room / (input.columns + output.columns));
  const after = Math.max(output.columns, final?.columns ?? 1); // a sign stands before each of these
  const alone = Math.floor(Math.min(width / input.columns, (width - SIGN) / after));
  const fits = beside >= SMALLEST;
  const cell = Math.max(LEAST, Math.min(limit, fits ? beside : alone));
  if (fits) {
    const free = width - 2 * SIGN - cell * (input.columns + output.columns);
    return { cell, kernel: Math.max(least, Math.min(weights, Math.floor(free / kernel.columns))) };
  }
  return { cell, kernel: weights };
}
