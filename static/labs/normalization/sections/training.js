import { html, nothing } from "lit";
import { heard } from "../../../components/heard.js";
import * as format from "../../../core/format.js";
import { gettext } from "../../../core/i18n.js";
import { Tensor } from "../../../core/tensor.js";
import { Ticker } from "../../../core/ticker.js";
import { session } from "../session.js";
import { counted, keptTex, share } from "./kept.js";
import { frame, Section } from "./section.js";
import { allImages, channel, channelField, member, question, subjectWords } from "./subject.js";

import "../../../components/choice-field.js";
import "../../../components/line-chart.js";
import "../../../components/math-formula.js";
import "../../../components/number-field.js";
import "../../../components/prediction-bars.js";

/** Batches a second, while it plays. */
const PACE = 4;

/** `<norm-training>`: running mean and variance of a channel, batch after batch, and what evaluation makes of them. */
export class NormTraining extends Section {
  #ticker = new Ticker(PACE, () => this.#tick());

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#ticker.stop();
  }

  question() {
    const { momentum } = session.state.values;
    return question({
      method: "batch",
      groups: 1,
      momentum,
      track_running_stats: true,
      at: { b: member(), c: channel(), y: 0, x: 0 },
      training: { ...session.training(), channel: channel() },
    });
  }

  get #training() {
    return this.answer?.training ?? null;
  }

  /** The batch that is looked at. */
  get #step() {
    const { step, steps } = session.state.values;
    return Math.min(step, steps);
  }

  #tick() {
    const { steps } = session.state.values;
    if (this.#step < steps) this.#go(this.#step + 1);
    if (this.#step >= steps) this.#stop();
  }

  #stop() {
    this.#ticker.stop();
    this.requestUpdate();
  }

  /** @param {number} step */
  #go(step) {
    session.state.set({ step: Math.max(0, Math.min(step, session.state.values.steps)) });
  }

  /** To a batch, by hand. @param {number} step */
  #scrub(step) {
    this.#ticker.stop();
    this.#go(step);
    this.requestUpdate();
  }

  #playPause() {
    if (this.#ticker.running) return this.#stop();
    if (this.#step >= session.state.values.steps) this.#go(0);
    this.#ticker.start();
    this.requestUpdate();
  }

  render() {
    const body = this.question();
    return frame({
      id: "training",
      title: gettext("Training and evaluation"),
      words: html`<p>${gettext("In training, BatchNorm normalises each batch by that batch’s own mean and variance, and mixes both into running ones. In evaluation it uses what it has kept. Feed it batch after batch, and watch the running values find those of all images.")}</p>
        <p class="soft">${subjectWords(body)}</p>`,
      settings: this.#settings(body),
      figure: html`${this.#charts()}${this.#transport()}${this.#outputs()}`,
      see: html`<p>${session.state.values.start === "trained" ? gettext("The running values begin where training left them, after all of its batches; the images fed here are others, of the same kind.") : gettext("After a few batches the running values still remember 0 and 1, where they began: the same image gives one output in training and another in evaluation. A large momentum forgets sooner, and goes on trembling with every batch.")}</p>`,
      take: this.take("training", gettext("Take away the running statistics"), () =>
        this.#arrays(),
      ),
    });
  }

  /** @param {import("./section.js").Request | null} body */
  #settings(body) {
    const { momentum, size, steps, start } = session.state.values;
    const set = (/** @type {string} */ name) =>
      heard((/** @type {any} */ value) => session.state.set({ [name]: value }));
    const batches = heard((/** @type {number} */ value) => {
      session.state.set({ steps: value, step: Math.min(this.#step, value) });
    });
    return html`${channelField(body)}
      <number-field label=${gettext("Momentum")} .value=${momentum ?? share((this.#training?.batches ?? 0) + this.#step)} .min=${0} .max=${1} .step=${0.01}
        slider ?disabled=${momentum === null} @value-input=${set("momentum")} @value-change=${set("momentum")}></number-field>
      <label class="check"><input type="checkbox" .checked=${momentum === null}
        @change=${(/** @type {Event} */ event) => session.state.set({ momentum: /** @type {HTMLInputElement} */ (event.target).checked ? null : 0.1 })}>
        <span>${gettext("every batch weighs alike")}</span></label>
      <number-field label=${gettext("Images a batch")} .value=${size} .min=${1} .max=${128} slider
        @value-input=${set("size")} @value-change=${set("size")}></number-field>
      <number-field label=${gettext("Batches")} .value=${steps} .min=${1} .max=${200} slider
        @value-input=${batches} @value-change=${batches}></number-field>
      <choice-field small label=${gettext("Running values begin")} .value=${start}
        .options=${[
          { value: "fresh", label: gettext("at 0 and 1") },
          {
            value: "trained",
            label: gettext("as trained"),
            disabled: this.#training?.trained === null,
          },
        ]} @value-change=${set("start")}></choice-field>
      <button type="button" @click=${() => session.state.set({ feed: session.state.values.feed + 1 })}>${gettext("Other batches")}</button>
      ${this.notice()}`;
  }

  #charts() {
    const training = this.#training;
    const c = training?.channel ?? channel();
    return html`<div class="pair">
      ${this.#chart("mean", gettext("mean of channel {c}", { c }), gettext("of the batch"), training?.running_mean, training?.batch_mean, training?.population.mean)}
      ${this.#chart("deviation", gettext("variance of channel {c}", { c }), gettext("of the batch, unbiased"), training?.running_variance, training?.batch_unbiased, training?.population.variance)}
    </div>`;
  }

  /** @param {string} tone @param {string} label @param {string} one what the dots are
   * @param {readonly number[] | undefined} running @param {readonly number[] | undefined} batch @param {number | undefined} all
   */
  #chart(tone, label, one, running, batch, all) {
    const steps = batch?.length ?? session.state.values.steps;
    const step = Math.min(this.#step, steps);
    const images = this.#training?.population.images;
    const drawn = this.once(tone, [this.#training, steps], () => ({
      x: Array.from({ length: steps + 1 }, (_, i) => i),
      series: [
        { label: one, tone, dots: true, values: batch ? [null, ...batch] : [] },
        { label: gettext("running"), tone, values: running ?? [] },
      ],
      levels: [{ label: allImages(images), tone: "before", at: all ?? Number.NaN }],
    }));
    return html`<div>
      <line-chart .label=${label} axis=${gettext("batch")} .x=${drawn.x} .series=${drawn.series} .levels=${drawn.levels}
        .cursor=${step} veiled movable ?waiting=${this.experiment.busy}
        @cursor-move=${(/** @type {CustomEvent<{x: number}>} */ { detail }) => this.#scrub(detail.x)}></line-chart>
      <div class="kept">${running && batch ? this.#mixed(tone, running, batch, step) : nothing}</div>
    </div>`;
  }

  /** How the batch went into the running value.
   * @param {string} tone @param {readonly number[]} running @param {readonly number[]} batch @param {number} step
   */
  #mixed(tone, running, batch, step) {
    if (!step)
      return html`<span class="soft">${gettext("Nothing has been fed yet: this is where it begins.")}</span>`;
    const { momentum = null, training } = this.answer ?? {};
    const weight = momentum ?? share((training?.batches ?? 0) + step);
    const { tex, plain } = keptTex(tone, running, batch, step, weight);
    return html`<math-formula .tex=${tex} plain=${plain}></math-formula>`;
  }

  #transport() {
    const { steps } = session.state.values;
    const step = this.#step;
    const playing = this.#ticker.running;
    const words = counted(step, steps);
    return html`<div class="transport" role="group" aria-label=${gettext("Feed batches")}>
      <button type="button" @click=${() => this.#scrub(0)} ?disabled=${step === 0}>${gettext("Reset")}</button>
      <button type="button" @click=${() => this.#scrub(step - 1)} ?disabled=${step === 0}>${gettext("Back")}</button>
      <button type="button" class="play" aria-pressed=${playing} @click=${() => this.#playPause()}>${playing ? gettext("Pause") : gettext("Play")}</button>
      <button type="button" @click=${() => this.#scrub(step + 1)} ?disabled=${step >= steps}>${gettext("Step")}</button>
      <input type="range" min="0" max=${steps} step="1" .value=${String(step)} aria-label=${gettext("Batches fed")} aria-valuetext=${words}
        .style=${`--part:${step / steps}`}
        @input=${(/** @type {Event} */ event) => this.#scrub(/** @type {HTMLInputElement} */ (event.target).valueAsNumber)}>
      <span class="count soft">${words}</span>
    </div>`;
  }

  /** What the network says of the pinned sample in either mode. */
  #outputs() {
    const training = this.#training;
    if (training && !training.train?.predictions) {
      return html`<p class="hint">${gettext("No BatchNorm follows this layer in the network, so there is no prediction to compare.")}</p>`;
    }
    const difference = training?.eval?.difference;
    const bars = (
      /** @type {string} */ title,
      /** @type {string} */ words,
      /** @type {any} */ predictions,
    ) =>
      html`<div class="outcome"><h3>${title}</h3><p class="hint">${words}</p>
        <prediction-bars label=${title} .predictions=${predictions ?? []}></prediction-bars></div>`;
    return html`<div class="outcomes">
        ${bars(gettext("Training mode"), gettext("normalised by the batch on the stage"), training?.train?.predictions)}
        ${bars(gettext("Evaluation mode"), gettext("normalised by the running values after {n} batches", { n: training?.step ?? this.#step }), training?.eval?.predictions)}
      </div>
      <p class="readout">${
        difference
          ? gettext(
              "For the whole batch on the stage, the layer’s outputs in the two modes differ by {rms} on average (root mean square), by {max} at most.",
              {
                rms: format.number(difference.rms),
                max: format.number(difference.max),
              },
            )
          : nothing
      }</p>`;
  }

  #arrays() {
    const training = this.#training;
    if (!training) return {};
    const list = (/** @type {readonly number[]} */ values) =>
      new Tensor([values.length], Float32Array.from(values));
    const { batch_mean, batch_variance, batch_unbiased, running_mean, running_variance } = training;
    return {
      batch_mean: list(batch_mean),
      batch_variance: list(batch_variance),
      batch_unbiased: list(batch_unbiased),
      running_mean: list(running_mean),
      running_variance: list(running_variance),
    };
  }

  updated() {
    const range = /** @type {HTMLInputElement | null} */ (this.querySelector(".transport input"));
    if (range) range.value = String(this.#step); // again, now that max is in place
  }
}

customElements.define("norm-training", NormTraining);
