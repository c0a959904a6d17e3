import { html, nothing } from "lit";
import { scaleFor } from "../../../core/colour.js";
import * as format from "../../../core/format.js";
import { gettext } from "../../../core/i18n.js";
import { look } from "../../../core/looks.js";
import { decode } from "../../../core/tensor.js";
import { METHODS } from "../fields.js";
import { session } from "../session.js";
import { mapsOf } from "./maps.js";
import { methodName } from "./method-words.js";
import { frame, Section } from "./section.js";
import { channel, member, question, subjectWords } from "./subject.js";
import "../../../components/colour-legend.js";
import "../../../components/heat-map.js";
import "../../../components/prediction-bars.js";

/** @typedef {import("../../../core/tensor.js").Tensor} Tensor */
/** @typedef {{before: Tensor, after: Tensor, difference: Tensor}} Maps */

/** Most images of a batch that are shown. */
const MOST_SEEN = 12;
/** Channels shown, from the pinned element's on. */
const SHOWN = 4;

/** `<norm-mates>`: one sample's output among its batch-mates, and among others. */
export class NormMates extends Section {
  question() {
    const mates = { seed: session.state.values.mates, member: member() };
    const body = question({ mode: "train", mates });
    return body && { ...body, channels: this.#channels(body) };
  }

  /** @param {import("./section.js").Request} body */
  #channels({ source }) {
    const all =
      source.kind === "grid" ? 0 : session.networks.channels(source.network, source.layer ?? "");
    const first = all ? Math.max(0, Math.min(channel(), all - SHOWN)) : channel();
    return Array.from({ length: all ? Math.min(SHOWN, all) : 1 }, (_, i) => first + i);
  }

