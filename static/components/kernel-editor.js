import { html, nothing } from "lit";
import { colourOf, css, inkOn, palette } from "../core/colour.js";
import * as format from "../core/format.js";
import { gettext } from "../core/i18n.js";
import { largest, same, stepFor, withValue } from "../core/kernel.js";
import { decimals, keyed, snap } from "../core/quantity.js";
import { onTheme, theme } from "../core/theme.js";
import { PageElement, plain } from "./element.js";

/** @typedef {import("../core/kernel.js").Kernel} Kernel */

/** More columns than this have narrow cells. */
const WIDE = 7;

/**
 * `<kernel-editor>`: a kernel as a grid of numbers in their colours, each to be dragged, typed or
 * stepped.
 *
 * Properties
 * - `values` {number[][]} the kernel; `original` {number[][] | null} the trained one: cells that differ
 *   are marked and can be put back
 * - `limit` {number} value of the deepest colour (0: the largest in either)
 * - `presets` {{value: string, label: string}[]} offered in a list; none: no list
 * - `label` accessible name; `still` {boolean} to be looked at only
 * - `touched` {{y: number, x: number} | null} a cell to outline, to follow another figure
 * - `tones` {((y: number, x: number) => string) | null} a CSS colour that each cell shares with what lies under it
 *
 * Events, bubbling: `value-input` {values, y, x} while a number moves, `value-change` {values, y, x} when
 * settled (`y`, `x` −1 where all were put back); `preset-select` {value}; `cell-hover` {y, x} and `cell-leave`.
 *
 * Keys on a cell: arrows go to the neighbours; Alt with up or down, or + and −, step the number
 * (with Shift tenfold; − on its own begins typing); digits or Enter begin typing; Delete puts the
 * original back.
 */
export class KernelEditor extends PageElement {
  static properties = {
    values: plain,
    original: plain,
    limit: { type: Number },
    presets: plain,
    label: {},
    still: { type: Boolean },
    touched: { attribute: false },
    tones: plain,
    here: { state: true },
    typing: { state: true },
  };

  /** @type {{pointer: number, startX: number, startY: number, from: number, moved: boolean} | null} */
  #drag = null;
  /** @type {(() => void) | undefined} */ #stopTheme;
  #hold = 0;

  constructor() {
    super();
    /** @type {Kernel} */ this.values = [];
    /** @type {Kernel | null} */ this.original = null;
    this.limit = 0;
    /** @type {readonly {value: string, label: string}[]} */ this.presets = [];
    this.label = "";
    this.still = false;
    /** @type {{y: number, x: number} | null} */ this.touched = null;
    /** @type {((y: number, x: number) => string) | null} */ this.tones = null;
    this.here = { y: 0, x: 0 };
    this.typing = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#stopTheme = onTheme(() => this.requestUpdate());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#stopTheme?.();
  }

  /** Value of the deepest colour; it keeps still while a number is dragged. */
  get #end() {
    if (this.limit) return this.limit;
    if (!this.#drag) this.#hold = Math.max(largest(this.values), largest(this.original ?? [])) || 1;
    return this.#hold;
  }

  get #step() {
    return stepFor(this.#end);
  }

