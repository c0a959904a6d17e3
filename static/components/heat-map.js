import { html, nothing } from "lit";
import { CanvasPainter, scaleOf } from "../core/canvas.js";
import * as format from "../core/format.js";
import { grid, hit, part } from "../core/grid.js";
import { gettext } from "../core/i18n.js";
import { onTheme } from "../core/theme.js";
import { walk } from "../core/walk.js";
import { PageElement, plain } from "./element.js";

/** @typedef {import("../core/tensor.js").Tensor} Tensor */
/** @typedef {import("../core/grid.js").Place} Place */
/** @typedef {import("../core/grid.js").Part} Part */
/** @typedef {import("../core/wire.js").Box} Box */
/** How many times as high as wide a map may be and still be drawn with square values. */
const SLENDER = 4;

/** @typedef {{map: number, slot: number, y: number, x: number, value: number}} Cell
 * `map`: index in the tensor (of the triple where `rgb`); `slot`: position in the grid */
/** @typedef {{map: number, box?: Box, tone?: string, label?: string}} Mark
 * a box of values (`bottom`, `right` not included; left out: the whole map) outlined on a map;
 * `tone`: "accent" (default), "before", "after", "mean" … any token `--tone-*` */

/**
 * `<heat-map>`: the maps of a tensor on one canvas, to be looked at, hovered, walked and picked.
 *
 * Properties
 * - `tensor` {Tensor | null} what is shown; setting a new one repaints
 * - `maps` {number[] | null} which maps, in this order (null: all)
 * - `range` {[number, number] | null} common range of the colours (layer's or network's); null: each
 *   map by its own range
 * - `signed` {boolean | null} diverging or sequential colours; null: by whether `range`, or any value
 *   of the tensor, is negative
 * - `mask` {boolean} black for 0 and white for 1, in either theme
 * - `rgb` {boolean} maps are taken in threes as red, green, blue between the ends of `range`
 * - `columns` {number} of the grid (0: about square); `fold` {number} values per row of a vector (0: itself)
 * - `mode` {"cells" | "maps" | "still"} what is walked and picked: single values, whole maps, nothing
 * - `label` {string} accessible name; `names` {string[] | null} name of each shown map, by slot
 *   (null: "Map 3")
 * - `selected` {number | null} the map outlined as chosen
 * - `cursor` {Cell | null}, `pinned` {Cell | null} set here on hover, keys and click; may be set from
 *   outside as `{map, y, x}` to follow another figure
 * - `marks` {Mark[]} boxes to outline
 * - `readout` {boolean} show the line with the place and value under the cursor
 * - `roving` {boolean} no stop of the Tab key, where one of several figures is
 * - `roomy` {boolean} for one of many figures whose maps change their size while a slider is dragged: the canvas keeps
 *   the largest, which costs less than another one each time
 *
 * Events (bubbling CustomEvents)
 * - `cell-hover` {Cell} the cursor moved, by pointer or keys; `cell-leave` it left
 * - `cell-pin` {Cell | null} mode "cells": clicked or Enter; null where released
 * - `map-select` {Cell} mode "maps": clicked or Enter
 *
 * Keys: arrows move by one value (mode "cells"; with Shift by 8) or one map (mode "maps"); Home and End to
 * the ends of the row; Page Up and Page Down to the map before and after; Enter or Space pins or
 * selects; Escape releases.
 *
 * Methods: `point({slot, y, x})` moves the cursor as the pointer does; `scaleOf(map)`; `where(map, box)`
 * (fractions of the canvas); `picture()` (PNG Blob).
 */
export class HeatMap extends PageElement {
  static properties = {
    tensor: { attribute: false },
    maps: plain,
    range: plain,
    signed: { attribute: false },
    mask: { type: Boolean },
    rgb: { type: Boolean },
    columns: { type: Number },
    fold: { type: Number },
    mode: { reflect: true },
    label: {},
    names: plain,
    selected: { attribute: false },
    cursor: plain,
    pinned: plain,
    marks: plain,
    readout: { type: Boolean },
    roving: { type: Boolean },
    roomy: { type: Boolean },
  };

  #painter = new CanvasPainter();
  #frame = 0;
  /** How wide it is on the screen, in CSS pixels. */ #wide = 0;
  /** @type {(() => void) | undefined} */ #stopTheme;

  constructor() {
    super();
    /** @type {Tensor | null} */ this.tensor = null;
    /** @type {readonly number[] | null} */ this.maps = null;
    /** @type {readonly [number, number] | null} */ this.range = null;
    /** @type {boolean | null} */ this.signed = null;
    this.mask = false;
    this.rgb = false;
    this.columns = 0;
    this.fold = 0;
    /** @type {"cells" | "maps" | "still"} */ this.mode = "cells";
    this.label = "";
    /** @type {readonly string[] | null} */ this.names = null;
    /** @type {number | null} */ this.selected = null;
    /** @type {{map: number, y: number, x: number} | null} */ this.cursor = null;
    /** @type {{map: number, y: number, x: number} | null} */ this.pinned = null;
    /** @type {readonly Mark[]} */ this.marks = [];
    this.readout = false;
    this.roving = false;
    this.roomy = false;
  }

