/**
 * Interventions as a list in which each setting appears once. Nothing here changes a list: each function
 * returns a new one. A change that says only what was trained is not written down.
 */

import { equal } from "../../core/equal.js";

/** @typedef {import("../../core/wire.js").Intervention} Intervention */
/** @typedef {readonly Intervention[]} Changes */
/** @typedef {Record<string, any>} Some */

/** What makes two changes one: the same kind at the same place. @param {Some} change */
function key({ kind, layer, out, in: slice, channels }) {
  return JSON.stringify([kind, layer, out ?? null, slice ?? null, channels ?? null]);
}

/** The change of a kind at a layer (and further at `where`), as far as there is one.
 * @param {Changes} changes
 * @param {string} kind
 * @param {string} layer
 * @param {Some} [where] such as {out: 3, in: 0} or {channels: [5]}
 * @returns {Some | undefined}
 */
export function find(changes, kind, layer, where = {}) {
  const wanted = key({ kind, layer, ...where });
  return changes.find((change) => key(change) === wanted);
}

/** All changes of a layer. @param {Changes} changes @param {string} layer */
export function at(changes, layer) {
  return changes.filter((change) => change.layer === layer);
}

/** With this change in the place of the one that it replaces, or at the end.
 * @param {Changes} changes
 * @param {Some} change
 * @returns {Intervention[]}
 */
export function put(changes, change) {
  const wanted = key(change);
  const index = changes.findIndex((other) => key(other) === wanted);
  const made = /** @type {Intervention} */ (change);
  return index < 0 ? [...changes, made] : changes.with(index, made);
}

/** Without some changes.
 * @param {Changes} changes
 * @param {(change: Some) => boolean} unwanted
 */
export function without(changes, unwanted) {
  return changes.filter((change) => !unwanted(change));
}

/** Settings of a layer (stride, method, function …) changed to `some`; those that say what was trained
 * are left out, and so is a change that says nothing else.
 * @param {Changes} changes
 * @param {string} kind
 * @param {string} layer
 * @param {Some} trained
 * @param {Some} some
 * @returns {Intervention[]}
 */
export function settle(changes, kind, layer, trained, some) {
  const told = { ...find(changes, kind, layer), ...some };
  const { kind: _kind, layer: _layer, ...settings } = told;
  const differing = Object.entries(settings).filter(
    ([name, value]) => (value ?? null) !== null && !equal(value, trained[name]),
  );
  if (!differing.length) return without(changes, (c) => c.kind === kind && c.layer === layer);
  return put(changes, { kind, layer, ...Object.fromEntries(differing) });
}

/** Numbers put into one slice of a kernel; null: as trained.
 * @param {Changes} changes
 * @param {string} layer
 * @param {number} out
 * @param {number} slice
 * @param {readonly (readonly number[])[] | null} values
 */
export function setKernel(changes, layer, out, slice, values) {
  const rest = without(
    changes,
    (c) =>
      c.layer === layer &&
      c.out === out &&
      ((c.kind === "kernel_preset" && c.in === slice) ||
        (c.kind === "kernel" && (c.in ?? 0) === slice && !values)),
  );
  return values ? put(rest, { kind: "kernel", layer, out, in: slice, values }) : rest;
}

/** A well-known kernel put into one slice, or with null into all; what was there before is forgotten.
 * @param {Changes} changes
 * @param {string} layer
 * @param {number} out
 * @param {number | null} slice
 * @param {string} preset
 */
export function setPreset(changes, layer, out, slice, preset) {
  const rest = resetKernel(changes, layer, out, slice);
  return put(rest, { kind: "kernel_preset", layer, out, in: slice, preset });
}

/** One slice of a kernel (null: all of it) as trained. A preset of the whole kernel stays for its other
 * slices only where a single slice is not asked for.
 * @param {Changes} changes
 * @param {string} layer
 * @param {number} out
 * @param {number | null} slice
 */
export function resetKernel(changes, layer, out, slice) {
  return without(
    changes,
    (c) =>
      (c.kind === "kernel" || c.kind === "kernel_preset") &&
      c.layer === layer &&
      c.out === out &&
      (slice === null || (c.in ?? (c.kind === "kernel" ? 0 : null)) === slice),
  );
}

/** One channel multiplied by `scale`; 1: as trained. The channel leaves any change that names others, too.
 * @param {Changes} changes
 * @param {string} layer
 * @param {number} channel
 * @param {number} scale
 */
export function setScale(changes, layer, channel, scale) {
  const own = key({ kind: "channels", layer, channels: [channel] });
  const rest = changes.map((change) => {
    if (change.kind !== "channels" || change.layer !== layer || key(change) === own) return change;
    return { ...change, channels: change.channels.filter((named) => named !== channel) };
  });
  const left = without(rest, (change) => change.kind === "channels" && !change.channels.length);
  if (scale !== 1) return put(left, { kind: "channels", layer, channels: [channel], scale });
  return without(left, (change) => key(change) === own);
}

/** What a channel is multiplied by, by all changes that name it.
 * @param {Changes} changes
 * @param {string} layer
 * @param {number} channel
 */
export function scaleOf(changes, layer, channel) {
  return at(changes, layer)
    .filter((/** @type {Some} */ c) => c.kind === "channels" && c.channels.includes(channel))
    .reduce((product, /** @type {Some} */ c) => product * (c.scale ?? 0), 1);
}

/** @type {readonly string[]} dropouts where the network has no layer for it; a layer takes one */
const MASKING = ["drop_after", "drop_connect", "recurrent"];

/** The dropout put at a layer: after it (`what` is the variant), on its "weights", or on its state ("zoneout",
 * or "state" for zeros); "" where there is none.
 * @param {Changes} changes
 * @param {string} layer
 * @returns {{what: string, p?: number, seed?: number | null}}
 */
export function masking(changes, layer) {
  /** @type {Some | undefined} */
  const change = at(changes, layer).find(({ kind }) => MASKING.includes(kind));
  if (!change || change.rule === "none") return { what: "" };
  const { kind, variant = "element", rule = "zoneout", p = 0.5, seed = null } = change;
  if (kind === "drop_after") return { what: variant, p, seed };
  if (kind === "drop_connect") return { what: "weights", p, seed };
  return { what: rule === "zoneout" ? "zoneout" : "state", p, seed };
}

/** That dropout in the place of any that was put there.
 * @param {Changes} changes
 * @param {string} layer
 * @param {{what: string, p: number, seed: number | null}} told
 * @returns {Intervention[]}
 */
export function setMasking(changes, layer, { what, p, seed }) {
  const rest = without(changes, (c) => c.layer === layer && MASKING.includes(c.kind));
  if (what === "") return rest;
  const common = { layer, p, ...(seed === null ? {} : { seed }) };
  if (what === "weights") return put(rest, { kind: "drop_connect", ...common });
  if (what === "zoneout") return put(rest, { kind: "recurrent", rule: "zoneout", ...common });
  if (what === "state") return put(rest, { kind: "recurrent", rule: "dropout", ...common });
  return put(rest, { kind: "drop_after", variant: what, ...common });
}
