/** A network as the columns of the strip, and how the columns hang together. */

import { mixed } from "./detail/attention.js";
import { fieldBox } from "./detail/field.js";
import { isScattered } from "./detail/scattered.js";

/** @typedef {import("../core/wire.js").NetworkInfo} NetworkInfo */
/** @typedef {import("../core/wire.js").NetworkNode} NetworkNode */
/** @typedef {import("../core/wire.js").Intervention} Intervention */

/**
 * @typedef {{
 *   name: string, title: string, group: string, node: NetworkNode, nodes: NetworkNode[],
 *   source: string, vector: boolean, channels: number, height: number, width: number, parameters: number,
 *   mixed: boolean, scattered: boolean,
 * }} Column
 * `name`: the layer that is shown, the last of `nodes`; `source`: the layer that is recorded for it;
 * `vector`: one number per channel; `group`: the block it belongs to;
 * `mixed`: attention came before, so each value sees the whole picture; `scattered`: a permutation did, so each
 * sees pixels from all over it
 */

/** The columns of a network: one for each block, or one for each step.
 * @param {NetworkInfo} info
 * @param {"blocks" | "nodes"} zoom
 * @returns {Column[]}
 */
export function columnsOf(info, zoom) {
  const steps = info.nodes.filter((node) => node.kind !== "input");
  if (zoom === "nodes")
    return steps.map((node) => {
      const local = node.name.slice(node.block.length + 1);
      return column(info, [node], local || node.name, node.block);
    });
  return info.blocks.map((block) => {
    const nodes = steps.filter((node) => node.block === block.name);
    return column(info, nodes, block.name, block.name);
  });
}

/** @param {NetworkInfo} info @param {NetworkNode[]} nodes @param {string} title @param {string} group
 * @returns {Column} */
function column(info, nodes, title, group) {
  const node = /** @type {NetworkNode} */ (nodes.at(-1));
  const [channels = 1, height = 1, width = 1] = node.shape;
  const vector = height * width === 1;
  // Maps of one value are what flattening makes of them, and a vector is far shorter on the wire.
  const flat =
    vector &&
    node.shape.length > 1 &&
    info.nodes.find((next) => next.kind === "flatten" && next.inputs[0] === node.name);
  const parameters = nodes.reduce((sum, each) => sum + each.parameters, 0);
  const source = flat ? flat.name : node.name;
  return {
    name: node.name,
    title,
    group,
    node,
    nodes,
    source,
    vector,
    channels,
    height,
    width,
    parameters,
    mixed: mixed(info).has(node.name),
    scattered: node.kind !== "permute" && isScattered(info, node),
  };
}

/** Inputs up to this many pixels across are shown as the network sees them. */
const SMALL = 64;

/** The input as a column, where it is small enough to be shown value by value; else null.
 * @param {NetworkInfo} info
 */
export function inputColumn(info) {
  const node = info.nodes.find(({ kind }) => kind === "input");
  return node && info.input.shape[2] <= SMALL ? column(info, [node], node.name, node.block) : null;
}

/** The layer to record for a column of the unchanged network: where dropout is off, as in any trained
 * network, it hands on what comes in.
 * @param {NetworkInfo} info
 * @param {Column} column
 */
export function plainSource(info, { source }) {
  let name = source;
  for (;;) {
    const node = info.nodes.find((each) => each.name === name);
    if (node?.kind !== "dropout" || node.settings.on) return name;
    name = node.inputs[0] ?? name;
  }
}

/** Which column each step lies in.
 * @param {readonly Column[]} columns
 * @returns {Map<string, number>}
 */
function owners(columns) {
  return new Map(columns.flatMap((column, i) => column.nodes.map((node) => [node.name, i])));
}

/**
 * The connections between columns: `flow[i]` says whether column i takes what column i − 1 makes (the
 * first: what the input is); `joins` are all others, the residual connections and what attention mixes;
 * `mixing`: the columns where a join is mixed, and not added.
 * @param {readonly Column[]} columns
 * @returns {{flow: boolean[], joins: {from: number, to: number}[], mixing: Set<number>}} `from` −1: the input
 */
export function connections(columns) {
  const owner = owners(columns);
  /** @type {boolean[]} */ const flow = [];
  /** @type {{from: number, to: number}[]} */ const joins = [];
  /** @type {Set<number>} */ const mixing = new Set();
  columns.forEach((column, to) => {
    let direct = false;
    for (const node of column.nodes)
      for (const input of node.inputs) {
        const from = owner.get(input) ?? -1;
        if (from === to) continue;
        if (from === to - 1 && !direct) direct = true;
        else {
          joins.push({ from, to });
          if (node.kind === "mix") mixing.add(to);
        }
      }
    flow.push(direct);
  });
  return { flow, joins, mixing };
}

/** The steps whose output can be other than before: those changed and all that follows from them.
 * @param {NetworkInfo} info
 * @param {readonly Intervention[]} changes
 * @returns {Set<string>}
 */
export function affected(info, changes) {
  const names = new Set(changes.map((change) => change.layer));
  for (const node of info.nodes)
    if (node.inputs.some((input) => names.has(input))) names.add(node.name);
  return names;
}

/**
 * The pixels of the input that one value can see. A value without a field of its own (after flattening)
 * sees everything, unless it is the input itself that was flattened.
 * @param {NetworkInfo} info
 * @param {NetworkNode} node
 * @param {{y: number, x: number}} at for a vector, `x` is the channel
 * @param {import("../core/wire.js").ReceptiveField | null} [field] left out: the node's own
 * @returns {import("../core/wire.js").Box | null} ends included; null where it sees nothing but padding,
 * or pixels that a permutation has scattered
 */
export function seenBy(info, node, at, field = node.receptive_field) {
  const [, height, width] = info.input.shape;
  if (field) return fieldBox(field, node.shape.length > 1 ? at : { y: 0, x: 0 }, [height, width]);
  if (node.kind === "flatten" && node.inputs[0] === "input") {
    const place = at.x % (height * width);
    const [y, x] = [Math.floor(place / width), place % width];
    return { top: y, left: x, bottom: y, right: x };
  }
  if (isScattered(info, node)) return null;
  return { top: 0, left: 0, bottom: height - 1, right: width - 1 };
}
