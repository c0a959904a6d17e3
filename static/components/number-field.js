import { html, nothing } from "lit";
import * as format from "../core/format.js";
import { decimals, keyed, snap } from "../core/quantity.js";
import { PageElement } from "./element.js";

/** Pixels of dragging for one step. */
const PIXELS = 8;
const BOUNDLESS = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
let serial = 0;

/**
 * `<number-field>`: a number to drag sideways, type, step with the arrow keys or the − and + buttons,
 * and, with `slider`, to slide.
 *
 * Properties: `label`, `value` {number}, `min`, `max`, `step`, `unit`, `disabled`; `slider` {boolean};
 * `bare` {boolean} the label is for screen readers only; `free` {boolean} a typed number may lie beyond the
 * bounds, for whoever then says what is wrong with it; `hint` a soft line under it, such as the formula
 * that bounds it; `problem` the same when something is wrong with the value (marked invalid).
 * Events, bubbling: `value-input` {value: number} while it moves, `value-change` {value: number} when it
 * is settled. Both are sent for every way of changing it; unless `free`, the value is within its bounds.
 * Keys: up and down by a step, with Shift or by Page Up and Page Down by ten; Home, End; Enter takes
 * what was typed, Escape forgets it.
 */
export class NumberField extends PageElement {
  static properties = {
    label: {},
    value: { type: Number },
    min: { type: Number },
    max: { type: Number },
    step: { type: Number },
    unit: {},
    disabled: { type: Boolean },
    slider: { type: Boolean },
    bare: { type: Boolean, reflect: true },
    free: { type: Boolean },
    hint: {},
    problem: {},
  };

  #id = `number-${serial++}`;
  /** @type {{x: number, from: number, moved: boolean} | null} */ #drag = null;
  #settled = 0;

  constructor() {
    super();
    this.label = "";
    this.value = 0;
    this.min = Number.NEGATIVE_INFINITY;
    this.max = Number.POSITIVE_INFINITY;
    this.step = 1;
    this.unit = "";
    this.disabled = false;
    this.slider = false;
    this.bare = false;
    this.free = false;
    this.hint = "";
    this.problem = "";
  }

  render() {
    const { value, min, max, disabled } = this;
    const below = this.problem || this.hint;
    return html`
      <label for=${this.#id} class=${this.bare ? "unseen" : "caption"}>${this.label}</label>
      <span class="number">
        <button type="button" tabindex="-1" aria-hidden="true" ?disabled=${disabled || value <= min}
          @click=${() => this.#settle(value - this.step)}>−</button>
        <span class="entry">
          <input id=${this.#id} type="text" inputmode="decimal" autocomplete="off" role="spinbutton"
            size=${Math.max(3, this.#text.length)} ?disabled=${disabled}
            aria-valuenow=${value} aria-valuemin=${finite(min)} aria-valuemax=${finite(max)}
            aria-valuetext="${this.#text}${this.unit && ` ${this.unit}`}"
            aria-invalid=${this.problem ? "true" : nothing} aria-describedby=${below ? `${this.#id}-below` : nothing}
            @keydown=${this.#onKey} @change=${this.#onTyped} @blur=${this.#onTyped}
            @pointerdown=${this.#onDown} @pointermove=${this.#onMove} @pointerup=${this.#onUp}
            @pointercancel=${this.#onUp}>${this.unit ? html`<span class="unit">${this.unit}</span>` : nothing}
        </span>
        <button type="button" tabindex="-1" aria-hidden="true" ?disabled=${disabled || value >= max}
          @click=${() => this.#settle(value + this.step)}>+</button>
      </span>
      ${
        this.slider
          ? html`<input type="range" aria-label=${this.label} min=${min} max=${max} step=${this.step}
              .value=${String(value)} ?disabled=${disabled} @input=${this.#onSlide} @change=${this.#onSlide}>`
          : nothing
      }
      ${below ? html`<p id="${this.#id}-below" class=${this.problem ? "problem" : "hint"}>${below}</p>` : nothing}`;
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    if (changed.has("value") && !this.#drag) this.#settled = this.value;
    if (changed.has("value") || changed.has("step")) this.#write();
    const range = /** @type {HTMLInputElement | null} */ (this.querySelector("input[type=range]"));
    if (range) {
      range.value = String(this.value); // again, now that min and max are in place
      const part = (this.value - this.min) / (this.max - this.min || 1);
      range.style.setProperty("--part", String(Math.max(0, Math.min(part, 1))));
    }
  }

  get #text() {
    return format.fixed(this.value, decimals(this.step));
  }

  get #input() {
    return /** @type {HTMLInputElement} */ (this.querySelector("input[type=text]"));
  }

  #write() {
    this.#input.value = this.#text;
  }

  /** @param {number} value @param {import("../core/quantity.js").Bounds} [bounds] */
  #move(value, bounds = this) {
    const next = snap(value, bounds);
    if (next === this.value) return;
    this.value = next;
    this.tell("value-input", { value: next });
  }

  /** @param {number} value @param {import("../core/quantity.js").Bounds} [bounds] */
  #settle(value, bounds = this) {
    this.#move(value, bounds);
    if (this.value === this.#settled) return;
    this.#settled = this.value;
    this.tell("value-change", { value: this.value });
  }

  /** @param {Event} event */
  #onSlide(event) {
    event.stopPropagation();
    const value = /** @type {HTMLInputElement} */ (event.target).valueAsNumber;
    this.#drag = event.type === "input" ? { x: 0, from: value, moved: true } : null;
    if (event.type === "input") this.#move(value);
    else this.#settle(value);
  }

  /** @param {Event} event */
  #onTyped(event) {
    event.stopPropagation();
    const typed = format.parse(this.#input.value);
    if (this.#input.value !== this.#text && Number.isFinite(typed))
      this.#settle(typed, this.free ? { ...BOUNDLESS, step: this.step } : this);
    this.#write();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key === "Enter") return this.#onTyped(event);
    if (event.key === "Escape") return this.#write();
    const typing = event.key === "Home" || event.key === "End";
    const next =
      typing && !event.ctrlKey ? null : keyed(this.value, event.key, this, event.shiftKey);
    if (next === null) return;
    event.preventDefault();
    this.#settle(next);
  }

  /** @param {PointerEvent} event */
  #onDown(event) {
    if (this.disabled || event.button !== 0 || document.activeElement === this.#input) return;
    event.preventDefault(); // whether it is a click is known when it ends
    this.#input.setPointerCapture(event.pointerId);
    this.#drag = { x: event.clientX, from: this.value, moved: false };
  }

  /** @param {PointerEvent} event */
  #onMove(event) {
    if (!this.#drag) return;
    const distance = event.clientX - this.#drag.x;
    if (Math.abs(distance) > 3) this.#drag.moved = true;
    if (!this.#drag.moved) return;
    const { min, max, step } = this;
    const steps = Number.isFinite(max - min) ? (max - min) / step : 0;
    const pixels = Math.min(PIXELS, Math.max(1, 200 / (steps || 25)));
    this.#move(this.#drag.from + Math.round(distance / pixels) * step);
  }

  #onUp() {
    if (!this.#drag) return;
    const { moved } = this.#drag;
    this.#drag = null;
    if (moved) return this.#settle(this.value);
    this.#input.focus();
    this.#input.select();
  }
}

/** @param {number} bound */
function finite(bound) {
  return Number.isFinite(bound) ? bound : nothing;
}

customElements.define("number-field", NumberField);
