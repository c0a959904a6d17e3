import { html, nothing } from "lit";
import { numbersOf } from "../../components/number-details.js";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { Tensor } from "../../core/tensor.js";
import { onTheme } from "../../core/theme.js";
import { toneOf } from "../../core/tones.js";
import { channelName, lightOf } from "./channels.js";
import { finalName } from "./figure-cells.js";
import { nameOf, pooledInto } from "./links.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import "../../components/cell-grid.js";

/** @typedef {import("./session.js").Answer} Answer */
/** @typedef {import("./session.js").Window} Window */
/** @typedef {{name: string, light: "" | "grey" | "red" | "green" | "blue", parts: Tensor[], sum: number}} Term one channel: inputs, weights, products, each one map */

/** `<window-sum>`: one output element written out: products of each channel, their sums, bias, and what follows. */
export class WindowSum extends SessionPart {
  static pointed = true;
  static properties = { width: { state: true }, open: { state: true } };

  /** @type {(() => void) | undefined} */ #stopTheme;
  /** @type {{window: Window | null, terms: Term[]}} */ #known = { window: null, terms: [] };
  #sizes = new ResizeObserver(([entry]) => {
    this.width = Math.floor(entry?.contentRect.width ?? 0);
  });

  constructor() {
    super();
    this.width = 0;
    /** Whether the tables are open. */ this.open = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#stopTheme = onTheme(this.redraw);
    this.#sizes.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#stopTheme?.();
    this.#sizes.disconnect();
  }

  render() {
    const { answer, window, at } = session;
    if (!answer || !window || !at || !this.width)
      return html`<p class="hint sum-hint">${gettext("The sum behind an output value stands here as soon as you point at one.")}</p>`;
    const terms = this.#terms(answer, window);
    const ring = ringOf(answer, window);
    const tones = tonesOf(answer, window);
    const columns = window.columns.length;
    const cell = cellOf(this.width, columns);
    return html`<section class="window-sum" aria-label=${gettext("The sum")}>
      <h2>${gettext("Output {n}, row {y}, column {x}", { n: window.channel + 1, y: window.y, x: window.x })}
        <data value=${window.value}>${written(window.value)}</data></h2>
      <div class="sum-terms">${terms.map((term) => this.#term(term, terms, ring, tones, cell))}</div>
      ${this.#chain(answer, window, terms)}
      ${this.#tables(terms)}
    </section>`;
  }

  /** @param {Answer} answer @param {Window} window @returns {Term[]} */
  #terms(answer, window) {
    if (this.#known.window === window) return this.#known.terms;
    const count = answer.shape.input[0] ?? 1;
    const shape = [1, window.rows.length, window.columns.length];
    const tensor = (/** @type {any} */ rows) =>
      new Tensor(shape, Float32Array.from(rows.flat(Number.POSITIVE_INFINITY)));
    const terms = window.channels.map((channel, i) => ({
      light: lightOf(answer, channel),
      name: channelName(channel, count),
      parts: [window.inputs[i], window.weights[i], window.products[i]].map(tensor),
      sum: window.channel_sums[i] ?? Number.NaN,
    }));
    this.#known = { window, terms };
    return terms;
  }

  /** @param {Term} term @param {readonly Term[]} all
   * @param {import("../../core/places.js").Sides} ring @param {Map<string, string>} tones @param {number} cell */
  #term({ name, light, parts, sum }, all, ring, tones, cell) {
    const words = factorWords();
    const grids = parts.map((tensor, i) => {
      const ends = all.map((term) => term.parts[i]?.range() ?? /** @type {const} */ ([0, 0]));
      const range = [Math.min(...ends.map(([lo]) => lo)), Math.max(...ends.map(([, hi]) => hi))];
      return html`<span class="factor"><span class="sign" aria-hidden="true">${["", "×", "="][i]}</span>
        <figure><cell-grid mode="still" ringed .tensor=${tensor} .cell=${cell} .range=${light && !i ? LIGHT : range} .signed=${i ? true : null} .light=${i ? "" : light}
          .ring=${i ? NONE : ring} .tones=${shifted(tones, i ? NONE : ring)} label="${name}: ${words[i]}"></cell-grid>
        <figcaption>${words[i]}</figcaption></figure></span>`;
    });
    return html`<div class="sum-term">${all.length > 1 ? html`<b class="name">${name}</b>` : nothing}
      <div class="factors">${grids}</div>
      <div class="total"><span>Σ</span><b>${written(sum)}</b></div></div>`;
  }

  /** From the channels' sums to what comes out in the end. @param {Answer} answer @param {Window} window @param {readonly Term[]} terms */
  #chain(answer, window, terms) {
    const { request, output } = answer;
    const into = pooledInto(answer, window);
    const pooled = into && output ? output.at(window.channel, into.y, into.x) : null;
    const part = (
      /** @type {unknown} */ sign,
      /** @type {string} */ words,
      /** @type {number} */ value,
      strong = false,
      digits = 5,
    ) =>
      html`<span class="link">${sign ? html`<span class="sign" aria-hidden="true">${sign}</span>` : nothing}
        <span class="linked ${strong ? "strong" : ""}"><b title=${String(value)}>${written(value, digits)}</b><span>${words}</span></span></span>`;
    return html`<p class="chain">
      ${terms.map(({ name, sum }, i) => part(i ? "+" : "", terms.length > 1 ? name : gettext("products"), sum))}
      ${part("+", gettext("bias"), window.bias)}${part("=", gettext("sum"), window.value, true)}
      ${window.after_relu === null ? nothing : part("→", gettext("ReLU"), window.after_relu, true)}
      ${
        pooled === null || !into
          ? nothing
          : part(
              "→",
              gettext("{name}, row {y}, column {x}", {
                name: finalName({ ...request, relu: false }),
                y: into.y,
                x: into.x,
              }),
              pooled,
              true,
              output?.bytes ? 3 : 5, // a picture's maps come in 256 levels
            )
      }</p>`;
  }

  /** @param {readonly Term[]} terms */
  #tables(terms) {
    const words = factorWords();
    const tables = terms.flatMap(({ name, parts }) =>
      parts.map((tensor, i) => ({ tensor, map: 0, ring: NONE, label: `${name}: ${words[i]}` })),
    );
    const toggle = (/** @type {boolean} */ open) => {
      this.open = open;
    };
    return numbersOf({ tables, open: this.open, toggle });
  }
}

