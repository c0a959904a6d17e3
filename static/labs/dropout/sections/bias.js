import { html, nothing } from "lit";
import { heard } from "../../../components/heard.js";
import { frame, LabSection } from "../../../components/lab-section.js";
import * as format from "../../../core/format.js";
import { gettext, pick } from "../../../core/i18n.js";
import { Tensor } from "../../../core/tensor.js";
import { session } from "../session.js";
import { activationFollows, bentOnTheWay } from "./paths.js";
import { ask } from "./section.js";
import { hasNetwork, layerKnown, question, shareField, subjectWords } from "./subject.js";
import "../../../components/choice-field.js";
import "../../../components/line-chart.js";

/** @typedef {import("../../../core/wire.js").DropoutRequest} Request */
/** @typedef {import("../../../core/wire.js").DropoutAnswer} Answer */

/** Masks that the mean is followed with: each is run through the network. */
const DRAWS = 200;
/** Numbers in the table. */
const ROWS = 5;
const TICKS = [1, 10, 100];

/** `<drop-bias>`: what becomes of the mean behind a ReLU or a softmax: it is not that of the network any more.
 * @extends {LabSection<Request, Answer>}
 */
export class DropBias extends LabSection {
  constructor() {
    super({ session, name: "dropout", ask });
  }

  question() {
    if (!layerKnown()) return null;
    const expectation = { draws: DRAWS, seed: session.state.values.seed, after: this.#curve };
    return question({ expectation }, { alone: true });
  }

  /** Whether there is an activation to follow the mean to; of numbers by hand one is made up. */
  get #bends() {
    const nodes = session.networks.info(session.network)?.nodes;
    return !nodes || activationFollows(nodes, session.layer);
  }

  get #curve() {
    return this.#bends ? session.state.values.curve : "softmax";
  }

  get #after() {
    return this.answer?.expectation?.after ?? null;
  }

  render() {
    const after = this.#after;
    return frame({
      id: "bias",
      title: gettext("Behind what is not linear, the mean is another"),
      words: html`<p>${gettext("The mean of a function’s values is the function’s value at the mean only where the function is linear. A ReLU right behind dropout changes places with the mask, and nothing is lost; with a convolution between them it does not, and a softmax never does.")}</p>
        <p class="soft">${subjectWords(this.question())}</p>`,
      settings: html`<choice-field small label=${gettext("Follow the mean to")} .value=${this.#curve} .options=${[
        {
          value: "relu",
          label: gettext("the next activation"),
          disabled: !this.#bends,
          ...(!this.#bends && { hint: gettext("No activation follows this layer.") }),
        },
        { value: "softmax", label: gettext("the probabilities") },
      ]} @value-change=${heard((/** @type {any} */ value) => session.state.set({ curve: value }))}></choice-field>
        ${shareField()}${this.notice()}`,
      figure: html`<div class="pair">${this.#chart(after)}${this.#table(after)}</div>`,
      see: html`<p>${after ? this.#words(after) : nothing}</p>
        <p>${gettext("So evaluation, which runs the network once without dropout, is a shortcut: close to the mean over all masks, and not equal to it.")}</p>`,
      take: this.take("bias", gettext("Take away the mean behind the function"), () =>
        this.#arrays(),
      ),
    });
  }

  /** @param {NonNullable<NonNullable<Answer["expectation"]>["after"]>} after */
  #words(after) {
    const { linear, curved, draws } = after;
    const body = this.question();
    const nodes =
      body?.source.kind === "network" ? session.networks.info(body.source.network)?.nodes : null;
    const bent =
      nodes && body && hasNetwork(body.source) && "layer" in body.source
        ? bentOnTheWay(nodes, body.source.layer, linear.layer)
        : [];
    const words = {
      layer: linear.layer,
      curved: curved.layer,
      n: format.count(draws.at(-1) ?? 0),
      before: format.number(linear.bias),
      after: format.number(curved.bias),
      chance: format.number(curved.standard_error.at(-1)),
      bent: bent.join(", "),
    };
    const said = gettext(
      "Over {n} masks, the mean of {curved} is off by {after} that chance does not explain (root mean square; chance leaves {chance}).",
      words,
    );
    if (bent.length)
      return `${said} ${gettext("What goes in, {layer}, is off by {before} already: {bent} lies on the way, and is not linear either.", words)}`;
    return `${said} ${gettext("What goes in, {layer}, is linear in what was dropped from, and its mean is off by {before} beyond chance.", words)}`;
  }

  /** @param {NonNullable<Answer["expectation"]>["after"]} after */
  #chart(after) {
    const drawn = this.once("chart", [after], () => ({
      x: after?.draws ?? [],
      series: after
        ? [
            {
              label: gettext("what goes in: {layer}", { layer: after.linear.layer }),
              tone: "mean",
              values: after.linear.error_rms,
            },
            {
              label: gettext("what comes out: {layer}", { layer: after.curved.layer }),
              tone: "after",
              values: after.curved.error_rms,
            },
            {
              label: gettext("what chance leaves of that"),
              tone: "before",
              values: after.curved.standard_error.map((value, i) =>
                after.draws[i] === 1 ? null : value,
              ),
            },
          ]
        : [],
    }));
    return html`<line-chart .label=${gettext("error of the mean, root mean square")} axis=${gettext("masks N")} .x=${drawn.x} .ticks=${TICKS} log logy .height=${220}
      ?waiting=${this.experiment.busy} .series=${drawn.series}></line-chart>`;
  }

  /** @param {NonNullable<Answer["expectation"]>["after"]} after */
  #table(after) {
    const rows = after?.pairs.slice(0, ROWS) ?? [];
    const softmax = this.#curve === "softmax";
    return html`<table class="measures"><caption>${softmax ? gettext("The likeliest classes") : gettext("The values that moved most")}</caption>
      <thead><tr><th scope="col">${softmax ? gettext("Class") : gettext("Channel, row, column")}</th><th scope="col" class="amount">${gettext("without dropout")}</th>
        <th scope="col" class="amount">${gettext("mean over masks")}</th></tr></thead>
      <tbody>${Array.from({ length: ROWS }, (_, i) => {
        const pair = rows[i];
        const value = (/** @type {number} */ each) =>
          softmax ? format.percent(each) : format.number(each);
        return html`<tr><th scope="row">${pair ? (pair.name ? pick(pair.name) : pair.index.join(", ")) : "–"}</th>
          <td class="amount">${pair ? value(pair.value) : "–"}</td><td class="amount"><b class="tone-after">${pair ? value(pair.mean) : "–"}</b></td></tr>`;
      })}</tbody></table>`;
  }

  #arrays() {
    /** @type {Record<string, Tensor>} */ const arrays = {};
    const after = this.#after;
    if (!after) return arrays;
    const put = (/** @type {string} */ name, /** @type {readonly number[]} */ values) => {
      arrays[name] = new Tensor([values.length], Float32Array.from(values));
    };
    put("draws", after.draws);
    put("error_before", after.linear.error_rms);
    put("error_after", after.curved.error_rms);
    put("standard_error", after.curved.standard_error);
    return arrays;
  }
}

customElements.define("drop-bias", DropBias);
