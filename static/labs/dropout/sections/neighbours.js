import { html, nothing, svg } from "lit";
import * as format from "../../../core/format.js";
import { gettext } from "../../../core/i18n.js";
import { Tensor } from "../../../core/tensor.js";
import { session } from "../session.js";
import { dotted, scattered } from "./dots.js";
import { frame, Section } from "./section.js";
import { question, subjectWords } from "./subject.js";
import "../../../components/line-chart.js";

/** The largest distance, in pixels of the map. */
const MOST = 6;

/** `<drop-neighbours>`: how much a pixel's neighbours tell of it, so that one dropped is hardly missed. */
export class DropNeighbours extends Section {
  question() {
    return question(
      { variant: "element", neighbours: { most: MOST } },
      { needs: (source) => this.#hasMaps(source) },
    );
  }

  /** Whether the maps are larger than the distance; supposed so while it is not known.
   * @param {import("./section.js").Request["source"]} source */
  #hasMaps(source) {
    if (source.kind === "grid") return false;
    const shape = session.networks.shape(source.network, source.layer);
    if (!shape) return true;
    const [, height = 1, width = 1] = shape;
    return Math.min(height, width) > MOST;
  }

  render() {
    const found = this.answer?.neighbours;
    return frame({
      id: "neighbours",
      title: gettext("What the neighbours know"),
      words: html`<p>${gettext("Values of a map that lie beside each other say much the same. Drop one, and those around it still tell most of what it was: little has been taken away. That is why convolutions want whole maps, or blocks, to be dropped.")}</p>
        <p class="soft">${subjectWords(this.question())}${session.state.values.batch.length > 1 ? html` · ${gettext("all samples of the batch")}` : nothing}</p>`,
      settings: html`${this.notice()}`,
      figure: html`<div class="pair">${this.#chart()}${this.#guess()}</div>`,
      see: html`<p>${
        found
          ? gettext(
              "Beside each other, values correlate with {near}; {most} pixels apart with {far}. A channel and another at the same place correlate with {between}, on average and whatever the sign.",
              {
                near: format.fixed(found.correlation[0] ?? 0, 2),
                far: format.fixed(found.correlation.at(-1) ?? 0, 2),
                most: found.distances.at(-1) ?? MOST,
                between: format.fixed(found.between_channels, 2),
              },
            )
          : nothing
      }</p>
      <p>${gettext("Of a map that SpatialDropout has dropped the same question makes no sense: all its pixels are gone, and no neighbour is left to ask. Only other channels could tell.")}</p>`,
      take: this.take("neighbours", gettext("Take away the correlations"), () => this.#arrays()),
    });
  }

  #chart() {
    const found = this.answer?.neighbours;
    const drawn = this.once("chart", [found], () => ({
      x: found?.distances ?? [],
      series: [{ label: gettext("in one map"), tone: "after", values: found?.correlation ?? [] }],
      levels: [
        {
          label: gettext("another channel, same place"),
          tone: "before",
          at: found?.between_channels ?? Number.NaN,
        },
      ],
    }));
    return html`<line-chart .label=${gettext("correlation")} axis=${gettext("distance in pixels of the map")} .x=${drawn.x} .ticks=${drawn.x} .height=${220}
      ?waiting=${this.experiment.busy} .series=${drawn.series} .levels=${drawn.levels}></line-chart>`;
  }

  /** A dropped pixel, told from the four around it: once in a drawing, and for each channel. */
  #guess() {
    const found = this.answer?.neighbours;
    const { path, lo, hi } = this.once("channels", [found], () => {
      const known = (found?.r2_channels ?? []).filter((value) => value !== null);
      return {
        path: dotted(known.map((value, i) => [Math.max(0, value), 0.1 + 0.8 * scattered(i)])),
        lo: Math.min(...known),
        hi: Math.max(...known),
      };
    });
    const words = found
      ? gettext("R² of {n} channels: from {lo} to {hi}, {mean} on average", {
          n: found.channels,
          lo: format.fixed(lo, 2),
          hi: format.fixed(hi, 2),
          mean: format.fixed(found.r2, 2),
        })
      : "…";
    return html`<figure class="guess"><figcaption><strong>${gettext("A dropped pixel, told from its four neighbours")}</strong></figcaption>
      <div class="told"><svg viewBox="0 0 60 60" aria-hidden="true">${[
        [1, 0],
        [0, 1],
        [2, 1],
        [1, 2],
      ].map(
        ([x = 0, y = 0]) =>
          svg`<rect x=${20 * x + 1} y=${20 * y + 1} width="18" height="18" class="known"></rect>`,
      )}<rect x="21" y="21" width="18" height="18" class="gone"></rect><text x="30" y="34.5">?</text></svg>
        <p><b>R² = ${found ? format.fixed(found.r2, 2) : "…"}</b><br>${gettext("of its variance is explained by them (least squares)")}</p></div>
      <div class="strip-of-dots" role="img" aria-label=${words}><svg viewBox="0 0 1 1" preserveAspectRatio="none"><path d=${path} class="dots"></path></svg>
        ${found ? html`<i class="at tone-after" .style=${`--at:${found.r2}`}></i>` : nothing}</div>
      <div class="ticks" aria-hidden="true">${[0, 0.25, 0.5, 0.75, 1].map((tick) => html`<span .style=${`--at:${tick}`}>${tick}</span>`)}</div>
      <p class="hint">${words}</p></figure>`;
  }

  #arrays() {
    /** @type {Record<string, Tensor>} */ const arrays = {};
    const found = this.answer?.neighbours;
    if (!found) return arrays;
    const put = (/** @type {string} */ name, /** @type {readonly (number | null)[]} */ values) => {
      arrays[name] = new Tensor(
        [values.length],
        Float32Array.from(values, (value) => value ?? Number.NaN),
      );
    };
    put("distances", found.distances);
    put("correlation", found.correlation);
    put("r2_channels", found.r2_channels);
    return arrays;
  }
}

customElements.define("drop-neighbours", DropNeighbours);
