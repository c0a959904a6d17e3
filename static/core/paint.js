import { lookup, NON_FINITE, STEPS } from "./colour.js";
import { corner } from "./grid.js";

/** @typedef {import("./grid.js").Grid} Grid */
/** @typedef {import("./tensor.js").Tensor} Tensor */
/** @typedef {import("./colour.js").Scale} Scale */

const table = new Uint32Array(256); // one scratch lookup table: painting never yields

/**
 * Paint maps into a canvas's pixels (0xAABBGGRR), each at its slot of the grid.
 * @param {Uint32Array} pixels grid.width × grid.height
 * @param {Grid} grid
 * @param {Tensor} tensor
 * @param {readonly number[]} maps which map each slot shows
 * @param {(map: number) => {scale: Scale, colours: Uint32Array}} look
 */
export function paintMaps(pixels, grid, tensor, maps, look) {
  maps.forEach((map, slot) => {
    const { scale, colours } = look(map);
    const start = map * tensor.size;
    if (tensor.bytes) {
      lookup(tensor.lo[map] ?? Number.NaN, tensor.hi[map] ?? Number.NaN, scale, colours, table);
      const bytes = tensor.bytes;
      fill(pixels, grid, slot, (i) => table[bytes[start + i] ?? 0] ?? 0);
    } else {
      const { values } = tensor;
      const factor = STEPS / (scale.hi - scale.lo);
      fill(pixels, grid, slot, (i) => {
        const t = ((values[start + i] ?? 0) - scale.lo) * factor;
        if (!Number.isFinite(t)) return NON_FINITE;
        return colours[t <= 0 ? 0 : t >= STEPS ? STEPS : (t + 0.5) | 0] ?? 0;
      });
    }
  });
}

/**
 * Paint triples of maps as red, green and blue: pictures, and the kernels of a stem.
 * @param {Uint32Array} pixels
 * @param {Grid} grid
 * @param {Tensor} tensor
 * @param {readonly number[]} triples slot shows maps 3t, 3t + 1, 3t + 2
 * @param {(triple: number) => readonly [number, number]} range the values of black and of full light
 */
export function paintColour(pixels, grid, tensor, triples, range) {
  const { values, size } = tensor;
  triples.forEach((triple, slot) => {
    const [lo, hi] = range(triple);
    const factor = 255 / (hi - lo || 1);
    const start = triple * 3 * size;
    const light = (/** @type {number} */ i) =>
      Math.min(255, Math.max(0, Math.round(((values[i] ?? 0) - lo) * factor)));
    fill(pixels, grid, slot, (i) => {
      const [r, g, b] = [start + i, start + size + i, start + 2 * size + i];
      return ((255 << 24) | (light(b) << 16) | (light(g) << 8) | light(r)) >>> 0;
    });
  });
}

/** Write one cell, value by value.
 * @param {Uint32Array} pixels
 * @param {Grid} grid
 * @param {number} slot
 * @param {(index: number) => number} colour of the value with this index in its map
 */
function fill(pixels, grid, slot, colour) {
  const { cellWidth, cellHeight, zoom, width } = grid;
  const count = grid.mapWidth * grid.mapHeight;
  const [left, top] = corner(grid, slot);
  for (let y = 0; y < cellHeight; y++) {
    const from = (top + y * zoom) * width + left;
    const first = y * cellWidth;
    if (zoom === 1) {
      const end = Math.min(cellWidth, count - first);
      for (let x = 0; x < end; x++) pixels[from + x] = colour(first + x);
      continue;
    }
    for (let x = 0; x < cellWidth && first + x < count; x++)
      pixels.fill(colour(first + x), from + x * zoom, from + (x + 1) * zoom);
    for (let copy = 1; copy < zoom; copy++)
      pixels.copyWithin(from + copy * width, from, from + cellWidth * zoom);
  }
}
