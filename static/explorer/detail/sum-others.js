import { html, nothing } from "lit";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { CURVES, curve } from "./curve.js";
import { numberTable, scaleOf } from "./number-table.js";
import { bracketed } from "./sum-terms.js";
import { FUNCTIONS } from "./words.js";
import "../../components/math-formula.js";

/** How one element comes about in layers that are no sums of products. Each function writes one kind. */

/** @typedef {import("../../core/wire.js").Normalization} Normalization */
/** @typedef {import("../../core/wire.js").Dropout} Dropout */
/** @typedef {import("./field.js").Place} Place */

/** More cells than this on a side are not written as numbers. */
const READABLE = 14;

/** @param {"max" | "avg"} method @param {readonly (readonly number[])[]} window @param {number} value
 * @param {number} decimals */
export function pooled(method, window, value, decimals) {
  const all = window.flat();
  const total = all.reduce((sum, each) => sum + each, 0);
  const most = Math.max(...all);
  const first = all.indexOf(most);
  const width = window[0]?.length ?? 1;
  const sentence =
    method === "max"
      ? gettext("The largest of {n} values is {value}.", {
          n: all.length,
          value: format.fixed(value, decimals),
        })
      : gettext("The sum of {n} values, {sum}, divided by {n} is {value}.", {
          n: all.length,
          sum: format.fixed(total, decimals),
          value: format.fixed(value, decimals),
        });
  const readable = window.length <= READABLE && width <= READABLE;
  return html`<div class="factors">
      ${
        readable
          ? html`<figure>${numberTable({
              rows: window,
              caption: gettext("The window"),
              scale: scaleOf(all),
              decimals,
              mark: (y, x) => (method === "max" && y * width + x === first ? "largest" : ""),
            })}<figcaption>${gettext("window")}</figcaption></figure>`
          : nothing
      }
      <span class="sign">${method === "max" ? "max" : gettext("mean")}</span>
      <span class="partial">${format.fixed(value, decimals)}</span>
    </div><p>${sentence}</p>`;
}

/** The formula of a normalisation, in symbols; RMSNorm subtracts nothing.
 * @param {boolean} affine
 * @param {boolean} rms
 */
export function normalizationTex(affine, rms) {
  const top = String.raw`\htmlClass{tone-before}{x}${rms ? "" : String.raw`-\htmlClass{tone-mean}{\mu}`}`;
  const under = rms ? String.raw`\overline{x^2}` : String.raw`\sigma^2`;
  const normal = String.raw`\frac{${top}}{\sqrt{\htmlClass{tone-deviation}{${under}}+\varepsilon}}`;
  return affine
    ? String.raw`\htmlClass{tone-after}{y}=\htmlClass{tone-gamma}{\gamma}\cdot${normal}+\htmlClass{tone-beta}{\beta}`
    : String.raw`\htmlClass{tone-after}{y}=${normal}`;
}

/** The same with the numbers of one element.
 * @param {Normalization} norm of one channel
 * @param {number} x @param {number} y
 * @param {{decimals: number, place: Place}} how
 */
export function normalizationNumbers(norm, x, y, { decimals, place }) {
  const { mean, variance, gamma, beta } = ofChannel(norm, place);
  const n = (/** @type {number} */ value) => tex(value, decimals);
  const less =
    norm.method === "rms" ? "" : String.raw`-\htmlClass{tone-mean}{${inBrackets(n(mean))}}`;
  const part = String.raw`\frac{\htmlClass{tone-before}{${n(x)}}${less}}{\sqrt{\htmlClass{tone-deviation}{${n(variance)}}+${written(plainNumber(norm.eps))}}}`;
  const right =
    gamma === null || beta === null
      ? part
      : String.raw`\htmlClass{tone-gamma}{${n(gamma)}}\cdot${part}+\htmlClass{tone-beta}{${inBrackets(n(beta))}}`;
  return String.raw`\htmlClass{tone-after}{${n(y)}}=${right}`;
}

/** The numbers that one element was normalised with.
 * @param {Normalization} norm of one channel
 * @param {Place | null} place where each place has a mean and a variance of its own
 */
export function ofChannel(norm, place) {
  const { y, x } = place ?? { y: 0, x: 0 };
  const own = norm.places;
  return {
    mean: (own ? own.mean[0]?.[y]?.[x] : norm.mean?.[0]?.[0]) ?? 0,
    variance: (own ? own.variance[0]?.[y]?.[x] : norm.variance?.[0]?.[0]) ?? 1,
    gamma: norm.gamma?.[0] ?? null,
    beta: norm.beta?.[0] ?? null,
  };
}

/** A number for TeX. @param {number} value @param {number} decimals */
export function tex(value, decimals) {
  const small = value !== 0 && Math.abs(value) < 10 ** -decimals;
  return written(small ? format.number(value, 2) : format.fixed(value, decimals));
}

/** @param {string} text a number, perhaps with an exponent */
function written(text) {
  const [mantissa = "", exponent] = text.replaceAll("−", "-").split("e");
  const plain = mantissa.includes(".") ? mantissa : mantissa.replace("∞", String.raw`\infty`);
  return exponent ? String.raw`${plain}\cdot10^{${exponent}}` : plain;
}

/** As short as it can be told: 0.001, 1e−5. @param {number} value */
export function plainNumber(value) {
  return String(Number(value.toPrecision(6))).replaceAll("-", "−");
}

/** @param {string} text */
function inBrackets(text) {
  return text.startsWith("-") ? `(${text})` : text;
}

