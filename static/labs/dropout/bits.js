/** Whether numbers are the same, not nearly the same. */

/** @typedef {import("../../core/tensor.js").Tensor} Tensor */

/** How many values of two float32 tensors have the same bits; null where one of them came rounded to bytes.
 * @param {Tensor} a @param {Tensor} b @returns {{equal: number, all: number} | null}
 */
export function equalBits(a, b) {
  if (a.bytes || b.bytes || a.values.length !== b.values.length) return null;
  const [left, right] = [bits(a.values), bits(b.values)];
  let equal = 0;
  for (let i = 0; i < left.length; i++) if (left[i] === right[i]) equal++;
  return { equal, all: left.length };
}

/** @param {Float32Array} values */
function bits({ buffer, byteOffset, length }) {
  return new Uint32Array(buffer, byteOffset, length);
}
