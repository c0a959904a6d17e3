import { membersField } from "../../core/members.js";
import { json, number, text } from "../../core/state.js";
import { isGrid, isPlace } from "../../core/tensor-fields.js";
import { sectionFields } from "./section-fields.js";

/** @typedef {import("../../core/tensor-layout.js").Place} Place */
/** @typedef {"element" | "channel" | "block" | "row" | "batch" | "alpha" | "connect"} Variant */

/** @type {readonly Variant[]} */
export const VARIANTS = ["element", "channel", "block", "connect", "row", "batch", "alpha"];
/** Seeds are below this: a link has no need of more. */
export const SEEDS = 2 ** 31;

/** Two samples of two channels of 4 × 4. */
/** @type {number[][][][]} */
const GRID = [
  [
    [
      [1, 2, 0, 3],
      [4, 2, 1, 0],
      [2, 5, 3, 1],
      [0, 1, 2, 4],
    ],
    [
      [2, 2, 2, 2],
      [3, 3, 3, 3],
      [1, 1, 1, 1],
      [4, 4, 4, 4],
    ],
  ],
  [
    [
      [-1, 2, -2, 1],
      [3, -1, 0, 2],
      [-2, 4, 1, -3],
      [2, 0, -1, 1],
    ],
    [
      [5, 0, 0, 5],
      [0, 5, 5, 0],
      [0, 5, 5, 0],
      [5, 0, 0, 5],
    ],
  ],
];

/** All that a link to the dropout lab can say. */
export const fields = {
  source: text(/** @type {"network" | "grid"} */ ("network"), ["network", "grid"]),
  net: text(/** @type {string} */ ("tiny_vgg_batch")),
  layer: text(/** @type {string} */ ("conv2.act")),
  batch: membersField(["9", "2", "24", "18"]),
  /** B × C × H × W */
  grid: json(GRID, isGrid),
  variant: text(/** @type {Variant} */ ("element"), VARIANTS),
  p: number(0.5, { min: 0, max: 1, step: 0.01 }),
  seed: number(0, { min: 0, max: SEEDS - 1 }),
  mode: text(/** @type {"train" | "eval"} */ ("train"), ["train", "eval"]),
  scaling: text(/** @type {"inverted" | "classic"} */ ("inverted"), ["inverted", "classic"]),
  /** The side of a block. */
  block: number(7, { min: 1, max: 31 }),
  /** The first channel shown. */
  from: number(0, { min: 0, max: 65535 }),
  /** The pinned element. */
  pin: json(/** @type {Place | null} */ ({ b: 0, c: 1, y: 14, x: 12 }), isPlace),
  ...sectionFields,
};
