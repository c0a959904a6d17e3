/** @typedef {import("./wire.js").Prediction} Prediction */
/** @typedef {{index: number, name: {en: string, zh: string}, now: number | null, was: number | null,
 *   bound: number}} Row `now` null: not among those listed, so less than `bound`; `was` null: there is
 *   nothing to compare with, or it was not listed */

/**
 * The rows of a before/after comparison: the most probable now, and the one that was most probable
 * before, in the last row if it has dropped out of sight.
 * @param {readonly Prediction[]} predictions most probable first
 * @param {readonly Prediction[] | null} before
 * @param {number} rows
 * @returns {Row[]}
 */
export function compare(predictions, before, rows) {
  const bound = predictions.at(-1)?.probability ?? 1;
  const was = new Map(before?.map((each) => [each.index, each.probability]));
  const shown = predictions.slice(0, rows).map(({ index, name, probability }) => ({
    index,
    name,
    now: /** @type {number | null} */ (probability),
    was: was.get(index) ?? null,
    bound,
  }));
  const first = before?.[0];
  if (first && !shown.some((row) => row.index === first.index)) {
    const now = predictions.find((each) => each.index === first.index)?.probability ?? null;
    shown.splice(rows - 1, 1, {
      index: first.index,
      name: first.name,
      now,
      was: first.probability,
      bound,
    });
  }
  return shown;
}
