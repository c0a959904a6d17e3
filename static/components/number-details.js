import { html, nothing } from "lit";
import * as format from "../core/format.js";
import { gettext } from "../core/i18n.js";

/** The number of a row or column, with a true minus. @param {number} at */
export function place(at) {
  return format.fixed(at, 0);
}

/** The numbers of a map in a table that opens: for who cannot see the figure, or wants to copy them.
 * @param {{
 *   tensor: import("../core/tensor.js").Tensor, map: number, ring: {top: number, left: number}, label: string,
 *   open: boolean, toggle: (open: boolean) => void,
 * }} how the table is only made while it is `open`
 */
export function numbersOf({ tensor, map, ring, label, open, toggle }) {
  const rows = [...Array(tensor.height).keys()];
  const columns = [...Array(tensor.width).keys()];
  const table =
    () => html`<div class="scroller" tabindex="0" role="group" aria-label=${label}><table>
    <caption>${label}</caption>
    <thead><tr><td></td>${columns.map((x) => html`<th scope="col">${place(x - ring.left)}</th>`)}</tr></thead>
    <tbody>${rows.map(
      (y) =>
        html`<tr><th scope="row">${place(y - ring.top)}</th>${columns.map(
          (x) => html`<td>${format.number(tensor.at(map, y, x), 4)}</td>`,
        )}</tr>`,
    )}</tbody></table></div>`;
  return html`<details class="numbers" @toggle=${(/** @type {Event} */ event) =>
    toggle(/** @type {HTMLDetailsElement} */ (event.target).open)}>
    <summary>${gettext("As a table")}</summary>${open ? table() : nothing}</details>`;
}
