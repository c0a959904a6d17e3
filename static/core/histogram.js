/** Histograms as NumPy gives them: n counts between n + 1 edges. */

/** @typedef {{edges: readonly number[], counts: readonly number[]}} Histogram */

/** Several histograms on one axis: at each edge of any, the share of the values per unit of x that
 * begins there (so that areas compare, whatever the widths of the bins); null outside of a histogram.
 * @param {readonly Histogram[]} histograms
 * @returns {{x: number[], heights: (number | null)[][]}}
 */
export function densities(histograms) {
  const x = [...new Set(histograms.flatMap(({ edges }) => edges))].sort((a, b) => a - b);
  const heights = histograms.map(({ edges, counts }) => {
    const total = counts.reduce((sum, count) => sum + count, 0) || 1;
    let bin = -1;
    return x.map((at) => {
      while (bin < counts.length && at >= (edges[bin + 1] ?? Number.POSITIVE_INFINITY)) bin++;
      const count = counts[bin];
      if (count === undefined) return bin === counts.length && at === edges[bin] ? 0 : null;
      const width = (edges[bin + 1] ?? 0) - (edges[bin] ?? 0);
      return width > 0 ? count / total / width : 0;
    });
  });
  return { x, heights };
}

/** The bin that holds a value; -1 outside.
 * @param {Histogram} histogram
 * @param {number} value
 */
export function binOf({ edges, counts }, value) {
  const last = edges.at(-1) ?? 0;
  if (value === last) return counts.length - 1;
  return edges.findIndex((edge, i) => edge <= value && value < (edges[i + 1] ?? edge));
}
