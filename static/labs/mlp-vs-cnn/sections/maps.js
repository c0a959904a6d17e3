/** Single maps. */

/** A matrix as a stack of one map. @param {import("../../../core/tensor.js").Tensor} tensor [H, W] or [1, H, W] */
export function inMap(tensor) {
  return tensor.reshape([1, ...tensor.shape.slice(-2)]);
}

/** The smallest box that holds all of a mask; null where there is none.
 * @param {import("../../../core/tensor.js").Tensor} mask one map of zeros and ones
 * @returns {import("../../../core/wire.js").Box | null}
 */
export function boxOf(mask) {
  let [top, left, bottom, right] = [mask.height, mask.width, 0, 0];
  for (let y = 0; y < mask.height; y++)
    for (let x = 0; x < mask.width; x++)
      if (mask.at(0, y, x)) {
        [top, left] = [Math.min(top, y), Math.min(left, x)];
        [bottom, right] = [Math.max(bottom, y + 1), Math.max(right, x + 1)];
      }
  return bottom ? { top, left, bottom, right } : null;
}
