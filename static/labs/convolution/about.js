/** What the parts of the controls need to know of the session. */

import { problemWords } from "../../core/problems.js";
import { commonSize, plain } from "./kernel-list.js";
import { session } from "./session.js";

/** @typedef {import("./fields.js").Kernel} Kernel */
/** @typedef {import("./kernel-list.js").Planes} Planes */
/** @typedef {import("../../core/tensor.js").Tensor} Tensor */

/** What the server says against the present value of a field; "" where nothing.
 * @param {...string} names of fields of the request
 */
export function problem(...names) {
  const { error } = session;
  const field = error?.field.split(".")[0] ?? "";
  if (!error || !names.includes(field)) return "";
  const words = problemWords(error);
  // It stands beside the control; the field need not be named again.
  return words.startsWith(`${error.field}: `) ? words.slice(error.field.length + 2) : words;
}

/** Height and width of the input. @returns {[number, number]} */
export function inputSize() {
  const { view, source, grid, crop, size } = session.state.values;
  if (view === "cells" && source === "grid")
    return [grid[0]?.length ?? 1, grid[0]?.[0]?.length ?? 1];
  if (view === "cells") return [crop.height, crop.width];
  const [, height = size, width = size] = session.answer?.shape.input ?? [];
  return [height, width];
}

/** Height and width of the kernels. @returns {[number, number]} */
export function kernelSize() {
  const [height = 3, width = 3] = session.answer?.kernels?.shape.slice(2) ?? [];
  return commonSize(session.state.values.kernels) ?? [height, width];
}

/** How deep the kernels are. */
export function depth() {
  const { groups } = session.state.values;
  return Math.max(1, Math.floor(session.channels / groups));
}

/** The numbers of each kernel by what it was asked as.
 * @type {Map<string, Planes>} */
const known = new Map();
const MOST_KNOWN = 64;

/** @param {Kernel} kernel @param {number} deep */
function keyOf({ bias: _, ...kernel }, deep) {
  return `${deep} ${JSON.stringify(kernel)}`;
}

/** Keep what the server made of the kernels. */
export function learn() {
  const { answer } = session;
  if (!answer?.kernels || answer.kernels.bytes) return;
  const { flip, kernels } = answer.request;
  const [, deep = 1] = answer.kernels.shape;
  for (const [index, kernel] of kernels.entries()) {
    const key = keyOf(/** @type {Kernel} */ (kernel), deep);
    if (!known.has(key)) known.set(key, planesOf(answer.kernels, index, Boolean(flip)));
  }
  for (const key of known.keys()) if (known.size > MOST_KNOWN) known.delete(key);
}

/** A kernel's numbers as they were before it was turned for true convolution.
 * @param {Tensor} kernels (O, depth, height, width) @param {number} index @param {boolean} flip
 * @returns {Planes}
 */
export function planesOf(kernels, index, flip) {
  const [, deep = 1] = kernels.shape;
  return Array.from({ length: deep }, (_, slice) => {
    const values = [...kernels.map(index * deep + slice)];
    if (flip) values.reverse();
    return Array.from({ length: kernels.height }, (_, y) =>
      values.slice(y * kernels.width, (y + 1) * kernels.width),
    );
  });
}

/** A kernel's numbers: its own, or what the server made of it; null while those are on their way.
 * @param {number} index
 * @returns {Planes | null}
 */
export function numbersOf(index) {
  const kernel = session.state.values.kernels[index];
  return (kernel && (plain(kernel) ?? known.get(keyOf(kernel, depth())))) ?? null;
}
