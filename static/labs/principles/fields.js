import { number, text } from "../../core/state.js";
import { hierarchyFields } from "./sections/hierarchy/fields.js";

/** @type {readonly import("./field-paint.js").Colour[]} */
export const COLOURS = ["strongest", "red", "green", "blue"];

/** A share of the way across the picture. */
const share = () => number(0.5, { min: 0, max: 1, step: 0.0001 });
/** @param {number} value */
const index = (value) => number(value, { min: 0, max: 65535 });

/** All that a link to the lab can say. */
export const fields = {
  /** A held-out image's number, a sample picture's name or a stored picture's id. */
  picture: text(/** @type {string} */ ("9")),
  net: text(/** @type {string} */ ("tiny_vgg_batch")),
  /** The unit: its layer, its channel, and where it stands, as shares of the way down and across. */
  layer: text(/** @type {string} */ ("conv1.conv")),
  channel: index(22),
  y: share(),
  x: share(),
  /** The dense unit beside it. */
  dense: number(0, { min: 0, max: 511 }),
  /** Whose entries are shown, of a picture in colours. */
  colour: text(/** @type {import("./field-paint.js").Colour} */ ("strongest"), COLOURS),
  /** Weight sharing: what is counted. */
  height: number(32, { min: 1, max: 256 }),
  width: number(32, { min: 1, max: 256 }),
  depth: number(3, { min: 1, max: 512 }),
  kernel: number(3, { min: 1, max: 31 }),
  stride: number(1, { min: 1, max: 16 }),
  padding: number(1, { min: 0, max: 15 }),
  filters: number(32, { min: 1, max: 1024 }),
  units: number(128, { min: 1, max: 65536 }),
  /** One weight, many positions: the layer, the kernel's channels and its cell, and how many positions are added up. */
  shared: text(/** @type {string} */ ("conv1.conv")),
  to: index(22),
  from: index(0),
  row: index(1),
  column: index(1),
  ...hierarchyFields,
};
