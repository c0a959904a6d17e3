import { html, nothing, svg } from "lit";
import { heard } from "../../../components/heard.js";
import * as format from "../../../core/format.js";
import { gettext, pick } from "../../../core/i18n.js";
import { decode, Tensor } from "../../../core/tensor.js";
import { session } from "../session.js";
import { dotted, scattered } from "./dots.js";
import { runsFor } from "./draws.js";
import { beforeHead } from "./paths.js";
import { frame, Section } from "./section.js";
import { again, hasNetwork, question, shareField, subjectWords } from "./subject.js";
import "../../../components/choice-field.js";
import "../../../components/number-field.js";

/** @typedef {NonNullable<import("./section.js").Answer["ensemble"]>} Ensemble */

/** Subsets drawn where there are too many to take all. */
const DRAWS = 2000;
/** Units up to which all subsets are taken; and of a layer far from the head, whose rest takes longer to run. */
const ALL_OF = 12;
const FAR = 8;
const MOST = 16;
/** Ticks of the axis, as shares. */
const TICKS = [0, 0.25, 0.5, 0.75, 1];

/** `<drop-ensemble>`: all the networks that dropout makes of one, and the one that stands for their mean. */
export class DropEnsemble extends Section {
  question() {
    const { unitsAt, units, seed } = session.state.values;
    const body = question({ variant: "element" }, { needs: hasNetwork, alone: true });
    if (body?.source.kind !== "network") return null;
    const { source } = body;
    session.networks.want(source.network);
    const nodes = session.networks.info(source.network)?.nodes;
    const head = nodes && beforeHead(nodes);
    if (!head) return null;
    const layer = unitsAt === "head" ? head : source.layer;
    const many = Math.min(units, this.#most(nodes, layer, head));
    return { ...body, source: { ...source, layer }, ensemble: { units: many, draws: DRAWS, seed } };
  }

  /** How many units can be dropped. @param {readonly import("../../../core/wire.js").NetworkNode[]} nodes
   * @param {string} layer @param {string} head */
  #most(nodes, layer, head) {
    const there = nodes.find(({ name }) => name === layer)?.shape[0] ?? MOST;
    const runs = runsFor(nodes, layer, "channel");
    // Above so many units they are drawn, and no more of them than of all subsets of that many.
    const most = runs >= DRAWS && runs >= 2 ** ALL_OF ? MOST : Math.floor(Math.log2(runs));
    return Math.max(1, Math.min(most, layer === head ? MOST : FAR, there));
  }

