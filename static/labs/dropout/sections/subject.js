/** What the sections experiment on: what the stage shows, or, where that does not do, what the lab opens with. */

import { html } from "lit";
import { heard } from "../../../components/heard.js";
import { gettext, pick } from "../../../core/i18n.js";
import { memberOf } from "../../../core/members.js";
import { fields } from "../fields.js";
import { session } from "../session.js";
import "../../../components/number-field.js";

/** @typedef {import("../../../core/wire.js").DropoutRequest} Request */
/** @typedef {Extract<Request["source"], {kind: "network"}>} NetworkSource */

/** Whether the stage's layer is known, whose shape and surroundings say what can be asked. */
export function layerKnown() {
  const { network } = session;
  return !network || session.networks.info(network) !== null;
}

/** Whether a source will do; one written by hand has no network. @param {Request["source"]} source */
export function hasNetwork(source) {
  return source.kind === "network";
}

/** The stage's question in training, with an experiment instead of the figure.
 * @param {Partial<Request>} more
 * @param {{needs?: (source: Request["source"]) => boolean, alone?: boolean}} [options] `needs`: what the source must
 *   have, or else it is the one that the lab opens with; `alone`: the pinned sample without its batch
 * @returns {Request | null} null while a picture is not known
 */
export function question(more, { needs = () => true, alone = false } = {}) {
  const base = session.base();
  if (!base) return null;
  const source = needs(base.source) ? base.source : opening();
  if (!source) return null;
  return {
    ...base,
    mode: "train",
    scaling: "inverted",
    record: [],
    ...more,
    source: alone ? alonely(source) : source,
    at: { b: alone ? 0 : member(), c: 0, y: 0, x: 0 },
  };
}

/** The source that the lab opens with, with the samples that are there. @returns {NetworkSource | null} */
function opening() {
  const { members } = session;
  return (
    members &&
    /** @type {NetworkSource} */ ({
      kind: "network",
      network: fields.net.value,
      layer: fields.layer.value,
      batch: members,
    })
  );
}

/** @param {Request["source"]} source @returns {Request["source"]} */
function alonely(source) {
  const of = (/** @type {any[]} */ all) => all.slice(member(), member() + 1);
  return source.kind === "grid"
    ? { ...source, values: of(source.values) }
    : { ...source, batch: of(source.batch) };
}

/** The sample of the pinned element. */
export function member() {
  const { batch, grid, source } = session.state.values;
  const count = source === "grid" ? grid.length : batch.length;
  return Math.min(session.pinned?.b ?? 0, count - 1);
}

/** The pinned sample as the server wants it; null while not known. */
export function pinnedMember() {
  const { batch } = session.state.values;
  return memberOf(batch[Math.min(member(), batch.length - 1)] ?? "");
}

/** In words: which layer of which network. @param {Request | null} body */
export function subjectWords(body) {
  const source = body?.source;
  if (!source) return "";
  if (source.kind === "grid") return gettext("the numbers written by hand");
  return gettext("{layer} of {network}", {
    layer: source.layer,
    network: networkName(source.network),
  });
}

/** A network's title. @param {string} name */
export function networkName(name) {
  const card = session.networks.cards.find((each) => each.name === name);
  return card ? pick(card.title) : name;
}

/** What all sections share: how likely something is dropped. */
export function shareField() {
  const set = heard((/** @type {number} */ p) => session.state.set({ p }));
  return html`<number-field label=${gettext("Probability p")} .value=${session.state.values.p} .min=${0} .max=${1} .step=${0.01}
    slider @value-input=${set} @value-change=${set}></number-field>`;
}

/** Other masks, on the whole page. */
export function again() {
  return html`<button type="button" @click=${throwAgain}>${gettext("Throw again")}</button>`;
}

function throwAgain() {
  session.state.set({ seed: session.state.values.seed + 1 });
}
