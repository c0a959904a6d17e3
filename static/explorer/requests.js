/** What is asked of the server: bodies of requests, made from what is wanted and what is known. */

/** @typedef {import("./columns.js").Column} Column */
/** @typedef {import("./layout.js").Slot} Slot */
/** @typedef {import("./results.js").Layer} Layer */
/** @typedef {import("../core/wire.js").RunRequest} RunRequest */
/** @typedef {import("../core/wire.js").Wanted} Wanted */
/** @typedef {import("../core/wire.js").Intervention} Intervention */

/** Classes reported of the unchanged network, so that "before" is known of those that rise. */
const TOP_BEFORE = 20;
const TOP = 5;

/** Whether all channels are recorded, in their own order. @param {Column} column */
function isWhole(column) {
  return column.vector || column.node.kind === "input";
}

/** @param {Column} column @param {Slot} slot */
export function mapsWanted(column, { rows }) {
  return isWhole(column) ? column.channels : rows;
}

/** The unchanged network on one picture: each column's strongest channels.
 * @param {string} image
 * @param {readonly Column[]} columns
 * @param {readonly Slot[]} slots
 * @returns {RunRequest}
 */
export function plain(image, columns, slots) {
  return {
    images: [image],
    record: columns.map((column, i) => {
      const slot = slots[i];
      if (!slot || isWhole(column)) return { layer: column.source };
      return { layer: column.source, channels: { strongest: slot.rows } };
    }),
    top: TOP_BEFORE,
  };
}

/** The changed network: the same channels as before.
 * @param {string} image
 * @param {readonly Column[]} columns
 * @param {ReadonlyMap<string, Layer>} before
 * @param {{changes: readonly Intervention[], difference: boolean, seed: number, classes: readonly number[]}} how
 * @returns {RunRequest}
 */
export function changed(image, columns, before, { changes, difference, seed, classes }) {
  return {
    images: [image],
    interventions: [...changes],
    record: columns.map((column) => {
      const channels = before.get(column.name)?.channels;
      if (!channels || isWhole(column)) return { layer: column.source };
      return { layer: column.source, channels: { indices: [...channels] } };
    }),
    difference,
    seed,
    top: TOP,
    classes: [...classes],
  };
}
