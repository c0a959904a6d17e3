/** A number that a person sets: its bounds, its step, and how it moves. */

/** @typedef {{min: number, max: number, step: number}} Bounds */

/** Decimals that a step needs: 0.05 → 2.
 * @param {number} step
 */
export function decimals(step) {
  const [, fraction = "", exponent = "0"] =
    /(?:\.(\d+))?(?:e([-+]?\d+))?$/.exec(String(step)) ?? [];
  return Math.max(0, fraction.length - Number(exponent));
}

/** The nearest value that is a whole number of steps from `min` (from 0 where that is unbounded) and
 * within the bounds; free of the noise of binary fractions.
 * @param {number} value
 * @param {Bounds} bounds
 */
export function snap(value, { min, max, step }) {
  const origin = Number.isFinite(min) ? min : 0;
  const stepped = origin + Math.round((value - origin) / step) * step;
  const inside = stepped > max ? origin + Math.floor((max - origin) / step + 1e-9) * step : stepped;
  const digits = Math.max(decimals(step), decimals(origin));
  return Number(Math.max(min, inside).toFixed(Math.min(digits, 20))) + 0;
}

/** Where a key leads a number; null for other keys.
 * @param {number} value
 * @param {string} key
 * @param {Bounds} bounds
 * @param {boolean} [large] ten steps at once
 * @returns {number | null}
 */
export function keyed(value, key, bounds, large = false) {
  const { min, max, step } = bounds;
  const by = { ArrowUp: large ? 10 : 1, ArrowDown: large ? -10 : -1, PageUp: 10, PageDown: -10 }[
    key
  ];
  if (by !== undefined) return snap(value + by * step, bounds);
  if (key === "Home" && Number.isFinite(min)) return min;
  if (key === "End" && Number.isFinite(max)) return max;
  return null;
}
