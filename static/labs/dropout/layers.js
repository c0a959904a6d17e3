/** Which layers can be dropped from. */

/** @typedef {import("../../core/wire.js").NetworkNode} Node */

/** Those that have weights. @param {Node} node */
export function hasWeights({ kind }) {
  return kind === "conv" || kind === "linear";
}

/** A layer with weights in place of another: that one, the last one before it, or the first there is.
 * @param {readonly Node[]} nodes @param {string} layer @returns {Node | null}
 */
export function weighted(nodes, layer) {
  const at = nodes.findIndex(({ name }) => name === layer);
  return nodes.slice(0, at + 1).findLast(hasWeights) ?? nodes.find(hasWeights) ?? null;
}
