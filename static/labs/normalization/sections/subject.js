/** What the sections experiment on: what the stage shows, or, where that does not do, the network that the lab
 * opens with. */

import { html } from "lit";
import { heard } from "../../../components/heard.js";
import * as format from "../../../core/format.js";
import { gettext, pick } from "../../../core/i18n.js";
import { memberOf } from "../../../core/members.js";
import { fields } from "../fields.js";
import { session } from "../session.js";
import "../../../components/number-field.js";

/** @typedef {import("../../../core/wire.js").NormalizationRequest} Request */

/** The stage's question, with an experiment; of what was written by hand there are no other images.
 * @param {Partial<Request>} more @param {boolean} [usual] about the network that the lab opens with, whatever the
 *   stage shows
 * @returns {Request | null}
 */
export function question(more, usual = false) {
  const base = session.base();
  if (!base) return null;
  const { training: _, running: __, ...body } = base;
  const opens = usual || body.source.kind === "grid";
  return { ...body, ...more, source: opens ? opening() : body.source };
}

/** The source that the lab opens with, with the present batch. */
function opening() {
  const batch = members();
  return {
    kind: /** @type {const} */ ("network"),
    network: fields.net.value,
    layer: fields.layer.value,
    batch,
  };
}

/** The samples of the batch, those that are known. @returns {any[]} */
export function members() {
  return session.state.values.batch.flatMap((word) => memberOf(word) ?? []);
}

/** The channel of the pinned element. */
export function channel() {
  return session.pinned?.c ?? 0;
}

/** The sample of the pinned element. */
export function member() {
  return Math.min(session.pinned?.b ?? 0, session.state.values.batch.length - 1);
}

/** In words: which layer of which network. @param {Request | null} body */
export function subjectWords(body) {
  const source = body?.source;
  if (!source || source.kind === "grid") return "";
  const card = session.networks.cards.find(({ name }) => name === source.network);
  return gettext("{layer} of {network}", {
    layer: source.layer ?? "",
    network: card ? pick(card.title) : source.network,
  });
}

/** A choice of the channel, which is that of the pinned element. @param {Request | null} body */
export function channelField(body) {
  const source = body?.source;
  const count =
    source && source.kind !== "grid"
      ? session.networks.channels(source.network, source.layer ?? "")
      : 0;
  const set = heard((/** @type {number} */ c) => {
    session.pin({ b: 0, y: 0, x: 0, ...session.pinned, c });
  });
  return html`<number-field label=${gettext("Channel")} .value=${channel()} .min=${0} .max=${Math.max(0, count - 1)}
    ?disabled=${!count} slider @value-input=${set} @value-change=${set}></number-field>`;
}

/** What the dashed line of a chart is over. @param {number | undefined} count */
export function allImages(count) {
  return count ? gettext("all {n} images", { n: format.count(count) }) : gettext("all images");
}
