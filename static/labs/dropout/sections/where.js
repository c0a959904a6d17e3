import { html } from "lit";
import { heard } from "../../../components/heard.js";
import * as api from "../../../core/api.js";
import * as format from "../../../core/format.js";
import { gettext } from "../../../core/i18n.js";
import { nearest } from "../../../core/lines.js";
import { fields } from "../fields.js";
import { session } from "../session.js";
import { dropped, placesOf } from "./places.js";
import { frame, Section } from "./section.js";
import { networkName } from "./subject.js";
import "../../../components/choice-field.js";
import "../../../components/line-chart.js";
import "../../../components/number-field.js";

/** @typedef {import("../../../core/wire.js").AccuracyAnswer} Accuracy */
/** @typedef {import("./places.js").Place} Place */

/** The probabilities that are measured. */
const PS = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const TONES = /** @type {const} */ ({ early: "mean", late: "deviation", head: "after" });
/** Of Fashion-MNIST: guessing is right one time in so many. */
const CLASSES = 10;
/** What the axes hold, measured or not: all shares, and entropies of ten classes. */
const WITHIN = {
  accuracy: /** @type {const} */ ([0, 1]),
  entropy: /** @type {const} */ ([0, 2.3]),
};
/** What the networks that have held-out images here have learned. */
const DATASET = "fashion_mnist";

/** `<drop-where>`: how often the network is right, and how undecided it is, by where and how much is dropped while it is
 * used. Measured when asked, point by point. */
export class DropWhere extends Section {
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
    if (this.near) session.networks.want(this.#network);
  }

