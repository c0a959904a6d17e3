import { html, nothing } from "lit";
import { PageElement, plain } from "../../components/element.js";
import { gettext } from "../../core/i18n.js";
import { Tensor } from "../../core/tensor.js";
import { onTheme, theme } from "../../core/theme.js";
import { footprint, markBox } from "./field.js";
import { lens } from "./lens.js";
import "../../components/heat-map.js";

/** @typedef {import("../../core/wire.js").Box} Box */
/** @typedef {import("../../core/wire.js").ReceptiveField} Field */
/** @typedef {import("./field.js").Place} Place */
/** @typedef {{box: Box, tone: string, label?: string}} Seen a part of the picture, its ends included */

/** From black to full light. @type {readonly [number, number]} */
export const LIGHT = [0, 1];
const FIRST = [0];

/**
 * `<input-figure>`: the picture as the network sees it, with a map laid over it, each of its elements
 * around its centre, and boxes.
 *
 * Properties
 * - `picture` {Tensor | null} [C, H, W] with values 0…1
 * - `map` {Tensor | null} the map to lay over (its first); `range`, `signed` as for `<heat-map>`
 * - `field` {ReceptiveField | null} of the map's elements; null: nothing can be laid over
 * - `opacity` {number} of the map, 0…1
 * - `seen` {Seen[]} boxes, `near` {Box | null} the one to enlarge if it is small, `words` about it
 *
 * Events: `pixel-hover` {y, x} and `pixel-leave`; `pixel-pick` {y, x}: clicked or Enter.
 */
export class InputFigure extends PageElement {
  static properties = {
    picture: { attribute: false },
    map: { attribute: false },
    range: plain,
    signed: { attribute: false },
    field: plain,
    opacity: { type: Number },
    seen: plain,
    near: plain,
    words: {},
  };

  /** @type {(() => void) | undefined} */ #stopTheme;

  constructor() {
    super();
    /** @type {Tensor | null} */ this.picture = null;
    /** @type {Tensor | null} */ this.map = null;
    /** @type {readonly [number, number] | null} */ this.range = null;
    /** @type {boolean | null} */ this.signed = null;
    /** @type {Field | null} */ this.field = null;
    this.opacity = 0;
    /** @type {readonly Seen[]} */ this.seen = [];
    /** @type {Box | null} */ this.near = null;
    this.words = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.#stopTheme = onTheme(() => this.requestUpdate());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#stopTheme?.();
  }

  render() {
    const { picture } = this;
    return html`<div class="picture">
      <heat-map rgb .tensor=${picture} .range=${LIGHT} label=${gettext("The input picture")}
        .names=${[gettext("The input picture")]}
        .marks=${this.seen.map(({ box, tone, label = "" }) => ({ map: 0, box: markBox(box), tone, label }))}
        @cell-hover=${this.#hover} @cell-leave=${this.#leave} @cell-pin=${this.#pick}></heat-map>
      ${picture && this.map && this.field && this.opacity ? this.#veil(picture, this.map, this.field) : nothing}
    </div>
    <div class="closer">${picture ? lens(picture, this.near, this.seen) : nothing}<p class="readout">${this.words}</p></div>`;
  }

  /** @param {Tensor} picture @param {Tensor} map @param {Field} field */
  #veil(picture, map, field) {
    const at = footprint(field, [map.height, map.width], [picture.height, picture.width]);
    const style = [
      `left:${at.left * 100}%;top:${at.top * 100}%`,
      `width:${at.width * 100}%;height:${at.height * 100}%;opacity:${this.opacity}`,
    ].join(";");
    return html`<div class="veil ${theme()}" aria-hidden="true"><heat-map mode="still" roomy .style=${style} .tensor=${map}
      .maps=${FIRST} .range=${this.range} .signed=${this.signed}></heat-map></div>`;
  }

  /** @param {CustomEvent<Place>} event */
  #hover(event) {
    event.stopPropagation();
    const { y, x } = event.detail;
    this.tell("pixel-hover", { y, x });
  }

  /** @param {Event} event */
  #leave(event) {
    event.stopPropagation();
    this.tell("pixel-leave", null);
  }

  /** @param {CustomEvent<Place | null>} event */
  #pick(event) {
    event.stopPropagation();
    const map = /** @type {import("../../components/heat-map.js").HeatMap} */ (event.target);
    map.pinned = null; // what is pinned is an element of the map, drawn there
    const at = event.detail ?? map.cursor;
    if (at) this.tell("pixel-pick", { y: at.y, x: at.x });
  }
}

customElements.define("input-figure", InputFigure);

/** The picture back from the network's input: its values 0…1, grey ones in three colours.
 * @param {Tensor} input [C, H, W], normalised
 * @param {{mean: readonly number[], std: readonly number[]}} how
 */
export function asPicture(input, { mean, std }) {
  const { size, width, height } = input;
  const values = new Float32Array(3 * size);
  for (let colour = 0; colour < 3; colour++) {
    const channel = input.count === 3 ? colour : 0;
    const from = input.map(channel);
    const [scale, shift] = [std[channel] ?? 1, mean[channel] ?? 0];
    for (let i = 0; i < size; i++) values[colour * size + i] = (from[i] ?? 0) * scale + shift;
  }
  return new Tensor([3, height, width], values);
}
