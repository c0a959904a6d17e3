import { html, nothing } from "lit";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { ofChannel, plainNumber } from "./sum-others.js";
import "../../components/histogram-chart.js";

/** @typedef {import("../../core/wire.js").Normalization} Normalization */
/** @typedef {import("../../core/wire.js").Distribution} Distribution */

/** The statistics of one channel, and what they did to its values. A symbol has one colour in the
 * formula, at the lines of the histograms and in the table.
 * @param {Normalization} norm of one image and channel
 */
export function normPanel(norm) {
  const { mean, variance, gamma, beta } = ofChannel(norm);
  const deviation = Math.sqrt(variance + norm.eps);
  const none = norm.method === "none";
  const [scale, shift] = [gamma ?? 1, beta ?? 0];
  return html`
    <div class="spread">
      <figure><figcaption>${gettext("Before: x")}</figcaption>
        <histogram-chart label=${gettext("Values before normalisation")} .height=${110}
          .series=${[series(norm.before, gettext("before"), "before")]}
          .lines=${none ? [] : [line(mean, "μ", "mean"), line(mean - deviation, "μ − σ", "deviation"), line(mean + deviation, "μ + σ", "deviation")]}></histogram-chart>
      </figure>
      <figure><figcaption>${gettext("After: y")}</figcaption>
        <histogram-chart label=${gettext("Values after normalisation")} .height=${110}
          .series=${[series(norm.after, gettext("after"), "after")]}
          .lines=${none ? [] : [line(shift, "β", "beta"), line(shift - scale, "β − γ", "gamma"), line(shift + scale, "β + γ", "gamma")]}></histogram-chart>
      </figure>
      ${none ? nothing : table(norm)}
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

/** @param {Normalization} norm */
function table(norm) {
  const { mean, variance, gamma, beta } = ofChannel(norm);
  const cell = (/** @type {number | null | undefined} */ value) =>
    html`<td>${value === null || value === undefined ? "–" : format.number(value, 5)}</td>`;
  const running = norm.running_mean !== null;
  const row = (
    /** @type {string} */ symbol,
    /** @type {string} */ words,
    /** @type {string} */ tone,
    /** @type {(number | null | undefined)[]} */ values,
  ) =>
    html`<tr><th scope="row"><b class="tone-${tone}">${symbol}</b> <span>${words}</span></th>${values.map(cell)}</tr>`;
  const own = [norm.batch_mean[0]?.[0], norm.batch_variance[0]?.[0]];
  const kept = running ? [norm.running_mean?.[0], norm.running_variance?.[0]] : [];
  return html`<table class="statistics">
    <thead><tr><td></td><th scope="col">${gettext("used")}</th><th scope="col">${gettext("this picture’s own")}</th>
      ${running ? html`<th scope="col">${gettext("running, from training")}</th>` : nothing}</tr></thead>
    <tbody>
      ${row("μ", gettext("mean"), "mean", [mean, own[0], ...kept.slice(0, 1)])}
      ${row("σ²", gettext("variance"), "deviation", [variance, own[1], ...kept.slice(1)])}
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
  return gettext("{n} values share one mean and one variance: the axes {axes}.", { axes, n });
}