  connectedCallback() {
    super.connectedCallback();
    sizes.observe(this);
    this.#stopTheme = onTheme(() => this.#schedule());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#stopTheme?.();
    sizes.unobserve(this);
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  /** The maps shown. @returns {readonly number[]} */
  get shown() {
    const count = this.tensor ? Math.floor(this.tensor.count / (this.rgb ? 3 : 1)) : 0;
    return this.maps ?? Array.from({ length: count }, (_, map) => map);
  }

  /** Where the maps lie. */
  get grid() {
    const map = this.tensor ?? { width: 1, height: 1 };
    return grid(this.shown.length, map, { columns: this.columns, fold: this.fold });
  }

  /** The colour scale a map is painted in; null before there is a tensor.
   * @param {number} map
   */
  scaleOf(map) {
    const { tensor, range, signed } = this;
    return tensor && scaleOf({ tensor, range, signed }, map);
  }

  /** Where a box of a shown map lies, as fractions of the canvas; null where the map is not shown.
   * @param {number} map
   * @param {Box} [box]
   */
  where(map, box) {
    const slot = this.shown.indexOf(map);
    return slot < 0 ? null : part(this.grid, slot, box);
  }

  /** What is painted, as a PNG of one pixel per value. @returns {Promise<Blob | null>} */
  picture() {
    const canvas = document.createElement("canvas");
    const shown = this.#shown();
    if (shown) new CanvasPainter().paint(canvas, { ...shown, roomy: false });
    return new Promise((done) => (shown ? canvas.toBlob(done) : done(null)));
  }

  render() {
    const { width, height } = this.grid;
    // A single column would be a thread, or as high as a tower: its values are drawn as bars.
    const slender = (this.tensor?.height ?? 1) > SLENDER * (this.tensor?.width ?? 1);
    const ratio = slender && this.shown.length === 1 ? "2 / 3" : `${width} / ${height}`;
    const live = this.mode !== "still";
    return html`
      <div class="plane" .style=${`--ratio: ${ratio}`}
        tabindex=${live ? (this.roving ? -1 : 0) : nothing} role=${live ? "application" : "img"}
        aria-roledescription=${live ? gettext("heat map") : nothing}
        aria-label="${this.label} (${this.#summary()})"
        @pointermove=${this.#onPointer} @pointerdown=${this.#onPointer} @pointerleave=${this.#onLeave}
        @click=${this.#onClick} @keydown=${this.#onKey} @focus=${this.#onFocus} @blur=${this.#onLeave}>
        <span class="sheet"><canvas width="1" height="1" aria-hidden="true"></canvas></span>
        ${this.marks.map((mark) => this.#outline(mark.map, mark.box, `mark tone-${mark.tone ?? "accent"}`, mark.label))}
        ${this.selected === null ? nothing : this.#outline(this.selected, undefined, "selected")}
        ${this.pinned ? this.#outline(this.pinned.map, one(this.pinned), "pinned") : nothing}
        ${this.cursor ? this.#outline(this.cursor.map, this.mode === "maps" ? undefined : one(this.cursor), "cursor") : nothing}
      </div>
      ${live ? html`<output class=${this.readout ? "readout" : "unseen"}>${this.#words()}</output>` : nothing}`;
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    const painted = ["tensor", "maps", "range", "signed", "mask", "rgb", "columns", "fold"];
    if (painted.some((name) => changed.has(name))) this.#paint();
  }

  /** @param {number} map @param {Box | undefined} box @param {string} kind @param {string} [label] */
  #outline(map, box, kind, label) {
    const at = this.where(map, box);
    if (!at) return nothing;
    const style = `left:${at.left * 100}%;top:${at.top * 100}%;width:${at.width * 100}%;height:${at.height * 100}%`;
    return html`<span class="outline ${kind}" .style=${style}>${label ? html`<i>${label}</i>` : nothing}</span>`;
  }

  #summary() {
    const { tensor, shown } = this;
    if (!tensor) return gettext("nothing yet");
    const [lo, hi] = this.rgb ? tensor.range() : tensor.range(shown);
    const size = format.shape(tensor.height > 1 ? [tensor.height, tensor.width] : [tensor.width]);
    const words = { n: shown.length, size, lo: format.number(lo), hi: format.number(hi) };
    if (shown.length === 1) return gettext("one map of {size}, values from {lo} to {hi}", words);
    return gettext("{n} maps of {size}, values from {lo} to {hi}", words);
  }

  /** The name of a shown map. @param {number} map */
  nameOf(map) {
    return this.names?.[this.shown.indexOf(map)] ?? gettext("Map {n}", { n: map });
  }

