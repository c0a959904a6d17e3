/** A picture moved sideways, and curves over such shifts. */

import { Tensor } from "../../../core/tensor.js";

/** @typedef {NonNullable<import("./section.js").Answer["likeness"]>["curves"][number]} Curve */

/** A map moved to the right (to the left where `by` is negative); what leaves is lost, what comes in is black.
 * @param {Tensor} map one map @param {number} by
 */
export function movedRight(map, by) {
  const { height, width } = map;
  const values = new Float32Array(height * width);
  for (let y = 0; y < height; y++)
    for (let x = Math.max(0, by); x < Math.min(width, width + by); x++)
      values[y * width + x] = map.at(0, y, x - by);
  return new Tensor([1, height, width], values);
}

/** A colour for each curve: one hue for the pixels, two families for the two networks, the last of the CNN apart.
 * @param {readonly Curve[]} curves @param {string} mlp the MLP's name
 * @returns {string[]} names of tokens `--tone-*`
 */
export function tonesOf(curves, mlp) {
  const families = { mlp: ["deviation", "gamma", "x"], cnn: ["mean", "after", "beta"] };
  const taken = { mlp: 0, cnn: 0 };
  return curves.map(({ network }) => {
    if (network === null) return "before";
    const kind = network === mlp ? "mlp" : "cnn";
    return families[kind][taken[kind]++ % 3] ?? "before";
  });
}
