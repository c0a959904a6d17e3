/** Attention weights: maps whose rows are the places that look and whose columns the places looked at. */

import { Tensor } from "../../core/tensor.js";

/** @typedef {import("../../core/wire.js").NetworkInfo} NetworkInfo */
/** @typedef {import("../../core/wire.js").NetworkNode} NetworkNode */
/** @typedef {import("../../core/wire.js").Box} Box */
/** @typedef {import("./field.js").Field} Field */
/** @typedef {import("./field.js").Place} Place */
/** @typedef {{height: number, width: number, field: Field}} Places the map whose places attend to each other */

/** The places that a layer's rows and columns stand for; null where they are those of a picture.
 * @param {NetworkInfo} info
 * @param {NetworkNode | null | undefined} node
 * @returns {Places | null}
 */
export function attending(info, node) {
  if (node?.kind === "dropout") return attending(info, source(info, node));
  if (node?.kind !== "attention") return null;
  const { shape, receptive_field } = /** @type {NetworkNode} */ (source(info, node));
  const [, height = 1, width = 1] = shape;
  return receptive_field && { height, width, field: receptive_field };
}

/** @param {NetworkInfo} info @param {NetworkNode} node */
function source({ nodes }, { inputs }) {
  return nodes.find(({ name }) => name === inputs[0]);
}

/** The steps of which every element sees the whole picture, since attention mixed all places before them.
 * @param {NetworkInfo} info
 * @returns {Set<string>}
 */
export function mixed(info) {
  /** @type {Set<string>} */ const names = new Set();
  for (const { name, kind, inputs } of info.nodes)
    if (kind === "mix" || inputs.some((input) => names.has(input))) names.add(name);
  return names;
}

/** Where on the map a place stands. @param {Places} places @param {number} index */
export function standing({ width }, index) {
  return { y: Math.floor(index / width), x: index % width };
}

/** The pixels that belong to a place alone, cut at the border of an input of `size` (height, width).
 * @param {Places} places
 * @param {number} index
 * @param {readonly number[]} size
 * @returns {Box}
 */
export function patch(places, index, size) {
  const { y, x } = standing(places, index);
  const { start, jump } = places.field;
  const ends = (/** @type {0 | 1} */ axis, /** @type {number} */ at) => {
    const first = start[axis] + at * jump[axis] - (jump[axis] - 1) / 2;
    return [Math.max(first, 0), Math.min(first + jump[axis], size[axis] ?? 1) - 1];
  };
  const [top = 0, bottom = 0] = ends(0, y);
  const [left = 0, right = 0] = ends(1, x);
  return { top, left, bottom, right };
}

/** What one place takes from each, as a map of the places.
 * @param {Places} places
 * @param {Tensor} weights their first map is meant
 * @param {number} index of the place that looks
 */
export function look({ height, width }, weights, index) {
  const row = weights.map(0).slice(index * weights.width, (index + 1) * weights.width);
  return new Tensor([1, height, width], row);
}
