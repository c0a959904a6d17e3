/** Many dots as one path: short where thousands of circles would be long. */

/** The golden ratio's: its multiples, without the whole parts, are spread evenly however many there are. */
const RATIO = (Math.sqrt(5) - 1) / 2;

/** A number from 0 to 1 for each index, evenly spread however many there are.
 * @param {number} index from 0
 */
export function scattered(index) {
  return ((index + 1) * RATIO) % 1;
}

/** A path of dots, to be drawn with round line caps. @param {Iterable<readonly [number, number]>} places */
export function dotted(places) {
  let path = "";
  for (const [x, y] of places) path += `M${short(x)} ${short(y)}h0`;
  return path;
}

/** @param {number} value */
function short(value) {
  return Number(value.toFixed(3));
}
