import { html, nothing } from "lit";
import { heard } from "../../components/heard.js";
import { scaleFor } from "../../core/colour.js";
import * as format from "../../core/format.js";
import { gettext, pick } from "../../core/i18n.js";
import { columnsFor } from "./columns.js";
import { SessionPart } from "./part.js";
import { Scales } from "./scales.js";
import { scores } from "./scores.js";
import { session } from "./session.js";
import { kindName, rightWords, saysWords } from "./words.js";
import "../../components/choice-field.js";
import "../../components/colour-legend.js";
import "../../components/heat-map.js";
import "../../components/prediction-bars.js";

/** @typedef {import("./session.js").Answer} Answer */
/** @typedef {import("./session.js").Network} Network */
/** @typedef {import("../../core/tensor.js").Tensor} Tensor */

/** Where the lanes stand side by side, and where on a phone. */
const [beside, phone] = ["64rem", "44rem"].map((width) =>
  globalThis.matchMedia?.(`(max-width: ${width})`),
);
/** Classes that are listed where there are many. */
const LISTED = 4;

/** `<versus-lane>`: what one network makes of the canvas, step by step: of the MLP the hidden units, of the CNN the maps
 * of one layer and what the head takes; then the classes.
 *
 * Attribute: `kind` {"mlp" | "cnn"}.
 */
export class VersusLane extends SessionPart {
  static properties = { kind: {} };

  #scales = new Scales();

  constructor() {
    super();
    /** @type {Network["kind"]} */ this.kind = "mlp";
  }

  get heardTypes() {
    return ["update", "answer"];
  }

  render() {
    const { answer } = session;
    const network = answer?.networks.find(({ kind }) => kind === this.kind);
    const name = kindName(this.kind);
    if (!answer || !network)
      return html`<section class="versus-lane" aria-label=${name}></section>`;
    const right = rightWords(network.correct);
    const verdict = network.correct === null ? "" : network.correct ? "right" : "wrong";
    return html`<section class="versus-lane ${verdict}" aria-label=${name}>
      <header><h2>${name}</h2>
        <p class="says">${right ? html`<b>${right}</b> · ` : nothing}${saysWords(network, answer.classes)}</p>
        <p class="soft small">${pick(network.title)}</p></header>
      <div class="steps">${this.kind === "mlp" ? this.#units(answer, network) : this.#maps(answer, network)}</div>
      <prediction-bars .predictions=${scores(network, answer.classes, answer.right, LISTED)} .rows=${LISTED}
        .notes=${network.logits.map((logit) => format.fixed(logit, 1))} label=${gettext("Probabilities and logits of the {name}", { name })}></prediction-bars>
    </section>`;
  }

  /** @param {Answer} answer @param {Network} network */
  #units(answer, network) {
    const { hidden } = network;
    if (!hidden) return nothing;
    const n = hidden.size;
    return html`<figure class="units">
      <figcaption>${gettext("{n} hidden units", { n })} <span class="soft">${network.hidden_layer}</span></figcaption>
      ${this.#heat(answer, network, "hidden", hidden, { label: gettext("Hidden units of the MLP"), fold: columnsFor(n, 4 * this.#wide) })}
    </figure>`;
  }

  /** @param {Answer} answer @param {Network} network */
  #maps(answer, network) {
    const { responses } = answer;
    const layer = answer.layer ?? "";
    const { hidden } = network;
    return html`<figure class="responses">
        <figcaption>${responses ? gettext("{n} maps after", { n: responses.count }) : nothing} ${layers(answer, network)}</figcaption>
        ${responses ? this.#heat(answer, network, `responses ${layer}`, responses, { label: gettext("Maps of {layer}", { layer }), mode: "maps", columns: columnsFor(responses.count, this.#wide) }) : nothing}
      </figure>
      <figure class="taken">
        <figcaption>${gettext("what the head takes")} <span class="soft">${network.hidden_layer}</span></figcaption>
        ${hidden ? this.#heat(answer, network, "hidden", hidden, { label: gettext("What the head of the CNN takes"), fold: columnsFor(hidden.size, 1) }) : nothing}
      </figure>`;
  }

  /** How much wider than high figures are. */
  get #wide() {
    if (phone?.matches) return 0.5;
    return beside?.matches ? 1 : 2;
  }

  /** A heat map and its legend, in the colours of all that it has shown.
   * @param {Answer} answer @param {Network} network @param {string} figure @param {Tensor} tensor
   * @param {{label: string, fold?: number, columns?: number, mode?: "maps" | "cells"}} look
   */
  #heat(answer, network, figure, tensor, { label, fold = 0, columns = 0, mode = "cells" }) {
    const now = tensor.range();
    const range = this.#scales.of(figure, network.name + answer.request.scene.kind, now);
    const scale = scaleFor(range[0], range[1], range[0] < 0);
    return html`<heat-map .tensor=${tensor} .range=${range} .signed=${range[0] < 0} .fold=${fold} .columns=${columns}
        mode=${mode} label=${label}></heat-map>
      <colour-legend .scale=${scale} .range=${now} .scopes=${[]}></colour-legend>`;
  }
}

/** The CNN's layers that have maps, to choose from. @param {Answer} answer @param {Network} network */
function layers(answer, network) {
  const nodes = session.networks.info(network.name)?.nodes ?? [];
  const now = session.state.values.layer || answer.layer || "";
  const fitting = nodes.filter(
    ({ kind, shape }) => kind !== "input" && shape.length === 3 && (shape[1] ?? 1) > 1,
  );
  const options = fitting.map(({ name, shape }) => ({
    value: name,
    label: `${name}, ${shape.join("×")}`,
  }));
  if (now && !fitting.some(({ name }) => name === now)) options.unshift({ value: now, label: now });
  const choose = heard((/** @type {string} */ value) =>
    session.state.set({ layer: value }, { push: true }),
  );
  return html`<choice-field list bare label=${gettext("Layer")} .value=${now} .options=${options}
    @value-change=${choose}></choice-field>`;
}

customElements.define("versus-lane", VersusLane);
