/** What was measured of a claim, as it is shown wherever a claim stands. */

import { html, nothing, svg } from "lit";
import { cellText, isNumeric, verdictWords } from "../core/evidence.js";
import { pick } from "../core/i18n.js";

/** @typedef {import("../core/wire.js").Measurement} Measurement */

/** A disc for what holds, half of one for what holds in part, a crossed ring for what does not. */
const MARKS = {
  holds: svg`<circle cx="8" cy="8" r="7" class="full" /><path d="M4.5 8.2 7 10.8 11.5 5.6" class="tick" />`,
  holds_with_conditions: svg`<circle cx="8" cy="8" r="6.25" /><path d="M8 1.75a6.25 6.25 0 0 1 0 12.5z" class="full" />`,
  does_not_hold: svg`<circle cx="8" cy="8" r="6.25" /><path d="m5 5 6 6m0-6-6 6" />`,
};

/** The verdict, its condition, and the measured numbers in a sentence. @param {Measurement} measurement */
export function verdict({ verdict, summary, condition }) {
  return html`<p class="verdict ${verdict}">
      <svg viewBox="0 0 16 16" aria-hidden="true">${MARKS[verdict]}</svg>
      <b>${verdictWords(verdict)}</b>
    </p>
    ${condition ? html`<p>${pick(condition)}</p>` : nothing}
    <p>${pick(summary)}</p>`;
}

/** The table of the evidence. @param {Measurement} measurement @param {string} title the id of the claim's */
export function evidence({ table: { columns, rows } }, title) {
  const numeric = columns.map((_, index) => index > 0 && isNumeric(rows, index));
  return html`<div class="evidence" role="region" tabindex="0" aria-labelledby=${title}>
    <table>
      <thead><tr>${columns.map(
        (words, index) =>
          html`<th scope="col" class=${numeric[index] ? "amount" : nothing}>${pick(words)}</th>`,
      )}</tr></thead>
      <tbody>${rows.map(
        ([first = "", ...rest]) => html`<tr>
          <th scope="row">${cellText(first)}</th>
          ${rest.map(
            (cell, index) =>
              html`<td class=${numeric[index + 1] ? "amount" : nothing}>${cellText(cell)}</td>`,
          )}
        </tr>`,
      )}</tbody>
    </table>
  </div>`;
}
