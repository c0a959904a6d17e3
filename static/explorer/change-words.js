import * as format from "../core/format.js";
import { gettext } from "../core/i18n.js";

/** @typedef {import("../core/wire.js").Intervention} Intervention */
/** @typedef {NonNullable<Extract<Intervention, {kind: "dropout"}>["variant"]>} Variant */

/** What a change does, in a few words; the layer is named beside it.
 * @param {Intervention} change
 * @returns {string}
 */
export function changeWords(change) {
  switch (change.kind) {
    case "conv":
      return convolution(change);
    case "kernel":
      return gettext("kernel {out} for input {in} edited", { out: change.out, in: change.in ?? 0 });
    case "kernel_preset":
      return gettext("kernel {out} replaced: {preset}", {
        out: change.out,
        preset: presets()[change.preset],
      });
    case "channels":
      return channels(change.channels, change.scale ?? 0);
    case "normalization":
      return normalization(change);
    case "dropout":
      return dropout(change);
    case "drop_after":
      return [gettext("dropout after it"), ...mask(change)].join(", ");
    case "drop_connect":
      return [gettext("weights dropped (DropConnect)"), ...mask(change)].join(", ");
    case "recurrent":
      return recurrent(change);
    case "activation":
      return gettext("function: {name}", { name: FUNCTIONS[change.function] });
    case "pooling":
      return change.method === "max" ? gettext("pools the maximum") : gettext("pools the mean");
  }
}

const FUNCTIONS = {
  relu: "ReLU",
  relu6: "ReLU6",
  leaky_relu: "Leaky ReLU",
  gelu: "GELU",
  identity: "f(x) = x",
};

const presets = () => ({
  identity: gettext("Identity"),
  box: gettext("Box blur"),
  gaussian: gettext("Gaussian blur"),
  sharpen: gettext("Sharpen"),
  sobel_x: gettext("Sobel, across"),
  sobel_y: gettext("Sobel, down"),
  laplacian: gettext("Laplacian"),
  emboss: gettext("Emboss"),
});

const modes = () => ({
  zeros: gettext("Zeros"),
  reflect: gettext("Mirror"),
  replicate: gettext("Repeat the edge"),
  circular: gettext("Wrap around"),
});

/** @param {Extract<Intervention, {kind: "conv"}>} change */
function convolution({ stride, padding, padding_mode, dilation }) {
  const pair = (/** @type {readonly number[]} */ [y = 1, x = 1]) =>
    y === x ? String(y) : `${y}×${x}`;
  /** @type {string[]} */ const parts = [];
  if (stride) parts.push(gettext("stride {n}", { n: pair(stride) }));
  if (dilation) parts.push(gettext("dilation {n}", { n: pair(dilation) }));
  if (padding) {
    const sides =
      typeof padding === "string"
        ? padding
        : [...new Set(padding)].length > 1
          ? padding.join(", ")
          : padding[0];
    parts.push(gettext("padding {n}", { n: sides }));
  }
  if (padding_mode) parts.push(gettext("padded with: {mode}", { mode: modes()[padding_mode] }));
  return parts.join(", ") || gettext("as trained");
}

/** @param {readonly number[]} list @param {number} scale */
function channels(list, scale) {
  const few = list.length > 4 ? `${list.slice(0, 3).join(", ")}…` : list.join(", ");
  if (list.length === 1)
    return scale === 0
      ? gettext("channel {n} silenced", { n: few })
      : gettext("channel {n} × {scale}", { n: few, scale: format.number(scale) });
  return scale === 0
    ? gettext("channels {n} silenced", { n: few })
    : gettext("channels {n} × {scale}", { n: few, scale: format.number(scale) });
}

/** @param {Extract<Intervention, {kind: "normalization"}>} change */
function normalization({ statistics, method, groups }) {
  /** @type {string[]} */ const parts = [];
  if (method === "none") parts.push(gettext("normalisation taken out"));
  else if (method === "group") parts.push(gettext("GroupNorm, {n} groups", { n: groups ?? "?" }));
  else if (method) parts.push(methods()[method]);
  if (statistics === "batch") parts.push(gettext("statistics of this picture"));
  if (statistics === "running") parts.push(gettext("running statistics"));
  return parts.join(", ") || gettext("as trained");
}

const methods = () => ({
  batch: "BatchNorm",
  layer: "LayerNorm",
  instance: "InstanceNorm",
  layer_channels: gettext("LayerNorm, place by place"),
  rms: gettext("RMSNorm, place by place"),
});

/** @param {Extract<Intervention, {kind: "dropout"}>} change */
function dropout(change) {
  if (change.on === false) return gettext("dropout off");
  return [gettext("dropout on"), ...mask(change)].join(", ");
}

/** @param {Extract<Intervention, {kind: "recurrent"}>} change */
function recurrent({ rule = "zoneout", p, seed }) {
  if (rule === "none") return gettext("as trained");
  const what =
    rule === "zoneout" ? gettext("zoneout on the state") : gettext("dropout on the state");
  return [what, ...mask({ p, seed })].join(", ");
}

/** How often, what together, and by which throw of the dice.
 * @param {{p?: number | null | undefined, variant?: Variant | null | undefined, seed?: number | null | undefined,
 *   block_size?: number | null | undefined}} change
 */
function mask({ p, variant, seed, block_size }) {
  /** @type {string[]} */ const parts = [];
  if (typeof p === "number") parts.push(`p = ${format.number(p)}`);
  if (variant === "block" && block_size)
    parts.push(gettext("blocks of {n}", { n: `${block_size}×${block_size}` }));
  else if (variant) parts.push(variants()[variant]);
  if (typeof seed === "number") parts.push(gettext("seed {n}", { n: seed }));
  return parts;
}

/** @type {() => Record<Variant, string>} */
const variants = () => ({
  element: gettext("single values"),
  channel: gettext("whole channels"),
  block: gettext("square blocks"),
  row: gettext("the whole branch, per picture"),
  batch: gettext("the whole branch, for all"),
  alpha: gettext("single values, as SELU wants it"),
});
