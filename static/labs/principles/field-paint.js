/** A picture, stood back, with what a unit is wired to laid over it. */

import { palette, STEPS, scaleFor } from "../../core/colour.js";
import { Tensor } from "../../core/tensor.js";
import { theme } from "../../core/theme.js";

/** @typedef {"strongest" | "red" | "green" | "blue"} Colour whose entries are shown, of a picture in colours */

/** How much of the picture's contrast is left behind the numbers' colours. */
const GHOST = { light: 0.26, dark: 0.34 };
/** A grey picture that is darker than this is drawn in ink on paper. */
const DARK = 0.5;

/** One map of a row with an entry for each colour of each pixel: of one colour, or for each pixel the entry that is
 * furthest from 0.
 * @param {Tensor} row [C, H, W] @param {Colour} colour
 * @returns {Float32Array}
 */
export function mapOf(row, colour) {
  const one = ["red", "green", "blue"].indexOf(colour);
  if (row.count === 1) return row.map(0);
  if (one >= 0) return row.map(one);
  const found = row.map(0).slice();
  for (let c = 1; c < row.count; c++) {
    const map = row.map(c);
    for (let i = 0; i < found.length; i++)
      if (Math.abs(map[i] ?? 0) > Math.abs(found[i] ?? 0)) found[i] = map[i] ?? 0;
  }
  return found;
}

/** The scale that a map is painted in: signed for a row of the Jacobian, from 0 for sizes.
 * @param {Float32Array} values @param {boolean} signed
 */
export function scaleOf(values, signed) {
  let [lo, hi] = [0, 0];
  for (const value of values) {
    if (value < lo) lo = value;
    if (value > hi) hi = value;
  }
  return { scale: scaleFor(lo, hi, signed), range: /** @type {[number, number]} */ ([lo, hi]) };
}

/** Paint. Colours are multiplied on paper and added to black: where an entry is 0 there is the picture alone, and no
 * colour is far from what the legend says.
 * @param {HTMLCanvasElement} canvas
 * @param {{picture: Tensor, values: Float32Array | null, scale: import("../../core/colour.js").Scale | null}} what
 */
export function paint(canvas, { picture, values, scale }) {
  const context = canvas.getContext("2d");
  if (!context) return;
  const { width, height } = picture;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const now = theme();
  const ghost = GHOST[now];
  const dark = now === "dark";
  const inked = !dark && picture.count === 1 && mean(picture.values) < DARK;
  const colours = scale && palette(scale.kind, now);
  const image = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const heat = scale && colours && values ? shade(values[i] ?? 0, scale, colours) : null;
    for (let c = 0; c < 3; c++) {
      const seen = picture.values[(picture.count === 3 ? c : 0) * picture.size + i] ?? 0;
      const light = inked ? 1 - seen : seen;
      const own = heat === null ? (dark ? 0 : 1) : ((heat >>> (8 * c)) & 255) / 255;
      const mixed = dark ? 1 - (1 - own) * (1 - ghost * light) : own * (1 - ghost * (1 - light));
      image.data[4 * i + c] = 255 * mixed;
    }
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

/** @param {number} value @param {import("../../core/colour.js").Scale} scale @param {Uint32Array} colours */
function shade(value, { lo, hi }, colours) {
  const at = Math.round(((value - lo) / (hi - lo)) * STEPS);
  return colours[Math.max(0, Math.min(STEPS, at))] ?? 0;
}

/** @param {Float32Array} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** What lies in a box, as a tensor of one map; beyond the picture nothing is wired.
 * @param {Float32Array} values of the picture, row after row @param {{width: number, height: number}} picture
 * @param {{top: number, left: number, bottom: number, right: number}} box bottom and right not included
 */
export function cropOf(values, { width, height }, { top, left, bottom, right }) {
  const [rows, columns] = [bottom - top, right - left];
  const crop = new Float32Array(rows * columns);
  for (let y = Math.max(0, top); y < Math.min(height, bottom); y++)
    for (let x = Math.max(0, left); x < Math.min(width, right); x++)
      crop[(y - top) * columns + x - left] = values[y * width + x] ?? 0;
  return new Tensor([1, rows, columns], crop);
}

/** How much of a box lies beyond the picture, on each side.
 * @param {{width: number, height: number}} picture @param {{top: number, left: number, bottom: number, right: number}} box
 */
export function beyond({ width, height }, { top, left, bottom, right }) {
  return {
    top: Math.max(0, -top),
    left: Math.max(0, -left),
    bottom: Math.max(0, bottom - height),
    right: Math.max(0, right - width),
  };
}
