import { html, nothing } from "lit";
import * as api from "../../../core/api.js";
import * as format from "../../../core/format.js";
import { gettext } from "../../../core/i18n.js";
import { Tensor } from "../../../core/tensor.js";
import { session } from "../session.js";
import { quoted } from "./quoted.js";
import { frame, Section } from "./section.js";
import { allImages, channel, channelField, members, question, subjectWords } from "./subject.js";
import "../../../components/line-chart.js";

/** One image into a layer that gives one value for each channel. */
const ONE = { kind: /** @type {const} */ ("network"), network: "mlp", layer: "hidden1.linear" };

/** `<norm-batch-size>`: how far the statistics of a batch scatter, by its size; and what becomes of a batch of one. */
export class NormBatchSize extends Section {
  static properties = { ...Section.properties, said: { state: true }, asking: { state: true } };

  constructor() {
    super();
    /** What came of one value for each channel. @type {unknown} */ this.said = null;
    this.asking = false;
  }

  question() {
    const { draws } = session.state.values;
    const spread = { channel: channel(), draws, seed: 0 };
    return question({ method: "batch", groups: 1, mode: "train", spread });
  }

  render() {
    const body = this.question();
    const spread = this.answer?.spread;
    const slope = spread?.slope ?? null;
    return frame({
      id: "batch-size",
      title: gettext("The size of the batch"),
      words: html`<p>${gettext("The mean and variance of a batch are guesses at those of all images. Here {n} batches of each size are drawn at random: the smaller they are, the wilder their guesses.", { n: session.state.values.draws })}</p>
        <p class="soft">${subjectWords(body)}</p>`,
      settings: html`${channelField(body)}${this.notice()}`,
      figure: html`${this.#charts(spread)}${this.#one()}`,
      see: html`<p>${slope === null || !spread ? nothing : gettext("The scatter of the batch’s mean falls as the batch size to the power of {slope}; for independent images it would be −0.5, so that four times as many images halve it. Each image brings {n} values of the channel.", { slope: format.fixed(slope, 2), n: format.count(spread.n_per_image) })}</p>`,
      take: this.take("batch-size", gettext("Take away the scatter of the statistics"), () =>
        this.#arrays(),
      ),
    });
  }

  /** @param {import("./section.js").Answer["spread"] | undefined} spread */
  #charts(spread) {
    const c = spread?.channel ?? channel();
    return html`<div class="pair">
      ${this.#chart("mean", gettext("mean of channel {c}", { c }), spread?.mean, spread?.population.mean)}
      ${this.#chart("deviation", gettext("variance of channel {c}", { c }), spread?.variance, spread?.population.variance)}
    </div>`;
  }

  /** @param {string} tone @param {string} label
   * @param {NonNullable<import("./section.js").Answer["spread"]>["mean"] | undefined} found @param {number | undefined} all
   */
  #chart(tone, label, found, all) {
    const spread = this.answer?.spread;
    const drawn = this.once(tone, [spread], () => ({
      sizes: spread?.sizes ?? [],
      series: [{ label: gettext("median"), tone, values: found?.median ?? [] }],
      bands: [
        {
          label: gettext("95% of the batches"),
          tone,
          lo: found?.lo ?? [],
          hi: found?.hi ?? [],
          strength: 0.14,
        },
        {
          label: gettext("half of the batches"),
          tone,
          lo: found?.q1 ?? [],
          hi: found?.q3 ?? [],
          strength: 0.3,
        },
      ],
      levels: [{ label: allImages(spread?.images), tone: "before", at: all ?? Number.NaN }],
    }));
    return html`<line-chart .label=${label} axis=${gettext("batch size")} .x=${drawn.sizes} .ticks=${drawn.sizes} log .height=${220}
      ?waiting=${this.experiment.busy} .series=${drawn.series} .bands=${drawn.bands} .levels=${drawn.levels}></line-chart>`;
  }

  /** The experiment with one value for each channel. */
  #one() {
    const words = quoted(this.said);
    return html`<div class="one"><h3>${gettext("One image, one value for each channel")}</h3>
      <p>${gettext("A convolution still has H × W values of a channel where the batch is one image. A linear layer has one, whose variance is 0, whatever it is: there is nothing to normalise.")}</p>
      <div class="row"><button type="button" aria-disabled=${this.asking} @click=${this.#ask}>${gettext("Try it: BatchNorm1d, one image, training mode")}</button></div>
      <div role="status">${
        this.said
          ? html`<p>${words ? gettext("PyTorch refuses, in these words:") : gettext("It was not refused.")}</p>
            ${words ? html`<pre tabindex="0" aria-label=${gettext("What PyTorch says")}>${words}</pre>` : nothing}
            <p>${gettext("In evaluation mode the running values are used, and one value is enough.")}</p>`
          : nothing
      }</div></div>`;
  }

  async #ask() {
    const [first] = members();
    if (this.asking || !first) return;
    this.asking = true;
    const source = { ...ONE, batch: [first] };
    const body = {
      source,
      method: /** @type {const} */ ("batch"),
      mode: /** @type {const} */ ("train"),
      record: [],
    };
    try {
      this.said = await api.normalization(/** @type {any} */ (body));
    } catch (error) {
      this.said = error;
    }
    this.asking = false;
  }

  #arrays() {
    const spread = this.answer?.spread;
    /** @type {Record<string, Tensor>} */ const arrays = {};
    if (!spread) return arrays;
    const put = (/** @type {string} */ name, /** @type {readonly number[]} */ values) => {
      arrays[name] = new Tensor([values.length], Float32Array.from(values));
    };
    put("sizes", spread.sizes);
    for (const part of /** @type {const} */ (["mean", "variance"]))
      for (const [name, values] of Object.entries(spread[part])) put(`${part}_${name}`, values);
    put("std_of_mean", spread.std_of_mean);
    return arrays;
  }
}

customElements.define("norm-batch-size", NormBatchSize);
