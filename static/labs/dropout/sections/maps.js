/** Values of some channels as maps, whatever the layout that they come from. */

/** A channel of a vector is a map of one value.
 * @param {import("../../../core/tensor.js").Tensor} tensor [K, H, W] or [K]
 */
export function mapsOf(tensor) {
  const { shape } = tensor;
  return shape.length > 2 ? tensor : tensor.reshape([shape[0] ?? 1, 1, 1]);
}

/** The same of one sample, which comes as a batch of one.
 * @param {import("../../../core/tensor.js").Tensor} tensor [1, K, H, W] or [1, K]
 */
export function stacked(tensor) {
  return mapsOf(tensor.reshape(tensor.shape.slice(1)));
}
