/** What a chart of lines shows: its span, and its numbers at one place. */

/** @typedef {{label: string, tone: string, values: readonly (number | null)[], dots?: boolean}} Series
 * a value for each x (null: none there); `dots`: points instead of a line */
/** @typedef {{label: string, tone: string, lo: readonly (number | null)[], hi: readonly (number | null)[], strength?: number}} Band
 * an area between two values for each x (null: none there); `strength`: how opaque, 0…1 */
/** @typedef {{label: string, tone: string, at: number}} Level a line straight across */
/** @typedef {{x: readonly number[], series: readonly Series[], bands: readonly Band[], levels: readonly Level[],
 *   within?: readonly [number, number] | null}} Lines `within`: what the y axis holds at least */

/** How much of the span is left free above and below. */
const AIR = 0.06;

/** The bounds of the y axis within which all of it lies, with some air; never empty.
 * @param {Lines} lines @param {boolean} [log] of a logarithmic axis, on which only what is above 0 has a place
 * @returns {[number, number]}
 */
export function span({ series, bands, levels, within }, log = false) {
  let [lo, hi] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const all = [
    ...series.map(({ values }) => values),
    ...bands.flatMap((band) => [band.lo, band.hi]),
    levels.map(({ at }) => at),
    within ?? [],
  ];
  for (const value of all.flat()) {
    if (value === null || !Number.isFinite(value) || (log && value <= 0)) continue;
    if (value < lo) lo = value;
    if (value > hi) hi = value;
  }
  if (lo > hi) return [log ? 0.1 : 0, 1];
  if (log) {
    const air = (hi / lo) ** AIR || 1;
    return [lo / Math.max(air, 1 + AIR), hi * Math.max(air, 1 + AIR)];
  }
  const air = (hi - lo) * AIR || Math.abs(hi) * AIR || 1;
  return [lo - air, hi + air];
}

/** The index of the x that is nearest to a place; -1 where there is none. On a logarithmic axis, `log`, the
 * nearest by ratio.
 * @param {readonly number[]} x rising @param {number} place @param {boolean} [log]
 */
export function nearest(x, place, log = false) {
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, value] of x.entries()) {
    const away = Math.abs(log ? Math.log(value / place) : value - place);
    if (away < least) [best, least] = [index, away];
  }
  return best;
}

/** The columns of the table of all numbers: a name, and a value for each x.
 * @param {Lines} lines @param {(label: string) => [string, string]} ends the names of a band's two ends
 * @returns {{label: string, values: readonly (number | null)[]}[]}
 */
export function columns({ series, bands }, ends) {
  return [
    ...series.map(({ label, values }) => ({ label, values })),
    ...bands.flatMap(({ label, lo, hi }) => {
      const [low, high] = ends(label);
      return [
        { label: low, values: lo },
        { label: high, values: hi },
      ];
    }),
  ];
}
