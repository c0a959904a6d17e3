/** What to ask of the server next: which columns, and the body of the request. */

import { plainSource } from "./columns.js";

/** @typedef {import("./columns.js").Column} Column */
/** @typedef {import("./layout.js").Slot} Slot */
/** @typedef {import("./subject.js").Subject} Subject */
/** @typedef {import("../core/wire.js").RunRequest} RunRequest */
/** @typedef {import("../core/wire.js").Wanted} Wanted */
/** @typedef {import("../core/wire.js").Intervention} Intervention */

/** @typedef {{column: Column, slot: Slot}} Place a column that is in sight, and how it is laid out */
/** @typedef {{changes: readonly Intervention[], diff: boolean, seed: number, class: number}} How */

/**
 * @typedef {{
 *   subject: Subject, columns: Column[], sources: string[], body: RunRequest,
 *   key: string | null, changes: readonly Intervention[], difference: boolean,
 * }} Job `sources`: the layer recorded for each column; `key`: of the changes, null for the unchanged
 *   network
 */

/** Classes reported of the unchanged network, so that "before" is known of those that rise. */
const TOP_BEFORE = 12;
const TOP = 5;

/** What a list of changes is known by. @param {How} how */
export function keyOf({ changes, diff, seed }) {
  return JSON.stringify([changes, diff, seed]);
}

/** What is missing of a subject in sight: first of the unchanged network, whose strongest channels are
 * chosen; then, with changes, the same channels again. Null where nothing is.
 * @param {Subject} subject
 * @param {readonly Place[]} sight
 * @param {How} how
 * @param {{touched: ReadonlySet<string>, refused: string | null}} known the layers that the changes reach;
 *   the key of changes that the server refused
 * @returns {Job | null}
 */
export function nextJob(subject, sight, how, { touched, refused }) {
  const { base, now } = subject;
  const fresh = sight.filter((place) => {
    const layer = base.layers.get(place.column.name);
    return !layer || layer.channels.length < mapsWanted(place);
  });
  if (fresh.length || !base.predictions.length) return plain(subject, fresh);
  const key = keyOf(how);
  if (!how.changes.length || refused === key) return null;
  const stale = sight
    .map(({ column }) => column)
    .filter(({ name }) => touched.has(name) && now?.layers.get(name)?.key !== key);
  return stale.length || now?.key !== key ? changed(subject, stale, how, key) : null;
}

/** @param {Place} place */
function mapsWanted({ column, slot }) {
  return isWhole(column) ? column.channels : slot.rows;
}

/** Whether all channels are recorded, in their own order. @param {Column} column */
function isWhole(column) {
  return column.vector || column.node.kind === "input";
}

/** @param {Subject} subject @param {readonly Place[]} places @returns {Job} */
function plain(subject, places) {
  const sources = places.map(({ column }) => plainSource(subject.info, column));
  const wanted = places.map((place, i) => ({
    layer: sources[i] ?? "",
    ...(isWhole(place.column) ? {} : { channels: { strongest: place.slot.rows } }),
  }));
  return {
    subject,
    columns: places.map(({ column }) => column),
    sources,
    body: { images: [subject.image], record: once(wanted), top: TOP_BEFORE },
    key: null,
    changes: [],
    difference: false,
  };
}

/** @param {Subject} subject @param {Column[]} columns @param {How} how @param {string} key @returns {Job} */
function changed(subject, columns, how, key) {
  const { changes, diff, seed } = how;
  const wanted = columns.map((column) => {
    const channels = subject.base.layers.get(column.name)?.channels ?? [];
    const all = isWhole(column) || !channels.length;
    return { layer: column.source, ...(all ? {} : { channels: { indices: [...channels] } }) };
  });
  const classes = subject.base.predictions.slice(0, TOP).map(({ index }) => index);
  if (how.class >= 0 && how.class < subject.info.classes.length) classes.push(how.class);
  return {
    subject,
    columns,
    sources: columns.map(({ source }) => source),
    body: {
      images: [subject.image],
      interventions: [...changes],
      record: once(wanted),
      difference: diff,
      seed,
      top: TOP,
      classes: [...new Set(classes)],
    },
    key,
    changes,
    difference: diff,
  };
}

/** Each layer once: several columns may show the same numbers. @param {Wanted[]} wanted */
function once(wanted) {
  return [...new Map(wanted.map((each) => [each.layer, each])).values()];
}
