import { html, nothing } from "lit";
import { PageElement, plain } from "./element.js";
import { heard } from "./heard.js";
import "./number-field.js";

/** @typedef {[number, number]} Pair height, width */

/**
 * `<pair-field>`: a number each for height and width, or one for both.
 *
 * Properties
 * - `labels` {[string, string, string]} for both, for the height, for the width
 * - `value` {Pair}; `min`, `max` {Pair} bounds of each
 * - `linked` {boolean} one number sets both (while they are equal)
 * - `slider`, `free`, `hint`, `problem`, `disabled` as of number-field
 *
 * Events, bubbling: `value-input` {value: Pair} while one moves, `value-change` {value: Pair} when settled.
 */
export class PairField extends PageElement {
  static properties = {
    labels: plain,
    value: plain,
    min: plain,
    max: plain,
    step: { type: Number },
    linked: { type: Boolean },
    slider: { type: Boolean },
    free: { type: Boolean },
    disabled: { type: Boolean },
    hint: {},
    problem: {},
  };

  constructor() {
    super();
    /** @type {readonly [string, string, string]} */ this.labels = ["", "", ""];
    /** @type {Readonly<Pair>} */ this.value = [1, 1];
    /** @type {Readonly<Pair>} */ this.min = [1, 1];
    /** @type {Readonly<Pair>} */ this.max = [16, 16];
    this.step = 1;
    this.linked = false;
    this.slider = false;
    this.free = false;
    this.disabled = false;
    this.hint = "";
    this.problem = "";
  }

  render() {
    const [both, high, wide] = this.labels;
    const [h, w] = this.value;
    const { min, max } = this;
    if (this.linked && h === w)
      return this.#field(both, h, Math.max(...min), Math.min(...max), (n) => [n, n], true);
    return html`${this.#field(high, h, min[0], max[0], (n) => [n, this.value[1]], false)}
      ${this.#field(wide, w, min[1], max[1], (n) => [this.value[0], n], true)}`;
  }

  /** @param {string} label @param {number} value @param {number} min @param {number} max
   * @param {(value: number) => Pair} pair @param {boolean} last the one under which the words stand */
  #field(label, value, min, max, pair, last) {
    const say = (/** @type {"value-input" | "value-change"} */ type) =>
      heard((/** @type {number} */ one) => {
        this.value = pair(one);
        this.tell(type, { value: this.value });
      });
    return html`<number-field label=${label} .value=${value} .min=${min} .max=${Math.max(min, max)} .step=${this.step}
      ?slider=${this.slider} ?free=${this.free} ?disabled=${this.disabled}
      hint=${last ? this.hint : nothing} problem=${last ? this.problem : nothing}
      @value-input=${say("value-input")} @value-change=${say("value-change")}></number-field>`;
  }
}

customElements.define("pair-field", PairField);
