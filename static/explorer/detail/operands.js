import { html, nothing } from "lit";
import { scaleFor } from "../../core/colour.js";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import "../../components/colour-legend.js";
import "../../components/heat-map.js";

/** @typedef {import("../../core/tensor.js").Tensor} Tensor */
/** @typedef {import("./field.js").Place} Place */
/** @typedef {{tensor: Tensor, words: string, sign?: string, mask?: boolean, window?: import("../../core/wire.js").Box | null}} Operand
 * `sign`: what stands before it */

/** The maps that a layer computes with, side by side with its result, in one scale; the place under the
 * cursor is outlined in all that have the same size.
 * @param {readonly Operand[]} operands
 * @param {{place: Place | null, fold: number, hover: (place: Place | null) => void, pin: (place: Place | null) => void}} how
 */
export function operandFigures(operands, { place, fold, hover, pin }) {
  const result = operands.at(-1);
  if (!result) return nothing;
  const ranges = operands.filter(({ mask }) => !mask).map(({ tensor }) => tensor.range());
  const range = /** @type {[number, number]} */ ([
    Math.min(...ranges.map(([lo]) => lo)),
    Math.max(...ranges.map(([, hi]) => hi)),
  ]);
  const figure = (/** @type {Operand} */ { tensor, words, sign, mask, window }) => {
    const aligned = tensor.width === result.tensor.width && tensor.height === result.tensor.height;
    const [lo, hi] = tensor.range();
    return html`${sign ? html`<span class="sign">${sign}</span>` : nothing}
      <figure><heat-map mode=${aligned ? "cells" : "still"} .tensor=${tensor} .range=${mask ? [0, 1] : range}
        .signed=${!mask && range[0] < 0} .fold=${fold} label=${words} .names=${[words]}
        .cursor=${aligned && place ? { map: 0, ...place } : null}
        .marks=${window ? [{ map: 0, box: window, tone: "window" }] : []}
        @cell-hover=${(/** @type {CustomEvent<Place>} */ event) => {
          event.stopPropagation();
          hover({ y: event.detail.y, x: event.detail.x });
        }} @cell-leave=${(/** @type {Event} */ event) => {
          event.stopPropagation();
          hover(null);
        }} @cell-pin=${(/** @type {CustomEvent<Place | null>} */ event) => {
          event.stopPropagation();
          pin(event.detail && { y: event.detail.y, x: event.detail.x });
        }}></heat-map>
        <figcaption>${words} <span class="soft">${gettext("{lo} to {hi}", { lo: format.number(lo), hi: format.number(hi) })}</span></figcaption></figure>`;
  };
  return html`<div class="operands">${operands.map(figure)}</div>
    <colour-legend .scale=${scaleFor(range[0], range[1])} .range=${range} .scopes=${[]}></colour-legend>`;
}
