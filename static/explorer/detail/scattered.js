/** Maps after a permutation of the pixels: what lies side by side in them comes from all over the picture. */

/** @typedef {import("../../core/wire.js").NetworkInfo} NetworkInfo */
/** @typedef {import("../../core/wire.js").NetworkNode} NetworkNode */

/** Whether the elements of a step's maps see pixels that are no neighbours.
 * @param {NetworkInfo} info
 * @param {NetworkNode} node
 */
export function isScattered(info, { name, shape: [, height = 1, width = 1] }) {
  if (height * width === 1) return false;
  /** @type {Set<string>} */ const names = new Set();
  for (const { name, kind, inputs } of info.nodes)
    if (kind === "permute" || inputs.some((input) => names.has(input))) names.add(name);
  return names.has(name);
}
