import { lookup, NON_FINITE, STEPS } from "./colour.js";
import { corner } from "./grid.js";

/** @typedef {import("./grid.js").Grid} Grid */
/** @typedef {import("./tensor.js").Tensor} Tensor */
/** @typedef {import("./colour.js").Scale} Scale */
/** @typedef {(target: Uint32Array, at: number, first: number, length: number) => void} Write
 * puts the colours of the values `first` … `first + length − 1` of a map at `at` */

// One lookup table for all: painting never yields.
const table = new Uint32Array(256);

/**
 * Paint maps into a canvas's pixels (0xAABBGGRR), each at its slot of the grid.
 * @param {Uint32Array} pixels grid.width × grid.height
 * @param {Grid} grid
 * @param {Tensor} tensor
 * @param {readonly number[]} maps which map each slot shows
 * @param {(map: number) => {scale: Scale, colours: Uint32Array}} look
 */
export function paintMaps(pixels, grid, tensor, maps, look) {
  const { size, bytes } = tensor;
  maps.forEach((map, slot) => {
    const { scale, colours } = look(map);
    const start = map * size;
    if (bytes) {
      lookup(tensor.lo[map] ?? Number.NaN, tensor.hi[map] ?? Number.NaN, scale, colours, table);
      place(pixels, grid, slot, (target, at, first, length) =>
        colourBytes(target, at, bytes, start + first, length),
      );
    } else {
      const { values } = tensor;
      place(pixels, grid, slot, (target, at, first, length) =>
        colourFloats(target, at, values, start + first, length, scale, colours),
      );
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
    const light = (/** @type {number} */ i) =>
      Math.min(255, Math.max(0, Math.round(((values[i] ?? 0) - lo) * factor)));
    place(pixels, grid, slot, (target, at, first, length) => {
      for (let i = 0; i < length; i++) {
        const r = triple * 3 * size + first + i;
        target[at + i] =
          (255 << 24) | (light(r + 2 * size) << 16) | (light(r + size) << 8) | light(r);
      }
    });
  });
}

// The two loops below run for every value of every map: no calls, no checks for holes.

/** @param {Uint32Array} target @param {number} at @param {Uint8Array} bytes @param {number} start
 * @param {number} length */
function colourBytes(target, at, bytes, start, length) {
  for (let i = 0; i < length; i++)
    target[at + i] = /** @type {number} */ (table[/** @type {number} */ (bytes[start + i])]);
}

/** @param {Uint32Array} target @param {number} at @param {Float32Array} values @param {number} start
 * @param {number} length @param {Scale} scale @param {Uint32Array} colours */
function colourFloats(target, at, values, start, length, { lo, hi }, colours) {
  const factor = STEPS / (hi - lo);
  for (let i = 0; i < length; i++) {
    const value = /** @type {number} */ (values[start + i]);
    const t = (value - lo) * factor;
    if (t >= 0 && t <= STEPS) target[at + i] = /** @type {number} */ (colours[(t + 0.5) | 0]);
    else if (!Number.isFinite(value)) target[at + i] = NON_FINITE;
    else target[at + i] = /** @type {number} */ (colours[t < 0 ? 0 : STEPS]);
  }
}

/** Write a map where its slot is, row by row, each value `zoom` pixels wide and high.
 * @param {Uint32Array} pixels
 * @param {Grid} grid
 * @param {number} slot
 * @param {Write} write
 */
function place(pixels, grid, slot, write) {
  const { cellWidth, cellHeight, zoom, width } = grid;
  const count = grid.mapWidth * grid.mapHeight;
  const [left, top] = corner(grid, slot);
  const row = new Uint32Array(zoom > 1 ? cellWidth : 0);
  for (let y = 0; y < cellHeight; y++) {
    const from = (top + y * zoom) * width + left;
    const first = y * cellWidth;
    const length = Math.min(cellWidth, count - first);
    if (zoom === 1) {
      write(pixels, from, first, length);
      continue;
    }
    write(row, 0, first, length);
    for (let x = 0, at = from; x < length; x++)
      for (const end = at + zoom; at < end; at++) pixels[at] = row[x] ?? 0;
    for (let copy = 1; copy < zoom; copy++)
      pixels.copyWithin(from + copy * width, from, from + length * zoom);
  }
}
