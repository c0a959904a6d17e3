/** A logarithmic axis from 1 on, in whole powers of ten. */

/** The power of ten that the axis ends at: all values lie within. @param {readonly number[]} values */
export function lastDecade(values) {
  return Math.max(1, Math.ceil(Math.log10(Math.max(1, ...values))));
}

/** How far along a value lies, 0…1. @param {number} value @param {number} decades of the axis */
export function shareOf(value, decades) {
  return value < 1 ? 0 : Math.min(1, Math.log10(value) / decades);
}

/** The powers of ten that are marked: all, or every third where there are many. @param {number} decades */
export function marks(decades) {
  const step = decades > 4 ? 3 : 1;
  return Array.from({ length: Math.floor(decades / step) + 1 }, (_, i) => i * step);
}
