import { flag, json, number, text } from "../../core/state.js";
import { sectionFields } from "./section-fields.js";

/** @typedef {"batch" | "layer" | "layer_channels" | "instance" | "group" | "rms"} Method */
/** @typedef {{b: number, c: number, y: number, x: number}} Place an element: sample, channel, row, column; of tokens
 *   `y` is the token and `x` 0, of vectors both are 0 */
/** @typedef {"input" | "normalized" | "output"} Stage x, x̂ or y */

/** @type {readonly Method[]} */
export const METHODS = ["batch", "layer", "layer_channels", "instance", "group", "rms"];
export const MOST_MEMBERS = 64;
/** Longest axis of a tensor written by hand. */
export const LONGEST = 8;
/** Held-out Fashion-MNIST images. */
export const ITEMS = 2000;

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
  batch: members(["9", "2", "24", "0", "18", "33"]),
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

/** The samples of a batch, each a word: a held-out image's number, a sample picture's name or a picture's id. */
function members(/** @type {string[]} */ value) {
  return {
    value,
    read: (/** @type {string} */ word) => {
      const read = word.split(".");
      const known = read.length <= MOST_MEMBERS && read.every((each) => /^[\w-]{1,64}$/.test(each));
      return known && read.every((each) => !isItem(each) || Number(each) < ITEMS)
        ? read
        : undefined;
    },
    write: (/** @type {string[]} */ words) => words.join("."),
  };
}

/** Whether a member is a held-out image. @param {string} word */
export function isItem(word) {
  return /^\d{1,6}$/.test(word);
}

/** @param {unknown} value @returns {value is number} */
function whole(value) {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** @param {any} read */
function isPlace(read) {
  return read === null || (Boolean(read) && [read.b, read.c, read.y, read.x].every(whole));
}

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

/** B × C × H × W, none of them nothing or longer than LONGEST. @param {any} read */
function isGrid(read) {
  return shapeOf(read)?.length === 4;
}

/** @param {unknown} read @returns {number[] | null} null where it is not rectangular */
function shapeOf(read) {
  if (!Array.isArray(read)) return Number.isFinite(read) ? [] : null;
  const [first, ...rest] = read.map(shapeOf);
  if (!first || read.length > LONGEST) return null;
  return rest.every((shape) => String(shape) === String(first) && shape?.length === first.length)
    ? [read.length, ...first]
    : null;
}
