import { html, nothing } from "lit";
import { heard } from "../../../components/heard.js";
import { scaleFor } from "../../../core/colour.js";
import * as format from "../../../core/format.js";
import { gettext } from "../../../core/i18n.js";
import { decode } from "../../../core/tensor.js";
import { fields } from "../fields.js";
import { session } from "../session.js";
import { stacked } from "./maps.js";
import { frame, Section } from "./section.js";
import { again, question } from "./subject.js";
import "../../../components/colour-legend.js";
import "../../../components/heat-map.js";
import "../../../components/line-chart.js";
import "../../../components/number-field.js";
import "../../../components/prediction-bars.js";

/** @typedef {NonNullable<import("./section.js").Answer["zoneout"]>} Zoneout */
/** @typedef {"clean" | "dropout" | "zoneout"} Rule */

/** Units shown: those that vary most. */
const UNITS = 16;
/** What the network that reads row by row has learned. */
const DATASET = "fashion_mnist";
const RULES = /** @type {const} */ (["clean", "dropout", "zoneout"]);
const TONES = /** @type {const} */ ({ clean: "before", dropout: "after", zoneout: "mean" });

/** `<drop-zoneout>`: the state of a recurrent network, row after row of the picture: clean, with units put to zero, and
 * with the same units kept from the step before. */
export class DropZoneout extends Section {
  question() {
    const { stateP, seed } = session.state.values;
    const body = question(
      { variant: "element", record: ["pictures"], zoneout: { p: stateP, seed, units: UNITS } },
      { needs: (source) => source.kind === "network" && knows(source.network), alone: true },
    );
    return body;
  }

