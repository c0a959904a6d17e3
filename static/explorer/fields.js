import { flag, json, number, text } from "../core/state.js";

/** @typedef {import("../core/wire.js").Intervention} Intervention */
/** @typedef {{y: number, x: number}} Place */

/** The network and the picture that the page opens with. */
/** @type {string} */ export const DEFAULT_NETWORK = "efficientnet_lite0";
/** @type {string} */ export const DEFAULT_PICTURE = "chelsea";

/** Most changes that the server takes at once. */
const MOST_CHANGES = 64;

/** All that a link to the explorer can say. */
export const fields = {
  net: text(DEFAULT_NETWORK),
  /** A sample's name, or the id of any stored picture. */
  img: text(DEFAULT_PICTURE),
  zoom: text(/** @type {"blocks" | "nodes"} */ ("blocks"), ["blocks", "nodes"]),
  /** The open layer; "" for none. */
  layer: text(/** @type {string} */ ("")),
  ch: number(0, { min: 0 }),
  pin: place(),
  scope: text(/** @type {"map" | "layer" | "network"} */ ("layer"), ["map", "layer", "network"]),
  diff: flag(false),
  changes: json(/** @type {Intervention[]} */ ([]), areChanges),
  /** The class whose heat map lies over the picture; −1 for none. */
  class: number(-1, { min: -1 }),
  heat: number(0.7, { min: 0, max: 1, step: 0.05 }),
  seed: number(0, { min: 0, max: 2 ** 48 - 1 }),
};

/** A pinned value's row and column, written "12,30"; "" for none.
 * @returns {import("../core/state.js").Field<Place | null>}
 */
function place() {
  return {
    value: null,
    read: (word) => {
      const [, y, x] = /^(\d{1,4}),(\d{1,4})$/.exec(word) ?? [];
      return y === undefined ? undefined : { y: Number(y), x: Number(x) };
    },
    write: (at) => (at ? `${at.y},${at.x}` : ""),
  };
}

/** Whether something read from a link has the form of a list of changes; the server checks the rest.
 * @param {unknown} read
 */
function areChanges(read) {
  return (
    Array.isArray(read) &&
    read.length <= MOST_CHANGES &&
    read.every((each) => typeof each?.kind === "string" && typeof each?.layer === "string")
  );
}
