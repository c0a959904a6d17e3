import { html, nothing } from "lit";
import { gettext } from "../../core/i18n.js";
import { inputSize, kernelSize, problem } from "./about.js";
import { axisOf, pooledSize } from "./limits.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import { numbers, pooledNumbers, symbols } from "./size-tex.js";
import { ceilWords, leftOver, ruleWords } from "./size-words.js";
import "../../components/math-formula.js";

/** @typedef {import("./limits.js").Axis} Axis */

/** `<size-formula>`: how large the output is, in symbols and with the numbers of the present settings, for each axis,
 * and in words what is left over and what the padding does. */
export class SizeFormula extends SessionPart {
  render() {
    const { values } = session.state;
    const { mode } = values;
    const [size, kernel] = [inputSize(), kernelSize()];
    const [rows, columns] = /** @type {const} */ ([0, 1]).map((axis) =>
      axisOf(values, axis, size[axis], kernel[axis]),
    );
    return html`<section aria-label=${gettext("How large the output is")}>
      <h2>${gettext("How large the output is")}</h2>
      <math-formula .tex=${symbols(mode)} plain=${plain(mode)}></math-formula>
      ${legend(mode)}
      ${
        rows && columns
          ? alike(rows, columns)
            ? this.#axis(gettext("Height and width"), rows, null)
            : html`${this.#axis(gettext("Height"), rows, 0)}${this.#axis(gettext("Width"), columns, 1)}`
          : html`<p class="problem">${problem("padding", "stride")}</p>`
      }
      ${rows && columns ? this.#pooled([rows, columns]) : nothing}
    </section>`;
  }

  /** @param {string} title @param {Axis} axis @param {0 | 1 | null} which null: both, which are alike */
  #axis(title, axis, which) {
    const { mode, padding } = session.state.values;
    const rule = ruleWords(padding, axis, mode);
    const over = (which === 1 ? [] : [leftOver(axis, true)]).concat(
      which === 0 ? [] : [leftOver(axis, false)],
    );
    return html`<div class="axis"><h3>${title}</h3>
      <math-formula .tex=${numbers(axis, mode)} plain=${String(axis.output)}></math-formula>
      ${axis.output < 1 ? html`<p class="problem">${gettext("The kernel does not fit.")}</p>` : nothing}
      ${rule ? html`<p>${rule}</p>` : nothing}
      ${over.filter(Boolean).map((words) => html`<p class="over">${words}</p>`)}
    </div>`;
  }

  /** @param {[Axis, Axis]} axes */
  #pooled(axes) {
    const { pooling } = session.state.values;
    if (!pooling) return nothing;
    const both = /** @type {const} */ ([0, 1]).map((axis) => {
      const { output } = axes[axis];
      const tex = pooledNumbers(pooling, axis, output, pooledSize(pooling, axis, output));
      return { tex, words: ceilWords(pooling, axis, output) };
    });
    const shown = both[0]?.tex === both[1]?.tex ? both.slice(0, 1) : both;
    return html`<div class="axis"><h3>${gettext("After pooling")}</h3>
      ${shown.map(
        ({
          tex,
          words,
        }) => html`<math-formula .tex=${tex} plain=${gettext("After pooling")}></math-formula>
          ${words ? html`<p>${words}</p>` : nothing}`,
      )}</div>`;
  }
}

/** @param {Axis} a @param {Axis} b */
function alike(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** @param {"convolution" | "transposed"} mode */
function plain(mode) {
  return mode === "transposed"
    ? gettext("(n − 1) · s − p + d · (k − 1) + 1 + o")
    : gettext("⌊(n + p − d · (k − 1) − 1) / s⌋ + 1");
}

/** @param {"convolution" | "transposed"} mode */
function legend(mode) {
  const back = mode === "transposed";
  /** @type {[string, string, string][]} */ const symbols = [
    ["n", "size", gettext("size of the input")],
    ["p", "padding", back ? gettext("cut off at both ends") : gettext("padding at both ends")],
    ["k", "kernel", gettext("size of the kernel")],
    ["d", "dilation", gettext("dilation")],
    ["s", "stride", gettext("stride")],
  ];
  if (back) symbols.push(["o", "", gettext("output padding")]);
  return html`<p class="symbols">${symbols.map(
    ([symbol, tone, words]) =>
      html`<span><i class=${tone ? `tone-${tone}` : ""}>${symbol}</i> ${words}</span>`,
  )}</p>`;
}

customElements.define("size-formula", SizeFormula);
