import { html, nothing } from "lit";
import { PageElement } from "../components/element.js";
import { imageUrl } from "../core/api.js";
import { palette } from "../core/colour.js";

/** @typedef {import("../core/wire.js").Box} Box */
/** @typedef {import("../core/tensor.js").Tensor} Tensor */

/** Pixels to ask of the server on the longer side: about what the screen shows of a wide picture. */
const SIDE = Math.round(288 * Math.min(2, globalThis.devicePixelRatio || 1));

/**
 * `<input-picture>`: what goes in: the middle square of the picture, with what can be laid on it.
 *
 * Properties
 * - `image` {string} id; `size` {[number, number]} height and width of the network's input
 * - `seen` {Tensor | null} the input as the network sees it, shown in place of the photo (for small inputs)
 * - `box` {Box | null} pixels of the input to frame, ends included
 * - `heat` {Tensor | null} importance, height × width, laid over with `opacity` 0..1
 * - `label` accessible name
 */
export class InputPicture extends PageElement {
  static properties = {
    image: {},
    size: { attribute: false },
    seen: { attribute: false },
    box: { attribute: false },
    heat: { attribute: false },
    opacity: { type: Number },
    label: {},
  };

  constructor() {
    super();
    this.image = "";
    /** @type {readonly [number, number]} */ this.size = [1, 1];
    /** @type {Tensor | null} */ this.seen = null;
    /** @type {Box | null} */ this.box = null;
    /** @type {Tensor | null} */ this.heat = null;
    this.opacity = 1;
    this.label = "";
  }

  render() {
    const { box, label } = this;
    const [height, width] = this.size;
    return html`<div class="frame" role="img" aria-label=${label}>
      ${this.image ? html`<img src=${imageUrl(this.image, SIDE)} alt="" fetchpriority="high">` : nothing}
      <canvas class="seen" ?hidden=${!this.seen}></canvas>
      <canvas class="heat" ?hidden=${!this.heat} .style=${`opacity: ${this.opacity}`}></canvas>
      ${box ? html`<span class="outline tone-field field" .style=${place(box, height, width)}></span>` : nothing}
    </div>`;
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    if (changed.has("heat")) this.#paintHeat();
    if (changed.has("seen")) this.#paintSeen();
  }

  /** The picture as shown, for a file of the whole strip. @returns {HTMLCanvasElement | HTMLImageElement | null} */
  get source() {
    const source = this.querySelector(this.seen ? ".seen" : "img");
    return /** @type {HTMLCanvasElement | HTMLImageElement | null} */ (source);
  }

  #paintHeat() {
    const { heat } = this;
    const canvas = /** @type {HTMLCanvasElement} */ (this.querySelector(".heat"));
    if (!heat || !canvas) return;
    const colours = palette("sequential", "dark"); // glowing on any picture
    const top = heat.range()[1] || 1;
    paint(canvas, heat, (i) => {
      const part = Math.max(0, (heat.values[i] ?? 0) / top);
      const colour = colours[Math.round(part * (colours.length - 1))] ?? 0;
      // Unimportant places stay clear, so that the picture shows through.
      return (colour & 0xffffff) | (Math.round(255 * part ** 1.5) << 24);
    });
  }

  #paintSeen() {
    const { seen } = this;
    const canvas = /** @type {HTMLCanvasElement} */ (this.querySelector(".seen"));
    if (!seen || !canvas) return;
    const [lo, hi] = seen.range();
    paint(canvas, seen, (i) => {
      const light = (/** @type {number} */ channel) =>
        Math.round((255 * ((seen.values[channel * seen.size + i] ?? lo) - lo)) / (hi - lo || 1));
      const [r, g, b] = seen.count > 2 ? [0, 1, 2].map(light) : [light(0), light(0), light(0)];
      return (255 << 24) | ((b ?? 0) << 16) | ((g ?? 0) << 8) | (r ?? 0);
    });
  }
}

/** @param {HTMLCanvasElement} canvas @param {Tensor} tensor @param {(i: number) => number} colour */
function paint(canvas, { width, height }, colour) {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  const image = context?.createImageData(width, height);
  if (!context || !image) return;
  const pixels = new Uint32Array(image.data.buffer);
  pixels.forEach((_, i) => {
    pixels[i] = colour(i);
  });
  context.putImageData(image, 0, 0);
}

/** @param {Box} box @param {number} height @param {number} width */
function place({ top, left, bottom, right }, height, width) {
  const part = (/** @type {number} */ pixels, /** @type {number} */ whole) =>
    `${(100 * pixels) / whole}%`;
  return (
    `left: ${part(left, width)}; top: ${part(top, height)}; ` +
    `width: ${part(right - left + 1, width)}; height: ${part(bottom - top + 1, height)}`
  );
}

customElements.define("input-picture", InputPicture);
