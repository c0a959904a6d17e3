import { html, nothing } from "lit";
import { CanvasPainter } from "../core/canvas.js";
import * as format from "../core/format.js";
import { hit, part } from "../core/grid.js";
import { gettext } from "../core/i18n.js";
import { walk } from "../core/tensor-layout.js";
import { onTheme } from "../core/theme.js";
import { PageElement } from "./element.js";

/** Px of the smallest box around a part of a set. */
const LEAST = 7;

/** @typedef {import("../core/tensor.js").Tensor} Tensor */
/** @typedef {import("../core/tensor-layout.js").Layout} Layout */
/** @typedef {import("../core/tensor-layout.js").Place} Place */
/** @typedef {import("../core/tensor-layout.js").Part} Box */

/**
 * `<tensor-block>`: all maps of a tensor on one canvas, the elements of one set in full colour and the others
 * standing back behind a veil.
 *
 * Properties
 * - `tensor` {Tensor | null} as `mapsOf` gives it, `layout` {Layout} where its maps lie
 * - `range` {[number, number] | null} of the colours; null: each map by its own
 * - `signed` {boolean} diverging colours; `mask` {boolean} black for 0 and white for 1 instead
 * - `box` {Box | null} the set with a line around it; null: none; `veil` {number} how much the others stand back, 0…1
 * - `cursor`, `pinned` {Place | null} elements outlined; the cursor is set here
 * - `lengths` {number[] | null} tokens: how many of each sample are real; the others are hatched
 * - `label` {string}, `name` {(place) => string} what an element is called
 *
 * Events, bubbling: `element-hover` {Place}, `element-leave`, `element-pin` {Place | null}.
 *
 * Keys: arrows go by one value, across the maps' edges; with Shift by a whole map; Home and End to the ends of the
 * row, Page Up and Page Down to the sample before and after; Enter or Space pins, Escape releases.
 */
export class TensorBlock extends PageElement {
  static properties = {
    tensor: { attribute: false },
    layout: { attribute: false },
    range: { attribute: false },
    signed: { type: Boolean },
    mask: { type: Boolean },
    box: { attribute: false },
    veil: { type: Number },
    cursor: { attribute: false },
    pinned: { attribute: false },
    lengths: { attribute: false },
    label: {},
    name: { attribute: false },
  };

  #painter = new CanvasPainter();
  /** @type {(() => void) | undefined} */ #stopTheme;
  #sizes = new ResizeObserver(() => this.#veil());

