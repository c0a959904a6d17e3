import * as format from "./format.js";

/** @typedef {{write: (value: number) => string, style: string}} Writer `style`: the same for writers that write alike */

/** Most decimals in a grid: who wants more points at the number. */
const MOST = 3;

/**
 * How all the numbers of a grid are written, so that they line up and each fits into so many letters: whole
 * numbers as they are, others with as many decimals as there is room for, the 0 before the point left out
 * where that makes room for one more.
 * @param {Iterable<number>} values
 * @param {number} letters
 * @returns {Writer | null} null where there is no room for numbers
 */
export function writer(values, letters) {
  if (letters < 1) return null;
  let [lo, hi, whole] = [0, 0, true];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < lo) lo = value;
    if (value > hi) hi = value;
    whole &&= Number.isInteger(value);
  }
  for (let decimals = whole ? 0 : MOST; decimals >= 0; decimals--)
    for (const write of [format.fixed, bare]) {
      const fits = [lo, hi].every((end) => write(end, decimals).length <= letters);
      if (fits && !(decimals === 0 && !whole && Math.max(-lo, hi) < 2))
        return {
          write: (value) => write(value, decimals),
          style: `${decimals}${write === bare ? " bare" : ""}`,
        };
    }
  const short = (/** @type {number} */ value) => format.number(value, 1);
  if (![lo, hi].every((end) => short(end).length <= letters)) return null;
  return { write: short, style: "short" };
}

/** Without the 0 before the point. @param {number} value @param {number} decimals */
function bare(value, decimals) {
  return format.fixed(value, decimals).replace(/^(−?)0\./, "$1.");
}
