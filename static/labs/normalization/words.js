/** What methods, elements and the sets that they belong to are called. */

import { gettext } from "../../core/i18n.js";

/** @typedef {import("./fields.js").Method} Method */
/** @typedef {import("./fields.js").Place} Place */
/** @typedef {import("../../core/tensor-layout.js").Kind} Kind */
/** @typedef {import("./sets.js").Box} Box */

/** A method's name. @param {Method} method */
export function methodName(method) {
  return {
    batch: "BatchNorm",
    layer: "LayerNorm",
    layer_channels: "LayerNorm",
    instance: "InstanceNorm",
    group: "GroupNorm",
    rms: "RMSNorm",
  }[method];
}

/** The axes that a mean is taken over. @param {Method} method @param {Kind} kind */
export function axesOf(method, kind) {
  const places = { maps: ["H", "W"], tokens: ["L"], vectors: [] }[kind];
  const channels = { maps: "C", tokens: "D", vectors: "C" }[kind];
  switch (method) {
    case "batch":
      return ["N", ...places].join(", ");
    case "layer":
      return [channels, ...places].join(", ");
    case "instance":
      return places.join(", ") || "–";
    case "group":
      return [`${channels} ∕ G`, ...places].join(", ");
    default:
      return channels;
  }
}

/** Whom an element shares its statistics with.
 * @param {Method} method @param {Kind} kind @param {Place} place @param {Box} box
 */
export function sharedWords(method, kind, { b, c }, { c: [from, to] }) {
  const values = { b, c, from, to: to - 1 };
  const alike = method === "rms" ? "layer_channels" : method;
  return WORDS[kind][alike === "group" && to - from === 1 ? "instance" : alike](values);
}

/** Which of the three tensors. @param {import("./fields.js").Stage} show */
export function whatWords(show) {
  return {
    input: gettext("Values before normalisation"),
    normalized: gettext("Values normalised"),
    output: gettext("Values after scale and shift"),
  }[show];
}

/** @typedef {{b: number, c: number, from: number, to: number}} Values */

/** @type {Record<Kind, Record<Exclude<Method, "rms">, (values: Values) => string>>} */
const WORDS = {
  maps: {
    batch: (values) => gettext("channel {c} of all samples, at every place", values),
    layer: (values) => gettext("all channels of sample {b}, at every place", values),
    instance: (values) => gettext("channel {c} of sample {b}, at every place", values),
    group: (values) => gettext("channels {from} to {to} of sample {b}, at every place", values),
    layer_channels: (values) => gettext("all channels of sample {b}, at this one place", values),
  },
  tokens: {
    batch: (values) => gettext("feature {c} of every token of all samples, padding too", values),
    layer: (values) => gettext("all features of every token of sample {b}, padding too", values),
    instance: (values) => gettext("feature {c} of every token of sample {b}, padding too", values),
    group: (values) =>
      gettext("features {from} to {to} of every token of sample {b}, padding too", values),
    layer_channels: (values) => gettext("all features of this one token of sample {b}", values),
  },
  vectors: {
    batch: (values) => gettext("feature {c} of all samples", values),
    layer: (values) => gettext("all features of sample {b}", values),
    instance: () => gettext("nobody: it is alone"),
    group: (values) => gettext("features {from} to {to} of sample {b}", values),
    layer_channels: (values) => gettext("all features of sample {b}", values),
  },
};
