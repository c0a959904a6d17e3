import { html, nothing } from "lit";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { full, numberTable, scaleOf } from "./number-table.js";
import { waterfall } from "./waterfall.js";

/** @typedef {import("./number-table.js").Rows} Rows */
/** @typedef {{index: number, name: string, inputs: Rows, weights: Rows, products: Rows, sum: number}} Term
 * what one input channel (or feature) adds */
/** @typedef {import("./unit-sum.js").UnitSum} Host */

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
 * @param {number} bias
 * @param {number} sum
 */
export function sumOfTerms(host, terms, bias, sum) {
  const single = (terms[0]?.products.length ?? 0) * (terms[0]?.products[0]?.length ?? 0) === 1;
  if (single) return addition(host, terms, bias, sum, true);
  if (terms.length <= WRITTEN_OUT) {
    const last = (
      /** @type {string} */ words,
      /** @type {number} */ value,
      /** @type {string} */ kind,
    ) =>
      html`<div class="total ${kind}"><span>${words}</span><span class="partial" title=${full(value)}>${format.fixed(value, host.decimals)}</span></div>`;
    return html`<div class="written">${terms.map((term) => written(host, term, terms))}
      ${last(gettext("bias"), bias, "bias")}${last(gettext("sum"), sum, "sum")}</div>`;
  }
  const chosen = terms.find(({ index }) => index === host.chosen) ?? bySize(terms)[0];
  return html`<div class="many">${addition(host, terms, bias, sum, false)}
    <div class="written">${chosen ? written(host, chosen, terms) : nothing}</div></div>`;
}

/** @param {readonly Term[]} terms */
function bySize(terms) {
  return [...terms].sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
}

/** One channel: window × kernel = products, Σ. @param {Host} host @param {Term} term @param {readonly Term[]} all */
function written(host, { name, inputs, weights, products, sum }, all) {
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
    <div class="factors">${figure("", inputs, gettext("input"), 0)}${figure("×", weights, gettext("kernel"), 1)}${figure("=", products, gettext("products"), 2)}</div>
    <div class="total"><span>Σ</span><span class="partial" title=${full(sum)}>${format.fixed(sum, decimals)}</span></div>
  </div>`;
}

/** @param {Host} host @param {readonly Term[]} terms @param {number} bias @param {number} sum @param {boolean} single */
function addition(host, terms, bias, sum, single) {
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
  const all = [
    ...rows,
    { label: gettext("bias"), value: bias, kind: /** @type {const} */ ("bias") },
  ];
  return html`<div class="addition">
    ${waterfall({ rows: all, total: sum, caption: gettext("The sum"), decimals, result: gettext("sum") })}
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
