/** Small drawings of masks: two samples, below each other, of three channels; of DropConnect as many kernels. */

/** @typedef {import("./fields.js").Variant} Variant */
/** @typedef {{x: number, y: number, width: number, height: number}} Rect */
/** @typedef {{b: number, c: number, y: number, x: number}} Cell */

const [SAMPLES, CHANNELS, SIDE, GAP] = [2, 3, 24, 4];

/** Of the whole drawing. */
export const SIZE = {
  width: CHANNELS * SIDE + (CHANNELS - 1) * GAP,
  height: SAMPLES * SIDE + (SAMPLES - 1) * GAP,
};

/** Cells along a side of a map. @param {Variant} variant */
function cells(variant) {
  return variant === "connect" ? 3 : 6;
}

/** Whether a cell falls, in the drawing. @param {Variant} variant @param {Cell} cell */
export function falls(variant, { b, c, y, x }) {
  switch (variant) {
    case "channel":
      return (b + c) % 2 === 1 || (b === 0 && c === 2);
    case "row":
      return b === 1;
    case "batch":
      return true;
    case "block": {
      const [top, left] = /** @type {[number, number][]} */ (CORNERS)[b * CHANNELS + c] ?? [0, 0];
      return y >= top && y < top + 3 && x >= left && x < left + 3;
    }
    default:
      return SCATTERED.has((((b * CHANNELS + c) * 6 + y) * 6 + x) % 53);
  }
}

/** Where a block lies in each of the maps. */
const CORNERS = [
  [1, 2],
  [3, 0],
  [0, 3],
  [2, 3],
  [0, 1],
  [3, 2],
];

/** Of every 53 cells those that fall: about half, without a visible order. */
const SCATTERED = new Set([
  0, 3, 4, 7, 9, 12, 13, 15, 18, 20, 23, 24, 26, 29, 31, 33, 34, 38, 40, 41, 43, 46, 48, 49, 52,
]);

/** The cells that fall, as a path, and one decision. @param {Variant} variant
 * @returns {{dropped: string, one: Rect}} */
export function pattern(variant) {
  const count = cells(variant);
  const size = SIDE / count;
  let dropped = "";
  for (let b = 0; b < SAMPLES; b++)
    for (let c = 0; c < CHANNELS; c++)
      for (let y = 0; y < count; y++)
        for (let x = 0; x < count; x++)
          if (falls(variant, { b, c, y, x }))
            dropped += square(left(c) + x * size, left(b) + y * size, size);
  return { dropped, one: oneOf(variant, size) };
}

/** The maps, or kernels with their cells, as a path. @param {Variant} variant */
export function lattice(variant) {
  const size = variant === "connect" ? SIDE / 3 : SIDE;
  let path = "";
  for (let b = 0; b < SAMPLES; b++)
    for (let c = 0; c < CHANNELS; c++)
      for (let y = 0; y < SIDE; y += size)
        for (let x = 0; x < SIDE; x += size) path += square(left(c) + x, left(b) + y, size);
  return path;
}

/** What one decision is about. @param {Variant} variant @param {number} size of a cell @returns {Rect} */
function oneOf(variant, size) {
  const cell = { x: left(1) + 2 * size, y: 0, width: size, height: size };
  switch (variant) {
    case "channel":
      return { x: left(1), y: 0, width: SIDE, height: SIDE };
    case "row":
      return { x: 0, y: left(1), width: SIZE.width, height: SIDE };
    case "batch":
      return { x: 0, y: 0, ...SIZE };
    case "block": {
      const [top = 0, from = 0] = CORNERS[1] ?? [];
      return { x: left(1) + from * size, y: top * size, width: 3 * size, height: 3 * size };
    }
    default:
      return cell;
  }
}

/** Where a map begins. @param {number} index */
function left(index) {
  return index * (SIDE + GAP);
}

/** @param {number} x @param {number} y @param {number} size */
function square(x, y, size) {
  return `M${x} ${y}h${size}v${size}h${-size}z`;
}
