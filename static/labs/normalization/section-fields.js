/** What a link can say about the sections below the stage. */

import { number, text } from "../../core/state.js";

export const sectionFields = {
  /** Training: images a batch, batches, the batch that is looked at, which batches. */
  size: number(16, { min: 1, max: 128 }),
  steps: number(60, { min: 1, max: 200 }),
  step: number(12, { min: 0, max: 200 }),
  feed: number(0, { min: 0, max: 2 ** 31 - 1 }),
  /** The running statistics before the first batch. */
  start: text(/** @type {"fresh" | "trained"} */ ("fresh"), ["fresh", "trained"]),
  /** Which other batch-mates. */
  mates: number(0, { min: 0, max: 2 ** 31 - 1 }),
  /** Batches drawn for each batch size. */
  draws: number(200, { min: 20, max: 1000 }),
  /** Padding tokens after the longest sample: the place looked at in the sweep. */
  pads: number(24, { min: 0, max: 64 }),
  /** Held-out images that accuracies are measured on. */
  items: number(500, { min: 50, max: 2000, step: 50 }),
};
