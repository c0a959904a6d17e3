import { html, nothing } from "lit";
import * as format from "../core/format.js";
import { gettext } from "../core/i18n.js";
import { ink, thin } from "../core/ink.js";
import { chart } from "../core/lazy.js";
import { columns, nearest, span } from "../core/lines.js";
import { decimals } from "../core/quantity.js";
import { onTheme } from "../core/theme.js";
import { PageElement } from "./element.js";

/** @typedef {import("../core/lines.js").Series} Series */
/** @typedef {import("../core/lines.js").Band} Band */
/** @typedef {import("../core/lines.js").Level} Level */

/** How opaque what lies after the cursor's line stays hidden by paper, where it is `veiled`. */
const VEIL = 0.8;

/**
 * `<line-chart>`: numbers against a number: lines, dots, bands between two values, and levels straight across.
 *
 * Properties
 * - `x` {number[]} rising; `log` {boolean} logarithmic axis; `ticks` {number[] | null} where it is marked
 * - `within` {[number, number] | null} what the y axis holds at least, so that it keeps still while numbers come
 * - `logy` {boolean} the other axis is logarithmic: values that are not above 0 are not drawn
 * - `series` {Series[]}, `bands` {Band[]}, `levels` {Level[]}: `tone` names a token `--tone-*`
 * - `axis` what x is; `label` accessible name, which is also what the y axis is called; `height` {number} in px
 * - `cursor` {number | null} where the movable line stands; `veiled` {boolean} what comes after it is faint
 * - `movable` {boolean} a press or a drag on the chart moves it. Give a slider beside it to those without a pointer.
 * - `waiting` {boolean} the numbers are about to be replaced
 *
 * Event: `cursor-move` {x: number} one of `x`, bubbling.
 * The key says the numbers under the pointer, else those at the cursor's line, else the last ones; all of them are
 * in a table that opens below.
 */
export class LineChart extends PageElement {
  static properties = {
    x: { attribute: false },
    series: { attribute: false },
    bands: { attribute: false },
    levels: { attribute: false },
    ticks: { attribute: false },
    log: { type: Boolean },
    logy: { type: Boolean },
    within: { attribute: false },
    axis: {},
    label: {},
    height: { type: Number },
    cursor: { attribute: false },
    veiled: { type: Boolean },
    movable: { type: Boolean, reflect: true },
    waiting: { type: Boolean, reflect: true },
    under: { state: true },
    open: { state: true },
  };

  /** @type {import("uplot") | null} */ #plot = null;
  /** @type {ResizeObserver | null} */ #observer = null;
  /** @type {(() => void) | undefined} */ #stopTheme;
  #shape = "";
  #held = false;

