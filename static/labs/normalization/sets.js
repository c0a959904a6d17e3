/** Which elements share a mean and a variance, by arithmetic alone: what lights up under the pointer must not wait
 * for the server. Its own answer brings the same boxes, and a test holds both together. */

/** @typedef {import("./fields.js").Method} Method */
/** @typedef {import("./fields.js").Place} Place */
/** @typedef {[number, number]} Span from, up to and without */
/** @typedef {{b: Span, c: Span, y: Span, x: Span}} Box a part of a tensor, by axis */
/** @typedef {[number, number, number, number]} Shape samples, channels, rows, columns; of tokens D × L the rows are
 *   the tokens and there is one column, of vectors one of both */

/** A shape with all four axes. @param {readonly number[]} shape @returns {Shape} */
export function wide([samples = 1, channels = 1, rows = 1, columns = 1]) {
  return [samples, channels, rows, columns];
}

/** The elements that share their statistics with one of them.
 * @param {Method} method
 * @param {Place} place
 * @param {readonly number[]} shape
 * @param {number} [groups] of channels, for the method group
 * @returns {Box}
 */
export function boxOf(method, { b, c, y, x }, shape, groups = 1) {
  const [samples, channels, rows, columns] = wide(shape);
  const one = (/** @type {number} */ at) => /** @type {Span} */ ([at, at + 1]);
  const all = (/** @type {number} */ length) => /** @type {Span} */ ([0, length]);
  const maps = { y: all(rows), x: all(columns) };
  const spot = { y: one(y), x: one(x) };
  switch (method) {
    case "batch":
      return { b: all(samples), c: one(c), ...maps };
    case "layer":
      return { b: one(b), c: all(channels), ...maps };
    case "instance":
      return { b: one(b), c: one(c), ...maps };
    case "group": {
      const size = channels / groups;
      const first = Math.floor(c / size) * size;
      return { b: one(b), c: [first, first + size], ...maps };
    }
    default:
      return { b: one(b), c: all(channels), ...spot };
  }
}

/** How many elements a box holds. @param {Box} box */
export function countOf({ b, c, y, x }) {
  return [b, c, y, x].reduce((product, [from, to]) => product * (to - from), 1);
}

/** How many elements share one mean, and how many means there are.
 * @param {Method} method @param {readonly number[]} shape @param {number} [groups]
 * @returns {{count: number, sets: number}}
 */
export function sharing(method, shape, groups = 1) {
  const count = countOf(boxOf(method, { b: 0, c: 0, y: 0, x: 0 }, shape, groups));
  const all = shape.reduce((product, length) => product * length, 1);
  return { count, sets: all / count };
}

/** The place of an element's set in the list of all, in the order that the server gives them in.
 * @param {Method} method @param {Place} place @param {readonly number[]} shape @param {number} [groups]
 */
export function setOf(method, { b, c, y, x }, shape, groups = 1) {
  const [, channels, rows, columns] = wide(shape);
  switch (method) {
    case "batch":
      return c;
    case "layer":
      return b;
    case "instance":
      return b * channels + c;
    case "group":
      return b * groups + Math.floor((c * groups) / channels);
    default:
      return (b * rows + y) * columns + x;
  }
}

/** What a set is called: the indices that its elements have in common.
 * @param {Method} method @param {number} set @param {readonly number[]} shape @param {number} [groups]
 * @returns {[string, number][]} axis and index
 */
export function nameOf(method, set, shape, groups = 1) {
  const [, channels, rows, columns] = wide(shape);
  switch (method) {
    case "batch":
      return [["c", set]];
    case "layer":
      return [["n", set]];
    case "instance":
      return [
        ["n", Math.floor(set / channels)],
        ["c", set % channels],
      ];
    case "group":
      return [
        ["n", Math.floor(set / groups)],
        ["g", set % groups],
      ];
    default: {
      const [b, y, x] = [
        Math.floor(set / (rows * columns)),
        Math.floor(set / columns) % rows,
        set % columns,
      ];
      if (shape.length === 4)
        return [
          ["n", b],
          ["h", y],
          ["w", x],
        ];
      return shape.length === 3
        ? [
            ["n", b],
            ["l", y],
          ]
        : [["n", b]];
    }
  }
}

/** The numbers that divide another: how many groups its channels can make. @param {number} n */
export function divisors(n) {
  return Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);
}

/** The divisor that is nearest. @param {number} n @param {number} wanted */
export function nearestDivisor(n, wanted) {
  return divisors(n).reduce((best, d) =>
    Math.abs(d - wanted) < Math.abs(best - wanted) ? d : best,
  );
}
