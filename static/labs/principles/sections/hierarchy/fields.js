/** What a link can say about the hierarchy. */

import { number, text } from "../../../../core/state.js";
import { isJudged } from "./judged.js";

/** Settings of a live run that the server takes. */
export const RANGES = {
  steps: { min: 8, max: 512, step: 8 },
  jitter: { min: 0, max: 32 },
  seed: { min: 0, max: 2 ** 31 - 1 },
};
/** How strongly differences between neighbouring pixels are held down. */
export const VARIATIONS = [0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

const judged = {
  value: "",
  read: (/** @type {string} */ word) => (isJudged(word) ? word : undefined),
  write: (/** @type {string} */ word) => word,
};

export const hierarchyFields = {
  /** What is looked at, `layer:channel`; "-": nothing. */
  feature: text(/** @type {string} */ ("block8.add:65")),
  /** What the visitor saw at each depth, a letter each. */
  judged,
  /** What is to grow: the mean of the channel's map, or its middle element. */
  aim: text(/** @type {"map" | "middle"} */ ("map"), ["map", "middle"]),
  dreamSteps: number(128, RANGES.steps),
  jitter: number(8, RANGES.jitter),
  variation: number(0.02, { min: 0, max: 10, step: 0.001 }),
  dreamSeed: number(0, RANGES.seed),
};
