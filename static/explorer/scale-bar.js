/** The small legend under a column: exactly the colours between its least and its greatest value. */

import { html, nothing } from "lit";
import { colourOf, css, palette, scaleFor } from "../core/colour.js";
import * as format from "../core/format.js";
import { theme } from "../core/theme.js";

const STOPS = 12;

/**
 * @param {readonly [number, number]} range the true range of what is shown
 * @param {readonly [number, number] | null} common the range that the colours are spread over; null: each
 *   map has its own, and no bar can stand for all
 * @param {boolean} signed
 */
export function scaleBar(range, common, signed) {
  return html`${common ? bar(range, common, signed) : nothing}
    <span>${format.number(range[1], 2)}</span>
    <span>${format.number(range[0], 2)}</span>`;
}

/** @param {readonly [number, number]} range @param {readonly [number, number]} common
 * @param {boolean} signed */
function bar([lo, hi], common, signed) {
  const scale = scaleFor(...common, signed);
  const colours = palette(scale.kind, theme());
  const stops = Array.from({ length: STOPS + 1 }, (_, i) =>
    css(colourOf(lo + ((hi - lo) * i) / STOPS, scale, colours)),
  );
  return html`<i .style=${`background-image: linear-gradient(to right, ${stops.join(", ")})`}></i>`;
}
