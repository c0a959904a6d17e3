import { html, nothing } from "lit";
import { scaleFor } from "../../../core/colour.js";
import * as format from "../../../core/format.js";
import { gettext } from "../../../core/i18n.js";
import { decode, Tensor } from "../../../core/tensor.js";
import { Ticker } from "../../../core/ticker.js";
import { session } from "../session.js";
import { decisionsOf, stepOf, stepsFor } from "./draws.js";
import { mapsOf, stacked } from "./maps.js";
import { frame, Section } from "./section.js";
import { again, layerKnown, question, shareField, subjectWords } from "./subject.js";
import "../../../components/colour-legend.js";
import "../../../components/heat-map.js";
import "../../../components/line-chart.js";
import "./bias.js";

/** Steps a second, while it plays, at most. */
const PACE = 2;
/** Channels shown. */
const SHOWN = 4;
/** Numbers of masks that are written at the axis. */
const TICKS = [1, 10, 100, 1000, 10_000];

/** `<drop-expectation>`: the mean over more and more masks finds the value itself; and where it does not. */
export class DropExpectation extends Section {
  #ticker = new Ticker(PACE, () => this.#tick());

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#ticker.stop();
  }

  question() {
    const body = question({ record: ["input"] }, { alone: true });
    if (!body || !layerKnown()) return null;
    const { seed } = session.state.values;
    const draws = this.#steps[this.#step] ?? 1;
    return {
      ...body,
      channels: this.#channels(),
      expectation: { draws, seed, after: /** @type {const} */ ("none") },
    };
  }

  /** Those of the stage. */
  #channels() {
    const { from, source, grid } = session.state.values;
    const all = source === "grid" ? (grid[0]?.length ?? 1) : (this.#shape?.[0] ?? SHOWN);
    const first = Math.max(0, Math.min(from, all - SHOWN));
    return Array.from({ length: Math.min(SHOWN, all) }, (_, i) => first + i);
  }

  /** Of one sample; null while not known. */
  get #shape() {
    const { source, grid } = session.state.values;
    if (source === "grid")
      return [grid[0]?.length ?? 1, grid[0]?.[0]?.length ?? 1, grid[0]?.[0]?.[0]?.length ?? 1];
    return session.networks.shape(session.network, session.layer);
  }

  /** Numbers of masks to choose from. */
  get #steps() {
    const { variant } = session.state.values;
    const nodes = session.networks.info(session.network)?.nodes;
    const weights = nodes?.find(({ name }) => name === session.layer)?.parameters ?? 1;
    const shape = this.#shape?.with(0, this.#channels().length) ?? null;
    return stepsFor(decisionsOf(variant, shape, weights));
  }

  get #step() {
    return stepOf(this.#steps, session.state.values.masks);
  }

  #tick() {
    if (this.experiment.error) return this.#stop();
    if (this.experiment.busy) return;
    const last = this.#steps.length - 1;
    if (this.#step < last) this.#go(this.#step + 1);
    if (this.#step >= last) this.#stop();
  }

  #stop() {
    this.#ticker.stop();
    this.requestUpdate();
  }

  /** @param {number} step */
  #go(step) {
    const steps = this.#steps;
    session.state.set({ masks: steps[Math.max(0, Math.min(step, steps.length - 1))] ?? 1 });
  }

  /** To a number of masks, by hand. @param {number} step */
  #scrub(step) {
    this.#ticker.stop();
    this.#go(step);
    this.requestUpdate();
  }

  #playPause() {
    if (this.#ticker.running) return this.#stop();
    if (this.#step >= this.#steps.length - 1) this.#go(0);
    this.#ticker.start();
    this.requestUpdate();
  }

  render() {
    const found = this.answer?.expectation;
    const last = found ? found.draws.length - 1 : 0;
    const section = frame({
      id: "expectation",
      title: gettext("The mean over many masks"),
      words: html`<p>${gettext("One mask leaves something quite different from h. But what is kept is divided by 1 − p, so that, on average over all masks, nothing has changed. Draw mask after mask and watch the mean.")}</p>
        <p class="soft">${subjectWords(this.question())}</p>`,
      settings: html`${shareField()}${again()}${this.notice()}`,
      figure: html`<div class="pair">${this.#maps()}${this.#chart()}</div>${this.#transport()}`,
      see: found
        ? html`<p>${this.#law(found, last)}</p>
          <p>${gettext("An error like c / √N: for one more decimal place a hundred times as many masks are needed. Training never takes such a mean: it sees each mask once.")}</p>`
        : html`<p></p>`,
      take: this.take("expectation", gettext("Take away the mean over many masks"), () =>
        this.#arrays(),
      ),
    });
    return html`${section}<drop-bias></drop-bias>`;
  }

  /** What the numbers say. @param {NonNullable<import("./section.js").Answer["expectation"]>} found @param {number} last */
  #law(found, last) {
    const words = {
      n: format.count(found.draws[last] ?? 1),
      rms: format.number(found.error_rms[last]),
      max: format.number(found.error_max[last]),
      lo: format.number(found.interval?.lo[last]),
      hi: format.number(found.interval?.hi[last]),
      limit: format.number(found.limit),
    };
    if (found.limit > 0)
      return gettext(
        "After {n} masks the mean is off by {rms} (root mean square), by {max} at most. It will not come nearer than {limit}: this variant does not keep the expectation of every element.",
        words,
      );
    if (!found.interval)
      return gettext(
        "After {n} masks the mean is off by {rms} (root mean square), by {max} at most.",
        words,
      );
    return gettext(
      "After {n} masks the mean is off by {rms} (root mean square), by {max} at most. Chance alone leaves between {lo} and {hi} in 95 of 100 cases.",
      words,
    );
  }

  #maps() {
    const { answer } = this;
    const drawn = this.once("maps", [answer], () => {
      const input = answer?.input && stacked(decode(answer.input));
      const mean = answer?.expectation && mapsOf(decode(answer.expectation.mean));
      const ranges = input && mean ? [input.range(), mean.range()].flat() : [0, 0];
      return {
        input,
        mean,
        names: (answer?.channels ?? []).map((c) => gettext("channel {c}", { c })),
        range: /** @type {[number, number]} */ ([Math.min(...ranges), Math.max(...ranges)]),
      };
    });
    const { names, range } = drawn;
    const n = answer?.expectation?.draws.at(-1);
    const strip = (
      /** @type {string} */ label,
      /** @type {Tensor | null | undefined} */ tensor,
    ) => html`<figure><figcaption>${label}</figcaption>
        <div class="strip">${tensor ? html`<heat-map readout label=${label} .names=${names} .tensor=${tensor} .range=${range} .columns=${names.length}></heat-map>` : nothing}</div></figure>`;
    return html`<div class="strips">
      ${strip(gettext("h, nothing dropped"), drawn.input)}
      ${strip(n === 1 ? gettext("what one mask leaves") : gettext("the mean of {n} masks", { n: n ? format.count(n) : "…" }), drawn.mean)}
      <colour-legend .scale=${drawn.mean ? scaleFor(range[0], range[1]) : null} .range=${drawn.mean ? range : null} .scopes=${[]}></colour-legend>
    </div>`;
  }

  #transport() {
    const [steps, step] = [this.#steps, this.#step];
    const playing = this.#ticker.running;
    const words = gettext("{n} of up to {all} masks", {
      n: format.count(steps[step] ?? 1),
      all: format.count(steps.at(-1) ?? 1),
    });
    const last = steps.length - 1;
    return html`<div class="transport" role="group" aria-label=${gettext("Draw masks")}>
      <button type="button" @click=${() => this.#scrub(0)} ?disabled=${step === 0}>${gettext("Reset")}</button>
      <button type="button" class="play" aria-pressed=${playing} @click=${() => this.#playPause()}>${playing ? gettext("Pause") : gettext("Play")}</button>
      <button type="button" @click=${() => this.#scrub(step + 1)} ?disabled=${step >= last}>${gettext("Step")}</button>
      <input type="range" min="0" max=${last} step="1" .value=${String(step)} aria-label=${gettext("Masks drawn")} aria-valuetext=${words}
        .style=${`--part:${step / Math.max(1, last)}`}
        @input=${(/** @type {Event} */ event) => this.#scrub(/** @type {HTMLInputElement} */ (event.target).valueAsNumber)}>
      <span class="count soft">${words}</span>
    </div>`;
  }

  /** On axes that keep still while it plays: up to as many masks as there can be, and down to what is left then. */
  #chart() {
    const found = this.answer?.expectation;
    const most = this.#steps.at(-1) ?? 1;
    const drawn = this.once("chart", [found, most], () => {
      const draws = found?.draws ?? [];
      const rest = most > (draws.at(-1) ?? 0) ? [most] : [];
      const first = found?.line?.[0] ?? found?.error_rms[0] ?? 1;
      const to = (/** @type {readonly number[]} */ values) => [...values, ...rest.map(() => null)];
      return {
        x: [...draws, ...rest],
        within: /** @type {[number, number]} */ ([first / Math.sqrt(most) || 0.1, first || 1]),
        series: [
          {
            label: gettext("root mean square over these channels"),
            tone: "after",
            values: to(found?.error_rms ?? []),
          },
          {
            label: gettext("largest of all their elements"),
            tone: "deviation",
            values: to(found?.error_max ?? []),
          },
          ...(found?.line
            ? [{ label: gettext("expected: c / √N"), tone: "before", values: to(found.line) }]
            : []),
        ],
        bands: found?.interval
          ? [
              {
                label: gettext("95% of all cases"),
                tone: "before",
                lo: to(found.interval.lo),
                hi: to(found.interval.hi),
                strength: 0.25,
              },
            ]
          : [],
      };
    });
    return html`<line-chart class="errors" .label=${gettext("error of the mean")} axis=${gettext("masks N")} .x=${drawn.x} .ticks=${TICKS} log logy .height=${250}
      .cursor=${found?.draws.at(-1) ?? null} .within=${drawn.within} ?waiting=${this.experiment.busy} .series=${drawn.series} .bands=${drawn.bands}></line-chart>`;
  }

  #arrays() {
    /** @type {Record<string, Tensor>} */ const arrays = {};
    const found = this.answer?.expectation;
    if (!found) return arrays;
    const put = (/** @type {string} */ name, /** @type {readonly number[]} */ values) => {
      arrays[name] = new Tensor([values.length], Float32Array.from(values));
    };
    put("draws", found.draws);
    put("error_rms", found.error_rms);
    put("error_max", found.error_max);
    if (found.line) put("line", found.line);
    arrays.mean = decode(found.mean);
    if (this.answer?.input) arrays.h = decode(this.answer.input);
    return arrays;
  }

  updated() {
    const range = /** @type {HTMLInputElement | null} */ (this.querySelector(".transport input"));
    if (range) range.value = String(this.#step); // again, now that max is in place
  }
}

customElements.define("drop-expectation", DropExpectation);
