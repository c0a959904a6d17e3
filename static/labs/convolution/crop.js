import { FEWEST_CELLS, MOST_CELLS } from "./fields.js";

/** @typedef {import("./fields.js").Crop} Crop */

/** The crop moved, and cut or enlarged where it must be, to lie within a picture and have enough cells.
 * @param {Crop} crop
 * @param {readonly [number, number]} size height, width
 * @returns {Crop}
 */
export function fit(crop, [high, wide]) {
  const side = (/** @type {number} */ cells, /** @type {number} */ most) =>
    Math.min(most, Math.max(FEWEST_CELLS, Math.min(MOST_CELLS, cells)));
  const [height, width] = [side(crop.height, high), side(crop.width, wide)];
  const top = Math.max(0, Math.min(high - height, crop.top));
  const left = Math.max(0, Math.min(wide - width, crop.left));
  return { top, left, height, width };
}
