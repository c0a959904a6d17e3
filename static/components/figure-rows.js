/** Rows around the figure of a tensor: its axes, its samples, which channels are shown. */

import { html, nothing } from "lit";
import * as format from "../core/format.js";
import { gettext } from "../core/i18n.js";
import { MOST_MEMBERS, others, resized } from "../core/members.js";
import { heard } from "./heard.js";
import "./number-field.js";

/** The tensor's axes with their lengths.
 * @param {{layout: import("../core/tensor-layout.js").Kind, shape: readonly number[]}} answer
 */
export function axesWords({ layout, shape: [samples = 1, channels = 1, height = 1, width = 1] }) {
  const axis = (/** @type {string} */ letter, /** @type {string} */ words) =>
    html`<span><b>${letter}</b> ${words}</span>`;
  const parts = [axis("N", gettext("{n} samples", { n: samples }))];
  if (layout === "tokens")
    parts.push(
      axis("D", gettext("{n} features", { n: channels })),
      axis("L", gettext("{n} tokens", { n: height })),
    );
  else if (layout === "vectors") parts.push(axis("C", gettext("{n} features", { n: channels })));
  else
    parts.push(
      axis("C", gettext("{n} channels", { n: channels })),
      axis("H × W", format.shape([height, width])),
    );
  return parts.map((part, i) => (i ? html` × ${part}` : part));
}

/** How many samples there are, and others in their place.
 * @param {readonly string[]} batch @param {(batch: string[], push: boolean) => void} change
 */
export function samplesRow(batch, change) {
  const act = heard((/** @type {number} */ count) => change(resized(batch, count), false));
  return html`<div class="samples-row"><number-field slider data-control="samples" label=${gettext("Samples")} min="1" max=${MOST_MEMBERS}
      .value=${batch.length} @value-change=${act} @value-input=${heard(() => {})}></number-field>
    <button type="button" @click=${() => change(others(batch), true)}>${gettext("Other samples")}</button>
    <span class="small soft">${gettext("Click a picture to change it.")}</span></div>`;
}

/** Which channels are shown, and the way to the others.
 * @param {{channels: readonly number[], shape: readonly number[]}} answer
 * @param {(from: number) => void} go to other channels, from this one on
 */
export function pager({ channels, shape }, go) {
  const [, all = 1] = shape;
  const count = channels.length;
  if (count >= all) return nothing;
  const first = channels[0] ?? 0;
  const to = (/** @type {number} */ from) => () => go(Math.max(0, Math.min(all - count, from)));
  return html`<span class="pager" role="group" aria-label=${gettext("Channels shown")}>
    <button type="button" aria-label=${gettext("Channels before")} ?disabled=${first === 0} @click=${to(first - count)}>‹</button>
    <span>${gettext("{from}–{to} of {n}", { from: first, to: first + count - 1, n: all })}</span>
    <button type="button" aria-label=${gettext("Channels after")} ?disabled=${first + count >= all} @click=${to(first + count)}>›</button></span>`;
}
