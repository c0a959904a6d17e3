/** Where a network can be dropped from: early, late, and before its last layer. */

import { beforeHead } from "./paths.js";

/** @typedef {import("../../../core/wire.js").NetworkNode} Node */
/** @typedef {import("../../../core/wire.js").Intervention} Intervention */
/** @typedef {"element" | "channel" | "block" | "row" | "batch" | "alpha" | "connect"} Drop */
/** @typedef {"early" | "late" | "head"} Depth */
/** @typedef {{depth: Depth, layer: string, maps: boolean}} Place `maps`: whether there are squares to drop */

/** The places of a network for a variant; of weights, the layers that have them.
 * @param {readonly Node[]} nodes @param {Drop} drop @returns {Place[]}
 */
export function placesOf(nodes, drop) {
  if (drop === "connect") {
    const convs = nodes.filter(({ kind }) => kind === "conv");
    const head = nodes.findLast(({ kind }) => kind === "linear");
    return distinct([place("early", convs[0]), place("late", convs.at(-1)), place("head", head)]);
  }
  const acts = nodes.filter(({ kind, shape }) => kind === "activation" && isMap(shape));
  const named = (/** @type {string} */ name) => nodes.find((node) => node.name === name);
  const before = named(beforeHead(nodes));
  const head = before?.kind === "dropout" ? named(before.inputs[0] ?? "") : before;
  const hidden = nodes.find(({ kind }) => kind === "activation");
  const early = acts[0] ?? hidden;
  const found = distinct([place("early", early), place("late", acts.at(-1)), place("head", head)]);
  return drop === "block" ? found.filter(({ maps }) => maps) : found;
}

/** @param {Depth} depth @param {Node | undefined} node @returns {Place | null} */
function place(depth, node) {
  return node ? { depth, layer: node.name, maps: isMap(node.shape) } : null;
}

/** @param {readonly number[]} shape */
function isMap(shape) {
  const [, height = 1, width = 1] = shape;
  return height * width > 1;
}

/** @param {readonly (Place | null)[]} places */
function distinct(places) {
  /** @type {Place[]} */ const found = [];
  for (const each of places)
    if (each && !found.some(({ layer }) => layer === each.layer)) found.push(each);
  return found;
}

/** What is changed in the network to drop there; nothing for p = 0.
 * @param {Drop} drop @param {string} layer @param {number} p @returns {Intervention[]}
 */
export function dropped(drop, layer, p) {
  if (p === 0) return [];
  if (drop === "connect") return [/** @type {Intervention} */ ({ kind: "drop_connect", layer, p })];
  return [/** @type {Intervention} */ ({ kind: "drop_after", layer, variant: drop, p })];
}
