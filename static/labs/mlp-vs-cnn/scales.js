/** Ranges of colours that grow with what is shown and do not shrink, while the subject is the same: a map that is dragged
 * over does not flicker. */

/** @typedef {readonly [number, number]} Range */

export class Scales {
  /** @type {Map<string, {subject: string, range: Range}>} */ #known = new Map();

  /** The range that holds all that was shown of a figure. @param {string} figure @param {string} subject what it is of
   * @param {Range} range of what is shown now @returns {Range}
   */
  of(figure, subject, [lo, hi]) {
    const known = this.#known.get(figure);
    if (known?.subject !== subject) {
      this.#known.set(figure, { subject, range: [lo, hi] });
      return [lo, hi];
    }
    const [least, greatest] = known.range;
    if (lo < least || hi > greatest) known.range = [Math.min(lo, least), Math.max(hi, greatest)];
    return known.range;
  }
}
