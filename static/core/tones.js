/**
 * A colour for each cell of a kernel, which the inputs under it share.
 *
 * The hue tells the direction from the kernel's middle, like the hours on a clock, and the ring the distance,
 * so that a kernel turned or mirrored shows its colours turned or mirrored. The middle itself is grey. On a
 * kernel of one row or column there are only two directions: there the hue runs along it instead.
 */

import { theme } from "./theme.js";

/** @typedef {import("./theme.js").Theme} Theme */

/** Lightness and chroma by ring, in OKLCH: each is told from its neighbours, and from the paper by 3:1. */
const RINGS = {
  light: [
    [0.62, 0.17],
    [0.45, 0.14],
  ],
  dark: [
    [0.76, 0.14],
    [0.6, 0.16],
  ],
};

/** Hue of the first cell; red and blue, the colours of the values, come on the diagonals. */
const START = 145;

/** @type {Map<string, string>} */
const known = new Map();

/** The colour of the cell in row `i`, column `j` of a kernel of `height` × `width`.
 * @param {number} i
 * @param {number} j
 * @param {number} height
 * @param {number} width
 * @param {Theme} [inTheme]
 * @returns {string} CSS colour
 */
export function toneOf(i, j, height, width, inTheme = theme()) {
  const key = `${i},${j},${height},${width},${inTheme}`;
  const before = known.get(key);
  if (before) return before;
  const tone = tint(i, j, height, width, RINGS[inTheme]);
  known.set(key, tone);
  return tone;
}

/** @param {number} i @param {number} j @param {number} height @param {number} width @param {number[][]} rings */
function tint(i, j, height, width, rings) {
  const [down, right] = [i - (height - 1) / 2, j - (width - 1) / 2];
  const flat = Math.min(height, width) === 1;
  const ring = flat ? (i + j) % 2 : Math.ceil(Math.max(Math.abs(down), Math.abs(right))) % 2;
  const [lightness = 0, chroma = 0] = rings[(ring + 1) % 2] ?? [];
  if (!down && !right) return `oklch(${lightness} 0 0)`;
  const turn = flat
    ? (i + j) / Math.max(height, width)
    : Math.atan2(down / height, right / width) / (2 * Math.PI);
  const hue = (START + 360 * (turn + 1)) % 360;
  return `oklch(${lightness} ${chroma} ${hue.toFixed(1)})`;
}
