import { html, nothing } from "lit";
import { gettext } from "../core/i18n.js";
import { draw, movePen, PIXEL, SIDE } from "../core/strokes.js";
import { PageElement } from "./element.js";
import "./choice-field.js";

/** @typedef {import("../core/strokes.js").Point} Point */

/**
 * `<drawing-pad>`: a square to draw in with a pointer or with the keys.
 *
 * Property: `ink` {"light" | "dark"} light strokes on dark (as Fashion-MNIST is) or dark on light.
 * Event: `drawing-change` {picture: Blob}, bubbling: a PNG of 280 × 280 after every stroke, undo, clear and
 * change of ink; not while the pad is empty.
 * Method: `put(strokes)` draws as if by hand.
 * Keys: arrows move the pen by one pixel of a 28 × 28 picture (with Shift by four); Space puts it down or
 * lifts it; Ctrl+Z or Backspace takes the last stroke back; Delete clears.
 */
export class DrawingPad extends PageElement {
  static properties = {
    ink: {},
    strokes: { state: true },
    pen: { state: true },
    down: { state: true },
  };

  constructor() {
    super();
    /** @type {"light" | "dark"} */ this.ink = "light";
    /** @type {readonly (readonly Point[])[]} */ this.strokes = [];
    /** @type {Point | null} shown while the keys draw */ this.pen = null;
    this.down = false;
  }

  render() {
    const [x, y] = this.pen ?? [0, 0];
    const empty = !this.strokes.length;
    return html`
      <div class="pad" tabindex="0" role="application" aria-label=${gettext("Drawing pad")}
        aria-description=${gettext("Arrow keys move the pen, Space puts it down or lifts it.")}
        @pointerdown=${this.#onDown} @pointermove=${this.#onMove} @pointerup=${this.#onUp}
        @pointercancel=${this.#onUp} @keydown=${this.#onKey} @blur=${this.#onBlur}>
        <canvas width=${SIDE} height=${SIDE} aria-hidden="true"></canvas>
        ${
          this.pen
            ? html`<span class="pen ${this.down ? "down" : ""}"
              .style=${`left:${(100 * x) / SIDE}%;top:${(100 * y) / SIDE}%`}></span>`
            : nothing
        }
        ${empty ? html`<p class="invitation ${this.ink}">${gettext("Draw here")}</p>` : nothing}
      </div>
      <output class="unseen">${this.#words()}</output>
      <div class="row">
        <button type="button" ?disabled=${empty} @click=${this.#undo}>${gettext("Undo")}</button>
        <button type="button" ?disabled=${empty} @click=${this.#clear}>${gettext("Clear")}</button>
        <choice-field bare label=${gettext("Strokes")} .value=${this.ink}
          .options=${[
            { value: "light", label: gettext("Light on dark") },
            { value: "dark", label: gettext("Dark on light") },
          ]}
          @value-change=${this.#onInk}></choice-field>
      </div>`;
  }

  #words() {
    if (!this.pen) return "";
    const [x, y] = this.pen.map((at) => Math.floor(at / PIXEL));
    const place = { x: x ?? 0, y: y ?? 0 };
    if (this.down) return gettext("Pen down at column {x}, row {y}", place);
    return gettext("Pen up at column {x}, row {y}", place);
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    const context = this.querySelector("canvas")?.getContext("2d");
    if (!context || !(changed.has("strokes") || changed.has("ink"))) return;
    const [black, white] = ["#000", "#fff"];
    const light = this.ink === "light";
    draw(context, this.strokes, { ink: light ? white : black, ground: light ? black : white });
  }

  async #report() {
    await this.updateComplete;
    if (!this.strokes.length) return;
    this.querySelector("canvas")?.toBlob((picture) => {
      if (picture) this.tell("drawing-change", { picture });
    });
  }

  /** Draw this instead of what is there. @param {readonly (readonly Point[])[]} strokes */
  put(strokes) {
    this.pen = null;
    this.down = false;
    this.strokes = strokes;
    return this.#report();
  }

  /** @param {PointerEvent} event @returns {Point} */
  #at(event) {
    const area = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
    const scale = SIDE / area.width;
    return [(event.clientX - area.left) * scale, (event.clientY - area.top) * scale];
  }

  /** @param {PointerEvent} event */
  #onDown(event) {
    if (event.button !== 0) return;
    /** @type {HTMLElement} */ (event.currentTarget).setPointerCapture(event.pointerId);
    this.pen = null;
    this.down = true;
    this.strokes = [...this.strokes, [this.#at(event)]];
  }

  /** @param {PointerEvent} event */
  #onMove(event) {
    if (this.down && !this.pen) this.#extend(this.#at(event));
  }

  /** @param {Point} point */
  #extend(point) {
    this.strokes = this.strokes.with(-1, [...(this.strokes.at(-1) ?? []), point]);
  }

  #onUp() {
    if (!this.down || this.pen) return;
    this.down = false;
    this.#report();
  }

  #onBlur() {
    if (this.pen && this.down) this.#report();
    this.pen = null;
    this.down = false;
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const undo =
      event.key === "Backspace" || (event.key === "z" && (event.ctrlKey || event.metaKey));
    const moved = movePen(this.pen ?? [SIDE / 2, SIDE / 2], event.key, event.shiftKey);
    if (undo) this.#undo();
    else if (event.key === "Delete") this.#clear();
    else if (event.key === " ") {
      this.pen ??= [SIDE / 2, SIDE / 2];
      this.down = !this.down;
      if (this.down) this.strokes = [...this.strokes, [this.pen]];
      else this.#report();
    } else if (moved) {
      this.pen = moved;
      if (this.down) this.#extend(moved);
    } else return;
    event.preventDefault();
  }

  #undo() {
    this.down = false;
    this.strokes = this.strokes.slice(0, -1);
    this.#report();
  }

  #clear() {
    this.down = false;
    this.strokes = [];
  }

  /** @param {CustomEvent<{value: "light" | "dark"}>} event */
  #onInk(event) {
    event.stopPropagation();
    this.ink = event.detail.value;
    this.#report();
  }
}

customElements.define("drawing-pad", DrawingPad);
