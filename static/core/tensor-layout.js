/** How a tensor of samples and channels lies on the screen: which map an element is on, and where.
 *
 * Maps (B, C, H, W): a row for each sample, a column for each channel. Tokens (B, D, L): a map for each sample,
 * features down and tokens across. Vectors (B, F): one map, samples down and features across.
 */

import { grid } from "./grid.js";
import { Tensor } from "./tensor.js";

/** @typedef {import("./grid.js").Grid} Grid */
/** @typedef {import("./wire.js").Box} Box */
/** @typedef {{b: number, c: number, y: number, x: number}} Place an element: sample, channel, row, column; of tokens
 *   `y` is the token and `x` 0, of vectors both are 0 */
/** @typedef {{b: [number, number], c: [number, number], y: [number, number], x: [number, number]}} Part a part of the
 *   tensor: along each axis from … to before … */
/** @typedef {{slot: number, y: number, x: number}} Spot a value of a map */
/** @typedef {"maps" | "tokens" | "vectors"} Kind */

/**
 * @typedef {{
 *   kind: Kind, grid: Grid, samples: number, channels: readonly number[],
 *   spotOf: (place: Place) => Spot | null, placeOf: (spot: Spot) => Place,
 *   boxesOf: (part: Part) => {slot: number, box: Box}[], hides: (part: Part) => number,
 * }} Layout `spotOf`: null where the element's channel is not shown; `hides`: how many of a part's channels are not
 */

/**
 * @param {{layout: Kind, shape: readonly number[], channels: readonly number[]}} answer
 * @returns {Layout}
 */
export function layoutOf({ layout: kind, shape, channels }) {
  const [samples = 1, , rows = 1, columns = 1] = shape;
  const [first = 0, count] = [channels[0], channels.length];
  const slotOf = (/** @type {Place} */ { c }) => {
    const slot = c - first;
    return slot >= 0 && slot < count ? slot : null;
  };
  const shown = (/** @type {Part} */ { c }) => {
    const [from, to] = [Math.max(0, c[0] - first), Math.min(count, c[1] - first)];
    return { from, to };
  };
  const hides = (/** @type {Part} */ part) => {
    const { from, to } = shown(part);
    return part.c[1] - part.c[0] - Math.max(0, to - from);
  };
  const common = { kind, samples, channels, hides };
  if (kind === "vectors")
    return {
      ...common,
      grid: grid(1, { width: count, height: samples }, { columns: 1, fold: count }),
      spotOf: (place) => at(slotOf(place), (x) => ({ slot: 0, y: place.b, x })),
      placeOf: ({ y, x }) => ({ b: y, c: first + x, y: 0, x: 0 }),
      boxesOf: (part) => {
        const { from, to } = shown(part);
        return boxes([0], { top: part.b[0], bottom: part.b[1], left: from, right: to });
      },
    };
  if (kind === "tokens")
    return {
      ...common,
      grid: grid(samples, { width: rows, height: count }, { columns: 1 }),
      spotOf: (place) => at(slotOf(place), (y) => ({ slot: place.b, y, x: place.y })),
      placeOf: ({ slot, y, x }) => ({ b: slot, c: first + y, y: x, x: 0 }),
      boxesOf: (part) => {
        const { from, to } = shown(part);
        const box = { top: from, bottom: to, left: part.y[0], right: part.y[1] };
        return boxes(range(...part.b), box);
      },
    };
  return {
    ...common,
    grid: grid(samples * count, { width: columns, height: rows }, { columns: count }),
    spotOf: (place) =>
      at(slotOf(place), (k) => ({ slot: place.b * count + k, y: place.y, x: place.x })),
    placeOf: ({ slot, y, x }) => ({
      b: Math.floor(slot / count),
      c: first + (slot % count),
      y,
      x,
    }),
    boxesOf: (part) => {
      const { from, to } = shown(part);
      const slots = range(...part.b).flatMap((b) => range(from, to).map((k) => b * count + k));
      const [[top, bottom], [left, right]] = [part.y, part.x];
      return boxes(slots, { top, bottom, left, right });
    },
  };
}

/** The answer's array as the maps that the layout shows. @param {Layout} layout @param {Tensor} tensor */
export function mapsOf({ kind, samples, channels }, tensor) {
  if (kind !== "vectors") return tensor;
  return new Tensor([1, samples, channels.length], tensor.values);
}

/** Where a key leads: by a value across all maps, with `far` by a whole map (or by eight where there is one).
 * @param {Layout} layout @param {Place} place @param {string} key @param {boolean} far
 * @returns {Place | null} null for a key that leads nowhere
 */
export function walk(layout, place, key, far) {
  const { grid, spotOf, placeOf } = layout;
  const { mapWidth, mapHeight, columns, rows } = grid;
  const spot = spotOf(place) ?? spotOf({ ...place, c: layout.channels[0] ?? 0 });
  if (!spot) return null;
  const [width, height] = [columns * mapWidth, rows * mapHeight];
  let x = (spot.slot % columns) * mapWidth + spot.x;
  let y = Math.floor(spot.slot / columns) * mapHeight + spot.y;
  const across = far ? (columns > 1 ? mapWidth : 8) : 1;
  const down = far ? (rows > 1 ? mapHeight : 8) : 1;
  if (key === "ArrowLeft") x -= across;
  else if (key === "ArrowRight") x += across;
  else if (key === "ArrowUp") y -= down;
  else if (key === "ArrowDown") y += down;
  else if (key === "Home") x = 0;
  else if (key === "End") x = width - 1;
  else if (key === "PageUp") y -= mapHeight;
  else if (key === "PageDown") y += mapHeight;
  else return null;
  if (x < 0 || x >= width) x = far ? (spot.slot % columns) * mapWidth + spot.x : clamp(x, width);
  if (y < 0 || y >= height) {
    const old = Math.floor(spot.slot / columns) * mapHeight + spot.y;
    y = far || key.startsWith("Page") ? old : clamp(y, height);
  }
  const slot = Math.floor(y / mapHeight) * columns + Math.floor(x / mapWidth);
  return placeOf({ slot, y: y % mapHeight, x: x % mapWidth });
}

/** @param {number | null} k @param {(k: number) => Spot} spot */
function at(k, spot) {
  return k === null ? null : spot(k);
}

/** @param {readonly number[]} slots @param {Box} box */
function boxes(slots, box) {
  if (box.right <= box.left || box.bottom <= box.top) return [];
  return slots.map((slot) => ({ slot, box }));
}

/** @param {number} from @param {number} to */
function range(from, to) {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

/** @param {number} value @param {number} end */
function clamp(value, end) {
  return Math.max(0, Math.min(end - 1, value));
}
