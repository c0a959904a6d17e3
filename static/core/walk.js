/** @typedef {import("./grid.js").Grid} Grid */
/** @typedef {import("./grid.js").Place} Place */

/**
 * Where a key leads on a grid of maps: by one value (`stride` with Shift) or, in mode "maps", by one map.
 * @param {Grid} grid
 * @param {Place} at
 * @param {string} key
 * @param {"cells" | "maps" | "still"} mode
 * @param {number} [stride]
 * @returns {Place | null} null for a key that leads nowhere
 */
export function walk(grid, at, key, mode, stride = 1) {
  if (key === "PageUp") return { ...at, slot: Math.max(0, at.slot - 1) };
  if (key === "PageDown") return { ...at, slot: Math.min(grid.slots - 1, at.slot + 1) };
  const dx = key === "ArrowLeft" ? -1 : key === "ArrowRight" ? 1 : 0;
  const dy = key === "ArrowUp" ? -1 : key === "ArrowDown" ? 1 : 0;
  const end = key === "Home" ? 0 : key === "End" ? 1 : null;
  if (!dx && !dy && end === null) return null;
  if (mode === "maps") {
    if (end !== null) return { ...at, slot: end * (grid.slots - 1) };
    return { ...at, slot: within(at.slot + dx + dy * grid.columns, at.slot, grid.slots) };
  }
  if (end !== null) return { ...at, x: end * (grid.mapWidth - 1) };
  if (grid.fold !== grid.mapWidth) {
    const x = at.x + dx * stride + dy * grid.fold;
    return { ...at, x: within(x, at.x, grid.mapWidth) };
  }
  return {
    ...at,
    y: clamp(at.y + dy * stride, grid.mapHeight),
    x: clamp(at.x + dx * stride, grid.mapWidth),
  };
}

/** @param {number} next @param {number} old @param {number} end */
function within(next, old, end) {
  return next < 0 || next >= end ? old : next;
}

/** @param {number} value @param {number} end */
function clamp(value, end) {
  return Math.max(0, Math.min(end - 1, value));
}
