/** How many numbers a layer holds and how often it multiplies, in TeX: in letters, and with the numbers put in. A letter
 * has the colour of the setting that it stands for. */

import * as format from "../../../core/format.js";
import { toned } from "../../../core/tex.js";

/** @typedef {{height: number, width: number, in_channels: number, kernel_size: number, filters: number, units: number}} Counted */
/** @typedef {"dense" | "dense_units" | "local" | "conv"} Kind */
/** @typedef {"parameters" | "multiply_adds"} What */
/** @typedef {{letters: string, numbers: string}} Written */

/** The colour of each letter, and of what is set by it. */
export const TONES = /** @type {const} */ ({
  height: "mean",
  width: "mean",
  depth: "deviation",
  kernel: "window",
  filters: "beta",
  units: "gamma",
});

/** A layer's formula. @param {Kind} kind @param {What} what @param {Counted} params
 * @param {readonly number[]} output [C, H, W] of the convolution
 * @returns {Written}
 */
export function formula(kind, what, params, [, rows = 1, columns = 1]) {
  const { height, width, in_channels: depth, kernel_size: kernel, filters, units } = params;
  const letter = {
    H: toned(TONES.height, "H"),
    W: toned(TONES.width, "W"),
    C: toned(TONES.depth, "C"),
    k: toned(TONES.kernel, "k"),
    F: toned(TONES.filters, "F"),
    U: toned(TONES.units, "U"),
    h: "H'",
    w: "W'",
  };
  const value = {
    H: toned(TONES.height, plain(height)),
    W: toned(TONES.width, plain(width)),
    C: toned(TONES.depth, plain(depth)),
    k: toned(TONES.kernel, plain(kernel)),
    F: toned(TONES.filters, plain(filters)),
    U: toned(TONES.units, plain(units)),
    h: plain(rows),
    w: plain(columns),
  };
  return { letters: write(kind, what, letter), numbers: write(kind, what, value) };
}

/** @param {Kind} kind @param {What} what @param {Record<"H" | "W" | "C" | "k" | "F" | "U" | "h" | "w", string>} of */
function write(kind, what, { H, W, C, k, F, U, h, w }) {
  const times = " \\cdot ";
  const own = what === "parameters" ? " + 1" : "";
  const sum = (/** @type {string[]} */ factors) =>
    own ? `(${factors.join(times)}${own})` : factors.join(times);
  const window = sum([k, k, C]);
  if (kind === "dense_units") return [sum([H, W, C]), U].join(times);
  if (kind === "dense") return [sum([H, W, C]), h, w, F].join(times);
  if (kind === "local" || what === "multiply_adds") return [window, h, w, F].join(times);
  return [window, F].join(times);
}

/** A whole number with its thousands apart. @param {number} value */
export function plain(value) {
  return format.whole(value).replaceAll(",", "{,}");
}