  /** The unit whose trace is drawn, by its place among those shown. */
  get #unit() {
    const count = this.answer?.zoneout?.units.length ?? UNITS;
    return Math.min(session.state.values.unit, count - 1);
  }

  render() {
    const found = this.answer?.zoneout ?? null;
    const { stateP } = session.state.values;
    const set = heard((/** @type {number} */ value) => session.state.set({ stateP: value }));
    const unit = heard((/** @type {number} */ value) => session.state.set({ unit: value }));
    const most = (found?.units.length ?? UNITS) - 1;
    return frame({
      id: "zoneout",
      title: gettext("Zoneout: keep, not zero"),
      words: html`<p>${gettext("A recurrent network reads the picture row by row and carries what it has seen in its state. Dropout on that state puts units to zero at every step and makes the others larger, again and again: what was remembered is wiped out or blown up. Zoneout lets the same units keep their old value instead.")}</p>
        <p class="soft">${gettext("A GRU of {n} units; the same mask for both", { n: found?.hidden ?? "…" })}</p>`,
      settings: html`<number-field label=${gettext("Probability p")} .value=${stateP} .min=${0} .max=${0.95} .step=${0.01} slider
          @value-input=${set} @value-change=${set}></number-field>
        <number-field label=${gettext("Column drawn below")} .value=${this.#unit} .min=${0} .max=${most} slider @value-input=${unit} @value-change=${unit}></number-field>
        ${again()}${this.notice()}`,
      figure: html`${this.#traces(found)}<div class="pair">${this.#trace(found)}${this.#strays(found)}</div>${this.#outcomes(found)}`,
      see: html`<p>${found ? this.#words(found) : nothing}</p>
        <p>${gettext("A black cell of the mask is a unit that dropout puts to 0 and zoneout leaves as it was: there zoneout repeats the cell above, and dropout leaves nothing. What dropout keeps is multiplied by 1 / (1 − p), step upon step.")}</p>`,
      take: this.take("zoneout", gettext("Take away the traces"), () => this.#arrays()),
    });
  }

  /** @param {Zoneout} found */
  #words({ p, size, strays, steps }) {
    const words = {
      steps,
      p: format.number(p),
      dropout: format.number(strays.dropout.at(-1)),
      zoneout: format.number(strays.zoneout.at(-1)),
      size: format.number(size.at(-1)),
    };
    return gettext(
      "After {steps} rows at p = {p} the state has strayed by {dropout} with dropout and by {zoneout} with zoneout (root mean square over all units); the clean state itself measures {size}.",
      words,
    );
  }

  /** The picture and the states beside it, row beside row. @param {Zoneout | null} found */
  #traces(found) {
    const { answer } = this;
    const drawn = this.once("traces", [found], () => {
      if (!found) return null;
      const of = (/** @type {import("../../../core/wire.js").WireTensor} */ wire) => {
        const tensor = decode(wire);
        return tensor.reshape([1, ...tensor.shape]);
      };
      const states = {
        clean: of(found.clean),
        dropout: of(found.dropout),
        zoneout: of(found.zoneout),
      };
      const ranges = [states.clean.range(), states.zoneout.range()].flat();
      return {
        states,
        mask: of(found.mask),
        picture: answer?.pictures ? grey(stacked(decode(answer.pictures))) : null,
        range: /** @type {[number, number]} */ ([Math.min(...ranges), Math.max(...ranges)]),
      };
    });
    const titles = ruleWords();
    const steps = found?.steps ?? 28;
    const mark = [
      { map: 0, box: { top: 0, left: this.#unit, bottom: steps, right: this.#unit + 1 } },
    ];
    const pick = (/** @type {CustomEvent<{x: number} | null>} */ { detail }) => {
      if (detail) session.state.set({ unit: detail.x });
    };
    const state = (/** @type {Rule} */ rule) =>
      html`<figure><figcaption class="named"><span class="tone-${TONES[rule]}">${titles[rule]}</span></figcaption><div class="trace">${
        drawn
          ? html`<heat-map label=${gettext("{rule}: a row for each row read, a column for each unit", { rule: titles[rule] })} .names=${[titles[rule]]} .tensor=${drawn.states[rule]}
              .range=${drawn.range} .signed=${true} .columns=${1} .marks=${mark} @cell-pin=${pick} readout></heat-map>`
          : nothing
      }</div></figure>`;
    return html`<div class="traces">
        <figure><figcaption>${gettext("picture")}</figcaption><div class="trace wide-trace">${
          drawn?.picture
            ? html`<heat-map mode="still" rgb label=${gettext("the picture, read from the top")} .tensor=${drawn.picture} .range=${[0, 1]} .columns=${1}></heat-map>`
            : nothing
        }</div></figure>
        ${RULES.map(state)}
        <figure><figcaption>${gettext("mask")}</figcaption><div class="trace">${drawn ? html`<heat-map mask mode="still" label=${gettext("mask: 0 where a unit is dropped, or keeps its old value")} .tensor=${drawn.mask} .range=${[0, 1]} .columns=${1}></heat-map>` : nothing}</div></figure>
      </div>
      <colour-legend .scale=${drawn ? scaleFor(...drawn.range, true) : null} .range=${drawn?.range ?? null} .scopes=${[]}></colour-legend>
      <p class="readout">${drawn ? beyond(drawn.states.dropout.range(), drawn.range) : nothing}</p>`;
  }

  /** One unit over time. @param {Zoneout | null} found */
  #trace(found) {
    const unit = this.#unit;
    const drawn = this.once("trace", [found, unit], () => {
      const titles = ruleWords();
      const tensors = found && RULES.map((rule) => decode(found[rule]));
      return {
        x: Array.from({ length: found?.steps ?? 0 }, (_, i) => i + 1),
        series: RULES.map((rule, i) => ({
          label: titles[rule],
          tone: TONES[rule],
          values: Array.from(
            { length: found?.steps ?? 0 },
            (_, step) =>
              /** @type {import("../../../core/tensor.js").Tensor[]} */ (tensors)[i]?.at(
                step,
                0,
                unit,
              ) ?? null,
          ),
        })),
      };
    });
    return html`<line-chart .label=${gettext("state of unit {n}", { n: found?.units[unit] ?? "…" })} axis=${gettext("rows read")} .x=${drawn.x} .height=${200}
      ?waiting=${this.experiment.busy} .series=${drawn.series}></line-chart>`;
  }

  /** @param {Zoneout | null} found */
  #strays(found) {
    const drawn = this.once("strays", [found], () => ({
      x: Array.from({ length: found?.steps ?? 0 }, (_, i) => i + 1),
      series: [
        { label: gettext("dropout"), tone: TONES.dropout, values: found?.strays.dropout ?? [] },
        { label: gettext("zoneout"), tone: TONES.zoneout, values: found?.strays.zoneout ?? [] },
        { label: gettext("size of the clean state"), tone: TONES.clean, values: found?.size ?? [] },
      ],
    }));
    return html`<line-chart .label=${gettext("distance to the clean state, root mean square over all units")} axis=${gettext("rows read")} .x=${drawn.x} .height=${200}
      ?waiting=${this.experiment.busy} .series=${drawn.series}></line-chart>`;
  }

  /** @param {Zoneout | null} found */
  #outcomes(found) {
    const titles = ruleWords();
    return html`<div class="outcomes short">${RULES.map(
      (
        rule,
      ) => html`<div class="outcome"><h3 class="named"><span class="tone-${TONES[rule]}">${titles[rule]}</span></h3>
        <prediction-bars label=${titles[rule]} .predictions=${found?.predictions[rule] ?? []} .rows=${3}></prediction-bars></div>`,
    )}</div>`;
  }

  #arrays() {
    const found = this.answer?.zoneout;
    if (!found) return {};
    return {
      clean: decode(found.clean),
      dropout: decode(found.dropout),
      zoneout: decode(found.zoneout),
      mask: decode(found.mask),
    };
  }
}

function ruleWords() {
  return {
    clean: gettext("nothing dropped"),
    dropout: gettext("dropout"),
    zoneout: gettext("zoneout"),
  };
}

/** One map as red, green and blue. @param {import("../../../core/tensor.js").Tensor} map [1, H, W] */
function grey(map) {
  return map.take([0, 0, 0]);
}

/** What to say where dropout's states leave the scale, which is that of the others.
 * @param {readonly [number, number]} states @param {readonly [number, number]} scale */
function beyond([lo, hi], scale) {
  const most = Math.max(...scale.map(Math.abs));
  if (lo >= -most && hi <= most) return "";
  return gettext(
    "The scale is that of the other two. With dropout the state runs from {lo} to {hi}; what lies beyond the scale has the colour of its end.",
    { lo: format.number(lo), hi: format.number(hi) },
  );
}

/** Whether a network's pictures are such as the recurrent one reads; supposed so of what the lab opens with.
 * @param {string} network */
function knows(network) {
  const info = session.networks.info(network);
  return info ? info.dataset === DATASET : network === fields.net.value;
}

customElements.define("drop-zoneout", DropZoneout);
