import { html, nothing } from "lit";
import { colourOf, css, palette } from "../../core/colour.js";
import * as format from "../../core/format.js";
import { theme } from "../../core/theme.js";
import { full } from "./number-table.js";

/** @typedef {{label: unknown, how?: unknown, value: number, kind?: "summand" | "rest" | "bias", title?: string}} Row
 * one summand: its name, how it came about, its value */

/** Where the running total stands before and after each row.
 * @param {readonly Row[]} rows
 * @returns {{from: number, to: number}[]}
 */
export function running(rows) {
  let total = 0;
  return rows.map(({ value }) => {
    const from = total;
    total += value;
    return { from, to: total };
  });
}

/** A written addition, largest summands first, each with a bar from the total before it to the total after
 * it, down to the result.
 * @param {{rows: readonly Row[], total: number, caption: string, decimals: number, result: unknown}} sum
 */
export function waterfall({ rows, total, caption, decimals, result }) {
  const steps = running(rows);
  const ends = [0, total, ...steps.map(({ to }) => to)];
  const [lo, hi] = [Math.min(...ends), Math.max(...ends)];
  const place = (/** @type {number} */ value) => ((value - lo) / (hi - lo || 1)) * 100;
  const colours = palette("diverging", theme());
  const ink = (/** @type {number} */ value) =>
    css(colourOf(value < 0 ? -0.7 : 0.7, { kind: "diverging", lo: -1, hi: 1 }, colours));
  const bar = (/** @type {number} */ from, /** @type {number} */ to) =>
    html`<td class="bar" aria-hidden="true"><span class="zero" .style=${`left:${place(0)}%`}></span><span .style=${`left:${place(Math.min(from, to))}%;width:${Math.abs(place(to) - place(from))}%;background-color:${ink(to - from)}`}></span></td>`;
  return html`<table class="waterfall">
    <caption class="unseen">${caption}</caption>
    <tbody>${rows.map(({ label, how, value, kind = "summand", title }, i) => {
      const { from = 0, to = 0 } = steps[i] ?? {};
      return html`<tr class=${kind}><th scope="row">${label}</th><td class="how">${how ?? nothing}</td>
        <td class="value" title=${title ?? full(value)}>${signed(value, decimals, i)}</td>${bar(from, to)}</tr>`;
    })}</tbody>
    <tfoot><tr><th scope="row">${result}</th><td></td><td class="value" title=${full(total)}>${format.fixed(total, decimals)}</td>${bar(0, total)}</tr></tfoot>
  </table>`;
}

/** As one writes it in a column of summands: with its sign, but for the first.
 * @param {number} value @param {number} decimals @param {number} index
 */
function signed(value, decimals, index) {
  const text = format.fixed(value, decimals);
  return index > 0 && !text.startsWith("−") ? `+${text}` : text;
}
