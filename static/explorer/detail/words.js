/** What a layer is, in words. */

import { equal } from "../../core/equal.js";
import * as format from "../../core/format.js";
import { gettext, pick } from "../../core/i18n.js";
import { attending, mixed } from "./attention.js";
import { isScattered } from "./scattered.js";
import { moving } from "./shapes.js";

/** @typedef {import("../../core/wire.js").NetworkInfo} NetworkInfo */
/** @typedef {import("../../core/wire.js").NetworkNode} NetworkNode */

const times = (/** @type {readonly number[]} */ [height, width]) => `${height}×${width}`;

/** A layer's facts, each a few words.
 * @param {NetworkInfo} info
 * @param {NetworkNode} node
 * @param {{shape: readonly number[], field: import("./field.js").Field | null, changes: import("./changes.js").Changes}} now
 * `shape`: without the batch
 */
export function facts(info, node, { shape, field, changes }) {
  const resized = !equal(shape, node.shape);
  return [
    node.operation,
    ...settings(node, changes),
    format.shape(shape),
    field && node.kind !== "input" && sight(info, node, field),
    node.kind !== "permute" &&
      isScattered(info, node) &&
      gettext("sees pixels from all over the picture"),
    node.parameters && gettext("{n} parameters", { n: format.count(node.parameters) }),
    node.multiply_adds &&
      !resized &&
      gettext("{n} multiply-adds", { n: format.count(node.multiply_adds) }),
  ].filter(Boolean);
}

/** How much each element sees. @param {NetworkInfo} info @param {NetworkNode} node
 * @param {import("./field.js").Field} field */
function sight(info, node, field) {
  return mixed(info).has(node.name)
    ? gettext("sees the whole picture")
    : gettext("sees {size} pixels", { size: times(field.size) });
}

/** @param {NetworkNode} node @param {import("./changes.js").Changes} changes */
function settings(node, changes) {
  const s = /** @type {any} */ (node.settings);
  switch (node.kind) {
    case "conv":
      return [
        gettext("kernels of {size}", { size: times(s.kernel_size) }),
        gettext("stride {n}", { n: pairOf(moving(node, changes).stride) }),
        s.groups === s.in_channels && s.groups > 1 && gettext("each channel by itself"),
      ];
    case "pool":
      return s.whole_map
        ? [gettext("the whole map")]
        : [gettext("windows of {size}", { size: times(s.kernel_size) })];
    case "permute":
      return [gettext("{n} pixels in a fixed, random order", { n: s.pixels })];
    case "attention":
      return [gettext("{n} heads of {d} channels", { n: s.num_heads, d: s.head_dim })];
    default:
      return [];
  }
}

/** Two equal numbers as one. @param {readonly number[]} pair */
export function pairOf(pair) {
  return pair[0] === pair[1] ? `${pair[0]}` : times(pair);
}

/** A channel's name: a colour at the input, a class at the end, else its number.
 * @param {NetworkInfo} info
 * @param {NetworkNode | undefined} node
 * @param {number} channel
 */
export function channelName(info, node, channel) {
  if (node?.kind === "input" && node.shape[0] === 3) return colours()[channel] ?? "";
  if (node && isOutput(info, node)) {
    const words = info.classes[channel];
    if (words) return pick(words);
  }
  if (node && node.shape.length < 3) return gettext("Feature {n}", { n: channel });
  if (attending(info, node)) return gettext("Head {n}", { n: channel });
  return gettext("Channel {n}", { n: channel });
}

/** The same within a sentence.
 * @param {NetworkInfo} info
 * @param {NetworkNode | undefined} node
 * @param {number} channel
 */
export function channelWords(info, node, channel) {
  if (node && isOutput(info, node))
    return gettext("“{name}”", { name: channelName(info, node, channel) });
  if (node?.kind === "input" && node.shape[0] === 3) return channelName(info, node, channel);
  if (node && node.shape.length < 3) return gettext("feature {n}", { n: channel });
  if (attending(info, node)) return gettext("head {n}", { n: channel });
  return gettext("channel {n}", { n: channel });
}

/** @param {NetworkInfo} info @param {NetworkNode} node */
export function isOutput(info, node) {
  return node.name === info.nodes.at(-1)?.name && node.shape[0] === info.classes.length;
}

const colours = () => [gettext("Red"), gettext("Green"), gettext("Blue")];

/** The node of that name. @param {NetworkInfo} info @param {string | undefined} name */
export function nodeOf(info, name) {
  return info.nodes.find((node) => node.name === name);
}

export const FUNCTIONS = {
  relu: "ReLU",
  relu6: "ReLU6",
  leaky_relu: "Leaky ReLU",
  gelu: "GELU",
  identity: "Identity",
};