  /** @returns {Maps | null} */
  get #maps() {
    const mates = this.answer?.mates;
    return this.once("maps", [mates], () =>
      mates
        ? {
            before: mapsOf(decode(mates.before)),
            after: mapsOf(decode(mates.after)),
            difference: mapsOf(decode(mates.difference)),
          }
        : null,
    );
  }

  render() {
    const maps = this.#maps;
    return frame({
      id: "mates",
      title: gettext("The same image among others"),
      words: html`<p>${gettext("One image stays; all others in its batch are exchanged. A method that takes its statistics from the batch answers differently to the very same image.")}</p>
        <p class="soft">${subjectWords(this.question())}</p>`,
      settings: html`<button type="button" @click=${() => session.state.set({ mates: session.state.values.mates + 1 })}>${gettext("Other batch-mates")}</button>
        ${this.notice()}`,
      figure: html`<div class="moved">${this.#figures(maps)}<div class="moves">${this.#table()}${this.#predictions()}</div></div>`,
      see: html`<p>${this.#alike()}</p>`,
      take: this.take("mates", gettext("Take away the outputs among other batch-mates"), () => ({
        ...this.#maps,
      })),
    });
  }

  /** @param {Maps | null} maps */
  #figures(maps) {
    const channels = this.answer?.channels ?? [];
    const { names, both, apart } = this.once("ranges", [maps], () => ({
      names: channels.map((c) => gettext("channel {c}", { c })),
      both: maps && around(maps.before.range(), maps.after.range()),
      apart: maps && around(maps.difference.range()),
    }));
    const strip = (
      /** @type {string} */ label,
      /** @type {Tensor | undefined} */ tensor,
      /** @type {readonly [number, number] | null} */ range,
      /** @type {unknown} */ company = nothing,
    ) =>
      html`<figure><figcaption>${label}${company}</figcaption>
        <div class="strip">${tensor ? html`<heat-map readout label=${label} .names=${names} .tensor=${tensor} .range=${range} .signed=${true} .columns=${channels.length}></heat-map>` : nothing}</div></figure>`;
    const legend = (/** @type {readonly [number, number] | null} */ range) =>
      html`<colour-legend .scale=${range && scaleFor(range[0], range[1], true)} .range=${range} .scopes=${[]}></colour-legend>`;
    const { method, groups } = session.state.values;
    const words = { method: methodName(method, groups), channels: names.join(" · ") || "…" };
    return html`<div class="strips">
      <h3>${gettext("Output of {method}: {channels}", words)}</h3>
      ${strip(gettext("among its batch-mates"), maps?.before, both, this.#company(false))}
      ${strip(gettext("among others"), maps?.after, both, this.#company(true))}
      ${legend(both)}
      ${strip(gettext("difference"), maps?.difference, apart)}
      ${legend(apart)}
    </div>`;
  }

  /** The batch as small pictures, the image that stays in a frame. @param {boolean} others in the places of the rest */
  #company(others) {
    const { batch } = session.state.values;
    const items = this.answer?.mates?.items ?? [];
    const stays = this.answer?.mates?.member ?? member();
    const place = (/** @type {number} */ at) => String(items[at < stays ? at : at - 1] ?? "");
    return html`<span class="company" aria-hidden="true">${batch
      .slice(0, MOST_SEEN)
      .map((word, at) => {
        const shown = others && at !== stays ? place(at) : word;
        return html`<canvas class=${at === stays ? "stays" : ""} data-word=${shown} width="28" height="28"></canvas>`;
      })}${batch.length > MOST_SEEN ? html`<small class="soft">+${batch.length - MOST_SEEN}</small>` : nothing}</span>`;
  }

  updated() {
    const body = this.question();
    if (body) look(this.answer?.mates?.items ?? [], body.source, this);
  }

  #table() {
    const mates = this.answer?.mates;
    const { method: chosen, groups } = session.state.values;
    return html`<table class="measures"><caption>${gettext("How far the output moves")}</caption>
      <thead><tr><th scope="col">${gettext("Method")}</th><th scope="col" class="amount">${gettext("root mean square")}</th>
        <th scope="col" class="amount">${gettext("at most")}</th><th scope="col">${gettext("same bits")}</th></tr></thead>
      <tbody>${METHODS.map((method) => {
        const moved = mates?.methods[method];
        const exact = mates?.exact[method];
        return html`<tr class=${method === chosen ? "chosen" : ""}><th scope="row">${methodName(method, method === "group" ? groups : 0)}</th>
          <td class="amount">${moved ? format.number(moved.rms) : "–"}</td><td class="amount">${moved ? format.number(moved.max) : "–"}</td>
          <td class=${exact ? "tone-beta" : ""}>${exact === undefined ? "–" : exact ? gettext("yes") : gettext("no")}</td></tr>`;
      })}</tbody></table>`;
  }

  /** Which methods give the same bits, in words. */
  #alike() {
    const exact = this.answer?.mates?.exact;
    if (!exact) return nothing;
    const names = METHODS.filter((method) => exact[method]).map((method) => methodName(method));
    return names.length
      ? gettext("Equal to the last bit, whoever else is in the batch: {methods}.", {
          methods: names.join(gettext(", ")),
        })
      : gettext("No method gives the same bits.");
  }

  #predictions() {
    const found = this.answer?.mates?.predictions;
    if (!found) return nothing;
    const list = (
      /** @type {string} */ title,
      /** @type {any} */ predictions,
      /** @type {any} */ baseline = null,
    ) =>
      html`<div class="outcome"><h3>${title}</h3>
        <prediction-bars label=${title} .predictions=${predictions} .baseline=${baseline} .rows=${3}></prediction-bars></div>`;
    return html`<div class="outcomes short">
      ${list(gettext("Among its batch-mates"), found.before)}
      ${list(gettext("Among others"), found.after, found.before)}
      ${list(gettext("In evaluation mode"), found.eval)}
    </div>`;
  }
}

/** What all lie within. @param {...(readonly [number, number])} ranges @returns {[number, number]} */
function around(...ranges) {
  return [Math.min(...ranges.map(([lo]) => lo)), Math.max(...ranges.map(([, hi]) => hi))];
}

customElements.define("norm-mates", NormMates);
