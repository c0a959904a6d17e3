import { html, nothing } from "lit";
import { heard } from "../../../components/heard.js";
import * as api from "../../../core/api.js";
import * as format from "../../../core/format.js";
import { gettext } from "../../../core/i18n.js";
import { session } from "../session.js";
import { frame, Section } from "./section.js";
import { SWAPPED, swaps, trained } from "./swaps.js";
import "../../../components/number-field.js";

/** @typedef {import("../../../core/wire.js").AccuracyAnswer} Accuracy */
/** @typedef {import("./swaps.js").Row} Row */

/** The rows of methods that look at one image alone. */
const ALONE = ["layer", "layer_channels", "group", "instance"];
/** Classes of Fashion-MNIST: guessing is right one time in so many. */
const CLASSES = 10;

/** `<norm-swap>`: how often a trained network is right with another normalisation in it, and how often the networks
 * trained with each. Measured when asked, one after the other. */
export class NormSwap extends Section {
  static properties = {
    ...Section.properties,
    found: { state: true },
    error: { state: true },
    now: { state: true },
  };

  /** @type {AbortController | null} */ #flight = null;

  constructor() {
    super();
    /** By the question. @type {ReadonlyMap<string, Accuracy>} */ this.found = new Map();
    /** @type {unknown} */ this.error = null;
    /** The question that is being measured. */ this.now = "";
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#flight?.abort();
  }

  willUpdate() {
    if (this.near) session.networks.want(SWAPPED);
  }

  get #swaps() {
    return swaps(session.networks.info(SWAPPED)?.nodes ?? []);
  }

  /** @param {Row} row */
  #body({ interventions }) {
    return { interventions, items: session.state.values.items, seed: 0 };
  }

  /** What a row's number is known by. @param {Row} row */
  #key(row) {
    return JSON.stringify([row.network, this.#body(row)]);
  }

  /** @param {Row[]} rows */
  async #measure(rows) {
    if (this.now) return this.#flight?.abort();
    const flight = new AbortController();
    this.#flight = flight;
    this.error = null;
    for (const row of rows) {
      const key = this.#key(row);
      if (this.found.has(key)) continue;
      this.now = key;
      try {
        const accuracy = await api.accuracy(row.network, this.#body(row), flight.signal);
        this.found = new Map(this.found).set(key, accuracy);
      } catch (error) {
        if (!flight.signal.aborted) this.error = error;
        break;
      }
    }
    this.now = "";
  }

  render() {
    const { items } = session.state.values;
    const set = heard((/** @type {number} */ value) => session.state.set({ items: value }));
    const [swapped, own] = [this.#swaps, trained()];
    const rows = [...swapped, ...own];
    const left = rows.filter((row) => !this.found.has(this.#key(row))).length;
    const busy = Boolean(this.now);
    return frame({
      id: "swap",
      title: gettext("Another normalisation in a trained network"),
      words: html`<p>${gettext("Every BatchNorm of a trained network gives way to another method, with the same γ and β and nothing trained again. Then five networks that were trained with their own. Each is asked about the same images, which none has seen in training.")}</p>`,
      settings: html`<number-field label=${gettext("Images")} .value=${items} .min=${50} .max=${2000} .step=${50} slider ?disabled=${busy}
          @value-input=${set} @value-change=${set}></number-field>
        <div class="row"><button type="button" aria-disabled=${!busy && !left} @click=${() => this.#measure(rows)}>${busy ? gettext("Stop") : gettext("Measure")}</button>
          <p role="status" class="soft">${gettext("{n} of {all} measured", { n: rows.length - left, all: rows.length })}</p></div>
        <status-notice .error=${this.error}></status-notice>`,
      figure: html`${this.#table(gettext("One network, its normalisation exchanged"), swapped)}
        ${this.#table(gettext("Five networks, each trained with its own"), own)}
        <p class="hint">${gettext("The bar is the share of the images that were classified correctly, the line on it the 95% interval of the true share (Wilson), the tick what guessing gives: {p}.", { p: format.percent(1 / CLASSES) })}</p>`,
      see: html`<p>${this.#compared()}</p>`,
      take: html`<take-away name="convscope-normalization-swap" label=${gettext("Take away a measurement")}
        .call=${() => ({ method: "POST", url: `/api/networks/${SWAPPED}/accuracy`, body: this.#body(/** @type {Row} */ (swapped[2])) })}></take-away>`,
    });
  }

  /** What both tables say of the methods that look at one image alone, in numbers once they are measured. */
  #compared() {
    const of = (/** @type {Row[]} */ rows) =>
      rows
        .filter(({ key }) => ALONE.includes(key))
        .map((row) => this.found.get(this.#key(row))?.accuracy ?? Number.NaN);
    const [exchanged, own] = [of(this.#swaps), of(trained())];
    if (![...exchanged, ...own].every(Number.isFinite))
      return gettext(
        "Does a method fail, or the exchange? The second table tells: there the methods were in place from the start.",
      );
    const least = (/** @type {number[]} */ shares) => format.percent(Math.min(...shares));
    const most = (/** @type {number[]} */ shares) => format.percent(Math.max(...shares));
    return gettext(
      "LayerNorm, GroupNorm and InstanceNorm classify {least} to {most} of the images correctly where they were put in afterwards, and {own_least} to {own_most} where the network was trained with them.",
      {
        least: least(exchanged),
        most: most(exchanged),
        own_least: least(own),
        own_most: most(own),
      },
    );
  }

  /** @param {string} title @param {Row[]} rows */
  #table(title, rows) {
    return html`<table class="accuracies"><caption>${title}</caption><colgroup><col class="name"><col><col class="interval"></colgroup>
      <thead class="unseen"><tr><th scope="col">${gettext("Normalisation")}</th><th scope="col">${gettext("Accuracy")}</th><th scope="col">${gettext("95% interval")}</th></tr></thead>
      <tbody>${rows.map((row) => this.#row(row))}</tbody></table>`;
  }

  /** @param {Row} row */
  #row(row) {
    const key = this.#key(row);
    const found = this.found.get(key);
    const [lo = 0, hi = 0] = found?.interval ?? [];
    return html`<tr class=${this.now === key ? "now" : ""}><th scope="row">${row.label}</th>
      <td class="bar"><div><span class="share" .style=${`--part:${found?.accuracy ?? 0};--lo:${lo};--hi:${hi};--guess:${1 / CLASSES}`} ?data-known=${Boolean(found)}><i></i></span>
        <b>${found ? format.percent(found.accuracy) : this.now === key ? "…" : "–"}</b></div></td>
      <td class="soft">${found ? gettext("{lo} to {hi}", { lo: format.percent(lo), hi: format.percent(hi) }) : nothing}</td></tr>`;
  }
}

customElements.define("norm-swap", NormSwap);
