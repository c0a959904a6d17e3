/** How large the figure is on the screen. */

/** @typedef {import("../../core/tensor-layout.js").Layout} Layout */

/** Longest side of a map, and how high all of them may become together before the figure scrolls. */
const [LEAST, MOST, HIGH] = [34, 84, 408];
/** Px of a single value of tokens and vectors. */
const CELL = { across: 26, down: { tokens: 10, vectors: 26 } };
const RAIL = 56;

/** @param {Layout} layout @param {number} width what there is
 * @returns {{room: number, width: number, height: number, row: number, scrolls: boolean}} `room`: for the samples in
 *   front, `row`: height of a sample
 */
export function sizesOf({ kind, grid, samples }, width) {
  const room = Math.max(80, width - RAIL - 8);
  const { mapWidth, mapHeight, columns } = grid;
  if (kind === "maps") {
    const longest = Math.max(mapWidth, mapHeight);
    const fitting = Math.min(MOST, HIGH / samples, room / columns);
    const side = Math.max(Math.min(LEAST, room / columns), fitting);
    const [across, down] = [(side * mapWidth) / longest, (side * mapHeight) / longest];
    return sized(columns * across, samples * down, samples);
  }
  const down = kind === "tokens" ? mapHeight * CELL.down.tokens : CELL.down.vectors;
  const high = Math.max(kind === "tokens" ? 24 : 20, Math.min(down, HIGH / samples));
  return sized(Math.min(room, mapWidth * CELL.across), samples * high, samples);
}

/** @param {number} width @param {number} height @param {number} samples */
function sized(width, height, samples) {
  const [wide, high] = [Math.floor(width), Math.floor(height)];
  return { room: RAIL, width: wide, height: high, row: high / samples, scrolls: high > HIGH + 8 };
}
