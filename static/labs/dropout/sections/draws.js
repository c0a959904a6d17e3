/** How many masks the mean is taken over, while it plays. */

/** @type {readonly number[]} */
const STEPS = [1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 300, 500, 1000, 2000, 3000, 5000, 10_000];

/** Decisions that the server makes for one question. */
const MOST_DECISIONS = 64_000_000;

/** One of a mask of blocks takes as long as so many others. */
const BLOCK_EFFORT = 3;

/** Decisions that one mask of a variant holds. @param {string} variant
 * @param {readonly number[] | null} shape of one sample, [C, …]; null while not known
 * @param {number} weights of the layer
 */
export function decisionsOf(variant, shape, weights) {
  if (variant === "row" || variant === "batch") return 1;
  if (variant === "connect") return weights;
  const [channels = 1, ...rest] = shape ?? [];
  if (variant === "channel") return channels;
  const all = rest.reduce((product, length) => product * length, channels);
  return variant === "block" ? BLOCK_EFFORT * all : all;
}

/** The steps that a mask of so many decisions allows. @param {number} decisions */
export function stepsFor(decisions) {
  const steps = STEPS.filter((step) => step * decisions <= MOST_DECISIONS);
  return steps.length ? steps : [1];
}

/** The step nearest to a number of masks, by ratio. @param {readonly number[]} steps rising @param {number} draws */
export function stepOf(steps, draws) {
  let best = 0;
  for (const [index, step] of steps.entries())
    if (Math.abs(Math.log(step / draws)) < Math.abs(Math.log((steps[best] ?? 1) / draws)))
      best = index;
  return best;
}
