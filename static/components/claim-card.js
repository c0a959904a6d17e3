import { html, nothing, svg } from "lit";
import * as api from "../core/api.js";
import { cellText, circumstances, isNumeric, verdictWords } from "../core/evidence.js";
import { gettext, pick } from "../core/i18n.js";
import { PageElement } from "./element.js";
import "./status-notice.js";

/** @typedef {import("../core/wire.js").ClaimInfo} ClaimInfo */
/** @typedef {import("../core/wire.js").Measurement} Measurement */

/** A disc for what holds, half of one for what holds in part, a crossed ring for what does not. */
const MARKS = {
  holds: svg`<circle cx="8" cy="8" r="7" class="full" /><path d="M4.5 8.2 7 10.8 11.5 5.6" class="tick" />`,
  holds_with_conditions: svg`<circle cx="8" cy="8" r="6.25" /><path d="M8 1.75a6.25 6.25 0 0 1 0 12.5z" class="full" />`,
  does_not_hold: svg`<circle cx="8" cy="8" r="6.25" /><path d="m5 5 6 6m0-6-6 6" />`,
};

/**
 * `<claim-card>`: a claim as a sentence, a button that has the server measure it, and then the verdict
 * with its evidence. Every further measurement takes the next seed.
 *
 * Property: `claim` {ClaimInfo}. Method: `measure()`.
 * Event: `claim-measured` {Measurement}, bubbling.
 */
export class ClaimCard extends PageElement {
  static properties = {
    claim: { attribute: false },
    measurement: { state: true },
    error: { state: true },
    busy: { state: true },
  };

  /** @type {AbortController | null} */ #flight = null;

  constructor() {
    super();
    /** @type {ClaimInfo | null} */ this.claim = null;
    /** @type {Measurement | null} */ this.measurement = null;
    /** @type {unknown} */ this.error = null;
    this.busy = false;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#flight?.abort();
  }

  /** Have it measured: for the first time with seed 0. Does nothing while it is being measured. */
  async measure() {
    if (this.busy || !this.claim) return;
    const flight = new AbortController();
    this.#flight = flight;
    this.busy = true;
    this.error = null;
    const seed = this.measurement ? this.measurement.seed + 1 : 0;
    try {
      this.measurement = await api.measure(this.claim.id, { seed }, flight.signal);
      this.tell("claim-measured", this.measurement);
    } catch (error) {
      if (!flight.signal.aborted) this.error = error;
    }
    this.busy = false;
  }

  render() {
    const { claim, measurement } = this;
    if (!claim) return nothing;
    const title = `claim-${claim.id}`;
    return html`<article aria-labelledby=${title}>
      <div class="claim">
        <h3 id=${title}>${pick(claim.title)}</h3>
        <p>${pick(claim.statement)}</p>
      </div>
      <div class="found ${this.busy ? "waiting" : ""}">
        <div class="news" role="status">${measurement ? verdict(measurement) : nothing}</div>
        ${
          measurement
            ? html`${evidence(measurement, title)}
              <p><b>${gettext("Where it stops being true:")}</b> ${pick(claim.limits)}</p>`
            : nothing
        }
        <div class="row">
          <button type="button" aria-describedby=${title} aria-disabled=${this.busy} @click=${this.measure}>
            ${measurement ? gettext("Measure again, with another seed") : gettext("Measure")}</button>
          <status-notice .error=${this.error} ?busy=${this.busy}></status-notice>
          ${measurement && !this.busy ? html`<small class="soft">${circumstances(measurement)}</small>` : nothing}
        </div>
      </div>
    </article>`;
  }
}

/** @param {Measurement} measurement */
function verdict({ verdict, summary, condition }) {
  return html`<p class="verdict ${verdict}">
      <svg viewBox="0 0 16 16" aria-hidden="true">${MARKS[verdict]}</svg>
      <b>${verdictWords(verdict)}</b>
    </p>
    ${condition ? html`<p>${pick(condition)}</p>` : nothing}
    <p>${pick(summary)}</p>`;
}

/** @param {Measurement} measurement @param {string} title the id of the claim's */
function evidence({ table: { columns, rows } }, title) {
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

customElements.define("claim-card", ClaimCard);
