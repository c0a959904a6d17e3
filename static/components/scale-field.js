import { html } from "lit";
import { PageElement } from "./element.js";

let serial = 0;

/**
 * `<scale-field>`: a slider that stops at the values of a list and nowhere between: divisors, powers of ten.
 *
 * Properties: `label`, `values` {number[]} in order, `value` {number} shown at the nearest of them, `write`
 * {(value) => string} how a value is written, `disabled`, `problem` what is wrong with the value.
 * Events, bubbling: `value-input` {value: number} while it moves, `value-change` {value: number} when it is settled.
 * Keys: the browser's own for sliders.
 */
export class ScaleField extends PageElement {
  static properties = {
    label: {},
    values: { attribute: false },
    value: { type: Number },
    write: { attribute: false },
    disabled: { type: Boolean },
    problem: {},
  };

  #id = `scale-${serial++}`;

  constructor() {
    super();
    this.label = "";
    /** @type {readonly number[]} */ this.values = [];
    this.value = 0;
    /** @type {(value: number) => string} */ this.write = String;
    this.disabled = false;
    this.problem = "";
  }

  /** The stop that is nearest to the value. */
  get #index() {
    const far = (/** @type {number} */ i) => Math.abs((this.values[i] ?? 0) - this.value);
    return this.values.reduce((best, _, i) => (far(i) < far(best) ? i : best), 0);
  }

  render() {
    const { values, disabled, problem } = this;
    return html`<label for=${this.#id} class="caption">${this.label}</label>
      <input id=${this.#id} type="range" min="0" max=${values.length - 1} step="1" ?disabled=${disabled}
        aria-valuetext=${this.write(this.value)} aria-invalid=${problem ? "true" : "false"}
        @input=${this.#onSlide} @change=${this.#onSlide}>
      <output for=${this.#id}>${this.write(this.value)}</output>
      ${problem ? html`<p class="problem" role="alert">${problem}</p>` : ""}`;
  }

  updated() {
    const range = this.querySelector("input");
    if (!range) return;
    range.value = String(this.#index); // again, now that max is in place
    const part = this.#index / Math.max(1, this.values.length - 1);
    range.style.setProperty("--part", String(part));
  }

  /** @param {Event} event */
  #onSlide(event) {
    event.stopPropagation();
    const index = /** @type {HTMLInputElement} */ (event.target).valueAsNumber;
    this.value = this.values[index] ?? this.value;
    this.tell(event.type === "input" ? "value-input" : "value-change", { value: this.value });
  }
}

customElements.define("scale-field", ScaleField);
