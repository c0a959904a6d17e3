/** What is marked on input, kernel and output for what is pointed at. */

import {
  cellsUnder,
  linksOf,
  nameOf,
  placesOf,
  pooledFrom,
  pooledInto,
  tone,
  tones,
  weights,
  windowBox,
  windowsOf,
} from "./links.js";

/** @typedef {import("../../core/places.js").Place} Place */
/** @typedef {import("../../core/places.js").Box} Box */
/** @typedef {import("./session.js").Answer} Answer */
/** @typedef {import("./session.js").Touch} Touch */
/** @typedef {{kind: "final", y: number, x: number}} FinalTouch an element after pooling */
/**
 * @typedef {{
 *   tones: Map<string, string> | null, labels: Map<string, string> | null, box: Box | null, cursor: Place | null,
 * }} Marks of one figure: colours of cells, words in cells, a frame around several, and the cell pointed at
 */
/** @typedef {{input: Marks, kernel: Marks, output: Marks, final: Marks, fed: number, sources: number}} Decor
 * `fed`: outputs that the input pointed at takes part in; `sources`: inputs that take part in the output */

/** @returns {Marks} */
const none = () => ({ tones: null, labels: null, box: null, cursor: null });

/**
 * @param {Answer} answer
 * @param {Touch | FinalTouch | null} touch what is pointed at
 * @param {Place | null} at the output element that is looked at where nothing else is pointed at
 * @param {(i: number, j: number) => string} write a weight as it stands in a cell
 * @returns {Decor}
 */
export function decorate(answer, touch, at, write) {
  const links = linksOf(answer);
  const decor = {
    input: none(),
    kernel: none(),
    output: none(),
    final: none(),
    fed: 0,
    sources: 0,
  };
  decor.kernel.tones = kernelTones(links);
  // The side on which the windows lie, and the side whose elements have one each.
  const line = links.transposed ? decor.output : decor.input;
  const dots = links.transposed ? decor.input : decor.output;

  if (touch?.kind === "kernel") {
    const { i, j } = touch;
    const colour = tone(links, i, j);
    line.tones = new Map(placesOf(links, i, j).map(({ y, x }) => [nameOf(y, x), colour]));
    decor.kernel.cursor = { y: i, x: j };
    return decor;
  }
  if (touch?.kind === "final") {
    decor.final.cursor = { y: touch.y, x: touch.x };
    decor.output.box = pooledFrom(answer, touch);
    return decor;
  }
  const onInput = touch?.kind === "input";
  const place = onInput ? touch : at;
  if (!place) return decor;
  const from = { y: place.y, x: place.x };
  if (onInput) decor.input.cursor = from;
  else if (touch) decor.output.cursor = from;

  if (onInput === links.transposed) {
    // One window, and the cells under it.
    const cells = cellsUnder(links, from).filter(within(links));
    line.tones = tones(links, cells);
    line.box = windowBox(links, from);
    if (onInput) line.labels = weights(cells, write);
    if (onInput) decor.fed = cells.length;
    else decor.sources = cells.length;
  } else {
    // All windows that the place lies in.
    const windows = windowsOf(links, from);
    dots.tones = tones(links, windows);
    if (onInput) dots.labels = weights(windows, write);
    decor.kernel.tones = new Map(windows.map(({ i, j }) => [nameOf(i, j), tone(links, i, j)]));
    if (onInput) decor.fed = dots.tones.size;
    else decor.sources = dots.tones.size;
  }
  if (!onInput) {
    const into = pooledInto(answer, from);
    decor.final.cursor = answer.axes[0]?.pooled ? into : from;
    if (into && touch?.kind === "output") decor.output.box ??= pooledFrom(answer, into);
  }
  return decor;
}

/** Whether a place is on the line at all: a transposed convolution's windows reach over what is cut off.
 * @param {import("./links.js").Links} links
 */
function within({ transposed, rows, columns }) {
  return (/** @type {Place} */ { y, x }) =>
    !transposed || (y >= 0 && x >= 0 && y < rows.length && x < columns.length);
}

/** Each kernel cell in its own colour. @param {import("./links.js").Links} links */
function kernelTones(links) {
  /** @type {Map<string, string>} */ const found = new Map();
  for (let i = 0; i < links.rows.kernel_size; i++)
    for (let j = 0; j < links.columns.kernel_size; j++) found.set(nameOf(i, j), tone(links, i, j));
  return found;
}