  constructor() {
    super();
    /** @type {Tensor | null} */ this.tensor = null;
    /** @type {Layout | null} */ this.layout = null;
    /** @type {readonly [number, number] | null} */ this.range = null;
    this.signed = false;
    this.mask = false;
    this.veil = 0.66;
    /** @type {Box | null} */ this.box = null;
    /** @type {Place | null} */ this.cursor = null;
    /** @type {Place | null} */ this.pinned = null;
    /** @type {readonly number[] | null} */ this.lengths = null;
    this.label = "";
    /** @type {(place: Place) => string} */ this.name = () => "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.#sizes.observe(this);
    this.#stopTheme = onTheme(() => {
      this.#paint();
      this.#veil();
    });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#sizes.disconnect();
    this.#stopTheme?.();
  }

  render() {
    const { cursor, pinned, tensor, layout } = this;
    if (!tensor || !layout) return nothing;
    const [lo, hi] = tensor.range();
    const words = gettext("values from {lo} to {hi}", {
      lo: format.number(lo),
      hi: format.number(hi),
    });
    return html`<div class="block-plane" tabindex="0" role="application" aria-roledescription=${gettext("heat map")}
        aria-label="${this.label} (${words})"
        @pointermove=${this.#onPointer} @pointerdown=${this.#onPointer} @pointerleave=${this.#onLeave}
        @click=${this.#onClick} @keydown=${this.#onKey} @focus=${this.#onFocus} @blur=${this.#onLeave}>
      <canvas class="values" width="1" height="1" aria-hidden="true"></canvas>
      <canvas class="veil" width="1" height="1" aria-hidden="true"></canvas>
      ${pinned ? this.#outline(pinned, "pinned") : nothing}
      ${cursor ? this.#outline(cursor, "cursor") : nothing}
    </div><output class="unseen">${this.#words()}</output>`;
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    if (["tensor", "layout", "range", "signed", "mask"].some((name) => changed.has(name)))
      this.#paint();
    if (["tensor", "layout", "box", "lengths"].some((name) => changed.has(name))) this.#veil();
  }

  #words() {
    const { cursor, pinned, tensor, layout } = this;
    const place = cursor ?? pinned;
    const spot = place && layout?.spotOf(place);
    if (!place || !spot || !tensor) return "";
    const value = tensor.at(spot.slot, spot.y, spot.x);
    return gettext("{cell}: {value}", {
      cell: this.name(place),
      value: format.number(value, tensor.bytes ? 3 : 4),
    });
  }

  /** @param {Place} place @param {string} kind */
  #outline(place, kind) {
    const spot = this.layout?.spotOf(place);
    if (!spot || !this.layout) return nothing;
    const box = { top: spot.y, left: spot.x, bottom: spot.y + 1, right: spot.x + 1 };
    const at = part(this.layout.grid, spot.slot, box);
    const style = `left:${at.left * 100}%;top:${at.top * 100}%;width:${at.width * 100}%;height:${at.height * 100}%`;
    return html`<span class="outline ${kind}" .style=${style}></span>`;
  }

  #paint() {
    const { tensor, layout, range, signed, mask } = this;
    const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector(".values"));
    if (!canvas || !tensor || !layout) return;
    const shown = Array.from({ length: tensor.count }, (_, map) => map);
    this.#painter.paint(canvas, {
      tensor,
      shown,
      grid: layout.grid,
      range,
      signed,
      rgb: false,
      mask,
    });
  }

  /** The elements outside of the set behind a veil, the parts of the set with a line around them: as fine as the
   * screen, whatever the size of a value. */
  #veil() {
    const { layout, box, lengths } = this;
    const canvas = /** @type {HTMLCanvasElement | null} */ (this.querySelector(".veil"));
    const context = canvas?.getContext("2d");
    if (!canvas || !context || !layout) return;
    const scale = globalThis.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth * scale, canvas.clientHeight * scale].map(
      Math.round,
    );
    if (!width || !height) return;
    canvas.width = width;
    canvas.height = height;
    const style = getComputedStyle(this);
    if (lengths) this.#hatch(context, lengths, style.borderTopColor);
    if (!box) return;
    const lit = layout.boxesOf(box).map(({ slot, box }) => {
      const at = part(layout.grid, slot, box);
      return /** @type {const} */ ([
        at.left * width,
        at.top * height,
        at.width * width,
        at.height * height,
      ]);
    });
    context.globalAlpha = this.veil;
    context.fillStyle = style.backgroundColor;
    context.beginPath();
    context.rect(0, 0, width, height);
    for (const each of lit) context.rect(...each);
    context.fill("evenodd");
    context.globalAlpha = 1;
    context.strokeStyle = style.outlineColor;
    context.lineWidth = 1.5 * scale;
    for (const each of lit) context.strokeRect(...seen(each, LEAST * scale));
  }

  /** Lines over the tokens that are padding.
   * @param {CanvasRenderingContext2D} context @param {readonly number[]} lengths @param {string} colour */
  #hatch(context, lengths, colour) {
    const { layout } = this;
    if (!layout) return;
    const { width, height } = context.canvas;
    const scale = globalThis.devicePixelRatio || 1;
    const { mapWidth, mapHeight } = layout.grid;
    context.strokeStyle = colour;
    context.lineWidth = scale;
    for (const [slot, length] of lengths.entries()) {
      if (length >= mapWidth) continue;
      const box = { top: 0, left: length, bottom: mapHeight, right: mapWidth };
      const at = part(layout.grid, slot, box);
      const [left, top, wide, high] = [
        at.left * width,
        at.top * height,
        at.width * width,
        at.height * height,
      ];
      context.save();
      context.beginPath();
      context.rect(left, top, wide, high);
      context.clip();
      context.beginPath();
      for (let x = left - high; x < left + wide; x += 7 * scale) {
        context.moveTo(x, top + high);
        context.lineTo(x + high, top);
      }
      context.stroke();
      context.restore();
    }
  }

  /** @param {PointerEvent | MouseEvent} event @returns {Place | null} */
  #placeAt(event) {
    const area = this.querySelector(".values")?.getBoundingClientRect();
    const { layout } = this;
    if (!area?.width || !layout) return null;
    const [across, down] = [event.clientX - area.left, event.clientY - area.top];
    const spot = hit(layout.grid, across / area.width, down / area.height);
    return spot && layout.placeOf(spot);
  }

  /** Move the cursor, as the pointer does. @param {Place | null} place */
  point(place) {
    if (JSON.stringify(place) === JSON.stringify(this.cursor)) return;
    this.cursor = place;
    this.tell(place ? "element-hover" : "element-leave", place);
  }

  /** @param {PointerEvent} event */
  #onPointer(event) {
    const place = this.#placeAt(event);
    if (place) this.point(place); // between two maps it stays where it was
  }

  #onLeave() {
    this.point(null);
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const place = this.#placeAt(event);
    if (place) this.#choose(place);
  }

  /** @param {Place} place */
  #choose(place) {
    const again = JSON.stringify(place) === JSON.stringify(this.pinned);
    this.tell("element-pin", again ? null : place);
  }

  #onFocus() {
    if (!this.cursor && this.matches(":has(.block-plane:focus-visible)"))
      this.point(this.#current());
  }

  /** @returns {Place} where the keys begin */
  #current() {
    return this.cursor ?? this.pinned ?? { b: 0, c: this.layout?.channels[0] ?? 0, y: 0, x: 0 };
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.layout) return;
    const at = this.#current();
    if (event.key === "Enter" || event.key === " ") this.#choose(at);
    else if (event.key === "Escape" && this.pinned) this.tell("element-pin", null);
    else {
      const next = walk(this.layout, at, event.key, event.shiftKey);
      if (!next) return;
      this.point(next);
    }
    event.preventDefault();
  }
}

/** A box that is too small to be seen grown about its middle.
 * @param {readonly [number, number, number, number]} box left, top, width, height @param {number} least
 * @returns {[number, number, number, number]}
 */
function seen([left, top, width, height], least) {
  const [wide, high] = [Math.max(width, least), Math.max(height, least)];
  return [left - (wide - width) / 2, top - (high - height) / 2, wide, high];
}

customElements.define("tensor-block", TensorBlock);
