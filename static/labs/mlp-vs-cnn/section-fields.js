/** What a link can say about the sections below the stage. */

import { ITEMS, isItem } from "../../core/members.js";
import { flag, json, number, text } from "../../core/state.js";
import { isWhole } from "../../core/tensor-fields.js";

/** @typedef {{c: number, y: number, x: number}} Value channel, row and column */
/** @typedef {"chw" | "hwc"} Order which axis comes first when a picture is flattened */
/** @typedef {"none" | "max" | "avg"} Pooling */
/** @typedef {"zeros" | "valid" | "circular" | "reflect" | "replicate"} Padding */
/** @typedef {"sobel_x" | "sobel_y" | "laplacian" | "gaussian" | "trained"} Kernel the last: the CNN's own first one */

/** @type {readonly Kernel[]} */
export const KERNELS = ["sobel_x", "sobel_y", "laplacian", "gaussian", "trained"];
/** Of the pictures that are flattened. */
export const COLOURS = 3;
export const SIDE = 32;
/** Classes of things to wear. */
export const CLASSES = 10;

export const sectionFields = {
  /** Flatten: a sample's name or a stored picture's id; how it is flattened; the value that is followed. */
  photo: text(/** @type {string} */ ("coffee")),
  order: text(/** @type {Order} */ ("chw"), ["chw", "hwc"]),
  value: json(/** @type {Value} */ ({ c: 0, y: 11, x: 17 }), isValue),
  /** Permuted world: a held-out image's number, a sample's name or a stored picture's id, and how many images
   * accuracies are measured on. */
  worn: {
    value: "0",
    read: (/** @type {string} */ word) =>
      /^[\w-]{1,64}$/.test(word) && (!isItem(word) || Number(word) < ITEMS) ? word : undefined,
    write: (/** @type {string} */ word) => word,
  },
  items: number(500, { min: 50, max: ITEMS, step: 50 }),
  /** Same feature anywhere: how far the picture is moved, and what it goes through. */
  down: number(2, { min: -8, max: 8 }),
  right: number(-6, { min: -8, max: 8 }),
  stride: number(1, { min: 1, max: 4 }),
  pooling: text(/** @type {Pooling} */ ("none"), ["none", "max", "avg"]),
  padding: text(/** @type {Padding} */ ("zeros"), [
    "zeros",
    "valid",
    "circular",
    "reflect",
    "replicate",
  ]),
  kernel: text(/** @type {Kernel} */ ("sobel_x"), KERNELS),
  relu: flag(true),
  /** Likeness: the shift that is looked at. */
  shift: number(-6, { min: -32, max: 32 }),
  /** Challenge: the drawing, what it is, and where it is moved to. */
  drawing: text(/** @type {string} */ ("")),
  said: json(/** @type {number | null} */ (null), isClass),
  drawnDown: number(0, { min: -20, max: 20 }),
  drawnRight: number(0, { min: -20, max: 20 }),
  drawnScale: number(1, { min: 0.4, max: 1.5, step: 0.05 }),
};

/** @param {any} read */
function isValue(read) {
  if (!read || ![read.c, read.y, read.x].every(isWhole)) return false;
  return read.c < COLOURS && read.y < SIDE && read.x < SIDE;
}

/** @param {unknown} read */
function isClass(read) {
  return read === null || (isWhole(read) && read < CLASSES);
}
