/**
 * Painting a grid of number cells on a canvas. Each cell has a look; only cells whose look differs from the
 * last time are painted again, so that following the pointer costs a few cells and not the grid.
 */

import { css, inkOn } from "./colour.js";

/**
 * @typedef {{
 *   value: number, label: string | undefined, tone: string | undefined,
 *   hatch: "" | "ring" | "lost", faint: boolean, blank: boolean,
 * }} Look `label`: what stands there instead of the number; `tone`: a ring of this colour; `hatch`: padding, or a
 *   row that no window reaches; `faint`: stands back; `blank`: not there yet
 */
/** @typedef {{paper: string, line: string, accent: string, font: string}} Inks */
/**
 * @typedef {{
 *   height: number, width: number, cell: number, size: number, inks: Inks, style: string,
 *   look: (y: number, x: number) => Look, colour: (value: number) => number, write: (value: number) => string,
 * }} Grid `cell`: side of a cell in CSS pixels; `size`: of its letters; `colour`: 0xAABBGGRR; `style`: the same as
 *   long as `colour` and `write` give the same for the same value
 */

export class CellPainter {
  /** @type {(Look | undefined)[]} */ #painted = [];
  #frame = "";
  #style = "";

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Grid} grid
   * @returns {number} how many cells were painted
   */
  paint(canvas, grid) {
    const context = canvas.getContext("2d");
    if (!context) return 0;
    const { height, width, cell } = grid;
    const scale = globalThis.devicePixelRatio || 1;
    const side = Math.max(1, Math.round(cell * scale));
    const frame = [height, width, side, grid.size, ...Object.values(grid.inks)].join();
    if (frame !== this.#frame) {
      canvas.width = width * side;
      canvas.height = height * side;
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.font = `${grid.size * scale}px ${grid.inks.font}`;
    }
    if (frame !== this.#frame || grid.style !== this.#style) this.#painted = [];
    this.#frame = frame;
    this.#style = grid.style;
    let count = 0;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const look = grid.look(y, x);
        const at = y * width + x;
        if (alike(look, this.#painted[at])) continue;
        this.#painted[at] = look;
        paintCell(context, x * side, y * side, side, scale, look, grid);
        count++;
      }
    return count;
  }

  /** Paint everything the next time. */
  forget() {
    this.#frame = "";
  }
}

/** @param {Look} a @param {Look | undefined} b */
function alike(a, b) {
  return (
    b !== undefined &&
    Object.is(a.value, b.value) &&
    a.tone === b.tone &&
    a.label === b.label &&
    a.hatch === b.hatch &&
    a.faint === b.faint &&
    a.blank === b.blank
  );
}

/** Letters that fit into a cell, and the size they have.
 * @param {number} cell in CSS pixels
 * @param {boolean} [ringed] whether cells have rings of colour
 * @returns {{letters: number, size: number}}
 */
export function room(cell, ringed = false) {
  const size = Math.max(8, Math.min(14, Math.round(cell * (ringed ? 0.32 : 0.36))));
  const free = cell - 2 - (ringed ? 2 * ringWidth(cell) : 0);
  return { size, letters: cell < 14 ? 0 : Math.floor(free / (size * 0.6)) };
}

/** @param {number} cell in CSS pixels */
function ringWidth(cell) {
  return Math.max(1.5, Math.min(3, cell / 14));
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} left @param {number} top @param {number} side @param {number} scale
 * @param {Look} look @param {Grid} grid
 */
function paintCell(context, left, top, side, scale, look, { inks, colour, write }) {
  const line = side >= 10 * scale ? Math.max(1, Math.round(scale)) : 0;
  const inner = side - line;
  context.fillStyle = inks.line;
  context.fillRect(left, top, side, side);
  context.fillStyle = inks.paper;
  context.fillRect(left, top, inner, inner);
  if (look.blank) return;
  const shade = colour(look.value);
  const fill = css(shade);
  context.globalAlpha = look.faint ? 0.3 : 1;
  context.fillStyle = fill;
  context.fillRect(left, top, inner, inner);
  if (look.hatch) {
    context.save();
    context.beginPath();
    context.rect(left, top, inner, inner);
    context.clip();
    if (look.hatch === "lost")
      hatch(context, left, top, side, 3 * scale, scale, "lost", inks.paper);
    else context.globalAlpha *= 0.5;
    const line = look.hatch === "lost" ? inks.accent : inkOn(shade);
    hatch(context, left, top, side, scale, scale, look.hatch, line);
    context.restore();
  }
  if (look.tone) ring(context, left, top, inner, scale, look.tone, inks.paper);
  context.globalAlpha = look.faint ? 0.55 : 1;
  const text = look.label ?? write(look.value);
  if (text) {
    const [x, y] = [left + inner / 2, top + inner / 2 + scale * 0.5];
    if (look.hatch || look.tone) {
      context.lineWidth = 3 * scale;
      context.lineJoin = "round";
      context.strokeStyle = fill;
      context.strokeText(text, x, y);
    }
    context.fillStyle = inkOn(shade);
    context.fillText(text, x, y);
  }
  context.globalAlpha = 1;
}

/** Lines through a cell that run on in its neighbours: one way for padding, both ways for what is lost.
 * @param {CanvasRenderingContext2D} context
 * @param {number} left @param {number} top @param {number} side @param {number} thick @param {number} scale
 * @param {"ring" | "lost"} kind @param {string} colour
 */
function hatch(context, left, top, side, thick, scale, kind, colour) {
  const step = Math.max(4, Math.round(side / scale / 4)) * scale;
  context.strokeStyle = colour;
  context.lineWidth = thick;
  context.beginPath();
  const from = Math.ceil((left + top) / step) * step;
  for (let sum = from; sum < left + top + 2 * side; sum += step) {
    context.moveTo(sum - top, top);
    context.lineTo(sum - top - side, top + side);
  }
  if (kind === "lost") {
    const first = Math.ceil((left - top - side) / step) * step;
    for (let gap = first; gap < left - top + side; gap += step) {
      context.moveTo(gap + top, top);
      context.lineTo(gap + top + side, top + side);
    }
  }
  context.stroke();
}

/** @param {CanvasRenderingContext2D} context
 * @param {number} left @param {number} top @param {number} side @param {number} scale
 * @param {string} tone @param {string} paper */
function ring(context, left, top, side, scale, tone, paper) {
  const width = ringWidth(side / scale) * scale;
  context.strokeStyle = paper;
  context.lineWidth = width + 1.5 * scale;
  context.strokeRect(
    left + width / 2 + 0.75 * scale,
    top + width / 2 + 0.75 * scale,
    side - width - 1.5 * scale,
    side - width - 1.5 * scale,
  );
  context.strokeStyle = tone;
  context.lineWidth = width;
  context.strokeRect(left + width / 2, top + width / 2, side - width, side - width);
}