/** @param {Normalization} norm @param {number} x @param {number} y
 * @param {{decimals: number, place: Place}} how */
export function normalized(norm, x, y, how) {
  const { decimals } = how;
  const rms = norm.method === "rms";
  if (norm.method === "none")
    return html`<p>${gettext("No normalisation: {x} goes through as it is.", { x: format.fixed(x, decimals) })}</p>`;
  const { mean, variance, gamma, beta } = ofChannel(norm, how.place);
  const plain = `${format.fixed(y, decimals)} = ${gamma ?? 1} · (${x} − ${mean}) / √(${variance} + ${norm.eps}) + ${beta ?? 0}`;
  return html`<div class="formulas">
    <math-formula block .tex=${normalizationTex(gamma !== null, rms)} plain=${rms ? "y = γ · x / √(mean of x² + ε) + β" : "y = γ · (x − μ) / √(σ² + ε) + β"}></math-formula>
    <math-formula block class="substituted" .tex=${normalizationNumbers(norm, x, y, how)} .plain=${plain}></math-formula></div>`;
}

/** What normalising a value gives, for where a later factor hides it.
 * @param {Normalization} norm @param {number} x @param {Place} place */
export function normalize(norm, x, place) {
  const { mean, variance, gamma, beta } = ofChannel(norm, place);
  if (norm.method === "none") return x;
  return ((x - mean) / Math.sqrt(variance + norm.eps)) * (gamma ?? 1) + (beta ?? 0);
}

/** @param {string} name of the function @param {number} x @param {number} y @param {number} decimals */
export function activated(name, x, y, decimals) {
  const f = CURVES[name];
  const label = FUNCTIONS[/** @type {keyof typeof FUNCTIONS} */ (name)] ?? name;
  return html`<div class="beside">${f ? curve(f, { x, y: f(x) }) : nothing}
    <p class="equation"><span>${label}(<span class="tone-before">${format.fixed(x, decimals)}</span>)</span>
      <span>= <b class="tone-after">${format.fixed(y, decimals)}</b></span></p></div>`;
}

/** @param {{name: string, value: number}[]} summands @param {number} sum @param {number} decimals */
export function added(summands, sum, decimals) {
  return html`<p class="equation">${summands.map(
    ({ name, value }, i) =>
      html`${i ? html`<span class="sign">+</span>` : nothing}<span class="named">${i ? bracketed(value, decimals) : format.fixed(value, decimals)}<small>${name}</small></span>`,
  )}<span class="sign">=</span><b>${format.fixed(sum, decimals)}</b></p>`;
}

/** An attention weight: what a query and a key give, as a share among all keys.
 * @param {readonly number[]} scores q · k / √d of the query with every key
 * @param {{key: number, product: number, width: number, decimals: number}} how */
export function softmaxed(scores, { key, product, width, decimals }) {
  const most = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - most));
  const all = powers.reduce((sum, power) => sum + power, 0);
  const score = scores[key] ?? 0;
  const share = (powers[key] ?? 0) / all;
  const above = scores.filter((other) => other > score).length;
  return html`<p class="equation">
      <span class="named">${format.fixed(product, decimals)}<small>q · k</small></span><span class="sign">/ √${width} =</span>
      <span class="named tone-before">${format.fixed(score, decimals)}<small>${gettext("score")}</small></span><span class="sign">→ softmax →</span>
      <b class="tone-after">${format.fixed(share, decimals)}</b></p>
    <p>${gettext(
      "Softmax makes of the {n} scores in this row, from {lo} to {hi}, shares that add up to 1. {above} of them are larger than this one.",
      {
        n: scores.length,
        lo: format.fixed(Math.min(...scores), decimals),
        hi: format.fixed(most, decimals),
        above,
      },
    )}</p>`;
}

/** A pixel as the network takes it in. @param {number} pixel 0…1 @param {number} mean @param {number} std
 * @param {number} y @param {number} decimals */
export function standardized(pixel, mean, std, y, decimals) {
  const named = (/** @type {number} */ value, /** @type {string} */ name) =>
    html`<span class="named">${format.fixed(value, decimals)}<small>${name}</small></span>`;
  return html`<p class="equation"><span class="sign">(</span>${named(pixel, gettext("pixel, 0 to 1"))}<span class="sign">−</span>${named(mean, gettext("mean"))}<span class="sign">) /</span>${named(std, gettext("standard deviation"))}<span class="sign">=</span>
    <b>${format.fixed(y, decimals)}</b></p>`;
}

/** @param {Dropout} drop @param {number} h @param {number} m @param {number} y @param {number} decimals */
export function dropped(drop, h, m, y, decimals) {
  if (!drop.on)
    return html`<p>${gettext("Off: {x} goes through as it is.", { x: format.fixed(h, decimals) })}</p>`;
  const named = (/** @type {string} */ text, /** @type {string} */ name, tone = "") =>
    html`<span class="named ${tone}">${text}<small>${name}</small></span>`;
  return html`<p class="equation">
    ${named(format.fixed(h, decimals), gettext("input h"), "tone-before")}<span class="sign">×</span>
    ${named(String(m), gettext("mask m"), "tone-mean")}<span class="sign">×</span>
    ${named(format.fixed(drop.scale, decimals), "1 / (1 − p)", "tone-gamma")}<span class="sign">=</span>
    <b class="tone-after">${format.fixed(y, decimals)}</b></p>`;
}
