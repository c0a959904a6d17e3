import { html, nothing } from "lit";
import * as format from "../core/format.js";
import { binOf, densities } from "../core/histogram.js";
import { gettext } from "../core/i18n.js";
import { ink, thin } from "../core/ink.js";
import { chart } from "../core/lazy.js";
import { onTheme } from "../core/theme.js";
import { PageElement } from "./element.js";

/** @typedef {import("../core/histogram.js").Histogram & {label: string, tone?: string}} Series */
/** @typedef {{at: number, label: string, tone: string}} Line */

/**
 * `<histogram-chart>`: how values are spread, as areas: of one set, or of one before and after.
 *
 * Properties
 * - `series` {Series[]} {label, edges, counts, tone?}; `tone` names a token `--tone-*` ("before", "after" …)
 * - `lines` {Line[]} upright lines {at, label, tone}: means, bounds
 * - `label` accessible name; `height` {number} in px
 *
 * Under the pointer the bin's bounds and count are written below. The numbers are in a table that opens
 * under the chart.
 */
export class HistogramChart extends PageElement {
  static properties = {
    series: { attribute: false },
    lines: { attribute: false },
    label: {},
    height: { type: Number },
    under: { state: true },
  };

  /** @type {import("uplot") | null} */ #plot = null;
  /** @type {ResizeObserver | null} */ #observer = null;
  /** @type {(() => void) | undefined} */ #stopTheme;
  #shape = "";

  constructor() {
    super();
    /** @type {readonly Series[]} */ this.series = [];
    /** @type {readonly Line[]} */ this.lines = [];
    this.label = "";
    this.height = 120;
    /** @type {number | null} the value under the pointer */ this.under = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#observer = new ResizeObserver(() => this.#fit());
    this.#observer.observe(this);
    this.#stopTheme = onTheme(() => {
      this.#forget();
      this.requestUpdate();
    });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#observer?.disconnect();
    this.#stopTheme?.();
    this.#forget();
  }

  render() {
    return html`
      <div class="plot" role="img" aria-label=${this.#summary()} .style=${`block-size:${this.height}px`}></div>
      <p class="key">
        ${this.series.map(({ label, tone = "accent" }) => html`<span class="area tone-${tone}">${label}</span>`)}
        ${this.lines.map(({ at, label, tone }) => html`<span class="line tone-${tone}">${label} ${format.number(at)}</span>`)}
      </p>
      <p class="readout">${this.#words()}</p>
      <details class="numbers"><summary>${gettext("Numbers")}</summary>
        ${this.series.map(
          ({ label, edges, counts }) => html`<table><caption>${label}</caption>
            <thead><tr><th scope="col">${gettext("from")}</th><th scope="col">${gettext("to")}</th><th scope="col">${gettext("count")}</th></tr></thead>
            <tbody>${counts.map(
              (count, i) =>
                html`<tr><td>${format.number(edges[i], 4)}</td><td>${format.number(edges[i + 1], 4)}</td><td>${count}</td></tr>`,
            )}</tbody></table>`,
        )}
      </details>`;
  }

  #summary() {
    const parts = this.series.map(({ label, edges }) =>
      gettext("{label}: from {lo} to {hi}", {
        label,
        lo: format.number(edges[0]),
        hi: format.number(edges.at(-1)),
      }),
    );
    const lines = this.lines.map(({ label, at }) => `${label} ${format.number(at)}`);
    return [this.label, ...parts, ...lines].filter(Boolean).join("; ");
  }

  #words() {
    const { under } = this;
    if (under === null) return nothing;
    return this.series
      .map((series) => {
        const bin = binOf(series, under);
        if (bin < 0) return "";
        return gettext("{label}: {n} values from {lo} to {hi}", {
          label: series.label,
          n: series.counts[bin] ?? 0,
          lo: format.number(series.edges[bin]),
          hi: format.number(series.edges[bin + 1]),
        });
      })
      .filter(Boolean)
      .join("; ");
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  async updated(changed) {
    if (changed.size && !changed.has("series") && !changed.has("lines") && !changed.has("height"))
      return;
    const uPlot = await chart();
    const target = /** @type {HTMLElement | null} */ (this.querySelector(".plot"));
    if (!target || !this.isConnected || !this.series.length) return;
    const { x, heights } = densities(this.series);
    const data = /** @type {import("uplot").AlignedData} */ ([x, ...heights]);
    const shape = this.series.map(({ label, tone }) => `${label} ${tone}`).join();
    if (this.#plot && shape === this.#shape) return this.#plot.setData(data);
    this.#forget();
    this.#shape = shape;
    this.#plot = new uPlot(this.#options(uPlot, target), data, target);
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

  /** @param {Awaited<ReturnType<typeof chart>>} uPlot @param {HTMLElement} target
   * @returns {import("uplot").Options} */
  #options(uPlot, target) {
    const soft = ink(this, "soft");
    const stepped = uPlot.paths.stepped?.({ align: 1 });
    return {
      width: target.clientWidth || 300,
      height: this.height,
      padding: [8, 8, 0, 8],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      scales: { x: { time: false }, y: { range: (_plot, _lo, hi) => [0, hi * 1.05 || 1] } },
      axes: [
        {
          stroke: soft,
          size: 24,
          font: `11px ${getComputedStyle(this).fontFamily}`,
          grid: { show: false },
          ticks: { stroke: soft, width: 1, size: 4 },
          values: (_plot, marks) => marks.map((mark) => format.number(mark)),
        },
        { show: false },
      ],
      series: [
        {},
        ...this.series.map(({ label, tone = "accent" }) => {
          const stroke = ink(this, `tone-${tone}`);
          const fill = thin(stroke, 0.16);
          return {
            label,
            stroke,
            fill,
            width: 1.5,
            points: { show: false },
            ...(stepped && { paths: stepped }),
          };
        }),
      ],
      hooks: {
        draw: [(plot) => this.#drawLines(plot)],
        setCursor: [
          (plot) => {
            const left = plot.cursor.left ?? -1;
            this.under = left < 0 ? null : plot.posToVal(left, "x");
          },
        ],
      },
    };
  }

  /** @param {import("uplot")} plot */
  #drawLines(plot) {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.lineWidth = 1.5 * devicePixelRatio;
    for (const { at, tone } of this.lines) {
      const x = plot.valToPos(at, "x", true);
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.strokeStyle = ink(this, `tone-${tone}`);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  }
}

customElements.define("histogram-chart", HistogramChart);
