/** One picture in one network: what is known of it, and what its columns show. */

import { affected } from "./columns.js";
import { Results, zeros } from "./results.js";

/** @typedef {import("../core/wire.js").NetworkInfo} NetworkInfo */
/** @typedef {import("../core/wire.js").Intervention} Intervention */
/** @typedef {import("./columns.js").Column} Column */
/** @typedef {import("./results.js").Layer} Layer */
/** @typedef {{layer: Layer, follows: boolean}} Shown `follows`: the changes can be felt here */

export class Subject {
  base = new Results();
  /** With the changes `applied`; null without any. @type {Results | null} */ now = null;
  /** @type {readonly Intervention[]} */ applied = [];
  /** Whether `now` holds the differences, too. */
  differs = false;

  /** @param {NetworkInfo} info @param {string} image id */
  constructor(info, image) {
    this.info = info;
    this.image = image;
  }

  /** Take an answer in.
   * @param {import("./requests.js").Job} job
   * @param {import("../core/wire.js").RunAnswer} answer
   */
  take(job, answer) {
    if (job.key === null) this.base = this.base.with(answer, job, "");
    else {
      this.now = (this.now ?? new Results()).with(answer, job, job.key);
      this.applied = job.changes;
      this.differs = job.difference;
    }
  }

  /** Forget the changes. */
  restore() {
    this.now = null;
    this.applied = [];
    this.differs = false;
  }

  /** What a column shows; null while that is not known.
   * @param {Column} column
   * @returns {Shown | null}
   */
  shown({ name }) {
    const follows = this.now !== null && this.#touched.has(name);
    const layer = (follows ? this.now : this.base)?.layers.get(name);
    return layer ? { layer, follows } : null;
  }

  /** What a column paints: its maps, or how they differ from before; its maps as well where their size
   * is another, so that there is no difference.
   * @param {Shown} shown
   * @returns {{tensor: import("../core/tensor.js").Tensor, range: readonly [number, number], differs: boolean}}
   * `range`: true, of the whole layer, or of the differences painted
   */
  painted({ layer, follows }) {
    const difference = follows ? layer.difference : zeros(layer.tensor);
    if (!this.differs || !difference)
      return { tensor: layer.tensor, range: layer.range, differs: false };
    return { tensor: difference, range: difference.range(), differs: true };
  }

  /** The least and the greatest value of some columns; null where nothing is known.
   * @param {readonly Column[]} columns
   * @returns {[number, number] | null}
   */
  range(columns) {
    let [lo, hi] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const column of columns) {
      const shown = this.shown(column);
      if (!shown) continue;
      const { range, differs } = this.painted(shown);
      if (this.differs && !differs) continue;
      lo = Math.min(lo, range[0]);
      hi = Math.max(hi, range[1]);
    }
    return lo <= hi ? [lo, hi] : null;
  }

  /** @type {{changes: readonly Intervention[], names: Set<string>} | null} */ #reach = null;

  get #touched() {
    if (this.#reach?.changes !== this.applied)
      this.#reach = { changes: this.applied, names: affected(this.info, this.applied) };
    return this.#reach.names;
  }
}