/** What the three grids of a term are. */
function factorWords() {
  return [gettext("input"), gettext("kernel"), gettext("products")];
}

/** From black to full light. */
const LIGHT = [0, 1];
const NONE = { top: 0, left: 0, bottom: 0, right: 0 };

/** A whole number as it is, others to some digits. @param {number} value @param {number} [digits] */
function written(value, digits = 5) {
  return Number.isInteger(value) ? format.fixed(value, 0) : format.number(value, digits);
}

/** The side of the strip's cells: three grids beside each other. @param {number} width @param {number} columns */
function cellOf(width, columns) {
  const room = Math.min(width, 880) - 90;
  return Math.max(
    18,
    Math.min(width < 640 ? 34 : 42, Math.floor(room / (3 * Math.max(1, columns)))),
  );
}

/** Rows and columns of the window that lie on padding. @param {Answer} answer @param {Window} window */
function ringOf({ shape, request }, { rows, columns }) {
  if (request.mode === "transposed") return NONE;
  const [, height = 0, width = 0] = shape.input;
  const before = (/** @type {readonly number[]} */ all) => all.filter((i) => i < 0).length;
  const after = (/** @type {readonly number[]} */ all, /** @type {number} */ size) =>
    all.filter((i) => i >= size).length;
  return {
    top: before(rows),
    left: before(columns),
    bottom: after(rows, height),
    right: after(columns, width),
  };
}

/** The colours of the window's cells: those of the kernel cells that they meet.
 * @param {Answer} answer @param {Window} window */
function tonesOf({ kernels, shape, axes }, { cells }) {
  const [height, width] = [
    axes[0]?.kernel_size ?? kernels?.height ?? shape.input[1] ?? 1,
    axes[1]?.kernel_size ?? 1,
  ];
  /** @type {Map<string, string>} */ const found = new Map();
  cells.rows.forEach((i, y) => {
    cells.columns.forEach((j, x) => {
      found.set(nameOf(y, x), toneOf(i, j, height, width));
    });
  });
  return found;
}

/** The same where the first rows and columns are padding. @param {Map<string, string>} tones
 * @param {{top: number, left: number}} ring */
function shifted(tones, { top, left }) {
  if (!top && !left) return tones;
  return new Map(
    [...tones].map(([name, tone]) => {
      const [y = 0, x = 0] = name.split(",").map(Number);
      return [nameOf(y - top, x - left), tone];
    }),
  );
}

customElements.define("window-sum", WindowSum);
