/** How wide the strip's columns are and how many maps each holds. */

/** @typedef {import("./columns.js").Column} Column */
/** @typedef {{width: number, height: number, compact: boolean}} Room what there is for the maps, in CSS
 * pixels; `compact`: only their upper part is shown, beside an open layer */
/** @typedef {{width: number, rows: number, fold: number, across: number}} Slot
 * `rows`: maps in the column; `fold`: values in a row of a vector; `across`: maps side by side */

/** Between columns, and how far they move apart where there is room to spare. */
const GAP = 6;
const WIDEST_GAP = 40;
/** A grid of maps has gaps of this part of a map. */
const SEAM = 1 / 28;
const MOST_MAPS = 16;
/** Columns may be squeezed and stretched by so much to fill the room; below, the strip scrolls. */
const [LEAST, MOST] = [0.9, 3];
const WIDEST_VECTOR = 140;
/** Vectors up to this length stand in a single file. */
const FILE = 12;
/** How wide and high the traces of a recurrent state are together. */
const TRACES = 280;
/** How high the strip is where nothing is stretched, and beside an open layer. */
const HEIGHT = 360;
const COMPACT = 118;

/** Width at rest: a pixel for each value of a large map, more for those of a small one, of which nothing
 * would be left.
 * @param {Column} column
 */
function natural(column) {
  const { vector, width } = column;
  if (isTrace(column)) return TRACES;
  return vector ? 30 : Math.max(Math.min(width, 128), 26 + 0.55 * width);
}

/** Whether a map is one column, as a recurrent state over time is: many stand side by side.
 * @param {{vector: boolean, height: number, width: number}} column
 */
function isTrace({ vector, height, width }) {
  return !vector && width === 1 && height > 1;
}

/**
 * The columns laid out side by side, all equally high where there are maps enough.
 * @param {readonly Column[]} columns
 * @param {Room} room
 * @returns {Slot[]}
 */
export function layout(columns, room) {
  const free = room.width - GAP * (columns.length - 1);
  const widths = (/** @type {readonly Slot[]} */ slots) =>
    slots.reduce((sum, { width }) => sum + width, 0);
  let stretch = free / columns.reduce((sum, column) => sum + natural(column), 0);
  /** @type {Slot[]} */ let slots = [];
  // Whole numbers of maps make the widths jump a little; a second look makes them fit.
  for (let look = 0; look < 3; look++) {
    stretch = Math.max(LEAST, Math.min(MOST, stretch));
    const height = Math.min(room.height, HEIGHT * stretch);
    const share = Math.min(WIDEST_VECTOR, (0.7 * free) / columns.length);
    slots = columns.map((column) => slot(column, stretch, height, share, room.compact));
    if (widths(slots) <= free) break;
    stretch *= (free / widths(slots)) * 0.995;
  }
  return slots;
}

/** How far apart the columns stand.
 * @param {readonly Slot[]} slots
 * @param {Room} room
 */
export function gap(slots, room) {
  const free = room.width - slots.reduce((sum, { width }) => sum + width, 0);
  return Math.max(GAP, Math.min(WIDEST_GAP, Math.floor(free / Math.max(1, slots.length - 1))));
}

/** @param {Column} column @param {number} stretch @param {number} height
 * @param {number} share of the room that a vector may take, beyond its natural width
 * @param {boolean} compact @returns {Slot} */
function slot(column, stretch, height, share, compact) {
  const wish = natural(column) * stretch;
  if (column.vector) {
    const widest = Math.max(wish, share);
    const fold = column.channels <= FILE ? 1 : folded(column.channels, widest, height);
    const width = Math.min((fold * height) / Math.ceil(column.channels / fold), widest);
    return {
      width,
      rows: 1,
      fold: compact ? folded(column.channels, width, COMPACT) : fold,
      across: 1,
    };
  }
  if (isTrace(column)) {
    const side = compact ? COMPACT : Math.min(height, TRACES);
    const rows = Math.min(column.channels, column.height);
    return { width: (side * rows) / column.height, rows, fold: 0, across: rows };
  }
  const slant = column.height / column.width;
  const fitting = Math.round((height / (wish * slant) + SEAM) / (1 + SEAM));
  const rows = Math.max(1, Math.min(MOST_MAPS, column.channels, fitting));
  const width = Math.min(wish * 1.3, height / slant / (rows + (rows - 1) * SEAM));
  if (!compact) return { width, rows, fold: 0, across: 1 };
  const few = Math.floor((COMPACT / (width * slant) + SEAM) / (1 + SEAM));
  return { width, rows: Math.max(1, Math.min(rows, few)), fold: 0, across: 1 };
}

/** Values in a row of a vector that is to be about so wide and so high.
 * @param {number} count @param {number} width @param {number} height
 */
function folded(count, width, height) {
  return Math.max(1, Math.round(Math.sqrt((width * count) / height)));
}

/** The columns that a strip scrolled to its beginning shows.
 * @param {readonly Column[]} columns
 * @param {Room} room
 */
export function inSight(columns, room) {
  let left = 0;
  const slots = layout(columns, room);
  return columns.filter((_, i) => {
    const sees = left < room.width;
    left += (slots[i]?.width ?? 0) + GAP;
    return sees;
  });
}

/** Beside the strip on a wide screen: the picture, the prediction, and the space between. */
const SIDES = 176 + 196 + 2 * 20;
export const NARROW = 832;
/** At the end of the strip, for numbers wider than their column. */
export const SPARE = 8;

/** The room there will be for maps, before anything is drawn, judged by the window.
 * @param {{innerWidth: number, innerHeight: number}} [window]
 * @returns {Room}
 */
export function firstRoom({ innerWidth, innerHeight } = globalThis) {
  const narrow = innerWidth < NARROW;
  const width = narrow ? innerWidth : Math.min(innerWidth, 1792) - 48 - SIDES;
  return { width: width - SPARE, height: tallness(innerHeight, narrow), compact: false };
}

/** How high the columns' maps may be together.
 * @param {number} windowHeight
 * @param {boolean} narrow
 */
export function tallness(windowHeight, narrow) {
  return narrow ? 300 : Math.max(260, windowHeight - 500);
}
