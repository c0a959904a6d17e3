import { html, nothing, svg } from "lit";
import { PageElement } from "../../../components/element.js";
import * as format from "../../../core/format.js";
import { gettext } from "../../../core/i18n.js";
import { shelved, stepped } from "./flat.js";

/** @typedef {import("../../../core/tensor.js").Tensor} Tensor */
/** @typedef {{index: number, tone: string, label: string}} Mark a value that an arc leads to; `tone`: any token `--tone-*` */

/** Px of a letter of a label, and of a row of them. */
const [LETTER, ROW] = [8.2, 17];
/** Px of the arcs over the values. */
const HIGH = 56;
/** How far past the ends of what is shown, in px, arcs still go that lead to values beyond. */
const BEYOND = 60;
/** Px that a value must lie away for an arc to be seen. */
const NEAR = 2;

/**
 * `<vector-strip>`: a vector as one row of colours, with arcs from one value to others.
 *
 * Properties
 * - `tensor` {Tensor | null} the vector, values from 0 to 1; `span` {[number, number]} from where to where it is shown, the
 *   end not included
 * - `colour` {(index) => 0 | 1 | 2} which light a value is: red, green, blue
 * - `at` {number} the value followed; `marks` {Mark[]} those that arcs lead to from there
 * - `row` {number} how far Page Up and Page Down go; `label`, `says` accessible name, and what is said of the value followed
 *
 * Events, bubbling: `index-hover` {index}, `index-leave`, `index-pin` {index}.
 * Keys: arrows by one, Page Up and Page Down by `row`, Home, End; Enter or Space pins.
 */
export class VectorStrip extends PageElement {
  static properties = {
    tensor: { attribute: false },
    span: { attribute: false },
    colour: { attribute: false },
    at: { type: Number },
    marks: { attribute: false },
    row: { type: Number },
    label: {},
    says: {},
    width: { state: true },
  };

  #sizes = new ResizeObserver(([entry]) => {
    this.width = Math.floor(entry?.contentRect.width ?? 0);
  });

  constructor() {
    super();
    /** @type {Tensor | null} */ this.tensor = null;
    /** @type {readonly [number, number]} */ this.span = [0, 1];
    /** @type {(index: number) => number} */ this.colour = () => 0;
    this.at = 0;
    /** @type {readonly Mark[]} */ this.marks = [];
    this.row = 1;
    this.label = "";
    this.says = "";
    this.width = 0;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#sizes.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#sizes.disconnect();
  }

  render() {
    return html`${this.#arcs()}
      <div class="values" tabindex="0" role="application" aria-roledescription=${gettext("vector")} aria-label=${this.label}
        @pointermove=${this.#onMove} @pointerdown=${this.#onMove} @pointerleave=${this.#onLeave} @click=${this.#onClick}
        @keydown=${this.#onKey}><canvas width="1" height="1" aria-hidden="true"></canvas>${this.#frames()}</div>
      ${this.#labels()}<output class="unseen">${this.says}</output>`;
  }

  /** Where the middle of a value lies, in px; beyond the ends for those that are not shown. @param {number} index */
  #place(index) {
    const [from, to] = this.span;
    return ((index + 0.5 - from) / (to - from)) * this.width;
  }

  #arcs() {
    const { width } = this;
    const start = this.#place(this.at);
    const drawn = this.marks.filter(({ index }) => Math.abs(this.#place(index) - start) >= NEAR);
    return html`<svg class="arcs" viewBox=${`0 0 ${width || 1} ${HIGH}`} height=${HIGH} aria-hidden="true">${drawn.map(
      ({ index, tone }) => {
        const end = Math.max(-BEYOND, Math.min(width + BEYOND, this.#place(index)));
        const high = Math.min(HIGH - 3, 8 + Math.abs(end - start) * 0.45);
        const [a, b] = [start, end].map((x) => x.toFixed(1));
        const top = (HIGH - (high * 4) / 3).toFixed(1); // the curve reaches three quarters of the way to it
        return svg`<path class="tone-${tone}" d=${`M${a} ${HIGH}C${a} ${top} ${b} ${top} ${b} ${HIGH}`}></path>`;
      },
    )}</svg>`;
  }

  /** The values themselves, outlined where one is wide enough. */
  #frames() {
    const [from, to] = this.span;
    return [...this.marks, { index: this.at, tone: "accent" }]
      .filter(({ index }) => index >= from && index < to)
      .map(
        ({ index, tone }) =>
          html`<i class="frame tone-${tone}" .style=${`--from:${(index - from) / (to - from)};--part:${1 / (to - from)}`}></i>`,
      );
  }

  #labels() {
    const [from, to] = this.span;
    const own = { index: this.at, tone: "accent", label: format.count(this.at) };
    const seen = [own, ...this.marks].filter(
      (mark) =>
        mark === own || Math.abs(this.#place(mark.index) - this.#place(this.at)) >= 2 * NEAR,
    );
    const all = seen.map(({ index, tone, label }) => {
      const words = index < from ? `← ${label}` : index >= to ? `${label} →` : label;
      return { tone, words, at: this.#place(index), wide: words.length * LETTER };
    });
    const places = shelved(all, this.width);
    const rows = 1 + Math.max(0, ...places.map(({ row }) => row));
    return html`<div class="labels" aria-hidden="true" .style=${`block-size:${Math.max(2, rows) * ROW}px`}>${
      this.width
        ? all.map(
            ({ tone, words, wide }, i) =>
              html`<span class="tone-${tone}" .style=${`left:${places[i]?.left}px;top:${(places[i]?.row ?? 0) * ROW}px;inline-size:${wide}px`}>${words}</span>`,
          )
        : nothing
    }</div>`;
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    if (changed.has("tensor") || changed.has("span")) this.#paint();
  }

  #paint() {
    const canvas = this.querySelector("canvas");
    const context = canvas?.getContext("2d");
    const { tensor } = this;
    if (!canvas || !context || !tensor) return;
    const [from, to] = this.span;
    canvas.width = to - from;
    const image = context.createImageData(to - from, 1);
    const pixels = new Uint32Array(image.data.buffer);
    for (let i = 0; i < pixels.length; i++) {
      const light = Math.round(255 * Math.max(0, Math.min(1, tensor.values[from + i] ?? 0)));
      pixels[i] = 0xff000000 | (light << (8 * this.colour(from + i)));
    }
    context.putImageData(image, 0, 0);
  }

  /** @param {PointerEvent | MouseEvent} event */
  #under(event) {
    const [from, to] = this.span;
    const area = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
    const across = (event.clientX - area.left) / area.width;
    return Math.max(from, Math.min(to - 1, from + Math.floor(across * (to - from))));
  }

  /** @param {PointerEvent} event */
  #onMove(event) {
    const index = this.#under(event);
    if (index !== this.at) this.tell("index-hover", { index });
  }

  #onLeave() {
    this.tell("index-leave", null);
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    this.tell("index-pin", { index: this.#under(event) });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const length = this.tensor?.width ?? 1;
    const next = stepped(this.at, event.key, { length, row: this.row });
    if (event.key === "Enter" || event.key === " ") this.tell("index-pin", { index: this.at });
    else if (next !== null) this.tell("index-pin", { index: next });
    else return;
    event.preventDefault();
  }
}

customElements.define("vector-strip", VectorStrip);
