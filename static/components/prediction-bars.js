import { html, nothing } from "lit";
import * as format from "../core/format.js";
import { gettext, pick } from "../core/i18n.js";
import { compare } from "../core/predictions.js";
import { PageElement, plain } from "./element.js";

/** @typedef {import("../core/wire.js").Prediction} Prediction */

/**
 * `<prediction-bars>`: what the network says, most probable first; with `baseline`, what it said before
 * the changes as an outline behind each bar, and the difference.
 *
 * Properties: `predictions` {Prediction[]}, `baseline` {Prediction[] | null}, `rows` {number} at most (5),
 * `label` accessible name, `pickable` {boolean} rows are buttons, `picked` {number | null} class index; `notes`
 * {string[] | null} something more to write of each class, by its index, such as its logit.
 * Event: `class-select` {index: number | null}, bubbling (null where the picked one was chosen again).
 */
export class PredictionBars extends PageElement {
  static properties = {
    predictions: plain,
    baseline: plain,
    rows: { type: Number },
    label: {},
    pickable: { type: Boolean },
    picked: { attribute: false },
    notes: { attribute: false },
  };

  constructor() {
    super();
    /** @type {readonly Prediction[]} */ this.predictions = [];
    /** @type {readonly Prediction[] | null} */ this.baseline = null;
    this.rows = 5;
    this.label = "";
    this.pickable = false;
    /** @type {number | null} */ this.picked = null;
    /** @type {readonly string[] | null} */ this.notes = null;
  }

  render() {
    const rows = compare(this.predictions, this.baseline, this.rows);
    return html`<ol aria-label=${this.label || gettext("Prediction")}>
      ${rows.map((row) => this.#row(row))}
    </ol>`;
  }

  /** @param {import("../core/predictions.js").Row} row */
  #row({ index, name, now, was, bound }) {
    const words = html`<span class="name">${pick(name)}</span>
      <span class="track">
        ${was === null ? nothing : html`<span class="was" .style=${`--part:${was}`}></span>`}
        <span class="now" .style=${`--part:${now ?? 0}`}></span>
      </span>
      ${this.notes ? html`<span class="note">${this.notes[index]}</span>` : nothing}
      <span class="value">${now === null ? `<${format.percent(bound)}` : format.percent(now)}</span>
      ${was === null ? nothing : html`<span class="change">${gettext("was {p}", { p: format.percent(was) })}</span>`}`;
    if (!this.pickable) return html`<li>${words}</li>`;
    const picked = this.picked === index;
    return html`<li><button type="button" class="plain" aria-pressed=${picked} @click=${() => {
      this.picked = picked ? null : index;
      this.tell("class-select", { index: this.picked });
    }}>${words}</button></li>`;
  }
}

customElements.define("prediction-bars", PredictionBars);
