/** How large the cells of the figures are drawn, so that they fit side by side and their numbers can be read. */

/** Largest and smallest side of a cell in CSS pixels; below the smallest the figures wrap instead. */
const [LARGEST, SMALLEST] = [46, 22];
/** Room between figures, for the signs. */
export const GAP = 44;
/** A figure needs no more height than this. */
const HEIGHT = 470;
/** The least that a finger can still hit, where even one figure alone is too wide. */
const LEAST = 14;

/**
 * The side of a cell such that figures of so many columns stand side by side in a width; as large as the
 * tallest allows. Where they would be too small they may wrap, and the widest alone decides.
 * @param {number} width in CSS pixels
 * @param {readonly {rows: number, columns: number}[]} figures
 * @returns {number} whole CSS pixels
 */
export function cellSize(width, figures) {
  const columns = figures.reduce((sum, figure) => sum + figure.columns, 0);
  const tallest = Math.max(1, ...figures.map(({ rows }) => rows));
  const widest = Math.max(1, ...figures.map((figure) => figure.columns));
  const limit = Math.min(LARGEST, Math.max(SMALLEST, Math.floor(HEIGHT / tallest)));
  const beside = Math.floor((width - GAP * (figures.length - 1)) / Math.max(1, columns));
  if (beside >= SMALLEST) return Math.min(limit, beside);
  return Math.max(LEAST, Math.min(limit, Math.floor(width / widest)));
}

/** The side of a cell of the kernel: that of the others, but never too small for its weights.
 * @param {number} cell
 * @param {number} columns of the kernel
 * @param {number} width that there is
 */
export function kernelCell(cell, columns, width) {
  return Math.max(LEAST, Math.min(Math.max(cell, 34), Math.floor(width / columns)));
}
