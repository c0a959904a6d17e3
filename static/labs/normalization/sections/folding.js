import { html, nothing } from "lit";
import { scaleFor } from "../../../core/colour.js";
import * as format from "../../../core/format.js";
import { gettext } from "../../../core/i18n.js";
import { decode, Tensor } from "../../../core/tensor.js";
import { session } from "../session.js";
import { frame, Section } from "./section.js";
import { channel, channelField, question, subjectWords } from "./subject.js";
import "../../../components/colour-legend.js";
import "../../../components/heat-map.js";
import "../../../components/math-formula.js";

/** @typedef {{before: Tensor, after: Tensor}} Kernels */

/** `<norm-folding>`: BatchNorm in evaluation as a part of the convolution before it. */
export class NormFolding extends Section {
  question() {
    const folding = { channel: channel() };
    return question({ method: "batch", groups: 1, mode: "eval", folding }, !foldable());
  }

  /** @returns {Kernels | null} */
  get #kernels() {
    const folding = this.answer?.folding;
    return this.once("kernels", [folding], () =>
      folding
        ? { before: decode(folding.kernel_before), after: decode(folding.kernel_after) }
        : null,
    );
  }

  render() {
    const body = this.question();
    const folding = this.answer?.folding;
    const kernels = this.#kernels;
    return frame({
      id: "folding",
      title: gettext("Folded into the convolution"),
      words: html`<p>${gettext("In evaluation, BatchNorm’s mean and variance do not change any more. What remains for each channel is one factor and one shift, and those can be multiplied into the kernel before it: the layer disappears, and costs nothing.")}</p>
        <p class="soft">${subjectWords(body)}</p>`,
      settings: html`${channelField(body)}${this.notice()}`,
      figure: html`${this.#maps(kernels)}${this.#numbers()}`,
      see: html`<p>${
        folding
          ? folding.agrees
            ? gettext(
                "Over the whole batch, {conv} followed by {norm} and the one folded convolution give equal outputs: the largest difference is {difference} (relative; {tolerance} is allowed for rounding).",
                words(folding),
              )
            : gettext(
                "Over the whole batch, {conv} followed by {norm} and the one folded convolution differ by up to {difference} (relative; {tolerance} is allowed for rounding).",
                words(folding),
              )
          : nothing
      }</p>`,
      take: this.take("folding", gettext("Take away the folded kernel"), () => this.#arrays()),
    });
  }

  /** @param {Kernels | null} kernels */
  #maps(kernels) {
    const c = this.answer?.folding?.channel ?? channel();
    const ranges = kernels && [kernels.before.range(), kernels.after.range()].flat();
    const range = /** @type {[number, number] | null} */ (
      ranges && [Math.min(...ranges), Math.max(...ranges)]
    );
    const map = (/** @type {string} */ label, /** @type {Tensor | undefined} */ tensor) =>
      html`<figure><figcaption>${label}</figcaption><div class="kernel">${
        tensor
          ? html`<heat-map readout label=${label} .tensor=${tensor} .range=${range} .signed=${true}
              .names=${Array.from({ length: tensor.count }, (_, i) => gettext("input channel {c}", { c: i }))}></heat-map>`
          : nothing
      }</div></figure>`;
    return html`<div class="pair">
        ${map(gettext("kernel of channel {c}, as trained", { c }), kernels?.before)}
        ${map(gettext("the same, folded", { c }), kernels?.after)}
      </div>
      <colour-legend .scale=${range && scaleFor(range[0], range[1], true)} .range=${range} .scopes=${[]}></colour-legend>`;
  }

  #numbers() {
    const { answer } = this;
    const folding = answer?.folding;
    if (!folding) return html`<div class="folded"></div>`;
    const c = folding.channel;
    const rows = /** @type {const} */ ([
      [
        "scale",
        gettext("factor"),
        "\\htmlClass{tone-gamma}{\\gamma} / \\sqrt{\\htmlClass{tone-deviation}{\\bar\\sigma^2} + \\varepsilon}",
        "γ / √(σ̄² + ε)",
        folding.scale[c],
      ],
      [
        "shift",
        gettext("shift"),
        "\\htmlClass{tone-beta}{\\beta} - \\htmlClass{tone-mean}{\\bar\\mu} \\cdot \\text{factor}",
        "β − μ̄ · factor",
        folding.shift[c],
      ],
    ]);
    return html`<dl class="folded">${rows.map(
      ([, name, tex, plain, value]) =>
        html`<div><dt>${name}</dt><dd><math-formula .tex=${tex.replace("factor", gettext("factor"))} plain=${plain.replace("factor", gettext("factor"))}></math-formula> <b>= ${format.number(value, 4)}</b></dd></div>`,
    )}</dl>`;
  }

  #arrays() {
    const folding = this.answer?.folding;
    const kernels = this.#kernels;
    if (!folding || !kernels) return {};
    const list = (/** @type {readonly number[]} */ values) =>
      new Tensor([values.length], Float32Array.from(values));
    return {
      kernel_before: kernels.before,
      kernel_after: kernels.after,
      scale: list(folding.scale),
      shift: list(folding.shift),
    };
  }
}

/** Whether what is on the stage is a convolution with a BatchNorm after it. */
function foldable() {
  const { network, layer, answer } = session;
  const kind = session.networks.info(network)?.nodes.find(({ name }) => name === layer)?.kind;
  return (
    session.state.values.source === "network" && kind === "conv" && answer?.norm?.method === "batch"
  );
}

/** @param {NonNullable<import("./section.js").Answer["folding"]>} folding */
function words({ conv, norm, difference, tolerance }) {
  return { conv, norm, difference: format.number(difference), tolerance: format.number(tolerance) };
}

customElements.define("norm-folding", NormFolding);
