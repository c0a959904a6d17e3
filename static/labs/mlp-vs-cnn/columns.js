/** Columns for a number of things, so that together they are about so many times as wide as high, and no row is cut where
 * that can be had.
 * @param {number} count @param {number} wide
 */
export function columnsFor(count, wide) {
  const least = Math.max(1, Math.min(count, Math.ceil(Math.sqrt(wide * count))));
  for (let columns = least; columns < 2 * least; columns++)
    if (count % columns === 0) return columns;
  return least;
}
