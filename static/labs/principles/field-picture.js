import { html, nothing } from "lit";
import { PageElement } from "../../components/element.js";
import { gettext } from "../../core/i18n.js";
import { onTheme } from "../../core/theme.js";
import { paint } from "./field-paint.js";

/** @typedef {import("../../core/tensor.js").Tensor} Tensor */
/** @typedef {{top: number, left: number, bottom: number, right: number}} Box pixels, bottom and right not included */
/** @typedef {{box: Box, tone: string}} Mark */
/** @typedef {{y: number, x: number}} Spot */

/** Units that an arrow key with Shift goes. */
const STRIDE = 4;

/**
 * `<field-picture>`: a picture with what a unit is wired to on it; the unit is moved by pointing, dragging and keys.
 *
 * Properties: `picture` {Tensor | null} [C, H, W] from 0 to 1; `values` {Float32Array | null} one for each pixel;
 * `scale` of their colours; `marks` {Mark[]} boxes; `spot` {Spot} where the unit stands, as shares; `steps` {[rows,
 * columns]} of the map that the unit belongs to: what a key moves it by; `label` the accessible name; `still`
 * {boolean} only to be looked at (without a `label`: by those who see).
 * Events, bubbling: `spot-point` {Spot | null} pointed at; `spot-put` {Spot} left there.
 * Keys: arrows move by a unit, with Shift by four.
 */
export class FieldPicture extends PageElement {
  static properties = {
    picture: { attribute: false },
    values: { attribute: false },
    scale: { attribute: false },
    marks: { attribute: false },
    spot: { attribute: false },
    steps: { attribute: false },
    label: {},
    still: { type: Boolean, reflect: true },
  };

  /** @type {(() => void) | undefined} */ #stopTheme;
  #dragged = false;

  constructor() {
    super();
    /** @type {Tensor | null} */ this.picture = null;
    /** @type {Float32Array | null} */ this.values = null;
    /** @type {import("../../core/colour.js").Scale | null} */ this.scale = null;
    /** @type {readonly Mark[]} */ this.marks = [];
    /** @type {Spot} */ this.spot = { y: 0.5, x: 0.5 };
    /** @type {readonly [number, number]} */ this.steps = [1, 1];
    this.label = "";
    this.still = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#stopTheme = onTheme(() => this.#paint());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#stopTheme?.();
  }

  render() {
    const { picture } = this;
    const ratio = picture ? `${picture.width} / ${picture.height}` : "1";
    const inside = html`<canvas width="1" height="1" aria-hidden="true"></canvas>
      ${picture ? this.marks.map((mark) => outline(mark, picture)) : nothing}`;
    if (this.still)
      return html`<div class="field-plane" .style=${`--ratio:${ratio}`} role=${this.label ? "img" : nothing} aria-label=${this.label || nothing}
        aria-hidden=${this.label ? nothing : "true"}>${inside}</div>`;
    return html`<div class="field-plane" .style=${`--ratio:${ratio}`} tabindex="0" role="application"
      aria-roledescription=${gettext("picture to move on")} aria-label=${this.label}
      @pointermove=${this.#onMove} @pointerdown=${this.#onDown} @pointerup=${this.#onUp} @pointercancel=${this.#onUp}
      @pointerleave=${this.#onLeave} @keydown=${this.#onKey}>${inside}</div>`;
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    if (["picture", "values", "scale"].some((name) => changed.has(name))) this.#paint();
  }

  #paint() {
    const canvas = this.querySelector("canvas");
    const { picture, values, scale } = this;
    if (canvas && picture) paint(canvas, { picture, values, scale });
  }

  /** @param {PointerEvent} event @returns {Spot} */
  #spotAt(event) {
    const area = /** @type {HTMLElement} */ (this.querySelector("canvas")).getBoundingClientRect();
    const share = (/** @type {number} */ at) => Math.max(0, Math.min(1, at));
    return {
      y: share((event.clientY - area.top) / area.height),
      x: share((event.clientX - area.left) / area.width),
    };
  }

  /** @param {PointerEvent} event */
  #onMove(event) {
    if (this.#dragged) this.tell("spot-put", this.#spotAt(event));
    else if (event.pointerType !== "touch") this.tell("spot-point", this.#spotAt(event));
  }

  /** @param {PointerEvent} event */
  #onDown(event) {
    if (event.button !== 0) return;
    const plane = /** @type {HTMLElement} */ (event.currentTarget);
    plane.setPointerCapture(event.pointerId);
    this.#dragged = true;
    this.tell("spot-point", null);
    this.tell("spot-put", this.#spotAt(event));
  }

  #onUp() {
    this.#dragged = false;
  }

  #onLeave() {
    if (!this.#dragged) this.tell("spot-point", null);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [rows, columns] = this.steps;
    const by = event.shiftKey ? STRIDE : 1;
    const way = { ArrowUp: [-by, 0], ArrowDown: [by, 0], ArrowLeft: [0, -by], ArrowRight: [0, by] }[
      event.key
    ];
    if (!way) return;
    event.preventDefault();
    const [down = 0, across = 0] = way;
    this.tell("spot-put", {
      y: moved(this.spot.y, down, rows),
      x: moved(this.spot.x, across, columns),
    });
  }
}

/** The middle of the unit so many units further. @param {number} share @param {number} by @param {number} count */
function moved(share, by, count) {
  const at = Math.min(count - 1, Math.floor(share * count)) + by;
  return (Math.max(0, Math.min(count - 1, at)) + 0.5) / count;
}

/** A box, cut where the picture ends. @param {Mark} mark @param {Tensor} picture */
function outline({ box, tone }, { width, height }) {
  const [top, left] = [Math.max(0, box.top), Math.max(0, box.left)];
  const [bottom, right] = [Math.min(height, box.bottom), Math.min(width, box.right)];
  const part = (/** @type {number} */ length, /** @type {number} */ all) =>
    `${(100 * length) / all}%`;
  const style = `left:${part(left, width)};top:${part(top, height)};width:${part(right - left, width)};height:${part(bottom - top, height)}`;
  return html`<span class="outline mark tone-${tone}" .style=${style}></span>`;
}

customElements.define("field-picture", FieldPicture);
