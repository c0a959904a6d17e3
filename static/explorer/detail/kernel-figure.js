import { html, nothing } from "lit";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { Tensor } from "../../core/tensor.js";
import { NONE } from "./operands.js";
import { channelName, nodeOf } from "./words.js";
import "../../components/colour-legend.js";
import "../../components/heat-map.js";

/** @typedef {import("../../core/wire.js").NetworkInfo} NetworkInfo */
/** @typedef {import("../../core/wire.js").NetworkNode} NetworkNode */
/** @typedef {import("./answers.js").WeightsAnswer} WeightsAnswer */

/** The weights that make one channel: a colour kernel with its slices, one slice, many slices, a strip, or
 * pictures of the maps that were flattened. Changed ones have the trained ones beside them.
 * @param {NetworkInfo} info
 * @param {NetworkNode} node
 * @param {WeightsAnswer} weights
 */
export function kernelFigure(info, node, { now, trained, bias }) {
  const changed = now.values.some((value, i) => value !== trained.values[i]);
  const source = nodeOf(info, node.inputs[0]);
  const range = /** @type {[number, number]} */ (union(now.range(), trained.range()));
  const show = (/** @type {Tensor} */ tensor, /** @type {string} */ words) =>
    html`<div class="kernel-set">${changed ? html`<p class="caption">${words}</p>` : nothing}
      ${slices(info, source, tensor, range)}</div>`;
  return html`<div class="kernels">
      ${show(now, gettext("As changed"))}${changed ? show(trained, gettext("As trained")) : nothing}
    </div>
    <colour-legend .scale=${{ kind: "diverging", lo: -limit(range), hi: limit(range) }} .range=${now.range()} .scopes=${NONE}></colour-legend>
    ${bias === null ? nothing : html`<p class="caption">${gettext("bias {value}", { value: format.number(bias, 4) })}</p>`}`;
}

/** @param {readonly number[]} range */
function limit([lo = 0, hi = 0]) {
  return Math.max(Math.abs(lo), Math.abs(hi)) || 1;
}

/** @param {readonly number[]} a @param {readonly number[]} b */
function union(a, b) {
  return [Math.min(a[0] ?? 0, b[0] ?? 0), Math.max(a[1] ?? 0, b[1] ?? 0)];
}

/** @param {NetworkInfo} info @param {NetworkNode | undefined} source @param {Tensor} tensor
 * @param {[number, number]} range */
function slices(info, source, tensor, range) {
  const maps = tensor.shape.length > 2;
  if (!maps || tensor.size === 1) return strip(tensor, range);
  const names = Array.from({ length: tensor.count }, (_, i) => channelName(info, source, i));
  const colour = source?.kind === "input" && tensor.count === 3;
  const end = limit(range);
  const map = html`<heat-map mode=${tensor.count > 1 ? "maps" : "cells"} readout signed .tensor=${tensor}
    .range=${range} .names=${names} .signed=${true} .columns=${colour ? 3 : 0}
    label=${gettext("The kernel, one slice for each input channel")}></heat-map>`;
  if (!colour) return html`<div class=${tensor.count === 1 ? "one" : "several"}>${map}</div>`;
  return html`<div class="colour-kernel">
    <figure class="one"><heat-map mode="still" rgb .tensor=${tensor} .range=${[-end, end]}
      label=${gettext("The kernel as colours; grey is 0")}></heat-map>
      <figcaption>${gettext("in colours; grey is 0")}</figcaption></figure>
    <figure class="three">${map}<figcaption class="thirds">${names.map((name) => html`<span>${name}</span>`)}</figcaption></figure>
  </div>`;
}

/** One weight for each input: a strip. @param {Tensor} tensor @param {[number, number]} range */
function strip(tensor, range) {
  const line = new Tensor([1, tensor.values.length], tensor.values);
  return html`<div class="strip"><heat-map readout .tensor=${line} .range=${range} .signed=${true}
    .fold=${Math.min(line.width, line.width > 256 ? 64 : 32)} .names=${[gettext("Weight")]} label=${gettext("One weight for each input channel")}></heat-map></div>`;
}
