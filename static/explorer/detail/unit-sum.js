import { html, nothing } from "lit";
import { PageElement } from "../../components/element.js";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { onTheme } from "../../core/theme.js";
import { explain } from "./sum-kinds.js";
import "../../components/number-field.js";

/** @typedef {import("../../core/wire.js").NetworkInfo} NetworkInfo */
/** @typedef {import("../../core/wire.js").NetworkNode} NetworkNode */
/** @typedef {import("./answers.js").UnitKnown} UnitKnown */
/** @typedef {import("./answers.js").ChannelAnswer} ChannelAnswer */
/** @typedef {import("./changes.js").Changes} Changes */
/** @typedef {{y: number, x: number}} Cell */

/**
 * `<unit-sum>`: how one element of a layer came about, in numbers that add up.
 *
 * Properties: `info`, `node`, `unit` {UnitKnown | null} the server's answer, `known` {ChannelAnswer | null}
 * statistics and masks, `interventions`, `inputShape` {number[]} of the layer's input as it is now.
 * Event: `cell-touch` {y, x} | null: the place on the layer's input that lies under the pointer.
 */
export class UnitSum extends PageElement {
  static properties = {
    info: { attribute: false },
    node: { attribute: false },
    unit: { attribute: false },
    known: { attribute: false },
    interventions: { attribute: false },
    inputShape: { attribute: false },
    decimals: { state: true },
    touched: { state: true },
    chosen: { state: true },
    all: { state: true },
  };

  /** @type {(() => void) | undefined} */ #stopTheme;

  constructor() {
    super();
    /** @type {NetworkInfo | null} */ this.info = null;
    /** @type {NetworkNode | null} */ this.node = null;
    /** @type {UnitKnown | null} */ this.unit = null;
    /** @type {ChannelAnswer | null} */ this.known = null;
    /** @type {Changes} */ this.interventions = [];
    /** @type {readonly number[]} */ this.inputShape = [];
    this.decimals = matchMedia("(max-width: 36rem)").matches ? 2 : 3;
    /** @type {Cell | null} the cell of the window under the pointer */ this.touched = null;
    /** @type {number | null} the summand that is written out */ this.chosen = null;
    /** Whether all summands are listed. */
    this.all = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#stopTheme = onTheme(() => this.requestUpdate());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#stopTheme?.();
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("node")) [this.chosen, this.touched, this.all] = [null, null, false];
  }

  /** @param {Cell | null} at */
  touch(at) {
    this.touched = at;
    const [y, x] = [at && this.unit?.rows?.[at.y], at && this.unit?.columns?.[at.x]];
    this.tell("cell-touch", typeof y === "number" && typeof x === "number" ? { y, x } : null);
  }

  /** Whether a cell of the window lies on padding. @param {number} y @param {number} x */
  outside(y, x) {
    const [, height = 1, width = 1] = this.inputShape;
    const [row = 0, column = 0] = [this.unit?.rows?.[y], this.unit?.columns?.[x]];
    return row < 0 || column < 0 || row >= height || column >= width;
  }

  render() {
    const { node, unit, info, decimals } = this;
    if (!node || !info || !unit) return nothing;
    return html`
      ${explain(this, info, node, unit)}
      ${
        unit.scale === 1
          ? nothing
          : html`<p class="equation">${gettext("Your change multiplies this channel:")}
            <span class="sign">×</span>${format.number(unit.scale)}<span class="sign">=</span>
            <b class="tone-after">${format.fixed(unit.value, decimals)}</b></p>`
      }
      <number-field label=${gettext("Decimals")} .value=${decimals} .min=${1} .max=${8}
        @value-input=${this.#onDecimals} @value-change=${this.#onDecimals}></number-field>`;
  }

  /** @param {CustomEvent<{value: number}>} event */
  #onDecimals(event) {
    event.stopPropagation();
    this.decimals = event.detail.value;
  }
}

customElements.define("unit-sum", UnitSum);
