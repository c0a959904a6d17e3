import { html, nothing } from "lit";
import { heard } from "../../../components/heard.js";
import * as format from "../../../core/format.js";
import { gettext, pick } from "../../../core/i18n.js";
import { decode, Tensor } from "../../../core/tensor.js";
import { session } from "../session.js";
import { dotted, scattered } from "./dots.js";
import { runsFor } from "./draws.js";
import { frame, Section } from "./section.js";
import { again, hasNetwork, question, shareField, subjectWords } from "./subject.js";
import "../../../components/number-field.js";

/** @typedef {NonNullable<import("./section.js").Answer["monte_carlo"]>} MonteCarlo */

const ROWS = 5;
/** Masks. */
const [FEWEST, MOST] = [10, 500];

/** `<drop-monte-carlo>`: the network asked many times, with a mask each; how far its answers scatter. */
export class DropMonteCarlo extends Section {
  question() {
    const body = question({}, { needs: hasNetwork, alone: true });
    if (body?.source.kind !== "network") return null;
    session.networks.want(body.source.network);
    const nodes = session.networks.info(body.source.network)?.nodes;
    if (!nodes) return null;
    const { votes, seed } = session.state.values;
    const draws = Math.min(votes, this.#most(nodes, body.source.layer));
    return { ...body, monte_carlo: { draws, seed } };
  }

  /** As many masks as the rest of the network can be run with, in tens.
   * @param {readonly import("../../../core/wire.js").NetworkNode[]} nodes @param {string} layer */
  #most(nodes, layer) {
    const runs = runsFor(nodes, layer, session.state.values.variant);
    return Math.max(FEWEST, Math.min(MOST, 10 * Math.floor(runs / 10)));
  }

  render() {
    const found = this.answer?.monte_carlo ?? null;
    const body = this.question();
    const source = body?.source.kind === "network" ? body.source : null;
    const nodes = source && session.networks.info(source.network)?.nodes;
    const most = source && nodes ? this.#most(nodes, source.layer) : MOST;
    const votes = Math.min(session.state.values.votes, most);
    const set = heard((/** @type {number} */ value) => session.state.set({ votes: value }));
    return frame({
      id: "monte-carlo",
      title: gettext("Monte-Carlo dropout: asked many times"),
      words: html`<p>${gettext("Leave dropout on when the network is used, and ask about the same picture again and again. Where the answers scatter, the network has little to go by: the scatter is read as its doubt.")}</p>
        <p class="soft">${subjectWords(body)}</p>`,
      settings: html`<number-field label=${gettext("Masks")} .value=${votes} .min=${FEWEST} .max=${most} .step=${10} slider
          @value-input=${set} @value-change=${set}></number-field>
        ${shareField()}${again()}${this.notice()}`,
      figure: html`${this.#spreads(found)}${this.#entropies(found)}`,
      see: html`<p>${found ? this.#words(found) : nothing}</p>
        <p>${gettext("How much they scatter depends on where and how much is dropped as well as on the picture: move p, or drop elsewhere. It is doubt under this dropout, and no probability of being wrong.")}</p>`,
      take: this.take("monte-carlo", gettext("Take away the scattered predictions"), () =>
        this.#arrays(),
      ),
    });
  }

