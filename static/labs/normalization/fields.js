import { membersField } from "../../core/members.js";
import { flag, json, number, text } from "../../core/state.js";
import { isGrid, isPlace } from "../../core/tensor-fields.js";
import { sectionFields } from "./section-fields.js";

/** @typedef {"batch" | "layer" | "layer_channels" | "instance" | "group" | "rms"} Method */
/** @typedef {import("../../core/tensor-layout.js").Place} Place */
/** @typedef {"input" | "normalized" | "output"} Stage x, x̂ or y */

/** @type {readonly Method[]} */
export const METHODS = ["batch", "layer", "layer_channels", "instance", "group", "rms"];

/** Three samples of four channels of 2 × 2. */
/** @type {number[][][][]} */
const GRID = [
  [
    [
      [1, 2],
      [3, 2],
    ],
    [
      [0, 4],
      [4, 8],
    ],
    [
      [-1, 1],
      [-1, 1],
    ],
    [
      [5, 5],
      [6, 4],
    ],
  ],
  [
    [
      [2, 3],
      [2, 5],
    ],
    [
      [8, 8],
      [0, 0],
    ],
    [
      [-2, 0],
      [2, 4],
    ],
    [
      [7, 5],
      [6, 6],
    ],
  ],
  [
    [
      [9, 7],
      [8, 8],
    ],
    [
      [3, 5],
      [2, 6],
    ],
    [
      [0, -3],
      [3, 0],
    ],
    [
      [1, 0],
      [2, 1],
    ],
  ],
];

/** What an element is multiplied with or shifted by: all channels alike, each by its own; null as trained.
 * @typedef {number | number[] | null} Affine */

/** All that a link to the normalisation lab can say. */
export const fields = {
  source: text(/** @type {"network" | "tokens" | "grid"} */ ("network"), [
    "network",
    "tokens",
    "grid",
  ]),
  net: text(/** @type {string} */ ("tiny_vgg_batch")),
  layer: text(/** @type {string} */ ("conv2.conv")),
  /** The step of the Transformer whose tokens are taken. */
  tokens: text(/** @type {string} */ ("block1.add1")),
  batch: membersField(["9", "2", "24", "0", "18", "33"]),
  keep: text(/** @type {"content" | "all"} */ ("content"), ["content", "all"]),
  /** Padding after the longest member's tokens. */
  padding: number(4, { min: 0, max: 64 }),
  /** B × C × H × W */
  grid: json(GRID, isGrid),
  method: text(/** @type {Method} */ ("batch"), METHODS),
  groups: number(4, { min: 1, max: 4096 }),
  /** null: the trained layer's, or PyTorch's own. */
  eps: json(/** @type {number | null} */ (null), isAmount),
  gamma: json(/** @type {Affine} */ (null), isAffine),
  beta: json(/** @type {Affine} */ (null), isAffine),
  mode: text(/** @type {"train" | "eval"} */ ("train"), ["train", "eval"]),
  tracked: flag(true),
  /** null: every batch weighs alike. */
  momentum: json(/** @type {number | null} */ (0.1), isShare),
  /** Running statistics; "": those of training where there are any. */
  running: text(/** @type {"" | "trained" | "fresh" | "fed"} */ (""), [
    "",
    "trained",
    "fresh",
    "fed",
  ]),
  show: text(/** @type {Stage} */ ("input"), ["input", "normalized", "output"]),
  /** The first channel shown. */
  from: number(0, { min: 0, max: 65535 }),
  /** The pinned element. */
  pin: json(/** @type {Place | null} */ ({ b: 1, c: 2, y: 11, x: 14 }), isPlace),
  ...sectionFields,
};

/** @param {any} read */
function isAmount(read) {
  return read === null || (Number.isFinite(read) && read >= 0 && read <= 10);
}

/** @param {any} read */
function isShare(read) {
  return read === null || (Number.isFinite(read) && read >= 0 && read <= 1);
}

/** @param {any} read */
function isAffine(read) {
  return (
    read === null ||
    Number.isFinite(read) ||
    (Array.isArray(read) && read.length > 0 && read.every(Number.isFinite))
  );
}
