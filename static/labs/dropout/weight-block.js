import { html } from "lit";
import { PageElement } from "../../components/element.js";
import { colourOf, css, palette, scaleFor } from "../../core/colour.js";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { onTheme, theme } from "../../core/theme.js";

/** @typedef {import("../../core/tensor.js").Tensor} Tensor */

/**
 * `<weight-block>`: a layer's weights as they were used, a block of kernels for each output channel shown, the
 * dropped ones grey, which no weight is.
 *
 * Properties: `weight` {Tensor | null} [K, C, h, w] or [K, F]; `mask` {Tensor | null} the same of zeros and ones, null
 * where none was dropped; `chosen` {number} the output channel to mark, by its place, or -1; `label` {string}.
 */
export class WeightBlock extends PageElement {
  static properties = {
    weight: { attribute: false },
    mask: { attribute: false },
    chosen: { type: Number },
    label: {},
  };

  /** @type {(() => void) | undefined} */ #stopTheme;
  #sizes = new ResizeObserver(() => this.#paint());

  constructor() {
    super();
    /** @type {Tensor | null} */ this.weight = null;
    /** @type {Tensor | null} */ this.mask = null;
    this.chosen = -1;
    this.label = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.#sizes.observe(this);
    this.#stopTheme = onTheme(() => this.#paint());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#sizes.disconnect();
    this.#stopTheme?.();
  }

  render() {
    const [lo, hi] = this.weight?.range() ?? [0, 0];
    const words = gettext("values from {lo} to {hi}", {
      lo: format.number(lo),
      hi: format.number(hi),
    });
    return html`<canvas role="img" aria-label="${this.label} (${words})" width="1" height="1"></canvas>`;
  }

  updated() {
    this.#paint();
  }

  #paint() {
    const { weight, mask, chosen } = this;
    const canvas = this.querySelector("canvas");
    const context = canvas?.getContext("2d");
    if (!canvas || !context || !weight) return;
    const scale = globalThis.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth * scale, canvas.clientHeight * scale].map(
      Math.round,
    );
    if (!width || !height) return;
    canvas.width = width;
    canvas.height = height;
    const lay = laid(weight.shape, width, height, 4 * scale);
    const range = weight.range();
    const colours = palette("diverging", theme());
    const diverging = scaleFor(range[0], range[1], true);
    const { values } = weight;
    const style = getComputedStyle(this);
    const grey = style.color;
    for (let i = 0; i < values.length; i++) {
      const [x, y, side] = lay.at(i);
      const dropped = mask?.values[i] === 0;
      context.fillStyle = dropped ? grey : css(colourOf(values[i] ?? 0, diverging, colours));
      context.fillRect(x, y, side, side);
    }
    if (chosen < 0) return;
    context.strokeStyle = style.outlineColor;
    context.lineWidth = 1.5 * scale;
    const [x, y, wide, high] = lay.block(chosen);
    context.strokeRect(x, y, wide, high);
  }
}

/** Where weights lie: the output channels side by side, the kernels of each in rows of as many as make the cells
 * largest, a hair between kernels where there is room.
 * @param {readonly number[]} shape @param {number} width @param {number} height @param {number} gap between channels
 */
export function laid([channels = 1, inputs = 1, rows = 1, columns = 1], width, height, gap) {
  const room = (width - gap * (channels - 1)) / channels;
  const cellIn = (/** @type {number} */ across) => {
    const down = Math.ceil(inputs / across);
    return Math.min(room / (across * columns + across - 1), height / (down * rows + down - 1));
  };
  let best = 1;
  for (let across = 2; across <= inputs; across++) if (cellIn(across) > cellIn(best)) best = across;
  const single = rows * columns === 1;
  const cell = single ? Math.min(room / best, height / Math.ceil(inputs / best)) : cellIn(best);
  const hair = single ? 0 : cell;
  const [stepX, stepY] = [columns * cell + hair, rows * cell + hair];
  const down = Math.ceil(inputs / best);
  const top = Math.max(0, (height - (down * stepY - hair)) / 2);
  const size = rows * columns;
  return {
    /** The corner and the side of a weight. @param {number} i @returns {[number, number, number]} */
    at: (i) => {
      const channel = Math.floor(i / (inputs * size));
      const kernel = Math.floor(i / size) % inputs;
      const [y, x] = [Math.floor((i % size) / columns), i % columns];
      return [
        channel * (room + gap) + (kernel % best) * stepX + x * cell,
        top + Math.floor(kernel / best) * stepY + y * cell,
        cell,
      ];
    },
    /** All of an output channel. @param {number} channel @returns {[number, number, number, number]} */
    block: (channel) => [channel * (room + gap), top, best * stepX - hair, down * stepY - hair],
  };
}

customElements.define("weight-block", WeightBlock);
