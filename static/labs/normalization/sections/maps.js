/** The values of some channels as maps, whatever the layout they come from: a channel of tokens, or of a vector, is a
 * map of one row.
 * @param {import("../../../core/tensor.js").Tensor} tensor [K, H, W], [K, L] or [K]
 */
export function mapsOf(tensor) {
  const { shape } = tensor;
  if (shape.length > 2) return tensor;
  const [count = 1, length = 1] = shape;
  return tensor.reshape([count, 1, length]);
}
