/** Kernels as rows of numbers. */

/** @typedef {readonly (readonly number[])[]} Kernel */

/** The kernel with one value replaced.
 * @param {Kernel} kernel
 * @param {number} y
 * @param {number} x
 * @param {number} value
 * @returns {number[][]}
 */
export function withValue(kernel, y, x, value) {
  return kernel.map((row, i) => row.map((old, j) => (i === y && j === x ? value : old)));
}

/** Greatest size of any value, 0 for none.
 * @param {Kernel} kernel
 */
export function largest(kernel) {
  return Math.max(0, ...kernel.flat().map(Math.abs).filter(Number.isFinite));
}

/** @param {Kernel} a @param {Kernel} b */
export function same(a, b) {
  const [left, right] = [a.flat(), b.flat()];
  return left.length === right.length && left.every((value, i) => Object.is(value, right[i]));
}

/** A round step for editing values of this size: a hundredth of it or less, as 1, 2 or 5 · 10ⁿ.
 * @param {number} size
 */
export function stepFor(size) {
  if (!(size > 0) || !Number.isFinite(size)) return 0.01;
  const fine = size / 50;
  const power = 10 ** Math.floor(Math.log10(fine));
  const factor = [5, 2, 1].find((each) => each * power <= fine * (1 + 1e-9)) ?? 1;
  return Number((factor * power).toPrecision(1));
}
