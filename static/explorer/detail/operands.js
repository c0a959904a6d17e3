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
 * @param {import("./layer-detail.js").LayerDetail} host
 * @param {readonly Operand[]} operands the result last
 * @param {number} fold
 */
export function operandFigures(host, operands, fold) {
  const result = operands.at(-1);
  if (!result) return nothing;
  const ranges = operands.filter(({ mask }) => !mask).map(({ tensor }) => tensor.range());
  const lows = ranges.map(([lo]) => lo);
  const highs = ranges.map(([, hi]) => hi);
  const range = together(lows, highs);
  const figure = (/** @type {Operand} */ { tensor, words, sign, mask, window }) => {
    const aligned = tensor.width === result.tensor.width && tensor.height === result.tensor.height;
    const [lo, hi] = tensor.range().map((value) => format.number(value));
    return html`${sign ? html`<span class="sign">${sign}</span>` : nothing}
      <figure><heat-map mode=${aligned ? "cells" : "still"} .tensor=${tensor} .range=${mask ? DRAWN : range}
        .signed=${!mask && range[0] < 0} .fold=${fold} label=${words} .names=${[words]}
        .cursor=${aligned ? at(host.place) : null} .pinned=${aligned ? at(host.pin) : null}
        .marks=${window ? [{ map: 0, box: window, tone: "window" }] : []}
        @cell-hover=${taken((place) => host.hover(place))} @cell-leave=${taken(() => host.hover(null))}
        @cell-pin=${taken((place) => host.hold(place))}></heat-map>
        <figcaption>${words} <span class="soft">${gettext("{lo} to {hi}", { lo: lo ?? "", hi: hi ?? "" })}</span></figcaption></figure>`;
  };
  return html`<div class="operands">${operands.map(figure)}</div>
    <colour-legend .scale=${scaleFor(...range)} .range=${range} .scopes=${NONE}></colour-legend>`;
}

/** What a mask holds. @type {readonly [number, number]} */
const DRAWN = [0, 1];
/** @type {readonly import("./layer-detail.js").Scope[]} */
export const NONE = [];

/** @param {number[]} lows @param {number[]} highs @returns {[number, number]} */
function together(lows, highs) {
  return [Math.min(...lows), Math.max(...highs)];
}

/** @param {Place | null} place */
export function at(place) {
  return place && { map: 0, ...place };
}

/** A heat map's news about a place, taken here.
 * @param {(place: Place | null) => void} act
 */
export function taken(act) {
  return (/** @type {CustomEvent<Place | null>} */ event) => {
    event.stopPropagation();
    act(event.detail && { y: event.detail.y, x: event.detail.x });
  };
}
