import { MASK, palette, scaleFor } from "./colour.js";
import { paintColour, paintMaps } from "./paint.js";
import { theme } from "./theme.js";

/** @typedef {import("./tensor.js").Tensor} Tensor */
/** @typedef {import("./grid.js").Grid} Grid */

/**
 * @typedef {{
 *   tensor: Tensor, shown: readonly number[], grid: Grid,
 *   range: readonly [number, number] | null, signed: boolean | null, rgb: boolean, mask?: boolean, roomy?: boolean,
 * }} Picture what a heat map shows; the names are those of `<heat-map>`'s properties; `mask`: 0 is black and 1 white;
 *   `roomy`: a canvas that is large enough keeps its size, and what is shown is at its top left
 */

/** How many times as large as what it shows a roomy canvas may be. */
const ROOM = 32;

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
    const { width, height } = picture.roomy ? withRoom(canvas, grid) : grid;
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
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
    // Smoothing looks at the next pixel as well: no other than the last.
    if (width > grid.width)
      context.putImageData(this.#image, 1, 0, grid.width - 1, 0, 1, grid.height);
    if (height > grid.height)
      context.putImageData(this.#image, 0, 1, 0, grid.height - 1, grid.width, 1);
  }
}

/** The size of a canvas that shows a grid: its own where that is enough and not far too much. To change it makes the
 * browser build the canvas anew, which with a screenful of them costs a frame.
 * @param {{width: number, height: number}} canvas
 * @param {{width: number, height: number}} grid
 */
export function withRoom({ width, height }, grid) {
  const enough = width >= grid.width && height >= grid.height;
  const most = ROOM * grid.width * grid.height;
  if (enough && width * height <= most) return { width, height };
  const larger = { width: Math.max(width, grid.width), height: Math.max(height, grid.height) };
  return larger.width * larger.height <= most ? larger : grid;
}
