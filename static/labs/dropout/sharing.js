/** Which values are decided together, by arithmetic alone: what is outlined under the pointer must not wait for the
 * server. Its own answer brings the mask's shape, and a test holds both together. */

/** @typedef {import("./fields.js").Variant} Variant */
/** @typedef {import("../../core/tensor-layout.js").Place} Place */
/** @typedef {import("../../core/tensor-layout.js").Part} Part */

/** The values that fall or stay with one of them; null where it is not values that are decided about, or where
 * decisions overlap.
 * @param {Variant} variant @param {Place} place @param {readonly number[]} shape @returns {Part | null}
 */
export function togetherWith(variant, { b, c, y, x }, shape) {
  const [samples, channels, rows, columns] = wide(shape);
  switch (variant) {
    case "element":
    case "alpha":
      return { b: [b, b + 1], c: [c, c + 1], y: [y, y + 1], x: [x, x + 1] };
    case "channel":
      return { b: [b, b + 1], c: [c, c + 1], y: [0, rows], x: [0, columns] };
    case "row":
      return { b: [b, b + 1], c: [0, channels], y: [0, rows], x: [0, columns] };
    case "batch":
      return { b: [0, samples], c: [0, channels], y: [0, rows], x: [0, columns] };
    default:
      return null;
  }
}

/** How many decisions a mask is made of; null for weights, which the tensor does not tell, and for blocks, whose
 * number is left to chance.
 * @param {Variant} variant @param {readonly number[]} shape @returns {number | null}
 */
export function decisions(variant, shape) {
  const [samples, channels, rows, columns] = wide(shape);
  switch (variant) {
    case "element":
    case "alpha":
      return samples * channels * rows * columns;
    case "channel":
      return samples * channels;
    case "row":
      return samples;
    case "batch":
      return 1;
    default:
      return null;
  }
}

/** @param {readonly number[]} shape @returns {[number, number, number, number]} */
function wide([samples = 1, channels = 1, rows = 1, columns = 1]) {
  return [samples, channels, rows, columns];
}
