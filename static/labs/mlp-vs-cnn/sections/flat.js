/** Where the values of a picture come to lie when it is flattened, and where those around them do. */

/** @typedef {import("../section-fields.js").Value} Value */
/** @typedef {{c: number, y: number, x: number}} Strides how far the next channel, row and column are in the vector */
/** @typedef {"left" | "right" | "up" | "down" | "channel"} Side */
/** @typedef {{side: Side, value: Value, index: number, distance: number}} Neighbour */

/** @param {Strides} strides @param {Value} value */
export function indexOf(strides, { c, y, x }) {
  return c * strides.c + y * strides.y + x * strides.x;
}

/** The value that lies at an index. @param {Strides} strides @param {number} index @returns {Value} */
export function valueAt(strides, index) {
  const value = { c: 0, y: 0, x: 0 };
  const axes = /** @type {("c" | "y" | "x")[]} */ (["c", "y", "x"]);
  let rest = index;
  for (const axis of axes.sort((a, b) => strides[b] - strides[a])) {
    value[axis] = Math.floor(rest / strides[axis]);
    rest %= strides[axis];
  }
  return value;
}

/** The four values beside one, as far as there are any, and the same pixel in its other channels.
 * @param {readonly number[]} shape channels, height, width @param {Strides} strides @param {Value} value
 * @returns {Neighbour[]}
 */
export function neighboursOf([channels = 1, height = 1, width = 1], strides, value) {
  const { c, y, x } = value;
  const own = indexOf(strides, value);
  /** @type {{side: Side, value: Value}[]} */ const beside = [
    { side: "left", value: { c, y, x: x - 1 } },
    { side: "right", value: { c, y, x: x + 1 } },
    { side: "up", value: { c, y: y - 1, x } },
    { side: "down", value: { c, y: y + 1, x } },
  ];
  const within = beside.filter(
    ({ value: at }) => at.y >= 0 && at.x >= 0 && at.y < height && at.x < width,
  );
  for (let other = 0; other < channels; other++)
    if (other !== c) within.push({ side: "channel", value: { c: other, y, x } });
  return within.map((each) => {
    const index = indexOf(strides, each.value);
    return { ...each, index, distance: index - own };
  });
}

/** A value moved by an arrow of the keyboard along the vector, or to an end of it.
 * @param {number} index @param {string} key @param {{length: number, row: number}} vector `row`: how far Page Up and Down go
 * @returns {number | null} null for a key that leads nowhere
 */
export function stepped(index, key, { length, row }) {
  const steps = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -1,
    ArrowDown: 1,
    PageUp: -row,
    PageDown: row,
  };
  const step = steps[/** @type {keyof typeof steps} */ (key)];
  if (key === "Home") return 0;
  if (key === "End") return length - 1;
  if (step === undefined) return null;
  return Math.max(0, Math.min(length - 1, index + step));
}

/** The part of the vector around an index in which its neighbours to all sides lie: as long wherever it is.
 * @param {number} index @param {number} length @param {Strides} strides @returns {[number, number]} the end not included
 */
export function around(index, length, strides) {
  const reach = strides.y + 5;
  const span = Math.min(length, 2 * reach + 1);
  const from = Math.max(0, Math.min(length - span, index - reach));
  return [from, from + span];
}

/** Labels in rows below each other, so that none covers another: each in the first row that has room for it.
 * @param {readonly {at: number, wide: number}[]} labels the middle and the width of each, the first ones served first
 * @param {number} width of a row, which no label leaves @param {number} [gap] between two labels
 * @returns {{left: number, row: number}[]}
 */
export function shelved(labels, width, gap = 4) {
  /** @type {[number, number][][]} */ const rows = [];
  return labels.map(({ at, wide }) => {
    const left = Math.max(0, Math.min(width - wide, at - wide / 2));
    const free = (/** @type {[number, number][]} */ taken) =>
      taken.every(([from, to]) => left >= to + gap || left + wide + gap <= from);
    let row = rows.findIndex(free);
    if (row < 0) row = rows.push([]) - 1;
    rows[row]?.push([left, left + wide]);
    return { left, row };
  });
}