  constructor() {
    super();
    /** @type {readonly number[]} */ this.x = [];
    /** @type {readonly Series[]} */ this.series = [];
    /** @type {readonly Band[]} */ this.bands = [];
    /** @type {readonly Level[]} */ this.levels = [];
    /** @type {readonly number[] | null} */ this.ticks = null;
    this.log = false;
    this.logy = false;
    /** @type {readonly [number, number] | null} */ this.within = null;
    this.axis = "";
    this.label = "";
    this.height = 180;
    /** @type {number | null} */ this.cursor = null;
    this.veiled = false;
    this.movable = false;
    this.waiting = false;
    /** @type {number | null} the index under the pointer */ this.under = null;
    this.open = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#observer = new ResizeObserver(() => this.#fit());
    this.#observer.observe(this);
    this.#stopTheme = onTheme(() => {
      this.#forget();
      this.requestUpdate("x");
    });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#observer?.disconnect();
    this.#stopTheme?.();
    this.#forget();
  }

  render() {
    const at = this.#at;
    const value = (/** @type {number | null | undefined} */ each) =>
      html`<b>${Number.isFinite(each ?? Number.NaN) ? format.number(each) : "–"}</b>`;
    return html`
      <p class="title">${this.label}</p>
      <div class="plot" role="img" aria-label=${this.#summary()} .style=${`block-size:${this.height}px`}
        @pointerdown=${this.#onDown} @pointermove=${this.#onMove} @pointerup=${this.#onUp}
        @pointercancel=${this.#onUp}></div>
      <p class="axis">${this.axis}${at >= 0 ? html` <b>${written(this.x[at])}</b>` : nothing}</p>
      <ul>
        ${this.series.map(({ label, tone, dots, values }) => html`<li class="${dots ? "dots" : "stroke"} tone-${tone}"><span>${label}</span>${value(values[at])}</li>`)}
        ${this.bands.map(
          ({ label, tone, lo, hi, strength = 0.2 }) =>
            html`<li class="area tone-${tone}" .style=${`--strength:${Math.round(strength * 100)}%`}><span>${label}</span><b>${Number.isFinite(lo[at] ?? Number.NaN) ? html`${format.number(lo[at])} … ${format.number(hi[at])}` : "–"}</b></li>`,
        )}
        ${this.levels.map(({ at: level, label, tone }) => html`<li class="level tone-${tone}"><span>${label}</span>${value(level)}</li>`)}
      </ul>
      <details class="numbers" @toggle=${this.#onToggle}><summary>${gettext("Numbers")}</summary>${this.open ? this.#table() : nothing}</details>`;
  }

  /** The index whose numbers are said. */
  get #at() {
    if (this.under !== null) return this.under;
    if (this.cursor !== null) return nearest(this.x, this.cursor, this.log);
    return this.x.length - 1;
  }

  #summary() {
    const [first, last] = [this.x[0], this.x.at(-1)];
    const parts = this.series.map(({ label, values }) => {
      const known = values.filter((value) => value !== null);
      if (!known.length) return label;
      return gettext("{label}: from {lo} to {hi}", {
        label,
        lo: format.number(Math.min(...known)),
        hi: format.number(Math.max(...known)),
      });
    });
    const levels = this.levels
      .filter(({ at }) => Number.isFinite(at))
      .map(({ at, label }) => `${label} ${format.number(at)}`);
    const axis = this.x.length ? `${this.axis} ${written(first)}–${written(last)}` : "";
    return [this.label, axis, ...parts, ...levels].filter(Boolean).join("; ");
  }

  #table() {
    const all = columns(this, (label) => [
      gettext("{label}, least", { label }),
      gettext("{label}, greatest", { label }),
    ]);
    return html`<div class="scroller" tabindex="0" role="group" aria-label=${this.label}><table>
      <thead><tr><th scope="col">${this.axis}</th>${all.map(({ label }) => html`<th scope="col">${label}</th>`)}</tr></thead>
      <tbody>${this.x.map(
        (x, i) =>
          html`<tr><th scope="row">${written(x)}</th>${all.map(({ values }) => html`<td>${values[i] === null || values[i] === undefined ? "" : format.number(values[i], 4)}</td>`)}</tr>`,
      )}</tbody></table></div>`;
  }

  /** @param {Event} event */
  #onToggle(event) {
    this.open = /** @type {HTMLDetailsElement} */ (event.target).open;
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  async updated(changed) {
    const drawn = ["x", "series", "bands", "levels", "height", "ticks", "log", "logy", "within"];
    if (!drawn.some((name) => changed.has(name))) {
      if (changed.has("cursor") || changed.has("veiled")) this.#plot?.redraw(false, false);
      return;
    }
    const uPlot = await chart();
    const target = /** @type {HTMLElement | null} */ (this.querySelector(".plot"));
    if (!target || !this.isConnected || !this.x.length) return;
    const drawable = (/** @type {readonly (number | null)[]} */ values) =>
      this.logy ? values.map((value) => (value !== null && value > 0 ? value : null)) : values;
    const data = /** @type {import("uplot").AlignedData} */ ([
      this.x,
      ...this.bands.flatMap(({ hi, lo }) => [drawable(hi), drawable(lo)]),
      ...this.series.map(({ values }) => drawable(values)),
    ]);
    const shape = JSON.stringify([
      this.series.map(({ label, tone }) => [label, tone]),
      this.bands.map(({ label, tone }) => [label, tone]),
      [this.height, this.log, this.logy, this.ticks],
    ]);
    if (this.#plot && shape === this.#shape) return this.#plot.setData(data);
    this.#forget();
    this.#shape = shape;
    this.#plot = new uPlot(this.#options(target), data, target);
  }

  #forget() {
    this.#plot?.destroy();
    this.#plot = null;
  }

  #fit() {
    const width = this.querySelector(".plot")?.clientWidth;
    if (width && this.#plot && width !== this.#plot.width)
      this.#plot.setSize({ width, height: this.height });
  }

  /** @param {HTMLElement} target @returns {import("uplot").Options} */
  #options(target) {
    const [soft, line] = [ink(this, "soft"), ink(this, "line")];
    const font = `11px ${getComputedStyle(this).fontFamily}`;
    const { ticks, log, logy } = this;
    const axis = { stroke: soft, font, ticks: { stroke: soft, width: 1, size: 4 } };
    return {
      width: target.clientWidth || 300,
      height: this.height,
      padding: [8, 12, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false, setScale: false },
        points: { show: false },
      },
      scales: {
        x: { time: false, ...(log && { distr: 3, log: 2 }) },
        y: { range: () => span(this, logy), ...(logy && { distr: 3 }) },
      },
      axes: [
        {
          ...axis,
          size: 26,
          grid: { show: false },
          values: (_plot, marks, _axis, _space, step) =>
            marks.map((mark) => format.fixed(mark, decimals(log ? 1 : step))),
          ...(ticks && { splits: () => [...ticks] }),
          ...(log && { filter: (_plot, marks) => marks }),
        },
        {
          ...axis,
          size: 46,
          grid: { stroke: line, width: 1 },
          ticks: { show: false },
          values: (_plot, marks, _axis, _space, step) =>
            marks.map((mark) => {
              if (mark === null) return null;
              return logy ? power(mark) : format.fixed(mark, decimals(step));
            }),
        },
      ],
      series: [
        {},
        ...this.bands.flatMap(({ label }) => [
          { label, width: 0, points: { show: false } },
          { label, width: 0, points: { show: false } },
        ]),
        ...this.series.map(({ label, tone, dots }) => {
          const stroke = ink(this, `tone-${tone}`);
          if (!dots) return { label, stroke, width: 2, points: { show: false } };
          const fill = thin(stroke, 0.55);
          return { label, paths: () => null, points: { show: true, size: 5, width: 0, fill } };
        }),
      ],
      bands: this.bands.map(({ tone, strength = 0.2 }, i) => ({
        series: [1 + 2 * i, 2 + 2 * i],
        fill: thin(ink(this, `tone-${tone}`), strength),
      })),
      hooks: {
        draw: [(plot) => this.#drawOver(plot)],
        setCursor: [
          (plot) => {
            const left = plot.cursor.left ?? -1;
            this.under = left < 0 ? null : (plot.cursor.idx ?? null);
          },
        ],
      },
    };
  }

  /** Levels, and the cursor's line. @param {import("uplot")} plot */
  #drawOver(plot) {
    const { ctx, bbox } = plot;
    const { left, top, width, height } = bbox;
    ctx.save();
    const place = this.cursor === null ? null : plot.valToPos(this.cursor, "x", true);
    if (place !== null && this.veiled) {
      ctx.fillStyle = thin(ink(this, "paper"), VEIL);
      ctx.fillRect(place, top, Math.max(0, ctx.canvas.width - place), height);
    }
    ctx.lineWidth = 1.5 * devicePixelRatio;
    ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
    for (const { at, tone } of this.levels) {
      if (!Number.isFinite(at)) continue;
      const y = plot.valToPos(at, "y", true);
      ctx.strokeStyle = ink(this, `tone-${tone}`);
      ctx.beginPath();
      ctx.moveTo(left, y);
      ctx.lineTo(left + width, y);
      ctx.stroke();
    }
    if (place !== null) {
      ctx.setLineDash([]);
      ctx.strokeStyle = ink(this, "accent");
      ctx.beginPath();
      ctx.moveTo(place, top);
      ctx.lineTo(place, top + height);
      ctx.stroke();
    }
    ctx.restore();
  }

  /** @param {PointerEvent} event */
  #onDown(event) {
    if (!this.movable || event.button !== 0) return;
    /** @type {Element} */ (event.currentTarget).setPointerCapture(event.pointerId);
    this.#held = true;
    this.#onMove(event);
  }

  /** @param {PointerEvent} event */
  #onMove(event) {
    const plot = this.#plot;
    if (!this.#held || !plot) return;
    const left = event.clientX - plot.over.getBoundingClientRect().left;
    const x = this.x[nearest(this.x, plot.posToVal(left, "x"), this.log)];
    if (x !== undefined && x !== this.cursor) this.tell("cursor-move", { x });
  }

  #onUp() {
    this.#held = false;
  }
}

/** A number of the x axis as it is, with a true minus. @param {number | undefined} x */
function written(x) {
  return String(x ?? "").replace("-", "−");
}

/** A mark of a logarithmic axis, which is a power of ten or near one. @param {number} mark */
function power(mark) {
  return mark < 1e-3 ? format.number(mark, 1) : String(Number(mark.toPrecision(3)));
}

customElements.define("line-chart", LineChart);