  /** The class looked at, as an index into those of the answer. */
  get #class() {
    const { ensembleClass } = session.state.values;
    const found = this.answer?.ensemble?.classes.findIndex(({ index }) => index === ensembleClass);
    return Math.max(0, found ?? 0);
  }

  render() {
    const body = this.question();
    const found = this.answer?.ensemble ?? null;
    return frame({
      id: "ensemble",
      title: gettext("An ensemble of subnetworks"),
      words: html`<p>${gettext("Drop some units and what is left is a network of its own, with the same weights. n units make 2ⁿ of them. The whole network, used once without dropout, is meant to stand for the mean of them all. Does it?")}</p>
        <p class="soft">${subjectWords(body)}</p>`,
      settings: this.#settings(body),
      figure: html`${this.#dots(found)}${this.#table(found)}`,
      see: html`${found ? this.#see(found) : html`<p></p>`}`,
      take: this.take("ensemble", gettext("Take away the subnetworks’ predictions"), () =>
        this.#arrays(),
      ),
    });
  }

  /** @param {import("./section.js").Request | null} body */
  #settings(body) {
    const { unitsAt, units } = session.state.values;
    const set = heard((/** @type {number} */ value) => session.state.set({ units: value }));
    const source = body?.source.kind === "network" ? body.source : null;
    const nodes = (source && session.networks.info(source.network)?.nodes) ?? [];
    const most = source ? this.#most(nodes, source.layer, beforeHead(nodes)) : MOST;
    return html`<choice-field small label=${gettext("Units")} .value=${unitsAt} .options=${[
      { value: "head", label: gettext("before the last layer") },
      { value: "stage", label: gettext("of the stage’s layer") },
    ]} @value-change=${heard((/** @type {any} */ value) => session.state.set({ unitsAt: value }))}></choice-field>
      <number-field label=${gettext("Droppable units")} .value=${Math.min(units, most)} .min=${1} .max=${most} slider
        @value-input=${set} @value-change=${set}></number-field>
      ${shareField()}
      <choice-field list label=${gettext("Class")} .value=${String(this.#class)}
        .options=${(this.answer?.ensemble?.classes ?? []).map(({ name }, i) => ({ value: String(i), label: pick(name) }))}
        @value-change=${heard((/** @type {string} */ value) => {
          session.state.set({
            ensembleClass: this.answer?.ensemble?.classes[Number(value)]?.index ?? null,
          });
        })}></choice-field>
      ${again()}${this.notice()}`;
  }

  /** A dot for each subnetwork: how probable it finds the class, and how many units it has. @param {Ensemble | null} found */
  #dots(found) {
    const c = this.#class;
    const n = found?.units.length ?? session.state.values.units;
    const { path, words } = this.once("dots", [found, c], () => this.#drawn(found, c));
    const means = found
      ? [
          { tone: "before", at: found.scaled[c] ?? 0 },
          { tone: "deviation", at: found.arithmetic[c] ?? 0 },
          { tone: "mean", at: found.geometric[c] ?? 0, dashed: true },
        ]
      : [];
    return html`<figure class="subnets"><figcaption>${
      found
        ? found.exhaustive
          ? gettext("All {n} subnetworks: how probable each finds “{name}”", words)
          : gettext("{n} subnetworks of {all}, drawn at random: how probable each finds “{name}”", {
              ...words,
              all: `2${superscript(n)}`,
            })
        : "…"
    }</figcaption>
      <div class="field" .style=${`--lanes:${n + 1}`}>
        <ol aria-hidden="true">${Array.from({ length: n + 1 }, (_, i) => html`<li>${i ? n - i : gettext("{n} kept", { n })}</li>`)}</ol>
        <div class="plane"><svg viewBox="0 0 1 ${n + 1}" preserveAspectRatio="none" role="img" aria-label=${found ? gettext("{n} dots for “{name}”, from {lo} to {hi}, by how many units are kept", words) : gettext("nothing yet")}>
          ${Array.from({ length: n }, (_, i) => svg`<line x1="0" x2="1" y1=${i + 1} y2=${i + 1} class="rule"></line>`)}
          <path d=${path} class="dots"></path>
        </svg>${means.map(({ tone, at, dashed }) => html`<i class="at tone-${tone} ${dashed ? "dashed" : ""}" .style=${`--at:${at}`}></i>`)}</div>
        <div class="ticks" aria-hidden="true">${TICKS.map((tick) => html`<span .style=${`--at:${tick}`}>${Math.round(100 * tick)}%</span>`)}</div>
      </div></figure>`;
  }

  /** @param {Ensemble | null} found @param {number} c */
  #drawn(found, c) {
    if (!found) return { path: "", words: {} };
    const probabilities = decode(found.probabilities);
    const n = found.units.length;
    /** @type {[number, number][]} */ const places = [];
    let [lo, hi] = [1, 0];
    for (const [i, subset] of found.subsets.entries()) {
      const probability = probabilities.at(i, 0, c);
      lo = Math.min(lo, probability);
      hi = Math.max(hi, probability);
      places.push([probability, n - bits(subset) + 0.2 + 0.6 * scattered(i)]);
    }
    const name = found.classes[c];
    return {
      path: dotted(places),
      words: {
        n: format.count(found.subnets),
        name: name ? pick(name.name) : "",
        lo: format.percent(lo),
        hi: format.percent(hi),
      },
    };
  }

  /** @param {Ensemble | null} found */
  #table(found) {
    const amount = (/** @type {number | undefined} */ value) =>
      value === undefined ? "–" : format.percent(value);
    return html`<table class="measures"><thead><tr><th scope="col">${gettext("Class")}</th>
        <th scope="col" class="amount named"><span class="tone-deviation">${gettext("arithmetic mean")}</span></th>
        <th scope="col" class="amount named"><span class="tone-mean">${gettext("geometric mean")}</span></th>
        <th scope="col" class="amount named"><span class="tone-before">${gettext("whole network")}</span></th></tr></thead>
      <tbody>${Array.from({ length: found?.classes.length ?? 5 }, (_, i) => {
        const one = found?.classes[i];
        return html`<tr class=${found && i === this.#class ? "chosen" : ""}><th scope="row">${one ? pick(one.name) : "–"}</th>
          <td class="amount">${amount(found?.arithmetic[i])}</td><td class="amount">${amount(found?.geometric[i])}</td><td class="amount">${amount(found?.scaled[i])}</td></tr>`;
      })}</tbody></table>`;
  }

  /** @param {Ensemble} found */
  #see(found) {
    const words = {
      arithmetic: format.percent(found.gap.arithmetic),
      geometric: format.percent(found.gap.geometric),
    };
    return html`<p>${
      found.linear
        ? found.exhaustive
          ? gettext(
              "The whole network is not the arithmetic mean of its subnetworks: their probabilities differ by up to {arithmetic}. It is their geometric mean (the difference, {geometric}, is rounding): only one linear layer and a softmax follow, and then it must be.",
              words,
            )
          : gettext(
              "The whole network is not the arithmetic mean of its subnetworks: their probabilities differ by up to {arithmetic}. Over all of them it would be exactly their geometric mean; over those drawn they differ by {geometric}.",
              words,
            )
        : gettext(
            "Layers that are not linear follow. The whole network is neither the arithmetic mean of its subnetworks (the probabilities differ by up to {arithmetic}) nor their geometric mean (by up to {geometric}).",
            words,
          )
    }</p>
      <p>${gettext("The subnetworks are not independent: all share the same weights, and none of them was trained for long.")}
        ${found.units.length > ALL_OF ? gettext("Above {n} units they are too many to take all; these are drawn as dropout would.", { n: ALL_OF }) : nothing}</p>`;
  }

  #arrays() {
    /** @type {Record<string, Tensor>} */ const arrays = {};
    const found = this.answer?.ensemble;
    if (!found) return arrays;
    arrays.probabilities = decode(found.probabilities);
    arrays.weights = decode(found.weights);
    const put = (/** @type {string} */ name, /** @type {readonly number[]} */ values) => {
      arrays[name] = new Tensor([values.length], Float32Array.from(values));
    };
    put("subsets", found.subsets);
    put("arithmetic", found.arithmetic);
    put("geometric", found.geometric);
    put("whole", found.scaled);
    return arrays;
  }
}

/** How many bits are set. @param {number} subset */
function bits(subset) {
  let count = 0;
  for (let rest = subset; rest; rest &= rest - 1) count++;
  return count;
}

/** @param {number} n */
function superscript(n) {
  return [...String(n)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("");
}

customElements.define("drop-ensemble", DropEnsemble);
