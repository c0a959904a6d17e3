/** Which classes are listed of an answer. */

/** @typedef {import("../../core/wire.js").Prediction} Prediction */

/** All classes in their order where there are few, so that no bar jumps; else the likeliest, with the right one among
 * them.
 * @param {{probabilities: number[], logits: number[]}} network @param {readonly {en: string, zh: string}[]} classes
 * @param {number | null} right @param {number} listed
 * @returns {Prediction[]}
 */
export function scores({ probabilities, logits }, classes, right, listed) {
  const all = classes.map((name, index) => ({
    index,
    name,
    probability: probabilities[index] ?? 0,
    logit: logits[index] ?? 0,
  }));
  if (all.length <= listed) return all;
  const sorted = all.toSorted((a, b) => b.probability - a.probability);
  const first = sorted.slice(0, listed);
  const own = sorted.find(({ index }) => index === right);
  return own && !first.includes(own) ? [...first.slice(0, -1), own] : first;
}
