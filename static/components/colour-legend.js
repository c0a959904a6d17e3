import { html, nothing } from "lit";
import { palette } from "../core/colour.js";
import * as format from "../core/format.js";
import { gettext } from "../core/i18n.js";
import { onTheme, theme } from "../core/theme.js";
import { PageElement, plain } from "./element.js";
import "./choice-field.js";

/** @typedef {import("../core/colour.js").Scale} Scale */
/** @typedef {"map" | "layer" | "network"} Scope */

/**
 * `<colour-legend>`: what the colours mean: the scale, the numbers at its ends and at 0, and a bracket
 * over the part that the shown values really take up.
 *
 * Properties
 * - `scale` {Scale | null} as painted (see `heatMap.scaleOf`); null: each map has its own, no numbers
 *   can be given for all, and the legend says so
 * - `range` {[number, number] | null} true least and greatest value shown
 * - `scope` {"map" | "layer" | "network"} what the scale was taken from
 * - `scopes` {Scope[]} the choices offered; none: no choice
 * - `say` {(value: number) => string} how its numbers are written
 * - `broken` {boolean} some values are not finite: their colour is explained
 *
 * Event: `value-change` {value: Scope}
 */
export class ColourLegend extends PageElement {
  static properties = {
    scale: plain,
    range: plain,
    scope: {},
    scopes: plain,
    say: { attribute: false },
    broken: { type: Boolean },
  };

  /** @type {(() => void) | undefined} */ #stopTheme;
  /** @type {Uint32Array | null} the colours on the canvas */ #painted = null;

  constructor() {
    super();
    /** @type {Scale | null} */ this.scale = null;
    /** @type {readonly [number, number] | null} */ this.range = null;
    /** @type {Scope} */ this.scope = "layer";
    /** @type {readonly Scope[]} */ this.scopes = ["map", "layer", "network"];
    this.say = (/** @type {number} */ value) => format.number(value);
    this.broken = false;
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
    const { scale, range } = this;
    const words = {
      map: gettext("This map"),
      layer: gettext("This layer"),
      network: gettext("Network"),
    };
    return html`
      <div class="bar">
        <canvas width="257" height="1" aria-hidden="true"></canvas>
        ${scale && range ? html`<span class="bracket" .style=${bracket(scale, range)}></span>` : nothing}
        <div class="ticks">
          ${(scale ? ticks(scale) : [0, 1]).map((value, i, all) => {
            const at = (100 * i) / (all.length - 1);
            return html`<span .style=${`left:${at}%`}>${scale ? this.say(value) : ends(i)}</span>`;
          })}
        </div>
      </div>
      <p class="range">${range ? gettext("values from {lo} to {hi}", { lo: this.say(range[0]), hi: this.say(range[1]) }) : nothing}
        ${this.broken ? html`<span class="broken">${gettext("not a number or infinite")}</span>` : nothing}</p>
      ${
        this.scopes.length < 2
          ? nothing
          : html`<choice-field small label=${gettext("Colour scale")} .value=${this.scope}
              .options=${this.scopes.map((value) => ({ value, label: words[value] }))}
              @value-change=${this.#onScope}></choice-field>`
      }`;
  }

  /** @param {CustomEvent<{value: string}>} event */
  #onScope(event) {
    this.scope = /** @type {Scope} */ (event.detail.value); // and the event bubbles on
  }

  updated() {
    const colours = palette(this.scale?.kind ?? "sequential", theme());
    const canvas = this.querySelector("canvas");
    const context = canvas?.getContext("2d");
    if (!canvas || !context || colours === this.#painted) return;
    this.#painted = colours;
    const image = context.createImageData(canvas.width, 1);
    const pixels = new Uint32Array(image.data.buffer);
    pixels.forEach((_, x) => {
      pixels[x] = colours[Math.round((x / (pixels.length - 1)) * (colours.length - 1))] ?? 0;
    });
    context.putImageData(image, 0, 0);
  }
}

/** @param {Scale} scale */
function ticks({ kind, lo, hi }) {
  return kind === "diverging" ? [lo, 0, hi] : [lo, hi];
}

/** @param {number} end */
function ends(end) {
  return end ? gettext("each map's greatest") : "0";
}

/** @param {Scale} scale @param {readonly [number, number]} range */
function bracket({ lo, hi }, [low, high]) {
  const at = (/** @type {number} */ value) => Math.max(0, Math.min(1, (value - lo) / (hi - lo)));
  return `left:${at(low) * 100}%;width:${(at(high) - at(low)) * 100}%`;
}

customElements.define("colour-legend", ColourLegend);
