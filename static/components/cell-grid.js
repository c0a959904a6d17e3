import { html, nothing } from "lit";
import { CellDrawing } from "../core/cell-drawing.js";
import * as format from "../core/format.js";
import { gettext } from "../core/i18n.js";
import { between, bounds, inside, one, same, walk } from "../core/places.js";
import { onTheme } from "../core/theme.js";
import { PageElement, plain } from "./element.js";
import { numbersOf, place as words } from "./number-details.js";

/** @typedef {import("../core/tensor.js").Tensor} Tensor */
/** @typedef {import("../core/wire.js").Box} Box */
/** @typedef {import("../core/places.js").Place} Place */
/** @typedef {import("../core/places.js").Sides} Sides */
/** @typedef {{box: Box, tone?: string, label?: string}} Mark a box to outline; `tone`: any token `--tone-*` */

/** What changes nothing on the canvas. @type {ReadonlySet<PropertyKey>} */
const UNPAINTED = new Set([
  "cursor",
  "pinned",
  "marks",
  "label",
  "names",
  "typing",
  "open",
  "brush",
]);
const NO_SIDES = { top: 0, left: 0, bottom: 0, right: 0 };

/**
 * `<cell-grid>`: one map of a tensor as a grid of coloured cells with their numbers in them, to be looked at,
 * walked, pinned and painted. One canvas, of which only what changed is painted again.
 *
 * Properties
 * - `tensor` {Tensor | null}, `map` {number} what is shown
 * - `cell` {number} side of a cell in CSS pixels
 * - `range` {[number, number] | null} of the colours (null: the map's own); `signed` {boolean | null} as for
 *   `<heat-map>`; `light` {"" | "grey" | "red" | "green" | "blue"} from black to full light between the ends of
 *   `range` instead, as on a screen
 * - `ring` {Sides} how many of the outer rows and columns are padding: drawn hatched, with places below 0 or past
 *   the end; `lost` {{bottom, right}} rows and columns at the end that no window reaches: crossed out
 * - `tones` {Map<string, string> | null} colours of single cells, by `"y,x"`: a ring in the cell
 *   (`ringed` {boolean}: the numbers always leave room for it)
 * - `labels` {Map<string, string> | null} what stands in single cells instead of their number; the others
 *   stand back while there are any
 * - `from` {number | null} cells from this one on, in scan order, are not drawn yet
 * - `marks` {Mark[]} boxes to outline; `cursor`, `pinned` {Place | null} set here, may be set from outside
 * - `mode` {"walk" | "still"} whether cells can be pointed at
 * - `brush` {number | null} what a stroke over the cells paints; null: a stroke only points
 * - `editable` {boolean} numbers can be typed
 * - `label` accessible name; `names` {(y, x) => string} what a cell is called (left out: row and column)
 * - `table` {boolean} offer the numbers as a table
 *
 * Events, bubbling: `cell-hover` {y, x, value}, `cell-leave`, `cell-pin` {y, x} | null, `cell-paint`
 * {cells: Place[], value} while a stroke goes on and where a number was typed, `cell-paint-end` after it.
 *
 * Keys: arrows (with Shift by four), Home and End in the row, Page Up and Page Down in the column; Enter or Space
 * pins, or paints where there is a brush; Escape releases; where editable, digits begin typing and
 * Delete puts 0.
 */
export class CellGrid extends PageElement {
  static properties = {
    tensor: { attribute: false },
    map: { type: Number },
    cell: { type: Number },
    range: plain,
    signed: { attribute: false },
    light: {},
    ring: plain,
    lost: plain,
    tones: plain,
    labels: plain,
    from: { attribute: false },
    marks: plain,
    cursor: plain,
    pinned: plain,
    mode: { reflect: true },
    brush: { attribute: false },
    editable: { type: Boolean },
    label: {},
    ringed: { type: Boolean },
    names: { attribute: false },
    table: { type: Boolean },
    typing: { state: true },
    open: { state: true },
  };