  #words() {
    const { cursor, tensor } = this;
    const cell = cursor ?? this.pinned;
    if (!cell || !tensor) return "";
    if (this.mode === "maps" || this.rgb) return this.nameOf(cell.map);
    return gettext("{map}, row {y}, column {x}: {value}", {
      map: this.nameOf(cell.map),
      y: cell.y,
      x: cell.x,
      value: format.number(tensor.at(cell.map, cell.y, cell.x), tensor.bytes ? 3 : 4),
    });
  }

  #schedule() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
    });
  }

  /** @returns {import("../core/canvas.js").Picture | null} */
  #shown() {
    const { tensor, shown, grid, range, signed, mask, rgb, roomy } = this;
    return tensor && { tensor, shown, grid, range, signed, mask, rgb, roomy };
  }

  #paint() {
    const canvas = this.querySelector("canvas");
    const shown = this.#shown();
    if (!canvas || !shown) return;
    this.#painter.paint(canvas, shown);
    this.#sharpen(canvas);
    if (!this.roomy) return;
    canvas.style.inlineSize = `${(100 * canvas.width) / shown.grid.width}%`;
    canvas.style.blockSize = `${(100 * canvas.height) / shown.grid.height}%`;
  }

  /** Take note of the size on the screen. Called whenever it changes. */
  measure() {
    const canvas = this.querySelector("canvas");
    this.#wide = canvas?.parentElement?.clientWidth ?? 0;
    if (canvas) this.#sharpen(canvas);
  }

  /** Square pixels where each has room, smooth where several values share a pixel of the screen (else whole rows would
   * vanish).
   * @param {HTMLCanvasElement} canvas */
  #sharpen(canvas) {
    const room = (this.#wide * devicePixelRatio) / this.grid.width;
    canvas.classList.toggle("smooth", room > 0 && room < 1.5);
  }

  /** @param {PointerEvent | MouseEvent} event @returns {Cell | null} */
  #cellAt(event) {
    const area = this.querySelector(".sheet")?.getBoundingClientRect();
    if (!area?.width) return null;
    const [across, down] = [
      (event.clientX - area.left) / area.width,
      (event.clientY - area.top) / area.height,
    ];
    const place = hit(this.grid, across, down);
    return place && this.#cell(place);
  }

  /** @param {Place} place @returns {Cell} */
  #cell({ slot, y, x }) {
    const map = this.shown[slot] ?? 0;
    return {
      map,
      slot,
      y,
      x,
      value: this.tensor?.at(this.rgb ? 3 * map : map, y, x) ?? Number.NaN,
    };
  }

  /** @param {Place} place */
  point(place) {
    this.#point(this.#cell(place));
  }

  /** @param {Cell | null} cell */
  #point(cell) {
    const key = (/** @type {any} */ at) => at && `${at.map},${at.y},${at.x}`;
    if (key(cell) === key(this.cursor)) return;
    this.cursor = cell;
    this.tell(cell ? "cell-hover" : "cell-leave", cell);
  }

  /** @param {PointerEvent} event */
  #onPointer(event) {
    if (this.mode !== "still") this.#point(this.#cellAt(event));
  }

  #onLeave() {
    if (this.mode !== "still") this.#point(null);
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const cell = this.#cellAt(event);
    if (cell) this.#choose(cell);
  }

  /** @param {Cell} cell */
  #choose(cell) {
    if (this.mode === "maps") {
      this.selected = cell.map;
      this.tell("map-select", cell);
    } else if (this.mode === "cells") {
      const { pinned } = this;
      const again = pinned?.map === cell.map && pinned.y === cell.y && pinned.x === cell.x;
      this.pinned = again ? null : cell;
      this.tell("cell-pin", this.pinned);
    }
  }

  #onFocus() {
    if (this.mode === "still" || this.cursor || !this.matches(":has(.plane:focus-visible)")) return;
    this.#point(this.#current());
  }

  /** The cell under the cursor, or where the keys begin. @returns {Cell | null} */
  #current() {
    const { shown, tensor } = this;
    if (!tensor || !shown.length) return null;
    const at = this.cursor ?? this.pinned;
    if (at && shown.includes(at.map)) return this.#cell({ ...at, slot: shown.indexOf(at.map) });
    const slot = Math.max(0, shown.indexOf(this.selected ?? -1));
    return this.#cell({
      slot,
      y: tensor.height >> 1,
      x: tensor.height > 1 ? tensor.width >> 1 : 0,
    });
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (this.mode === "still" || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.#current();
    if (!at) return;
    if (event.key === "Enter" || event.key === " ") this.#choose(at);
    else if (event.key === "Escape" && this.pinned) {
      this.pinned = null;
      this.tell("cell-pin", null);
    } else {
      const next = walk(this.grid, at, event.key, this.mode, event.shiftKey ? 8 : 1);
      if (!next) return;
      this.#point(this.#cell(next));
    }
    event.preventDefault();
  }
}

/** @param {{y: number, x: number}} cell @returns {Box} */
function one({ y, x }) {
  return { top: y, left: x, bottom: y + 1, right: x + 1 };
}

// One observer for all: there are dozens of maps on a page.
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) if (target instanceof HeatMap) target.measure();
});

customElements.define("heat-map", HeatMap);
