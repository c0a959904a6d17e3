import { svg } from "lit";

/** @typedef {import("./layout.js").Slot} Slot */

const LINE = 26; // where the flow runs, in pixels from the top
export const JOINS_HEIGHT = 36;

/** The network's wiring over the columns: the flow from column to column, and the residual
 * connections and what attention mixes as arcs above it, ending in a sign.
 * @param {{flow: readonly boolean[], joins: readonly {from: number, to: number}[], mixing: ReadonlySet<number>}} connections
 * @param {readonly Slot[]} slots
 * @param {number} gap between columns
 * @param {readonly ("" | "touched" | "follows")[]} marks of each column: changed itself, or after a change
 */
export function wiring({ flow, joins, mixing }, slots, gap, marks) {
  /** @type {number[]} */ const middles = [];
  let left = 0;
  for (const { width } of slots) {
    middles.push(left + width / 2);
    left += width + gap;
  }
  const at = (/** @type {number} */ i) => (i < 0 ? -gap : (middles[i] ?? 0));
  const joined = new Set(joins.map(({ to }) => to));
  return svg`<svg class="wiring" width=${left} height=${JOINS_HEIGHT} aria-hidden="true">
    ${flow.map((on, i) => on && svg`<line class=${follows(marks[i - 1])} x1=${at(i - 1)} x2=${at(i)} y1=${LINE} y2=${LINE}></line>`)}
    ${joins.map(({ from, to }) => svg`<path class=${follows(marks[from])} d=${arc(at(from), at(to))}></path>`)}
    ${middles.map((x, i) => svg`<circle class=${marks[i] ?? ""} cx=${x} cy=${LINE} r=${marks[i] === "touched" ? 4.5 : joined.has(i) ? 4 : 2}></circle>`)}
    ${[...joined].map((i) => svg`<path class="plus ${marks[i]}" d=${mixing.has(i) ? times(at(i)) : plus(at(i))}></path>`)}
  </svg>`;
}

/** @param {number} x */
function plus(x) {
  return `M${x - 2.5} ${LINE}h5M${x} ${LINE - 2.5}v5`;
}

/** @param {number} x */
function times(x) {
  return `M${x - 1.8} ${LINE - 1.8}l3.6 3.6m0 -3.6l-3.6 3.6`;
}

/** @param {string | undefined} mark */
function follows(mark) {
  return mark ? "follows" : "";
}

/** @param {number} from @param {number} to */
function arc(from, to) {
  const rise = Math.min(LINE - 2, 10 + (to - from) * 0.12) * 1.33; // a cubic reaches 3/4 of its handles
  return `M${from} ${LINE - 3}C${from + 2} ${LINE - rise},${to - 2} ${LINE - rise},${to} ${LINE - 4.5}`;
}
