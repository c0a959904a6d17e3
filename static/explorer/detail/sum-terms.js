import { html, nothing } from "lit";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { full, numberTable, scaleOf } from "./number-table.js";
import { waterfall } from "./waterfall.js";

/** @typedef {import("./number-table.js").Rows} Rows */
/** @typedef {{index: number, name: string, inputs: Rows, weights: Rows, products: Rows, sum: number}} Term
 * what one input channel (or feature) adds */
/** @typedef {import("./unit-sum.js").UnitSum} Host */

/** @typedef {{inputs?: string, weights?: string, result?: string}} Names of what is multiplied and of the sum */

/** Up to so many input channels are written out in full. */
const WRITTEN_OUT = 4;
/** So many of more are shown, unless all are asked for. */
const LARGEST = 8;

/** The terms of a sum.
 * @param {NonNullable<import("../../core/wire.js").UnitAnswer["terms"]>} terms
 * @param {(index: number) => string} name
 * @returns {Term[]}
 */
export function termsOf({ channels, inputs, weights, products, channel_sums }, name) {
  return channels.map((index, i) => ({
    index,
    name: name(index),
    inputs: /** @type {Rows} */ (inputs[i]),
    weights: /** @type {Rows} */ (weights[i]),
    products: /** @type {Rows} */ (products[i]),
    sum: channel_sums[i] ?? Number.NaN,
  }));
}

/** A convolution's or a linear layer's sum: in full where it is short, else its largest summands and the
 * rest of them in one, with every product of the chosen one.
 * @param {Host} host
 * @param {readonly Term[]} terms
 * @param {number | null} bias null: there is none
 * @param {number} sum
 * @param {Names} [names]
 */
export function sumOfTerms(host, terms, bias, sum, names = {}) {
  const single = (terms[0]?.products.length ?? 0) * (terms[0]?.products[0]?.length ?? 0) === 1;
  if (single) return addition(host, terms, bias, sum, { single, ...names });
  if (terms.length <= WRITTEN_OUT) {
    const last = (
      /** @type {string} */ words,
      /** @type {number} */ value,
      /** @type {string} */ kind,
    ) =>
      html`<div class="total ${kind}"><span>${words}</span><span class="partial" title=${full(value)}>${format.fixed(value, host.decimals)}</span></div>`;
    const whole = terms.length === 1 && bias === null;
    return html`<div class="written">${terms.map((term) => written(host, term, terms, names))}
      ${bias === null ? nothing : last(gettext("bias"), bias, "bias")}${whole ? nothing : last(gettext("sum"), sum, "sum")}</div>`;
  }
  const chosen = terms.find(({ index }) => index === host.chosen) ?? bySize(terms)[0];
  return html`<div class="many">${addition(host, terms, bias, sum, { single, ...names })}
    <div class="written">${chosen ? written(host, chosen, terms, names) : nothing}</div></div>`;
}

/** @param {readonly Term[]} terms */
function bySize(terms) {
  return [...terms].sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
}

/** One channel: window × kernel = products, Σ. @param {Host} host @param {Term} term @param {readonly Term[]} all
 * @param {Names} names */
function written(host, { name, inputs, weights, products, sum }, all, names) {
  const { decimals, touched } = host;
  const touch = (/** @type {{y: number, x: number} | null} */ at) => host.touch(at);
  const scales = ["inputs", "weights", "products"].map((part) =>
    scaleOf(all.flatMap((term) => /** @type {Rows} */ (/** @type {any} */ (term)[part]).flat())),
  );
  const table = (
    /** @type {Rows} */ rows,
    /** @type {string} */ caption,
    /** @type {number} */ part,
  ) =>
    numberTable({
      rows,
      caption: `${name}: ${caption}`,
      scale: /** @type {import("../../core/colour.js").Scale} */ (scales[part]),
      decimals,
      touched,
      touch,
      keys: part === 1,
      ...(part === 0 && { mark: (y, x) => (host.outside(y, x) ? "outside" : "") }),
    });
  const figure = (
    /** @type {string} */ sign,
    /** @type {Rows} */ rows,
    /** @type {string} */ words,
    /** @type {number} */ part,
  ) =>
    html`<span class="factor"><span class="sign">${sign}</span><figure>${table(rows, words, part)}<figcaption>${words}</figcaption></figure></span>`;
  return html`<div class="term">
    <b class="name">${name}</b>
    <div class="factors">${figure("", inputs, names.inputs ?? gettext("input"), 0)}${figure("×", weights, names.weights ?? gettext("kernel"), 1)}${figure("=", products, gettext("products"), 2)}</div>
    <div class="total"><span>Σ</span><span class="partial" title=${full(sum)}>${format.fixed(sum, decimals)}</span></div>
  </div>`;
}

/** @param {Host} host @param {readonly Term[]} terms @param {number | null} bias @param {number} sum
 * @param {Names & {single: boolean}} how */
function addition(host, terms, bias, sum, { single, result = gettext("sum") }) {
  const { decimals } = host;
  const short = terms.length <= LARGEST + 1;
  const sorted = short && !single ? terms : bySize(terms);
  const shown = short || host.all ? sorted : sorted.slice(0, LARGEST);
  const rest = sorted.slice(shown.length);
  const cells = (terms[0]?.products.length ?? 0) * (terms[0]?.products[0]?.length ?? 0);
  const pick = terms.length > WRITTEN_OUT && !single;
  const rows = shown.map((term, i) => ({
    label: pick
      ? html`<button type="button" class="plain" aria-pressed=${(host.chosen ?? sorted[0]?.index) === term.index}
          @click=${() => {
            host.chosen = term.index;
          }}>${term.name}</button>`
      : term.name,
    how: single
      ? html`${format.fixed(term.inputs[0]?.[0] ?? 0, decimals)} × ${bracketed(term.weights[0]?.[0] ?? 0, decimals)}`
      : gettext("{n} products", { n: cells }),
    value: term.sum,
    kind: /** @type {const} */ ("summand"),
    i,
  }));
  if (rest.length)
    rows.push({
      label: gettext("{n} others", { n: rest.length }),
      how: gettext("each nearer to 0"),
      value: rest.reduce((total, term) => total + term.sum, 0),
      kind: /** @type {any} */ ("rest"),
      i: -1,
    });
  const last =
    bias === null
      ? []
      : [{ label: gettext("bias"), value: bias, kind: /** @type {const} */ ("bias") }];
  const all = [...rows, ...last];
  return html`<div class="addition">
    ${waterfall({ rows: all, total: sum, caption: gettext("The sum"), decimals, result })}
    ${
      short
        ? nothing
        : html`<button type="button" aria-expanded=${host.all} @click=${() => {
            host.all = !host.all;
          }}>
          ${host.all ? gettext("Only the largest") : gettext("All {n} summands", { n: terms.length })}</button>`
    }
  </div>`;
}

/** A number after a sign: a negative one in brackets. @param {number} value @param {number} decimals */
export function bracketed(value, decimals) {
  const text = format.fixed(value, decimals);
  return text.startsWith("−") ? `(${text})` : text;
}
