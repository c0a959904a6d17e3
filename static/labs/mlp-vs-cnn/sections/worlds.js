import { html, nothing } from "lit";
import { heard } from "../../../components/heard.js";
import * as api from "../../../core/api.js";
import * as format from "../../../core/format.js";
import { gettext } from "../../../core/i18n.js";
import { ITEMS } from "../../../core/members.js";
import { SessionPart } from "../part.js";
import { session } from "../session.js";
import { kindName } from "../words.js";
import "../../../components/number-field.js";
import "../../../components/status-notice.js";
import "../../../components/take-away.js";

/** @typedef {import("../../../core/wire.js").AccuracyAnswer} Accuracy */

/** The four networks, each in the world that it was trained in. */
const FOUR = /** @type {const} */ ([
  { kind: "mlp", world: "plain", name: "mlp" },
  { kind: "mlp", world: "permuted", name: "mlp_permuted" },
  { kind: "cnn", world: "plain", name: "tiny_vgg_batch" },
  { kind: "cnn", world: "permuted", name: "tiny_vgg_permuted" },
]);
/** Guessing one of ten classes is right so often. */
const GUESSING = 0.1;

/** `<versus-worlds>`: how often the four networks are right about held-out images, each in its own world. Measured when
 * asked. */
export class VersusWorlds extends SessionPart {
  static properties = { found: { state: true }, error: { state: true }, now: { state: true } };

  /** @type {AbortController | null} */ #flight = null;

  constructor() {
    super();
    /** By network and number of images. @type {ReadonlyMap<string, Accuracy>} */ this.found =
      new Map();
    /** @type {unknown} */ this.error = null;
    /** The network that is being measured. */ this.now = "";
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#flight?.abort();
  }

  /** @param {string} name */
  #key(name) {
    return `${name} ${session.state.values.items}`;
  }

  async #measure() {
    if (this.now) return this.#flight?.abort();
    const flight = new AbortController();
    this.#flight = flight;
    this.error = null;
    const { items } = session.state.values;
    for (const { name } of FOUR) {
      const key = this.#key(name);
      if (this.found.has(key)) continue;
      this.now = name;
      try {
        const accuracy = await api.accuracy(name, { items }, flight.signal);
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
    const done = FOUR.filter(({ name }) => this.found.has(this.#key(name))).length;
    const busy = Boolean(this.now);
    return html`<header><h3>${gettext("How often they are right, each in its own world")}</h3>
        <take-away name="convscope-mlp-vs-cnn-worlds" label=${gettext("Take away a measurement")}
          .call=${() => ({ method: "POST", url: "/api/networks/tiny_vgg_permuted/accuracy", body: { items } })}></take-away></header>
      <div class="scores">${FOUR.map((each) => this.#row(each))}
        <div class="scale" aria-hidden="true">${[0, 0.25, 0.5, 0.75, 1].map((at) => html`<span .style=${`--at:${at}`}>${format.percent(at).replace(".0", "")}</span>`)}</div></div>
      <div class="row"><number-field slider label=${gettext("Images")} .value=${items} .min=${50} .max=${ITEMS} .step=${50} ?disabled=${busy} @value-input=${set} @value-change=${set}></number-field>
        <button type="button" aria-disabled=${!busy && done === FOUR.length} @click=${this.#measure}>${busy ? gettext("Stop") : gettext("Measure")}</button>
        <p role="status" class="soft">${gettext("{n} of {all} measured", { n: done, all: FOUR.length })}</p></div>
      <status-notice .error=${this.error}></status-notice>
      <p class="hint">${this.#words()}</p>`;
  }

  /** @param {typeof FOUR[number]} one */
  #row({ kind, world, name }) {
    const found = this.found.get(this.#key(name));
    const words =
      world === "plain"
        ? gettext("{kind}, plain", { kind: kindName(kind) })
        : gettext("{kind}, permuted", { kind: kindName(kind) });
    const [lo = 0, hi = 0] = found?.interval ?? [];
    return html`<p class="score"><span>${words}</span>
      <span class="bar ${this.now === name ? "busy" : ""}" aria-hidden="true"><i class="guessing" .style=${`--at:${GUESSING}`}></i>${found ? html`<i class="now ${world}" .style=${`--part:${found.accuracy}`}></i><i class="reach" .style=${`--lo:${lo};--hi:${hi}`}></i>` : nothing}</span>
      <b>${found ? format.percent(found.accuracy) : "–"}</b>
      <small class="soft">${found ? gettext("{lo} to {hi}", { lo: format.percent(lo), hi: format.percent(hi) }) : nothing}</small></p>`;
  }

  #words() {
    const [mlp, mlpPermuted, cnn, cnnPermuted] = FOUR.map(({ name }) =>
      this.found.get(this.#key(name)),
    );
    const interval = gettext(
      "The lines are intervals in which the true share lies with 95% confidence (Wilson); the dotted line is guessing.",
    );
    if (!mlp || !mlpPermuted || !cnn || !cnnPermuted) return interval;
    const change = (/** @type {Accuracy} */ from, /** @type {Accuracy} */ to) =>
      format.fixed(100 * (to.accuracy - from.accuracy), 1);
    return html`<b>${gettext(
      "Shuffled, the MLP’s accuracy changes by {mlp} points, the CNN’s by {cnn}.",
      {
        mlp: change(mlp, mlpPermuted),
        cnn: change(cnn, cnnPermuted),
      },
    )}</b> ${interval}`;
  }
}

customElements.define("versus-worlds", VersusWorlds);
