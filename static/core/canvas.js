import { MASK, palette, scaleFor } from "./colour.js";
import { paintColour, paintMaps } from "./paint.js";
import { theme } from "./theme.js";

/** @typedef {import("./tensor.js").Tensor} Tensor */
/** @typedef {import("./grid.js").Grid} Grid */

/**
 * @typedef {{
 *   tensor: Tensor, shown: readonly number[], grid: Grid,
 *   range: readonly [number, number] | null, signed: boolean | null, rgb: boolean, mask?: boolean,
 * }} Picture what a heat map shows; the names are those of `<heat-map>`'s properties; `mask`: 0 is black and 1 white
 */

/** The scale that a map is painted in: that of the common range, or of its own.
 * @param {Pick<Picture, "tensor" | "range" | "signed">} picture
 * @param {number} map
 */
export function scaleOf({ tensor, range, signed }, map) {
  const [lo, hi] = range ?? tensor.range([map]);
  return scaleFor(lo, hi, signed ?? (range ?? tensor.range())[0] < 0);
}

/** Paints pictures into one canvas, keeping its pixels from one time to the next. */
export class CanvasPainter {
  /** @type {ImageData | null} */ #image = null;

  /** @param {HTMLCanvasElement} canvas @param {Picture} picture */
  paint(canvas, picture) {
    const context = canvas.getContext("2d");
    if (!context) return;
    const { tensor, shown, grid, range, rgb } = picture;
    if (canvas.width !== grid.width) canvas.width = grid.width;
    if (canvas.height !== grid.height) canvas.height = grid.height;
    if (this.#image?.width !== grid.width || this.#image.height !== grid.height)
      this.#image = context.createImageData(grid.width, grid.height);
    const pixels = new Uint32Array(this.#image.data.buffer);
    const empty = grid.slots < grid.columns * grid.rows;
    if (empty || grid.fold * grid.cellHeight > grid.mapWidth) pixels.fill(0); // a map was there before
    if (rgb) {
      const own = (/** @type {number} */ triple) => [3 * triple, 3 * triple + 1, 3 * triple + 2];
      paintColour(pixels, grid, tensor, shown, (triple) => range ?? tensor.range(own(triple)));
    } else if (picture.mask) {
      const scale = scaleFor(0, 1, false);
      paintMaps(pixels, grid, tensor, shown, () => ({ scale, colours: MASK }));
    } else {
      const signed = picture.signed ?? (range ?? tensor.range())[0] < 0;
      const colours = palette(signed ? "diverging" : "sequential", theme());
      const common = range && scaleFor(range[0], range[1], signed);
      paintMaps(pixels, grid, tensor, shown, (map) => ({
        scale: common ?? scaleFor(...tensor.range([map]), signed),
        colours,
      }));
    }
    context.putImageData(this.#image, 0, 0);
  }
}