  #drawing = new CellDrawing();
  /** @type {{pointer: number, last: Place | null, touch: boolean} | null} */ #stroke = null;
  /** @type {(() => void) | undefined} */ #stopTheme;

  constructor() {
    super();
    /** @type {Tensor | null} */ this.tensor = null;
    this.map = 0;
    this.cell = 28;
    /** @type {readonly [number, number] | null} */ this.range = null;
    /** @type {boolean | null} */ this.signed = null;
    /** @type {import("../core/cell-drawing.js").Light} */ this.light = "";
    /** @type {Sides} */ this.ring = NO_SIDES;
    this.lost = { bottom: 0, right: 0 };
    /** @type {ReadonlyMap<string, string> | null} */ this.tones = null;
    /** @type {ReadonlyMap<string, string> | null} */ this.labels = null;
    /** @type {number | null} */ this.from = null;
    /** @type {readonly Mark[]} */ this.marks = [];
    /** @type {Place | null} */ this.cursor = null;
    /** @type {Place | null} */ this.pinned = null;
    /** @type {"walk" | "still"} */ this.mode = "walk";
    /** @type {number | null} */ this.brush = null;
    this.editable = false;
    this.label = "";
    this.ringed = false;
    /** @type {((y: number, x: number) => string) | null} */ this.names = null;
    this.table = false;
    /** What was typed so far; null where nothing is typed. @type {string | null} */ this.typing =
      null;
    /** Whether the table is open. */ this.open = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#stopTheme = onTheme(() => {
      this.#drawing.forget();
      this.requestUpdate();
    });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#stopTheme?.();
  }

  /** The value at a place, NaN outside. @param {Place} place */
  valueAt({ y, x }) {
    const { tensor, ring } = this;
    const [row, column] = [y + ring.top, x + ring.left];
    const there = tensor && row >= 0 && column >= 0 && row < tensor.height && column < tensor.width;
    return there ? tensor.at(this.map, row, column) : Number.NaN;
  }

  render() {
    const { tensor, cell, mode, cursor, pinned, brush } = this;
    if (!tensor) return nothing;
    const live = mode === "walk";
    const size = `inline-size:${tensor.width * cell}px;block-size:${tensor.height * cell}px`;
    return html`
      <div class="grid-plane ${brush === null ? "" : "painting"}" .style=${size} tabindex=${live ? 0 : nothing}
        role=${live ? "application" : "img"} aria-roledescription=${live ? gettext("grid of numbers") : nothing}
        aria-label="${this.label} (${this.#summary(tensor)})"
        @pointerdown=${this.#onDown} @pointermove=${this.#onMove} @pointerup=${this.#onUp}
        @pointercancel=${this.#onUp} @pointerleave=${this.#onLeave} @dblclick=${this.#onDouble}
        @keydown=${this.#onKey} @focus=${this.#onFocus} @blur=${this.#onBlur}>
        <canvas width="1" height="1" aria-hidden="true"></canvas>
        ${this.marks.map(({ box, tone, label }) => this.#outline(box, `mark tone-${tone ?? "accent"}`, label))}
        ${pinned ? this.#outline(one(pinned), "pinned") : nothing}
        ${cursor ? this.#outline(one(cursor), "cursor") : nothing}
        ${
          cursor && this.typing !== null
            ? html`<input type="text" inputmode="decimal" aria-label=${gettext("New value")} .value=${this.typing}
                .style=${this.#place(one(cursor))} @keydown=${this.#onTypingKey} @blur=${this.#typed}>`
            : nothing
        }
      </div>
      ${live ? html`<output class="unseen">${this.#words()}</output>` : nothing}
      ${this.table ? this.#asTable(tensor) : nothing}`;
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    if (!changed.size || [...changed.keys()].some((name) => !UNPAINTED.has(name))) this.#paint();
    if (changed.has("typing") && changed.get("typing") === null && this.typing !== null) {
      const input = this.querySelector("input");
      input?.focus();
      input?.setSelectionRange(this.typing.length, this.typing.length);
    }
  }

  #paint() {
    const canvas = this.querySelector("canvas");
    if (canvas && this.tensor) this.#drawing.paint(canvas, { ...this.#shown, tensor: this.tensor });
  }

  get #shown() {
    const { map, cell, range, signed, light, ring, lost, tones, labels, from, ringed } = this;
    return { map, cell, range, signed, light, ring, lost, tones, labels, from, ringed };
  }

  /** @param {Tensor} tensor */
  #summary({ height, width }) {
    const [lo, hi] = this.tensor?.range([this.map]) ?? [0, 0];
    return gettext("{size} cells, values from {lo} to {hi}", {
      size: format.shape([height, width]),
      lo: format.number(lo),
      hi: format.number(hi),
    });
  }

  /** @param {number} y @param {number} x */
  #nameOf(y, x) {
    return this.names?.(y, x) ?? gettext("row {y}, column {x}", { y: words(y), x: words(x) });
  }

  #words() {
    const at = this.cursor ?? this.pinned;
    if (!at) return "";
    const value = this.valueAt(at);
    if (Number.isNaN(value)) return "";
    return gettext("{cell}: {value}", {
      cell: this.#nameOf(at.y, at.x),
      value: format.number(value, 4),
    });
  }

  /** @param {Tensor} tensor */
  #asTable(tensor) {
    const { map, ring, label, open } = this;
    const toggle = (/** @type {boolean} */ open) => {
      this.open = open;
    };
    return numbersOf({ tables: [{ tensor, map, ring, label }], open, toggle });
  }

  /** @param {Box} box @param {string} kind @param {string} [label] */
  #outline(box, kind, label) {
    return html`<span class="outline ${kind}" .style=${this.#place(box)}>${label ? html`<i>${label}</i>` : nothing}</span>`;
  }

  /** @param {Box} box */
  #place({ top, left, bottom, right }) {
    const { ring, tensor } = this;
    const [height, width] = [tensor?.height ?? 1, tensor?.width ?? 1];
    const part = (/** @type {number} */ cells, /** @type {number} */ all) =>
      `${(100 * cells) / all}%`;
    return [
      `left:${part(left + ring.left, width)};top:${part(top + ring.top, height)}`,
      `width:${part(right - left, width)};height:${part(bottom - top, height)}`,
    ].join(";");
  }

  /** @param {PointerEvent | MouseEvent} event @returns {Place | null} */
  #cellAt(event) {
    const area = this.querySelector("canvas")?.getBoundingClientRect();
    const { tensor, ring } = this;
    if (!area?.width || !tensor) return null;
    const y = Math.floor(((event.clientY - area.top) / area.height) * tensor.height);
    const x = Math.floor(((event.clientX - area.left) / area.width) * tensor.width);
    if (y < 0 || x < 0 || y >= tensor.height || x >= tensor.width) return null;
    return { y: y - ring.top, x: x - ring.left };
  }

  /** Whether a place is a cell of the grid itself. @param {Place} place */
  inside(place) {
    return this.tensor !== null && inside(place, this.tensor, this.ring);
  }

  /** Move the cursor, as the pointer does. @param {Place | null} place */
  point(place) {
    if (same(place, this.cursor)) return;
    this.cursor = place;
    if (place) this.tell("cell-hover", { ...place, value: this.valueAt(place) });
    else this.tell("cell-leave", null);
  }

  /** @param {PointerEvent} event */
  #onDown(event) {
    if (this.mode === "still" || event.button !== 0 || this.typing !== null) return;
    const at = this.#cellAt(event);
    if (!at) return;
    const plane = /** @type {HTMLElement} */ (event.currentTarget);
    plane.setPointerCapture(event.pointerId);
    this.#stroke = { pointer: event.pointerId, last: at, touch: event.pointerType === "touch" };
    this.point(at);
    if (this.brush !== null) this.#dab([at]);
  }

  /** @param {PointerEvent} event */
  #onMove(event) {
    if (this.mode === "still") return;
    const stroke = this.#stroke;
    if (stroke && event.pointerId !== stroke.pointer) return;
    const at = this.#cellAt(event);
    if (stroke && !at) return; // a drag over the edge stays at the last cell
    this.point(at);
    if (!stroke || !at || same(at, stroke.last)) return;
    if (this.brush !== null) this.#dab(between(stroke.last ?? at, at));
    stroke.last = at;
  }

  /** @param {PointerEvent} event */
  #onUp(event) {
    const stroke = this.#stroke;
    if (!stroke || event.pointerId !== stroke.pointer) return;
    this.#stroke = null;
    if (this.brush !== null) this.tell("cell-paint-end", null);
    else if (event.type === "pointerup" && stroke.last) this.#choose(stroke.last, stroke.touch);
  }

  #onLeave() {
    if (this.mode === "walk" && !this.#stroke && this.typing === null) this.point(null);
  }

  /** @param {readonly Place[]} cells */
  #dab(cells) {
    const inside = cells.filter((cell) => this.inside(cell));
    if (inside.length) this.tell("cell-paint", { cells: inside, value: this.brush ?? 0 });
  }

  /** @param {Place} place @param {boolean} [keep] not released where it was pinned before */
  #choose(place, keep = false) {
    this.pinned = same(place, this.pinned) && !keep ? null : place;
    this.tell("cell-pin", this.pinned);
  }

  #onFocus() {
    if (this.mode === "still" || this.cursor || !this.matches(":has(.grid-plane:focus-visible)"))
      return;
    this.point(this.#current());
  }

  #onBlur() {
    if (this.typing === null) this.point(null);
  }

  /** @returns {Place} */
  #current() {
    const { top, left, bottom, right } = bounds(this.tensor, this.ring);
    return this.cursor ?? this.pinned ?? { y: (top + bottom) >> 1, x: (left + right) >> 1 };
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (this.mode === "still" || this.typing !== null) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    const at = this.#current();
    const next = walk(at, key, event.shiftKey ? 4 : 1, bounds(this.tensor, this.ring));
    if (next) this.point(next);
    else if (key === "Enter" || key === " ") {
      if (this.brush === null) this.#choose(at);
      else {
        this.#dab([at]);
        this.tell("cell-paint-end", null);
      }
    } else if (key === "Escape" && this.pinned) {
      this.pinned = null;
      this.tell("cell-pin", null);
    } else if (!this.editable || !this.inside(at)) return;
    else if (key === "Delete" || key === "Backspace") this.#put(at, 0);
    else if (/^[-−\d.]$/.test(key)) {
      this.cursor = at;
      this.typing = key;
    } else return;
    event.preventDefault();
  }

  /** @param {Place} place @param {number} value */
  #put(place, value) {
    this.tell("cell-paint", { cells: [place], value });
    this.tell("cell-paint-end", null);
  }

  /** @param {MouseEvent} event */
  #onDouble(event) {
    const at = this.editable && this.brush === null ? this.#cellAt(event) : null;
    if (!at || !this.inside(at)) return;
    this.cursor = at;
    this.typing = String(Number(this.valueAt(at).toPrecision(6)));
  }

  /** @param {KeyboardEvent} event */
  async #onTypingKey(event) {
    event.stopPropagation();
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    if (event.key === "Escape") this.typing = null;
    else this.#typed();
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.querySelector(".grid-plane"))?.focus();
  }

  #typed() {
    if (this.typing === null) return;
    const value = format.parse(this.querySelector("input")?.value ?? "");
    this.typing = null;
    if (Number.isFinite(value) && this.cursor) this.#put(this.cursor, value);
  }
}

customElements.define("cell-grid", CellGrid);
