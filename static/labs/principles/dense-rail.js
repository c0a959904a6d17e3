import { html } from "lit";
import * as api from "../../core/api.js";
import { Experiment } from "../../core/experiment.js";
import { gettext } from "../../core/i18n.js";
import { decode } from "../../core/tensor.js";
import { SessionPart } from "./part.js";
import { DENSE, session } from "./session.js";
import "../../components/heat-map.js";

/** Rows shown at once. */
const SHOWN = 12;
const COLUMNS = 4;

/** `<dense-rail>`: the rows of some units of the dense layer, each its own; one is the stage's. */
export class DenseRail extends SessionPart {
  #rows = new Experiment(async (/** @type {number[]} */ channels, signal) => {
    const answer = await api.weights(DENSE.network, { layer: DENSE.layer, channels }, { signal });
    const { values } = decode(answer.original);
    const side = Math.round(Math.sqrt(values.length / channels.length));
    return { channels, tensor: decode(answer.original).reshape([channels.length, side, side]) };
  });

  connectedCallback() {
    super.connectedCallback();
    this.#rows.addEventListener("update", this.redraw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#rows.removeEventListener("update", this.redraw);
  }

  willUpdate() {
    const first = this.#first;
    this.#rows.ask(Array.from({ length: SHOWN }, (_, i) => first + i));
  }

  /** The first of those shown: the chosen one is among them. */
  get #first() {
    const { dense } = session.state.values;
    return Math.min(DENSE.units - SHOWN, SHOWN * Math.floor(dense / SHOWN));
  }

  render() {
    const found = this.#rows.answer;
    const { dense } = session.state.values;
    const first = this.#first;
    return html`<p class="hint">${gettext(
      "Unit {unit} of {all} has no place that could be moved. Every unit has a row of its own:",
      { unit: dense, all: DENSE.units },
    )}</p>
      ${
        found
          ? html`<heat-map mode="maps" .tensor=${found.tensor} .columns=${COLUMNS} signed .range=${found.tensor.range()}
            .selected=${found.channels.includes(dense) ? found.channels.indexOf(dense) : null}
            .names=${found.channels.map((n) => gettext("Unit {n}", { n }))} label=${gettext("Rows of the dense layer’s units")}
            @map-select=${(/** @type {CustomEvent<{map: number}>} */ event) => {
              event.stopPropagation();
              choose(found.channels[event.detail.map] ?? 0);
            }}></heat-map>`
          : html`<div class="rail-room"></div>`
      }
      <div class="rail"><button type="button" aria-label=${gettext("Units before")} ?disabled=${first === 0}
          @click=${() => choose(Math.max(0, first - SHOWN))}>‹</button>
        <span>${gettext("{from}–{to} of {n}", { from: first, to: first + SHOWN - 1, n: DENSE.units })}</span>
        <button type="button" aria-label=${gettext("Units after")} ?disabled=${first + SHOWN >= DENSE.units}
          @click=${() => choose(Math.min(DENSE.units - 1, first + SHOWN))}>›</button></div>`;
  }
}

/** @param {number} dense */
function choose(dense) {
  session.state.set({ dense });
}

customElements.define("dense-rail", DenseRail);
