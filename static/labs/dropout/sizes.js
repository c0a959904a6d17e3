/** How large the three figures are on the screen. */

/** @typedef {import("../../core/tensor-layout.js").Layout} Layout */

/** Longest side of a map, and how high all of them may become together before they scroll. */
const [LEAST, MOST, HIGH] = [22, 140, 336];
/** Px of a single value of vectors. */
const CELL = 22;
/** Wide enough for signs with a number between the figures. */
const ROOMY = 700;

/** Room for the samples in front, and for the signs between. @param {number} width what there is */
export function rooms(width) {
  return width >= ROOMY ? { rail: 48, sign: 84 } : { rail: 38, sign: 16 };
}

/** @param {Layout} layout @param {number} width what there is
 * @returns {{rail: number, sign: number, room: number, width: number, height: number, row: number, scrolls: boolean}}
 *   `room`: width that each figure may have; `width`, `height`: of one figure; `row`: height of a sample
 */
export function sizesOf({ kind, grid, samples }, width) {
  const { rail, sign } = rooms(width);
  const room = Math.max(60, Math.floor((width - rail - 8 - 2 * sign) / 3));
  const { mapWidth, mapHeight, columns } = grid;
  if (kind === "maps") {
    const longest = Math.max(mapWidth, mapHeight);
    const fitting = Math.min(MOST, HIGH / samples, room / columns);
    const side = Math.max(Math.min(LEAST, room / columns), fitting);
    const [across, down] = [(side * mapWidth) / longest, (side * mapHeight) / longest];
    return { rail, sign, room, ...sized(columns * across, samples * down, samples) };
  }
  const high = Math.max(18, Math.min(CELL, HIGH / samples));
  return { rail, sign, room, ...sized(Math.min(room, mapWidth * CELL), samples * high, samples) };
}

/** @param {number} wide @param {number} high @param {number} samples */
function sized(wide, high, samples) {
  const [width, height] = [Math.floor(wide), Math.floor(high)];
  return { width, height, row: height / samples, scrolls: height > HIGH + 8 };
}
