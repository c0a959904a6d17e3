import { html, nothing } from "lit";
import { colourOf, css, inkOn, palette, scaleFor } from "../../core/colour.js";
import * as format from "../../core/format.js";
import { theme } from "../../core/theme.js";

/** @typedef {readonly (readonly number[])[]} Rows */

/** All the digits of a number, for who wants to check: those that tell one float32 from the next.
 * @param {number} value
 */
export function full(value) {
  return String(Number(value.toPrecision(9))).replaceAll("-", "−");
}

/** A scale for coloured numbers, symmetric about 0 as soon as one is negative.
 * @param {Iterable<number>} numbers
 */
export function scaleOf(numbers) {
  let [lo, hi] = [0, 0];
  for (const value of numbers) {
    if (value < lo) lo = value;
    if (value > hi) hi = value;
  }
  return scaleFor(lo, hi);
}

/** Numbers in a grid, each on its colour.
 * @param {{
 *   rows: Rows, caption: string, scale: import("../../core/colour.js").Scale, decimals: number,
 *   touched?: {y: number, x: number} | null, mark?: (y: number, x: number) => string,
 *   touch?: (at: {y: number, x: number} | null) => void, keys?: boolean,
 * }} how `mark`: a class for a cell; `touch`: told of the cell under the pointer or, with `keys`, reached by
 * the arrow keys
 */
export function numberTable({
  rows,
  caption,
  scale,
  decimals,
  touched,
  mark,
  touch,
  keys = false,
}) {
  const colours = palette(scale.kind, theme());
  const cell = (/** @type {number} */ value, /** @type {number} */ y, /** @type {number} */ x) => {
    const colour = colourOf(value, scale, colours);
    const here = touched?.y === y && touched.x === x ? "touched" : "";
    return html`<td class="${here} ${mark?.(y, x) ?? ""}" title=${full(value)}
      .style=${`background-color:${css(colour)};color:${inkOn(colour)}`}
      @pointerenter=${touch ? () => touch({ y, x }) : nothing}>${format.fixed(value, decimals)}</td>`;
  };
  return html`<table class="number-table ${(rows[0]?.length ?? 0) > 4 ? "dense" : ""}" tabindex=${keys ? 0 : nothing} role=${keys ? "grid" : nothing}
      aria-label=${caption}
      @pointerleave=${touch ? () => touch(null) : nothing} @blur=${touch && keys ? () => touch(null) : nothing}
      @keydown=${touch && keys ? (/** @type {KeyboardEvent} */ event) => walk(event, rows, touched ?? null, touch) : nothing}>
    <tbody>${rows.map((row, y) => html`<tr>${row.map((value, x) => cell(value, y, x))}</tr>`)}</tbody>
  </table>`;
}

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** @param {KeyboardEvent} event @param {Rows} rows @param {{y: number, x: number} | null} at
 * @param {(at: {y: number, x: number} | null) => void} touch */
function walk(event, rows, at, touch) {
  const step = ARROWS[/** @type {keyof typeof ARROWS} */ (event.key)];
  if (!step) return;
  event.preventDefault();
  const [dy = 0, dx = 0] = step;
  if (!at) return touch({ y: 0, x: 0 });
  const y = Math.max(0, Math.min(rows.length - 1, at.y + dy));
  touch({ y, x: Math.max(0, Math.min((rows[y]?.length ?? 1) - 1, at.x + dx)) });
}