  render() {
    const columns = this.values[0]?.length ?? 0;
    const changed = this.original !== null && !same(this.original, this.values);
    return html`
      <div role="grid" class="cells ${columns > WIDE ? "dense" : ""}" aria-label=${this.label} aria-readonly=${this.still}
        .style=${`--columns: ${columns}`} @pointerleave=${() => this.tell("cell-leave", null)}>
        ${this.values.map((row, y) => html`<div role="row">${row.map((value, x) => this.#cell(value, y, x))}</div>`)}
      </div>
      ${
        this.still
          ? nothing
          : html`<div class="row">
            ${
              this.presets.length
                ? html`<label><span class="unseen">${gettext("Put in a well-known kernel")}</span>
                  <select @change=${this.#onPreset}>
                    <option value="">${gettext("Well-known kernels")}</option>
                    ${this.presets.map(({ value, label }) => html`<option value=${value}>${label}</option>`)}
                  </select></label>`
                : nothing
            }
            ${this.original ? html`<button type="button" ?disabled=${!changed} @click=${this.#restore}>${gettext("Put back")}</button>` : nothing}
          </div>`
      }`;
  }

  /** @param {number} value @param {number} y @param {number} x */
  #cell(value, y, x) {
    const end = this.#end;
    const colour = colourOf(
      value,
      { kind: "diverging", lo: -end, hi: end },
      palette("diverging", theme()),
    );
    const here = this.here.y === y && this.here.x === x;
    const changed = this.original !== null && !Object.is(this.original[y]?.[x], value);
    const touched = this.touched?.y === y && this.touched.x === x;
    const dense = (this.values[0]?.length ?? 0) > WIDE;
    const full = format.fixed(value, Math.min(decimals(this.#step), dense ? 2 : 3));
    const text = dense ? full.replace(/^(\D?)0\./, "$1.") : full;
    const name = gettext("row {y}, column {x}: {value}", { y, x, value: full });
    return html`<div role="gridcell" tabindex=${here ? 0 : -1}
      aria-label=${changed ? `${name} (${gettext("changed")})` : name}
      class="${changed ? "changed" : ""} ${touched ? "touched" : ""}"
      .style=${`background-color: ${css(colour)}; color: ${inkOn(colour)}`}
      @focus=${() => this.#enter(y, x)} @keydown=${this.#onKey} @pointerenter=${() => this.tell("cell-hover", { y, x })}
      @pointerdown=${(/** @type {PointerEvent} */ event) => this.#onDown(event, y, x)}
      @pointermove=${this.#onMove} @pointerup=${this.#onUp} @pointercancel=${this.#onUp}
      @dblclick=${this.#type}>${
        here && this.typing
          ? html`<input type="text" inputmode="decimal" aria-label=${gettext("New value")}
              @keydown=${this.#onTypingKey} @blur=${this.#typed}>`
          : text
      }${this.tones ? html`<i class="tone" .style=${`background-color: ${this.tones(y, x)}`}></i>` : nothing}</div>`;
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    const rows = this.values.length;
    if (changed.has("values") && this.here.y >= rows) this.here = { y: 0, x: 0 };
    if (changed.has("here") && this.contains(document.activeElement) && !this.typing) this.#focus();
  }

  get #value() {
    return this.values[this.here.y]?.[this.here.x] ?? 0;
  }

  get #bounds() {
    return { min: -Infinity, max: Infinity, step: this.#step };
  }

  #focus() {
    const cell = /** @type {HTMLElement | null} */ (this.querySelector("[tabindex='0']"));
    cell?.focus();
  }

  /** @param {number} y @param {number} x */
  #enter(y, x) {
    if (this.here.y !== y || this.here.x !== x) this.here = { y, x };
    this.tell("cell-hover", { y, x });
  }

  /** @param {number} value @param {"value-input" | "value-change"} type */
  #set(value, type) {
    const { y, x } = this.here;
    if (type === "value-input" && Object.is(value, this.#value)) return;
    this.values = withValue(this.values, y, x, value);
    this.tell(type, { values: this.values, y, x });
  }

  #restore() {
    if (!this.original) return;
    this.values = this.original.map((row) => [...row]);
    this.tell("value-change", { values: this.values, y: -1, x: -1 });
  }

  /** @param {Event} event */
  #onPreset(event) {
    event.stopPropagation();
    const list = /** @type {HTMLSelectElement} */ (event.target);
    if (list.value) this.tell("preset-select", { value: list.value });
    list.value = "";
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (this.typing) return;
    const { key } = event;
    const { y, x } = this.here;
    const stepping = event.altKey || key === "+" || key === "=";
    if (event.ctrlKey || event.metaKey) return;
    if (!this.still && stepping) {
      const arrow = key === "+" || key === "=" ? "ArrowUp" : key;
      const next = keyed(this.#value, arrow, this.#bounds, event.shiftKey);
      if (next === null) return;
      this.#set(next, "value-input");
      this.#set(next, "value-change");
    } else if (key.startsWith("Arrow")) {
      const dy = key === "ArrowUp" ? -1 : key === "ArrowDown" ? 1 : 0;
      const dx = key === "ArrowLeft" ? -1 : key === "ArrowRight" ? 1 : 0;
      if (this.values[y + dy]?.[x + dx] === undefined) return event.preventDefault();
      this.here = { y: y + dy, x: x + dx };
    } else if (this.still) return;
    else if (key === "Delete" || key === "Backspace") {
      const old = this.original?.[y]?.[x];
      if (old !== undefined) this.#set(old, "value-change");
    } else if (key === "Enter" || /^[-−\d.]$/.test(key))
      this.#type(null, key === "Enter" ? "" : key);
    else return;
    event.preventDefault();
  }

  /** @param {Event | null} _event @param {string} [begun] what was typed already */
  async #type(_event, begun = "") {
    if (this.still || this.typing) return;
    this.typing = true;
    await this.updateComplete;
    const input = this.querySelector("input");
    if (!input) return;
    input.value = begun || String(Number(this.#value.toPrecision(6)));
    input.focus();
    if (!begun) input.select();
  }

  /** @param {KeyboardEvent} event */
  async #onTypingKey(event) {
    event.stopPropagation();
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    if (event.key === "Escape") this.typing = false;
    else this.#typed();
    await this.updateComplete;
    this.#focus();
  }

  #typed() {
    if (!this.typing) return;
    const value = format.parse(this.querySelector("input")?.value ?? "");
    this.typing = false;
    if (Number.isFinite(value) && !Object.is(value, this.#value)) this.#set(value, "value-change");
  }

  /** @param {PointerEvent} event @param {number} y @param {number} x */
  #onDown(event, y, x) {
    if (this.typing || event.button !== 0) return;
    this.#enter(y, x);
    if (this.still) return;
    const cell = /** @type {HTMLElement} */ (event.currentTarget);
    cell.setPointerCapture(event.pointerId);
    void this.#end; // fixed before the drag begins
    this.#drag = {
      pointer: event.pointerId,
      startX: event.clientX,
      startY: event.clientY,
      from: this.values[y]?.[x] ?? 0,
      moved: false,
    };
  }

  /** @param {PointerEvent} event */
  #onMove(event) {
    const drag = this.#drag;
    if (!drag || event.pointerId !== drag.pointer) return;
    const distance = event.clientX - drag.startX - (event.clientY - drag.startY);
    if (Math.abs(distance) > 3) drag.moved = true;
    if (drag.moved) this.#set(snap(drag.from + distance * this.#step, this.#bounds), "value-input");
  }

  #onUp() {
    const drag = this.#drag;
    this.#drag = null;
    if (drag?.moved) this.#set(this.#value, "value-change");
    else this.#focus();
  }
}

customElements.define("kernel-editor", KernelEditor);
