import { html, nothing, svg } from "lit";
import { heard } from "../../../components/heard.js";
import * as format from "../../../core/format.js";
import { gettext } from "../../../core/i18n.js";
import { Tensor } from "../../../core/tensor.js";
import { session } from "../session.js";
import { frame, Section } from "./section.js";
import { members, subjectWords } from "./subject.js";
import "../../../components/line-chart.js";
import "../../../components/number-field.js";

/** Most padding that the sweep goes to. */
const MOST = 64;

/** `<norm-tokens>`: sequences of different lengths in one batch, and what the padding does to either normalisation. */
export class NormTokens extends Section {
  question() {
    const batch = members();
    if (!batch.length) return null;
    const { tokens } = session.state.values;
    const source = {
      kind: /** @type {const} */ ("tokens"),
      network: "mini_vit",
      layer: tokens,
      batch,
      keep: /** @type {const} */ ("content"),
      padding: 0,
    };
    return /** @type {import("./section.js").Request} */ ({
      source,
      method: "batch",
      mode: "train",
      record: [],
      padding_sweep: { most: MOST },
    });
  }

  /** How much padding is looked at. */
  get #pads() {
    return session.state.values.pads;
  }

  render() {
    const sweep = this.answer?.padding_sweep;
    const set = heard((/** @type {number} */ pads) => session.state.set({ pads }));
    const at = sweep ? sweep.pads.indexOf(this.#pads) : -1;
    const share = sweep?.share[at];
    return frame({
      id: "tokens",
      title: gettext("Sequences of different lengths"),
      words: html`<p>${gettext("A Transformer’s batch holds sequences of different lengths, filled up with padding. Here each image is a sequence: the 4×4 patches in which there is something, as tokens of a small Transformer. Pad them more, and see whose statistics notice.")}</p>
        <p class="soft">${subjectWords(this.question())}</p>`,
      settings: html`<number-field label=${gettext("Padding after the longest")} .value=${this.#pads} .min=${0} .max=${MOST} slider
          @value-input=${set} @value-change=${set}></number-field>
        ${this.notice()}`,
      figure: html`${this.#sequences(share)}${this.#charts(sweep)}`,
      see: html`<p>${
        sweep && at >= 0
          ? gettext(
              "With {share} padding, BatchNorm’s outputs on the real tokens are off by {shift} on average (root mean square; its outputs have a spread of about 1). LayerNorm’s are off by {none}: each token is normalised by its own features and never sees the padding.",
              {
                share: format.percent(share ?? 0),
                shift: format.number(sweep.batch.shift_rms[at]),
                none: format.number(sweep.layer_channels.shift_rms[at]),
              },
            )
          : nothing
      }</p>
      <p>${
        sweep
          ? sweep.exact_layer
            ? gettext(
                "Compared bit by bit: LayerNorm gives every real token the same output, whatever the padding.",
              )
            : gettext(
                "Compared bit by bit: LayerNorm’s outputs differ in the last digits, by rounding.",
              )
          : nothing
      }</p>`,
      take: this.take("tokens", gettext("Take away the padding sweep"), () => this.#arrays()),
    });
  }

  /** The batch as it lies in memory: real tokens, then padding. @param {number | undefined} share */
  #sequences(share) {
    const lengths = this.answer?.lengths ?? [];
    const longest = Math.max(1, ...lengths);
    const across = longest + this.#pads;
    const all = longest + MOST;
    const words = gettext(
      "{n} sequences of {least} to {longest} tokens, each padded to {across}: {share} of all is padding.",
      {
        n: lengths.length,
        least: lengths.length ? Math.min(...lengths) : 0,
        longest: lengths.length ? longest : 0,
        across: lengths.length ? across : 0,
        share: format.percent(share ?? 0),
      },
    );
    const rows = Math.max(1, lengths.length);
    return html`<figure class="sequences">
      <svg viewBox="0 0 ${all} ${rows}" preserveAspectRatio="none" role="img" aria-label=${words} .style=${`block-size:${rows > 12 ? Math.min(20, 0.5 * rows) : 1.25 * rows}rem`}>
        <defs><pattern id="token-cells" width="1" height="1" patternUnits="userSpaceOnUse"><rect x="0.06" y="0.12" width="0.88" height="0.76" class="real"></rect></pattern>
          <pattern id="pad-cells" width="1" height="1" patternUnits="userSpaceOnUse"><rect x="0.06" y="0.12" width="0.88" height="0.76" class="pad"></rect><rect x="0.16" y="0.2" width="0.68" height="0.6" class="hole"></rect></pattern></defs>
        ${lengths.map(
          (
            length,
            y,
          ) => svg`<rect x="0" y=${y} width=${length} height="1" fill="url(#token-cells)"></rect>
            <rect x=${length} y=${y} width=${across - length} height="1" fill="url(#pad-cells)"></rect>`,
        )}
      </svg>
      <figcaption><p class="key"><span class="area tone-after">${gettext("tokens")}</span><span class="area hollow">${gettext("padding: zeros")}</span></p>
        <p class="readout">${lengths.length ? words : nothing}</p></figcaption></figure>`;
  }

  /** @param {import("./section.js").Answer["padding_sweep"] | undefined} sweep */
  #charts(sweep) {
    const drawn = this.once("charts", [sweep], () => ({
      pads: sweep?.pads ?? [],
      shift: [
        { label: "BatchNorm", tone: "after", values: sweep?.batch.shift_rms ?? [] },
        { label: "LayerNorm (C)", tone: "beta", values: sweep?.layer_channels.shift_rms ?? [] },
      ],
      statistics: [
        {
          label: gettext("shift of the mean, in standard deviations"),
          tone: "mean",
          values: sweep?.batch.mean_shift ?? [],
        },
        {
          label: gettext("standard deviation, as a part of the true one"),
          tone: "deviation",
          values: sweep?.batch.std_ratio ?? [],
        },
      ],
    }));
    const move = (/** @type {CustomEvent<{x: number}>} */ { detail }) =>
      session.state.set({ pads: detail.x });
    const chart = (/** @type {string} */ label, /** @type {any[]} */ series) =>
      html`<line-chart .label=${label} axis=${gettext("padding after the longest")} .x=${drawn.pads} .cursor=${this.#pads} movable
        ?waiting=${this.experiment.busy} @cursor-move=${move} .series=${series}></line-chart>`;
    return html`<div class="pair">
      ${chart(gettext("shift of the outputs on real tokens, root mean square"), drawn.shift)}
      ${chart(gettext("BatchNorm’s statistics against those of the real tokens"), drawn.statistics)}
    </div>`;
  }

  #arrays() {
    const sweep = this.answer?.padding_sweep;
    if (!sweep) return {};
    const list = (/** @type {readonly number[]} */ values) =>
      new Tensor([values.length], Float32Array.from(values));
    return {
      pads: list(sweep.pads),
      share: list(sweep.share),
      batch_shift_rms: list(sweep.batch.shift_rms),
      batch_mean_shift: list(sweep.batch.mean_shift),
      batch_std_ratio: list(sweep.batch.std_ratio),
      layer_shift_rms: list(sweep.layer_channels.shift_rms),
    };
  }
}

customElements.define("norm-tokens", NormTokens);
