import { html, nothing } from "lit";
import * as api from "../core/api.js";
import { tally } from "../core/evidence.js";
import { gettext } from "../core/i18n.js";
import { ClaimCard } from "./claim-card.js";
import { PageElement } from "./element.js";
import "./status-notice.js";

/** @typedef {import("../core/wire.js").ClaimInfo} ClaimInfo */
/** @typedef {import("../core/wire.js").Measurement} Measurement */

/** How near to the window the list must come before it asks for its claims. */
const NEAR = "800px";

/**
 * `<claim-list>`: the claims of a lab, each to be measured by itself, or all one after the other.
 * Attribute: `lab`, the lab's name.
 */
export class ClaimList extends PageElement {
  static properties = {
    lab: {},
    claims: { state: true },
    error: { state: true },
    busy: { state: true },
    verdicts: { state: true },
  };

  #near = new IntersectionObserver(
    (entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.load();
    },
    { rootMargin: NEAR },
  );

  constructor() {
    super();
    this.lab = "";
    /** @type {ClaimInfo[]} */ this.claims = [];
    /** @type {unknown} */ this.error = null;
    this.busy = false;
    /** The last verdict of each claim that has been measured. @type {ReadonlyMap<string, Measurement["verdict"]>} */
    this.verdicts = new Map();
    this.addEventListener("claim-measured", (event) => {
      const { id, verdict } = /** @type {CustomEvent<Measurement>} */ (event).detail;
      this.verdicts = new Map(this.verdicts).set(id, verdict);
    });
  }

  connectedCallback() {
    super.connectedCallback();
    this.#near.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#near.disconnect();
  }

  /** Ask which claims there are, as soon as somebody may see them. */
  async load() {
    this.#near.disconnect();
    this.error = null;
    try {
      this.claims = (await api.claims()).filter(({ labs }) => labs.includes(this.lab));
    } catch (error) {
      this.error = error;
    }
  }

  /** Measure every claim, one after the other: each keeps the server's processor busy for a moment. */
  async #measureAll() {
    if (this.busy) return;
    this.busy = true;
    for (const card of this.querySelectorAll("claim-card")) {
      if (card instanceof ClaimCard) await card.measure();
      if (!this.isConnected) break;
    }
    this.busy = false;
  }

  render() {
    const { claims, error, busy } = this;
    if (error) {
      return html`<status-notice .error=${error} retry @notice-retry=${this.load}></status-notice>`;
    }
    if (!claims.length) return nothing;
    return html`<div class="row">
        <button type="button" aria-disabled=${busy} @click=${this.#measureAll}>${gettext("Measure all of them")}</button>
        <p role="status" class="soft">${tally([...this.verdicts.values()])}</p>
      </div>
      <ol>${claims.map((claim) => html`<li><claim-card .claim=${claim}></claim-card></li>`)}</ol>`;
  }
}

customElements.define("claim-list", ClaimList);
