import { html, nothing } from "lit";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { Tensor } from "../../core/tensor.js";
import { at } from "./operands.js";
import { ofChannel, plainNumber } from "./sum-others.js";
import "../../components/heat-map.js";
import "../../components/histogram-chart.js";

/** @typedef {import("../../core/wire.js").Normalization} Normalization */
/** @typedef {import("../../core/wire.js").Distribution} Distribution */
/** @typedef {import("./field.js").Place} Place */

/** The statistics of one channel, and what they did to its values. A symbol has one colour in the
 * formula, at the lines of the histograms and in the table.
 * @param {Normalization} norm of one image and channel
 * @param {Place | null} place whose statistics are meant where each place has its own
 */
export function normPanel(norm, place) {
  const { mean, variance, gamma, beta } = ofChannel(norm, place);
  const deviation = Math.sqrt(variance + norm.eps);
  const none = norm.method === "none";
  const [scale, shift] = [gamma ?? 1, beta ?? 0];
  return html`
    <div class="spread">
      <figure><figcaption>${gettext("Before: x")}</figcaption>
        <histogram-chart label=${gettext("Values before normalisation")} .height=${110}
          .series=${[series(norm.before, gettext("before"), "before")]}
          .lines=${none || norm.places ? [] : [line(mean, "μ", "mean"), line(mean - deviation, "μ − σ", "deviation"), line(mean + deviation, "μ + σ", "deviation")]}></histogram-chart>
      </figure>
      <figure><figcaption>${gettext("After: y")}</figcaption>
        <histogram-chart label=${gettext("Values after normalisation")} .height=${110}
          .series=${[series(norm.after, gettext("after"), "after")]}
          .lines=${none ? [] : [line(shift, "β", "beta"), line(shift - scale, "β − γ", "gamma"), line(shift + scale, "β + γ", "gamma")]}></histogram-chart>
      </figure>
      ${norm.places ? placeFigures(norm.places, norm.method === "rms", place) : nothing}
      ${none ? nothing : table(norm, place)}
    </div>`;
}

/** @param {number} at @param {string} label @param {string} tone */
function line(at, label, tone) {
  return { at, label, tone };
}

/** @param {Distribution} spread @param {string} label @param {string} tone */
function series(spread, label, tone) {
  return { label, tone, edges: spread.edges[0] ?? [], counts: spread.counts[0] ?? [] };
}

/** The statistics of all places, as maps. @param {NonNullable<Normalization["places"]>} places
 * @param {boolean} rms @param {Place | null} place */
function placeFigures({ mean, variance }, rms, place) {
  const map = (/** @type {number[][][]} */ numbers, /** @type {string} */ words) => {
    const rows = numbers[0] ?? [];
    const tensor = new Tensor(
      [1, rows.length, rows[0]?.length ?? 1],
      Float32Array.from(rows.flat()),
    );
    const range = tensor.range();
    const [lo = "", hi = ""] = range.map((value) => format.number(value));
    return html`<figure class="by-place"><figcaption>${words} <span class="soft">${gettext("{lo} to {hi}", { lo, hi })}</span></figcaption>
      <heat-map mode="still" .tensor=${tensor} .range=${range} .signed=${range[0] < 0} label=${words} .names=${[words]}
        .cursor=${at(place)}></heat-map></figure>`;
  };
  return html`${rms ? nothing : map(mean, gettext("μ of each place"))}
    ${map(variance, rms ? gettext("Mean square of each place") : gettext("σ² of each place"))}`;
}

/** @param {Normalization} norm @param {Place | null} place */
function table(norm, place) {
  const { mean, variance, gamma, beta } = ofChannel(norm, place);
  const cell = (/** @type {number | null | undefined} */ value) =>
    html`<td>${value === null || value === undefined ? "–" : format.number(value, 5)}</td>`;
  const running = norm.running_mean !== null && !norm.places;
  const row = (
    /** @type {string} */ symbol,
    /** @type {string} */ words,
    /** @type {string} */ tone,
    /** @type {(number | null | undefined)[]} */ values,
  ) =>
    html`<tr><th scope="row"><b class="tone-${tone}">${symbol}</b> <span>${words}</span></th>${values.map(cell)}</tr>`;
  const own = norm.places ? [] : [norm.batch_mean?.[0]?.[0], norm.batch_variance?.[0]?.[0]];
  const rms = norm.method === "rms";
  const kept = running ? [norm.running_mean?.[0], norm.running_variance?.[0]] : [];
  return html`<table class="statistics">
    <thead><tr><td></td><th scope="col">${norm.places ? gettext("used here") : gettext("used")}</th>${norm.places ? nothing : html`<th scope="col">${gettext("this picture’s own")}</th>`}
      ${running ? html`<th scope="col">${gettext("running, from training")}</th>` : nothing}</tr></thead>
    <tbody>
      ${rms ? nothing : row("μ", gettext("mean"), "mean", [mean, ...own.slice(0, 1), ...kept.slice(0, 1)])}
      ${row(rms ? "x̅²" : "σ²", rms ? gettext("mean square") : gettext("variance"), "deviation", [variance, ...own.slice(1), ...kept.slice(1)])}
      ${gamma === null ? nothing : row("γ", gettext("scale, learnt"), "gamma", [gamma])}
      ${beta === null ? nothing : row("β", gettext("shift, learnt"), "beta", [beta])}
      <tr><th scope="row"><b>ε</b> <span>${gettext("keeps the root from 0")}</span></th><td>${plainNumber(norm.eps)}</td></tr>
    </tbody>
    <tfoot><tr><td colspan="4">${sharing(norm)}</td></tr></tfoot>
  </table>`;
}

/** Which elements share the statistics. @param {Normalization} norm */
function sharing(norm) {
  const axes = norm.axes.join(", ");
  const n = format.count(norm.count);
  if (norm.statistics === "running")
    return gettext(
      "The running values were averaged in training over {axes}; here {n} values share a channel.",
      { axes, n },
    );
  if (norm.method === "rms")
    return gettext("{n} values share one mean square: the axes {axes}.", { axes, n });
  return gettext("{n} values share one mean and one variance: the axes {axes}.", { axes, n });
}
