import { ITEMS } from "../../core/members.js";
import { flag, json, number, text } from "../../core/state.js";
import { sectionFields } from "./section-fields.js";

/** @typedef {"smile" | "sad" | "item" | "picture"} What a face of a mood, or something to wear: a held-out image or
 *   a picture that was drawn or sent */
/** @typedef {[number, number]} Corner row and column of the top left pixel */

/** The side of the canvas that faces are on. */
export const SIDE = 32;
/** Faces at once, and the sides that they can have. */
export const MOST_FACES = 3;
export const SMALLEST = 7;
export const LARGEST = 15;
/** How far an item can be moved from the middle. */
export const FAR = 20;

/** All that a link to the lab can say. */
export const fields = {
  what: text(/** @type {What} */ ("smile"), ["smile", "sad", "item", "picture"]),
  /** Where the faces are. */
  at: json(/** @type {Corner[]} */ ([[11, 20]]), isCorners),
  size: number(9, { min: SMALLEST, max: LARGEST }),
  turned: flag(false),
  /** The held-out image, or the stored picture. */
  item: number(0, { min: 0, max: ITEMS - 1 }),
  image: text(/** @type {string} */ ("")),
  /** Where the item is, from the middle, and how large. */
  dy: number(0, { min: -FAR, max: FAR }),
  dx: number(4, { min: -FAR, max: FAR }),
  scale: number(1, { min: 0.4, max: 1.5, step: 0.05 }),
  /** Of the CNN, whose maps are shown; "": its first activation. */
  layer: text(/** @type {string} */ ("")),
  /** The class of the position maps; null: the right one. */
  target: json(/** @type {number | null} */ (null), isClass),
  ...sectionFields,
};

/** @param {unknown} read */
function isCorners(read) {
  return Array.isArray(read) && read.length <= MOST_FACES && read.every(isCorner);
}

/** @param {unknown} read */
function isCorner(read) {
  const inside = (/** @type {unknown} */ at) =>
    Number.isInteger(at) && Number(at) >= 0 && Number(at) <= SIDE - SMALLEST;
  return Array.isArray(read) && read.length === 2 && read.every(inside);
}

/** @param {unknown} read */
function isClass(read) {
  return read === null || (Number.isInteger(read) && Number(read) >= 0 && Number(read) < 10);
}
