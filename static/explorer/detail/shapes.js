/**
 * Output sizes under changes, by arithmetic alone, so that a control knows how far it can go before the
 * server is asked. The rules are those of models/shapes.py.
 */

import { find } from "./changes.js";

/** @typedef {import("../../core/wire.js").NetworkInfo} NetworkInfo */
/** @typedef {import("../../core/wire.js").NetworkNode} NetworkNode */
/** @typedef {import("./changes.js").Changes} Changes */
/** @typedef {readonly [number, number]} Pair */
/** @typedef {readonly [number, number, number, number]} Sides pixels at top, bottom, left, right */
/** @typedef {{
 *   kernel_size: Pair, stride: Pair, padding: "valid" | "same" | Sides,
 *   padding_mode: string, dilation: Pair,
 * }} Moving how a window moves */

/** Pixels from the first to the last cell of a kernel. @param {number} kernel @param {number} dilation */
export function reach(kernel, dilation) {
  return dilation * (kernel - 1) + 1;
}

/** Elements along an axis; less than 1: the kernel does not fit.
 * @param {number} size @param {number} kernel @param {number} stride @param {number} padding of both ends
 * @param {number} dilation
 */
export function outputSize(size, kernel, stride, padding, dilation) {
  return Math.floor((size + padding - reach(kernel, dilation)) / stride) + 1;
}

/** Pixels that "same" adds before and after an axis (TensorFlow's rule).
 * @param {number} size @param {number} kernel @param {number} stride @param {number} dilation
 * @returns {Pair}
 */
export function samePadding(size, kernel, stride, dilation) {
  const outputs = Math.ceil(size / stride);
  const total = Math.max((outputs - 1) * stride + reach(kernel, dilation) - size, 0);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}

/** The pixels that a padding adds to a map of `size` (height, width).
 * @param {Moving} moving
 * @param {readonly number[]} size
 * @returns {Sides}
 */
export function sides({ padding, kernel_size, stride, dilation }, [height = 1, width = 1]) {
  if (padding === "valid") return [0, 0, 0, 0];
  if (padding !== "same") return padding;
  const [top, bottom] = samePadding(height, kernel_size[0], stride[0], dilation[0]);
  const [left, right] = samePadding(width, kernel_size[1], stride[1], dilation[1]);
  return [top, bottom, left, right];
}

/** How a convolution was trained to move.
 * @param {NetworkNode} node
 * @returns {Moving}
 */
export function trained({ settings }) {
  const { kernel_size, stride, padding, same, padding_mode, dilation } = /** @type {any} */ (
    settings
  );
  const kind = same ? "same" : padding.some(Boolean) ? padding : "valid";
  return { kernel_size, stride, padding: kind, padding_mode, dilation };
}

/** How a convolution moves under changes.
 * @param {NetworkNode} node
 * @param {Changes} changes
 * @returns {Moving}
 */
export function moving(node, changes) {
  return { ...trained(node), ...find(changes, "conv", node.name) };
}

/** Height and width of what a window gives on maps of `size`.
 * @param {Moving} how
 * @param {readonly number[]} size
 */
export function mapSize(how, size) {
  const [top, bottom, left, right] = sides(how, size);
  return [top + bottom, left + right].map((padding, axis) =>
    outputSize(
      size[axis] ?? 1,
      how.kernel_size[axis] ?? 1,
      how.stride[axis] ?? 1,
      padding,
      how.dilation[axis] ?? 1,
    ),
  );
}

/** The shape that every node of a network has under changes, as far as they make sense.
 * @param {NetworkInfo} info
 * @param {Changes} changes
 * @returns {Map<string, readonly number[]>}
 */
export function shapes(info, changes) {
  /** @type {Map<string, readonly number[]>} */ const known = new Map();
  for (const node of info.nodes) {
    const input = known.get((node.kind === "mix" ? node.inputs[1] : node.inputs[0]) ?? "");
    known.set(node.name, input ? shapeAfter(node, input, changes) : node.shape);
  }
  return known;
}

/** @param {NetworkNode} node @param {readonly number[]} input @param {Changes} changes */
function shapeAfter(node, input, changes) {
  const settings = /** @type {any} */ (node.settings);
  switch (node.kind) {
    case "conv":
      return [settings.out_channels, ...mapSize(moving(node, changes), input.slice(1))];
    case "pool":
      if (settings.whole_map) return [input[0] ?? 1, 1, 1];
      return [input[0] ?? 1, ...mapSize({ ...settings, dilation: [1, 1] }, input.slice(1))];
    case "flatten":
      return [input.reduce((product, length) => product * length, 1)];
    case "attention": {
      const places = input.slice(1).reduce((product, length) => product * length, 1);
      return [settings.num_heads, places, places];
    }
    case "mix":
      return [(input[0] ?? 3) / 3, ...input.slice(1)];
    case "linear":
      return node.shape;
    default:
      return input;
  }
}
