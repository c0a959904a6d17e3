import { html, nothing } from "lit";
import * as format from "../core/format.js";
import { gettext } from "../core/i18n.js";

/** The number of a row or column, with a true minus. @param {number} at */
export function place(at) {
  return format.fixed(at, 0);
}

/** @typedef {{tensor: import("../core/tensor.js").Tensor, map: number, ring: {top: number, left: number}, label: string}} Table
 * a map and how many of its first rows and columns are padding */

/** The numbers of maps in tables that open: for who cannot see the figure, or wants to copy them.
 * @param {{tables: readonly Table[], open: boolean, toggle: (open: boolean) => void}} how the tables are only made
 * while they are `open`
 */
export function numbersOf({ tables, open, toggle }) {
  return html`<details class="numbers" @toggle=${(/** @type {Event} */ event) =>
    toggle(/** @type {HTMLDetailsElement} */ (event.target).open)}>
    <summary>${tables.length > 1 ? gettext("As tables") : gettext("As a table")}</summary>${open ? tables.map(written) : nothing}</details>`;
}

/** @param {Table} table */
function written({ tensor, map, ring, label }) {
  const rows = [...Array(tensor.height).keys()];
  const columns = [...Array(tensor.width).keys()];
  return html`<div class="scroller" tabindex="0" role="group" aria-label=${label}><table>
    <caption>${label}</caption>
    <thead><tr><td></td>${columns.map((x) => html`<th scope="col">${place(x - ring.left)}</th>`)}</tr></thead>
    <tbody>${rows.map(
      (y) =>
        html`<tr><th scope="row">${place(y - ring.top)}</th>${columns.map(
          (x) => html`<td>${format.number(tensor.at(map, y, x), 4)}</td>`,
        )}</tr>`,
    )}</tbody></table></div>`;
}
