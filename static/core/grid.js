/**
 * Where maps lie on a canvas: a grid of cells with gaps, one canvas pixel per value.
 *
 * Two exceptions make small maps look right: maps in a grid that are under 28 pixels wide get
 * `zoom` × `zoom` canvas pixels per value, so that a gap can be thinner than a value; and a vector
 * (height 1) is folded into rows of `fold` values.
 */

/** Canvas pixels a cell should have for a gap of one canvas pixel to look thin. */
const FINE = 28;
/** Canvas pixels per value of a map of one column, several of which stand side by side. */
const TRACE = 6;

/**
 * @typedef {{
 *   slots: number, columns: number, rows: number,
 *   mapWidth: number, mapHeight: number,
 *   fold: number, cellWidth: number, cellHeight: number,
 *   zoom: number, gap: number, width: number, height: number,
 * }} Grid `mapWidth`, `mapHeight`: of the data; `cellWidth`, `cellHeight`: as shown, in values;
 *   `gap`, `width`, `height`: in canvas pixels
 */

/** @typedef {{slot: number, y: number, x: number}} Place a value of the map in one slot */
/** @typedef {{left: number, top: number, width: number, height: number}} Part fractions of the canvas */

/**
 * @param {number} slots how many maps are shown
 * @param {{width: number, height: number}} map
 * @param {{columns?: number, fold?: number}} [options] left out: about square
 * @returns {Grid}
 */
export function grid(slots, map, { columns = 0, fold = 0 } = {}) {
  const isVector = map.height === 1 && map.width > 1;
  const row = isVector ? Math.min(map.width, fold || defaultFold(map.width)) : map.width;
  const cellWidth = Math.max(1, row);
  const cellHeight = Math.max(1, isVector ? Math.ceil(map.width / row) : map.height);
  const across =
    columns || Math.max(1, Math.round(Math.sqrt((slots * cellHeight) / cellWidth))) || 1;
  const used = Math.max(1, Math.min(across, slots));
  const rows = Math.max(1, Math.ceil(slots / used));
  const trace = cellWidth === 1 && cellHeight > 1;
  const largest = trace ? 1 : Math.max(cellWidth, cellHeight);
  const zoom = slots > 1 ? (trace ? TRACE : Math.max(1, Math.ceil(FINE / largest))) : 1;
  const gap = slots > 1 ? Math.max(1, Math.round((largest * zoom) / FINE)) : 0;
  return {
    slots,
    columns: used,
    rows,
    mapWidth: map.width,
    mapHeight: map.height,
    fold: row,
    cellWidth,
    cellHeight,
    zoom,
    gap,
    width: used * cellWidth * zoom + (used - 1) * gap,
    height: rows * cellHeight * zoom + (rows - 1) * gap,
  };
}

/** A width for a folded vector: its largest divisor up to the square root (so that no row is cut),
 * taken as the height, unless that leaves a ribbon more than four times as wide as high.
 * @param {number} length
 */
function defaultFold(length) {
  for (let height = Math.floor(Math.sqrt(length)); height > 1; height--)
    if (length % height === 0 && length / height <= 4 * height) return length / height;
  return length <= 16 ? length : Math.ceil(Math.sqrt(length));
}

/** The canvas pixel where a slot begins.
 * @param {Grid} grid
 * @param {number} slot
 * @returns {[number, number]} left, top
 */
export function corner(grid, slot) {
  const left = (slot % grid.columns) * (grid.cellWidth * grid.zoom + grid.gap);
  const top = Math.floor(slot / grid.columns) * (grid.cellHeight * grid.zoom + grid.gap);
  return [left, top];
}

/** What lies at a place on the canvas, given as fractions of its width and height; null in a gap or
 * outside.
 * @param {Grid} grid
 * @param {number} across 0..1
 * @param {number} down 0..1
 * @returns {Place | null}
 */
export function hit(grid, across, down) {
  const [px, py] = [Math.floor(across * grid.width), Math.floor(down * grid.height)];
  if (px < 0 || py < 0 || px >= grid.width || py >= grid.height) return null;
  const [stepX, stepY] = [
    grid.cellWidth * grid.zoom + grid.gap,
    grid.cellHeight * grid.zoom + grid.gap,
  ];
  const slot = Math.floor(py / stepY) * grid.columns + Math.floor(px / stepX);
  const x = Math.floor((px % stepX) / grid.zoom);
  const y = Math.floor((py % stepY) / grid.zoom);
  if (slot >= grid.slots || x >= grid.cellWidth || y >= grid.cellHeight) return null;
  if (grid.fold === grid.mapWidth) return { slot, y, x };
  const index = y * grid.fold + x;
  return index < grid.mapWidth ? { slot, y: 0, x: index } : null;
}

/** The part of the canvas that a box of values takes up (`bottom` and `right` not included).
 * @param {Grid} grid
 * @param {number} slot
 * @param {{top: number, left: number, bottom: number, right: number}} [box] left out: the whole map
 * @returns {Part}
 */
export function part(grid, slot, box) {
  const [left, top] = corner(grid, slot);
  let { cellWidth, cellHeight } = grid;
  let [x, y] = [0, 0];
  if (box) {
    const folded = grid.fold !== grid.mapWidth;
    x = folded ? box.left % grid.fold : box.left;
    y = folded ? Math.floor(box.left / grid.fold) : box.top;
    cellWidth = folded ? Math.min(box.right - box.left, grid.fold - x) : box.right - box.left;
    cellHeight = folded ? 1 : box.bottom - box.top;
  }
  return {
    left: (left + x * grid.zoom) / grid.width,
    top: (top + y * grid.zoom) / grid.height,
    width: (cellWidth * grid.zoom) / grid.width,
    height: (cellHeight * grid.zoom) / grid.height,
  };
}
