import { html, nothing } from "lit";
import * as api from "../core/api.js";
import { circumstances } from "../core/evidence.js";
import { gettext, pick } from "../core/i18n.js";
import { PageElement } from "./element.js";
import { evidence, verdict } from "./measured.js";
import "./status-notice.js";

/** @typedef {import("../core/wire.js").ClaimInfo} ClaimInfo */
/** @typedef {import("../core/wire.js").Measurement} Measurement */

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

customElements.define("claim-card", ClaimCard);
