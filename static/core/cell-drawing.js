import { CellPainter, room } from "./cells.js";
import { colourOf, palette, scaleFor } from "./colour.js";
import { writer } from "./digits.js";
import { theme } from "./theme.js";

/** @typedef {import("./tensor.js").Tensor} Tensor */
/** @typedef {import("./places.js").Sides} Sides */
/** @typedef {"" | "grey" | "red" | "green" | "blue"} Light */
/**
 * @typedef {{
 *   tensor: Tensor, map: number, cell: number, range: readonly [number, number] | null, signed: boolean | null,
 *   light: Light, ring: Sides, lost: {bottom: number, right: number}, tones: ReadonlyMap<string, string> | null,
 *   labels: ReadonlyMap<string, string> | null, from: number | null, ringed: boolean,
 * }} Shown what a grid of cells shows; the names are those of `<cell-grid>`'s properties
 */

/** Which of red, green and blue shine. */
const LIGHTS = { grey: 0xffffff, red: 0x0000ff, green: 0x00ff00, blue: 0xff0000 };

/** Draws maps as grids of numbers on one canvas, of which it paints again only what changed. */
export class CellDrawing {
  #painter = new CellPainter();
  /** @type {import("./cells.js").Inks | null} */ #inks = null;
  /** How the numbers are written, until others come.
   * @type {{key: readonly unknown[], writer: import("./digits.js").Writer | null}} */
  #writing = { key: [], writer: null };

  /** @param {HTMLCanvasElement} canvas @param {Shown} shown */
  paint(canvas, shown) {
    const { tensor, map, cell, ring, lost, tones, labels, from } = shown;
    const { height, width } = tensor;
    const [bottom, right] = [height - ring.bottom, width - ring.right];
    const writer = this.#writer(shown);
    this.#inks ??= inks(canvas);
    this.#painter.paint(canvas, {
      height,
      width,
      cell,
      size: room(cell, shown.ringed).size,
      inks: this.#inks,
      ...colours(shown, writer?.style ?? ""),
      write: writer?.write ?? nothing,
      look: (row, column) => {
        const outer = row < ring.top || column < ring.left || row >= bottom || column >= right;
        const gone = row >= height - lost.bottom || column >= width - lost.right;
        const name = tones || labels ? `${row - ring.top},${column - ring.left}` : "";
        const label = labels?.get(name);
        return {
          value: tensor.at(map, row, column),
          label,
          tone: tones?.get(name),
          hatch: gone ? "lost" : outer ? "ring" : "",
          faint: labels !== null && label === undefined,
          blank: from !== null && row * width + column >= from,
        };
      },
    });
  }

  /** Paint everything the next time, in the colours that the page has then. */
  forget() {
    this.#inks = null;
    this.#painter.forget();
  }

  /** @param {Shown} shown */
  #writer({ tensor, map, cell, ringed }) {
    const key = [tensor, map, cell, ringed];
    if (key.some((part, i) => part !== this.#writing.key[i]))
      this.#writing = { key, writer: writer(tensor.map(map), room(cell, ringed).letters) };
    return this.#writing.writer;
  }
}

/** The colour of each value, and what tells one such scale and way of writing from another.
 * @param {Shown} shown @param {string} writing
 * @returns {{colour: (value: number) => number, style: string}}
 */
function colours({ tensor, map, range, signed, light }, writing) {
  const [lo, hi] = range ?? tensor.range([map]);
  const style = `${lo} ${hi} ${signed} ${light} ${writing}`;
  if (!light) {
    const scale = scaleFor(lo, hi, signed ?? lo < 0);
    const table = palette(scale.kind, theme());
    return { style, colour: (value) => colourOf(value, scale, table) };
  }
  const shines = LIGHTS[light];
  const colour = (/** @type {number} */ value) => {
    const level = Math.round(Math.max(0, Math.min(1, (value - lo) / (hi - lo))) * 255);
    return ((level * 0x010101) & shines) | 0xff000000;
  };
  return { style, colour };
}

/** Where there is no room for numbers. */
function nothing() {
  return "";
}

/** The colours of the page as a canvas can use them. @param {HTMLCanvasElement} canvas */
function inks(canvas) {
  const style = getComputedStyle(canvas);
  return {
    paper: style.backgroundColor,
    line: style.borderTopColor,
    accent: style.outlineColor,
    font: style.fontFamily,
  };
}
