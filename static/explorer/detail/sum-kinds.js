import { html, nothing } from "lit";
import { gettext } from "../../core/i18n.js";
import { find } from "./changes.js";
import { CURVES } from "./curve.js";
import { linearPictures } from "./linear-pictures.js";
import {
  activated,
  added,
  dropped,
  normalize,
  normalized,
  pooled,
  softmaxed,
  standardized,
} from "./sum-others.js";
import { sumOfTerms, termsOf } from "./sum-terms.js";
import { channelName, channelWords, nodeOf } from "./words.js";

/** @typedef {import("../../core/wire.js").NetworkInfo} NetworkInfo */
/** @typedef {import("../../core/wire.js").NetworkNode} NetworkNode */
/** @typedef {import("./answers.js").UnitKnown} UnitKnown */
/** @typedef {import("./unit-sum.js").UnitSum} Host */

/** How one element came about, by the kind of its layer, before a change scaled its channel.
 * @param {Host} host
 * @param {NetworkInfo} info
 * @param {NetworkNode} node
 * @param {UnitKnown} unit
 */
export function explain(host, info, node, unit) {
  const { decimals, known } = host;
  const inputs = /** @type {any[]} */ (unit.inputs ?? []);
  /** The layer's own result, which only a scaled channel hides. @param {() => number} compute */
  const own = (compute) => (unit.scale === 1 ? unit.value : compute());
  switch (node.kind) {
    case "conv":
    case "linear":
      return unit.terms ? sum(host, info, node, unit.terms) : nothing;
    case "pool": {
      const method = setting(host, node, "pooling", "method");
      return pooled(
        method,
        inputs,
        own(() => pool(method, inputs.flat())),
        decimals,
      );
    }
    case "norm": {
      const norm = known?.channel === unit.channel ? known.layer.normalization : null;
      const [x] = inputs;
      return norm
        ? normalized(
            norm,
            x,
            own(() => normalize(norm, x, unit.place)),
            { decimals, place: unit.place },
          )
        : nothing;
    }
    case "activation": {
      const name = setting(host, node, "activation", "function");
      const [x] = inputs;
      return activated(
        name,
        x,
        own(() => CURVES[name]?.(x) ?? x),
        decimals,
      );
    }
    case "add": {
      const summands = inputs.map((value, i) => ({ name: node.inputs[i] ?? "", value }));
      return added(
        summands,
        own(() => inputs.reduce((a, b) => a + b, 0)),
        decimals,
      );
    }
    case "position": {
      const [x, learnt] = inputs;
      const summands = [
        { name: node.inputs[0] ?? "", value: x },
        { name: gettext("learnt"), value: learnt },
      ];
      return added(
        summands,
        own(() => x + learnt),
        decimals,
      );
    }
    case "attention":
      return unit.terms ? attended(host, info, node, unit) : nothing;
    case "mix":
      return unit.terms ? mixed(host, info, node, unit.terms) : nothing;
    case "dropout": {
      const drop = known?.layer.dropout;
      if (!drop) return nothing;
      const [h] = inputs;
      const m = known.mask?.at(0, unit.place.y, unit.place.x) ?? 1;
      return dropped(
        drop,
        h,
        m,
        own(() => h * m * drop.scale),
        decimals,
      );
    }
    case "input": {
      const [mean = 0, std = 1] = [info.input.mean[unit.channel], info.input.std[unit.channel]];
      return standardized(unit.value * std + mean, mean, std, unit.value, decimals);
    }
    case "flatten":
      return html`<p>${gettext("Moved, not changed: {place} is now feature {n}.", {
        place: featureName(node)(unit.channel),
        n: unit.channel,
      })}</p>`;
    case "permute": {
      const { top: y = 0, left: x = 0 } = unit.receptive_field ?? {};
      return html`<p>${gettext("Moved, not changed: it was at {place}.", {
        place: gettext("row {y}, column {x}", { y, x }),
      })}</p>`;
    }
    default:
      return nothing;
  }
}

/** @param {Host} host @param {NetworkInfo} info @param {NetworkNode} node
 * @param {NonNullable<UnitKnown["terms"]>} terms */
function sum(host, info, node, terms) {
  const source = nodeOf(info, node.inputs[0]);
  const flattened = source?.kind === "flatten";
  const name = flattened
    ? featureName(source)
    : (/** @type {number} */ index) => channelName(info, source, index);
  return html`${flattened ? linearPictures(/** @type {any} */ (source.settings).in, terms) : nothing}
    ${sumOfTerms(host, termsOf(terms, name), terms.bias, terms.sum)}`;
}

/** An attention weight: a query times a key, then softmax among all keys.
 * @param {Host} host @param {NetworkInfo} info @param {NetworkNode} node @param {UnitKnown} unit */
function attended(host, info, node, unit) {
  const terms = /** @type {NonNullable<UnitKnown["terms"]>} */ (unit.terms);
  const source = nodeOf(info, node.inputs[0]);
  const name = (/** @type {number} */ index) => channelName(info, source, index);
  const words = { result: "q · k" };
  return html`${sumOfTerms(host, termsOf(terms, name), null, terms.sum, words)}
    ${softmaxed(/** @type {number[]} */ (unit.inputs), {
      key: unit.place.x,
      product: terms.sum,
      width: /** @type {any} */ (node.settings).head_dim,
      decimals: host.decimals,
    })}`;
}

/** The values of all places, each times its attention weight.
 * @param {Host} host @param {NetworkInfo} info @param {NetworkNode} node
 * @param {NonNullable<UnitKnown["terms"]>} terms */
function mixed(host, info, node, terms) {
  const [, values = ""] = node.inputs;
  const source = nodeOf(info, values);
  const name = (/** @type {number} */ index) => `${values}, ${channelWords(info, source, index)}`;
  const words = { inputs: gettext("values"), weights: gettext("attention weights") };
  return sumOfTerms(host, termsOf(terms, name), null, terms.sum, words);
}

/** A setting as it is now. @param {Host} host @param {NetworkNode} node @param {string} kind @param {string} name */
function setting({ interventions }, node, kind, name) {
  return find(interventions, kind, node.name)?.[name] ?? /** @type {any} */ (node.settings)[name];
}

/** @param {"max" | "avg"} method @param {readonly number[]} values */
function pool(method, values) {
  return method === "max" ? Math.max(...values) : values.reduce((a, b) => a + b, 0) / values.length;
}

/** Where on the maps a flattened feature was.
 * @param {NetworkNode} flatten
 * @returns {(feature: number) => string}
 */
function featureName(flatten) {
  const [channels, height, width] = /** @type {any} */ (flatten.settings).in;
  return (feature) => {
    const n = Math.floor(feature / (height * width));
    const [y, x] = [Math.floor(feature / width) % height, feature % width];
    if (height * width === 1) return gettext("Channel {n}", { n });
    if (channels === 1) return gettext("row {y}, column {x}", { y, x });
    return gettext("channel {n}, row {y}, column {x}", { n, y, x });
  };
}
