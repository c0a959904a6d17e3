/** How many masks there can be: those that a mean is taken over while it plays, and those that a network is run with. */

import { between } from "./paths.js";

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

/** Work that the server takes on in one question: multiply-adds, numbers that all layers write, and decisions. */
const MOST_MULTIPLY_ADDS = 20_000_000_000;
const MOST_NUMBERS = 1_500_000_000;
const MOST_DROPPED = 75_000_000;

/** How often what follows a layer can be run, each time with a mask of its own.
 * @param {readonly import("../../../core/wire.js").NetworkNode[]} nodes @param {string} layer @param {string} variant
 */
export function runsFor(nodes, layer, variant) {
  const own = nodes.find(({ name }) => name === layer);
  const after = between(nodes, layer, nodes.at(-1)?.name ?? "");
  const numbers = (/** @type {readonly number[]} */ shape) =>
    shape.reduce((product, length) => product * length, 1);
  const given = numbers(own?.shape ?? []);
  const written = after.reduce((sum, { shape }) => sum + numbers(shape), given);
  const work = after.reduce((sum, { multiply_adds }) => sum + multiply_adds, 0);
  const decisions = decisionsOf(variant, own?.shape ?? null, own?.parameters ?? 1);
  return Math.floor(
    Math.min(
      MOST_MULTIPLY_ADDS / Math.max(work, 1),
      MOST_NUMBERS / written,
      MOST_DROPPED / (decisions + given),
    ),
  );
}