  /** @param {MonteCarlo} found */
  #words({ classes, draws, entropy }) {
    const [first] = classes;
    if (!first) return "";
    return gettext(
      "Without dropout “{name}” has {eval}. Over {n} masks it is {mean} on average, between {lo} and {hi} for 95% of them, and the likeliest class for {first}. The masks’ disagreement makes {part} of {all} nats of the mean prediction’s entropy.",
      {
        name: pick(first.name),
        eval: format.percent(first.eval),
        n: format.count(draws),
        mean: format.percent(first.mean),
        lo: format.percent(first.lo),
        hi: format.percent(first.hi),
        first: format.percent(first.first),
        part: format.number(entropy.mutual_information),
        all: format.number(entropy.predictive),
      },
    );
  }

  /** A row for each class: a dot for each mask, the middle half and 95% of them. @param {MonteCarlo | null} found */
  #spreads(found) {
    const paths = this.once("paths", [found], () => {
      const probabilities = found && decode(found.probabilities);
      return (found?.classes ?? []).map((_, c) =>
        dotted(
          Array.from({ length: found?.draws ?? 0 }, (_, i) => [
            probabilities?.at(i, 0, c) ?? 0,
            0.08 + 0.84 * scattered(i),
          ]),
        ),
      );
    });
    return html`<table class="spreads"><caption>${gettext("Probability of the likeliest classes, mask by mask")}</caption>
      <thead><tr><th scope="col">${gettext("Class")}</th><th scope="col"><span class="unseen">${gettext("from 0 to 100%")}</span></th>
        <th scope="col" class="amount named"><span class="tone-before">${gettext("without dropout")}</span></th><th scope="col" class="amount named"><span class="tone-after">${gettext("median")}</span></th>
        <th scope="col" class="amount">${gettext("95% of the masks")}</th><th scope="col" class="amount">${gettext("likeliest for")}</th></tr></thead>
      <tbody>${Array.from({ length: ROWS }, (_, i) => {
        const one = found?.classes[i];
        const cell = (/** @type {string} */ name, /** @type {unknown} */ value) =>
          html`<td class="amount" data-name=${name}>${one ? value : "–"}</td>`;
        return html`<tr><th scope="row">${one ? pick(one.name) : "–"}</th>
          <td class="spread"><div>${
            one
              ? html`<svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true"><path d=${paths[i] ?? ""} class="dots"></path></svg>
                <i class="reach" .style=${`--lo:${one.lo};--hi:${one.hi}`}></i><i class="half" .style=${`--lo:${one.q1};--hi:${one.q3}`}></i>
                <i class="at tone-after" .style=${`--at:${one.median}`}></i><i class="at long tone-before" .style=${`--at:${one.eval}`}></i>`
              : nothing
          }</div></td>
          ${cell(gettext("without dropout"), format.percent(one?.eval ?? 0))}${cell(gettext("median"), html`<b class="tone-after">${format.percent(one?.median ?? 0)}</b>`)}
          ${cell(gettext("95% of the masks"), gettext("{lo} to {hi}", { lo: format.percent(one?.lo ?? 0), hi: format.percent(one?.hi ?? 0) }))}
          ${cell(gettext("likeliest for"), format.percent(one?.first ?? 0))}</tr>`;
      })}</tbody></table>
      <p class="hint">${gettext("A dot for each mask; the bar holds the middle half of them, the line 95%.")}</p>`;
  }

  /** @param {MonteCarlo | null} found */
  #entropies(found) {
    const entropy = found?.entropy;
    const most = Math.max(entropy?.predictive ?? 0, entropy?.eval ?? 0) || 1;
    const part = (/** @type {string} */ tone, /** @type {number | undefined} */ value) =>
      html`<i class="tone-${tone}" .style=${`--part:${(value ?? 0) / most}`}></i>`;
    const amount = (/** @type {number | undefined} */ value) =>
      value === undefined ? "–" : gettext("{n} nats", { n: format.number(value) });
    return html`<div class="entropies"><h3>${gettext("Entropy: how undecided")}</h3>
      <dl>
        <div><dt>${gettext("without dropout")}</dt><dd><span class="parts" aria-hidden="true">${part("before", entropy?.eval)}</span><b>${amount(entropy?.eval)}</b></dd></div>
        <div><dt>${gettext("of the mean prediction")}</dt><dd><span class="parts" aria-hidden="true">${part("mean", entropy?.mean_of_entropies)}${part("after", entropy?.mutual_information)}</span><b>${amount(entropy?.predictive)}</b></dd></div>
        <div class="share"><dt class="named"><span class="tone-mean">${gettext("of a single mask’s, on average")}</span></dt><dd><b class="tone-mean">${amount(entropy?.mean_of_entropies)}</b></dd></div>
        <div class="share"><dt class="named"><span class="tone-after">${gettext("disagreement of the masks (mutual information)")}</span></dt><dd><b class="tone-after">${amount(entropy?.mutual_information)}</b></dd></div>
      </dl></div>`;
  }

  #arrays() {
    /** @type {Record<string, Tensor>} */ const arrays = {};
    const found = this.answer?.monte_carlo;
    if (!found) return arrays;
    arrays.probabilities = decode(found.probabilities);
    arrays.classes = new Tensor(
      [found.classes.length],
      Float32Array.from(found.classes, ({ index }) => index),
    );
    return arrays;
  }
}

customElements.define("drop-monte-carlo", DropMonteCarlo);
