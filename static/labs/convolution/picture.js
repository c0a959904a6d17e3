/** Pictures for the screen. */

import { Tensor } from "../../core/tensor.js";

/** @type {WeakMap<Tensor, Tensor>} */
const known = new WeakMap();

/** A picture of one channel as three equal ones, so that grey looks grey; of three as it is.
 * @param {Tensor} picture [C, H, W]
 */
export function asColours(picture) {
  if (picture.count !== 1) return picture;
  const before = known.get(picture);
  if (before) return before;
  const from = picture.bytes ?? picture.values;
  const data = picture.bytes ? new Uint8Array(3 * from.length) : new Float32Array(3 * from.length);
  for (let colour = 0; colour < 3; colour++) data.set(from, colour * from.length);
  const thrice = (/** @type {Float64Array} */ ends) => [ends[0], ends[0], ends[0]].map(Number);
  const shape = [3, picture.height, picture.width];
  const colours = new Tensor(shape, data, thrice(picture.lo), thrice(picture.hi));
  known.set(picture, colours);
  return colours;
}

/** A square part of a picture, moved inside where it would reach over an edge.
 * @param {Tensor} picture [3, H, W]
 * @param {{y: number, x: number}} middle
 * @param {number} side
 * @returns {{tensor: Tensor, top: number, left: number}}
 */
export function part(picture, { y, x }, side) {
  const [height, width] = [Math.min(side, picture.height), Math.min(side, picture.width)];
  const start = (/** @type {number} */ at, /** @type {number} */ size, /** @type {number} */ all) =>
    Math.max(0, Math.min(all - size, Math.round(at - size / 2)));
  const [top, left] = [start(y, height, picture.height), start(x, width, picture.width)];
  const from = picture.bytes ?? picture.values;
  const data = picture.bytes
    ? new Uint8Array(3 * height * width)
    : new Float32Array(3 * height * width);
  for (let colour = 0; colour < 3; colour++)
    for (let row = 0; row < height; row++) {
      const begin = colour * picture.size + (top + row) * picture.width + left;
      data.set(from.subarray(begin, begin + width), (colour * height + row) * width);
    }
  const tensor = new Tensor([3, height, width], data, picture.lo, picture.hi);
  return { tensor, top, left };
}