  /** The stage's, where it has held-out images. */
  get #network() {
    const { network } = session;
    const info = session.networks.info(network);
    return network && (!info || info.dataset === DATASET) ? network : fields.net.value;
  }

  get #places() {
    const nodes = session.networks.info(this.#network)?.nodes ?? [];
    return placesOf(nodes, session.state.values.whereDrop);
  }

  /** @param {Place} place @param {number} p */
  #body({ layer }, p) {
    const { whereDrop, items } = session.state.values;
    return { interventions: dropped(whereDrop, layer, p), items, seed: 0 };
  }

  /** @param {Place} place @param {number} p */
  #key(place, p) {
    return JSON.stringify([this.#network, this.#body(place, p)]);
  }

  /** Those not measured yet: all places at one p, then the next p. */
  #left() {
    /** @type {Map<string, {place: Place, p: number}>} */ const left = new Map();
    for (const p of PS)
      for (const place of this.#places) {
        const key = this.#key(place, p);
        if (!this.found.has(key)) left.set(key, { place, p });
      }
    return left;
  }

  async #measure() {
    if (this.now) return this.#flight?.abort();
    const flight = new AbortController();
    this.#flight = flight;
    this.error = null;
    const network = this.#network;
    for (const [key, { place, p }] of this.#left()) {
      this.now = key;
      try {
        const accuracy = await api.accuracy(network, this.#body(place, p), flight.signal);
        this.found = new Map(this.found).set(key, accuracy);
      } catch (error) {
        if (!flight.signal.aborted) this.error = error;
        break;
      }
    }
    this.now = "";
  }

  render() {
    const { items, whereDrop } = session.state.values;
    const set = (/** @type {"items" | "whereDrop"} */ name) =>
      heard((/** @type {any} */ value) => session.state.set({ [name]: value }));
    const places = this.#places;
    const all = places.length ? (PS.length - 1) * places.length + 1 : 0;
    const left = this.#left().size;
    const busy = Boolean(this.now);
    return frame({
      id: "where",
      title: gettext("Where to drop, and how much"),
      words: html`<p>${gettext("A trained network is used with dropout left on, in one place at a time: early, late, or before its last layer. Each is asked about the same held-out images.")}</p>
        <p class="soft">${networkName(this.#network)}</p>`,
      settings: html`<choice-field small label=${gettext("Dropped are")} .value=${whereDrop} ?disabled=${busy} .options=${[
        { value: "element", label: gettext("values") },
        { value: "channel", label: gettext("maps") },
        { value: "block", label: gettext("blocks") },
        { value: "row", label: gettext("all of a sample") },
        { value: "batch", label: gettext("all of a batch") },
        { value: "alpha", label: gettext("values, for SELU") },
        { value: "connect", label: gettext("weights") },
      ]} @value-change=${set("whereDrop")}></choice-field>
        <number-field label=${gettext("Images")} .value=${items} .min=${50} .max=${2000} .step=${50} slider ?disabled=${busy}
          @value-input=${set("items")} @value-change=${set("items")}></number-field>
        <div class="row"><button type="button" aria-disabled=${!busy && !left} @click=${this.#measure}>${busy ? gettext("Stop") : gettext("Measure")}</button>
          <p role="status" class="soft">${gettext("{n} of {all} measured", { n: all - left, all })}</p></div>
        <status-notice .error=${this.error}></status-notice>`,
      figure: html`<div class="pair">
          ${this.#chart("accuracy", gettext("accuracy"), places)}
          ${this.#chart("entropy", gettext("mean entropy of a prediction, in nats"), places)}
        </div>
        <p class="hint">${gettext("The areas are intervals in which the true share lies with 95% confidence (Wilson).")}</p>`,
      see: html`<p>${this.#words(places)}</p>
        <p>${gettext("No network here was trained with this dropout. What is lost early goes through every later layer, and none of them has learned to do without; what is lost last meets a single one. Compare single values with whole maps, which no neighbour can stand in for.")}</p>`,
      take: html`<take-away name="convscope-dropout-where" label=${gettext("Take away a measurement")}
        .call=${places[0] ? () => ({ method: "POST", url: `/api/networks/${this.#network}/accuracy`, body: this.#body(/** @type {Place} */ (places[0]), 0.5) }) : null}></take-away>`,
    });
  }

  /** What was measured at the p that is looked at. @param {Place[]} places */
  #words(places) {
    const p = PS[nearest(PS, session.state.values.p)] ?? 0;
    const said = places.flatMap((place) => {
      const found = this.found.get(this.#key(place, p));
      const { layer } = place;
      return found
        ? gettext("{accuracy} with dropout at {layer}", {
            accuracy: format.percent(found.accuracy),
            layer,
          })
        : [];
    });
    if (said.length < places.length || !said.length) return "";
    return gettext("At p = {p} the network is right for {list}.", {
      p,
      list: said.join(gettext(", ")),
    });
  }

  /** @param {"accuracy" | "entropy"} what @param {string} label @param {Place[]} places */
  #chart(what, label, places) {
    const words = {
      early: (/** @type {string} */ layer) => gettext("early: {layer}", { layer }),
      late: (/** @type {string} */ layer) => gettext("late: {layer}", { layer }),
      head: (/** @type {string} */ layer) => gettext("at the end: {layer}", { layer }),
    };
    const keys = places.map((place) => PS.map((p) => this.#key(place, p)));
    const drawn = this.once(what, [this.found, JSON.stringify(keys)], () => {
      const found = keys.map((row) => row.map((key) => this.found.get(key) ?? null));
      return {
        series: places.map(({ depth, layer }, i) => ({
          label: words[depth](layer),
          tone: TONES[depth],
          values: (found[i] ?? []).map((each) => each?.[what] ?? null),
        })),
        bands:
          what === "accuracy"
            ? places.map(({ depth, layer }, i) => ({
                label: gettext("{layer}: 95% interval", { layer }),
                tone: TONES[depth],
                lo: (found[i] ?? []).map((each) => each?.interval[0] ?? null),
                hi: (found[i] ?? []).map((each) => each?.interval[1] ?? null),
                strength: 0.16,
              }))
            : [],
        levels:
          what === "accuracy"
            ? [{ label: gettext("guessing"), tone: "before", at: 1 / CLASSES }]
            : [],
      };
    });
    return html`<line-chart .label=${label} axis=${gettext("probability p")} .x=${PS} .height=${240} .within=${WITHIN[what]}
      .cursor=${session.state.values.p} movable @cursor-move=${(/** @type {CustomEvent<{x: number}>} */ { detail }) => session.state.set({ p: detail.x })}
      .series=${drawn.series} .bands=${drawn.bands} .levels=${drawn.levels}></line-chart>`;
  }
}

customElements.define("drop-where", DropWhere);
