import { html, nothing } from "lit";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { placeName } from "../../core/place-words.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import { mean, normalised, scaled, variance } from "./steps-tex.js";
import "../../components/histogram-chart.js";
import "../../components/math-formula.js";

/** @typedef {import("./session.js").Answer} Answer */
/** @typedef {import("../../core/wire.js").NormalizationElement} Element */
/** @typedef {import("./steps-tex.js").Formula} Formula */

/** `<four-steps>`: mean, variance, normalise, scale and shift, each with the numbers of the pointed element, and where
 * they lie among those of its set; then PyTorch's own layer. */
export class FourSteps extends SessionPart {
  static pointed = true;

  render() {
    const { answer, element } = session;
    if (!answer || !element) return nothing;
    const { method } = answer.request;
    const kind = method ?? "batch";
    const running = answer.statistics === "running";
    return html`<section class="steps" aria-label=${gettext("Four steps")}>
      <header><h2>${gettext("Four steps")}</h2>
        <p class="soft"><data id="element-value" value=${element.x}>${placeName(answer.layout, placeOf(element, answer))}</data></p></header>
      <div class="steps-body">
        <ol>
          ${step("1", gettext("Mean"), mean(element, kind, running), kind === "rms" ? gettext("RMSNorm subtracts nothing.") : meanWords(element, running))}
          ${step("2", kind === "rms" ? gettext("Mean square") : gettext("Variance"), variance(element, kind, running), varianceWords(answer, element, running))}
          ${step("3", gettext("Normalise"), normalised(element, kind), gettext("ε keeps the root from 0: {eps}.", { eps: format.number(element.eps, 1) }))}
          ${step("4", gettext("Scale and shift"), scaled(element), gammaWords(answer))}
        </ol>
        <div class="step-charts">${histograms(element, kind === "rms")}</div>
        ${checkLine(answer, element)}
      </div>
    </section>`;
  }
}

/** @param {Element} element @param {boolean} running */
function meanWords(element, running) {
  if (!running) return gettext("n = {n} values share it.", { n: format.count(element.n) });
  return gettext("The running mean. This batch’s own, of n = {n} values, is {mean}.", {
    n: format.count(element.n),
    mean: format.number(element.mean, 4),
  });
}

/** Which variance normalises and which is stored. @param {Answer} answer @param {Element} element @param {boolean} running */
function varianceWords(answer, element, running) {
  const n = format.count(element.n);
  const biased = format.number(element.variance, 5);
  if (running)
    return gettext("The running variance. This batch’s own is {biased} (n = {n}).", {
      biased,
      n,
    });
  if (answer.request.method === "rms")
    return gettext("Of n = {n} values, about 0 and not about their mean.", { n });
  if (element.unbiased === null)
    return gettext("A single value has no spread: normalised it is 0, whatever it was.");
  const values = { biased, unbiased: format.number(element.unbiased, 5), n };
  return answer.running
    ? gettext(
        "Normalises with the biased {biased} (over n), stores the unbiased {unbiased} (over n − 1); n = {n}.",
        values,
      )
    : gettext(
        "Normalises with the biased {biased} (over n); the unbiased would be {unbiased} (over n − 1); n = {n}.",
        values,
      );
}

/** @param {string} index @param {string} name @param {Formula} formula @param {unknown} words */
function step(index, name, { tex, plain }, words) {
  return html`<li><span class="step-name"><b>${index}</b> ${name}</span>
    <math-formula .tex=${tex} .plain=${plain}></math-formula>
    <span class="step-words">${words}</span></li>`;
}

/** @param {Answer} answer */
function gammaWords({ norm, request: { gamma, beta } }) {
  if (norm && gamma === null && beta === null)
    return gettext("γ and β of this channel, as training left them.");
  return gettext("γ and β of this channel.");
}

/** @param {Element} element @param {Answer} answer @returns {import("./fields.js").Place} */
function placeOf({ index: [b = 0, c = 0, y = 0, x = 0] }, { layout }) {
  return layout === "maps" ? { b, c, y, x } : { b, c, y, x: 0 };
}

/** @param {Element} element @param {boolean} rms */
function histograms({ x, y, mean_used: mu, variance_used: used, gamma, beta, before, after }, rms) {
  const deviation = Math.sqrt(used);
  const line = (
    /** @type {number} */ at,
    /** @type {string} */ label,
    /** @type {string} */ tone,
  ) => ({ at, label, tone });
  const scale = Math.abs(gamma);
  return html`<figure><figcaption>${gettext("The set before")}</figcaption>
      <histogram-chart label=${gettext("The set before")} .height=${104} .series=${[{ ...before, label: gettext("values of the set"), tone: "before" }]}
        .lines=${[
          line(x, "x", "x"),
          ...(rms ? [] : [line(mu, "μ", "mean")]),
          line(mu - deviation, "μ − σ", "deviation"),
          line(mu + deviation, "μ + σ", "deviation"),
        ]}></histogram-chart></figure>
    <figure><figcaption>${gettext("The same values after")}</figcaption>
      <histogram-chart label=${gettext("The same values after")} .height=${104} .series=${[{ ...after, label: gettext("values of the set"), tone: "before" }]}
        .lines=${[
          line(y, "y", "after"),
          line(beta, "β", "beta"),
          line(beta - scale, "β − |γ|", "gamma"),
          line(beta + scale, "β + |γ|", "gamma"),
        ]}></histogram-chart></figure>`;
}

/** PyTorch's layer beside the steps. @param {Answer} answer @param {Element} element */
function checkLine({ check }, element) {
  const values = {
    y: format.number(element.pytorch, 6),
    difference: format.number(check.difference, 2),
    tolerance: format.number(check.tolerance, 1),
  };
  return html`<p class="check ${check.agrees ? "agrees" : "differs"}"><code>${check.layer}</code>
    <span>${gettext("gives {y} here. Over the whole tensor the steps and PyTorch’s layer differ by at most {difference}, allowed are {tolerance}:", values)}
    <b>${check.agrees ? gettext("they agree") : gettext("they do not agree")}</b></span></p>`;
}

customElements.define("four-steps", FourSteps);
