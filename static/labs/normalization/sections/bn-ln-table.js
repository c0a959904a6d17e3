import { html, nothing } from "lit";
import { evidence, verdict } from "../../../components/measured.js";
import * as api from "../../../core/api.js";
import { circumstances, tally } from "../../../core/evidence.js";
import { gettext } from "../../../core/i18n.js";
import { bnLnRows } from "./bn-ln-rows.js";
import { frame, Section } from "./section.js";

/** @typedef {import("../../../core/wire.js").Measurement} Measurement */

/** `<bn-ln-table>`: BatchNorm and LayerNorm beside each other, as lecture notes compare them; beside each row what was
 * measured of it just now. Measured when asked. */
export class BnLnTable extends Section {
  static properties = {
    ...Section.properties,
    measured: { state: true },
    errors: { state: true },
    busy: { state: true },
    all: { state: true },
  };

  #seed = 0;

  constructor() {
    super();
    /** By the claim's id. @type {ReadonlyMap<string, Measurement>} */ this.measured = new Map();
    /** @type {ReadonlyMap<string, unknown>} */ this.errors = new Map();
    /** The claim that is being measured. */ this.busy = "";
    /** Whether all are, one after the other. */ this.all = false;
  }

  /** @param {string} id @param {number} seed */
  async #measure(id, seed) {
    this.busy = id;
    const errors = new Map(this.errors);
    errors.delete(id);
    this.errors = errors;
    try {
      const measurement = await api.measure(id, { seed });
      this.measured = new Map(this.measured).set(id, measurement);
    } catch (error) {
      this.errors = new Map(this.errors).set(id, error);
    }
    this.busy = "";
  }

  /** @param {string} id */
  #one(id) {
    const before = this.measured.get(id);
    if (!this.busy) this.#measure(id, before ? before.seed + 1 : 0);
  }

  /** Each claim once, though several rows may rest on it. */
  async #every() {
    if (this.all || this.busy) return;
    this.all = true;
    const seed = this.measured.size ? ++this.#seed : this.#seed;
    for (const id of new Set(bnLnRows().map(({ claim }) => claim))) {
      await this.#measure(id, seed);
      if (!this.isConnected) break;
    }
    this.all = false;
  }

  render() {
    const verdicts = [...this.measured.values()].map(({ verdict }) => verdict);
    return frame({
      id: "bn-ln",
      title: gettext("BatchNorm and LayerNorm, beside each other"),
      words: html`<p>${gettext("Seven differences as lecture notes put them. Beside each, what an experiment on this server says of it just now.")}</p>`,
      settings: html`<div class="row"><button type="button" aria-disabled=${this.all || Boolean(this.busy)} @click=${this.#every}>${gettext("Measure all of them")}</button>
        <p role="status" class="soft">${tally(verdicts)}</p></div>`,
      figure: html`<table class="sides">
        <thead><tr><th scope="col">${gettext("Question")}</th><th scope="col">BatchNorm</th><th scope="col">LayerNorm</th><th scope="col">${gettext("Measured")}</th></tr></thead>
        <tbody>${bnLnRows().map(
          (row, i) => html`<tr><th scope="row" id="bn-ln-${i}">${row.question}</th>
            <td data-name="BatchNorm">${row.batch}</td><td data-name="LayerNorm">${row.layer}</td>
            <td class="found">${this.#found(row, `bn-ln-${i}`)}</td></tr>`,
        )}</tbody></table>`,
      wide: true,
    });
  }

  /** @param {import("./bn-ln-rows.js").Row} row @param {string} id of the row's heading */
  #found({ claim, question }, id) {
    const found = this.measured.get(claim);
    const busy = this.busy === claim;
    return html`<div role="status" class=${busy && found ? "waiting" : ""}>${
      found ? verdict(found) : nothing
    }</div>
      ${found ? html`<details><summary>${gettext("Evidence")}</summary>${evidence(found, id)}</details>` : nothing}
      <div class="row"><button type="button" aria-disabled=${this.all || Boolean(this.busy)} aria-label="${found ? gettext("Measure again, with another seed") : gettext("Measure")}: ${question}"
        @click=${() => this.#one(claim)}>${found ? gettext("Measure again, with another seed") : gettext("Measure")}</button>
        <status-notice .error=${this.errors.get(claim) ?? null} ?busy=${busy}></status-notice>
        ${found && !busy ? html`<small class="soft">${circumstances(found)}</small>` : nothing}</div>`;
  }
}

customElements.define("bn-ln-table", BnLnTable);
