/** What the figures of both magnifications have in common. */

import { html, nothing } from "lit";
import { guard } from "lit/directives/guard.js";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { pointedWords } from "./pointed-words.js";
import { remarks } from "./remarks.js";
import { session } from "./session.js";
import "../../components/choice-field.js";
import "../../components/colour-legend.js";
import "../../components/heat-map.js";

/** @typedef {import("./session.js").Answer} Answer */
/** @typedef {import("./stage.js").ConvolutionStage} Stage */

/** Which magnification an answer is for. @param {Answer | null} answer @returns {"cells" | "picture" | null} */
export function viewOf(answer) {
  if (!answer) return null;
  const { input } = answer.request;
  return input.kind === "picture" && !input.crop ? "picture" : "cells";
}

/** The padding around the input; none of a transposed convolution's.
 * @param {Answer} answer
 */
export function ringOf({ axes: [rows, columns], request }) {
  if (request.mode === "transposed" || !rows || !columns)
    return { top: 0, left: 0, bottom: 0, right: 0 };
  return { top: rows.before, left: columns.before, bottom: rows.after, right: columns.after };
}

/** Rows and columns at the end that no window reaches. @param {Answer} answer */
export function lostOf({ axes: [rows, columns] }) {
  return { bottom: rows?.remainder ?? 0, right: columns?.remainder ?? 0 };
}

/** The common range of the output's colours; null: each map has its own. @param {Stage} stage @param {Answer} answer */
export function rangeOf(stage, answer) {
  return stage.scope === "map" || !answer.convolved ? null : answer.convolved.range();
}

/** The same of what follows the convolution. @param {Stage} stage @param {Answer} answer */
export function finalRangeOf(stage, answer) {
  return stage.scope === "map" || !answer.output ? null : answer.output.range();
}

/** A figure with its name, its size and what else stands at its head.
 * @param {{kind: string, name: unknown, size: readonly number[], more?: unknown, width?: number, body: unknown,
 *   below?: unknown}} parts `width`: of the body in CSS pixels, where it has one of its own
 */
export function figure({ kind, name, size, more = nothing, width, body, below = nothing }) {
  return html`<figure class="conv-figure ${kind}" .style=${width ? `--body:${width}px` : ""}>
    <figcaption><b>${name}</b><span class="facts"><span class="soft">${format.shape(size)}</span>${more}</span></figcaption>
    ${body}${below}
  </figure>`;
}

/** Whether it is shown how often each cell takes part. @param {Answer} answer */
export function coverageButton(answer) {
  const { coverage } = session.state.values;
  const title =
    answer.request.mode === "transposed"
      ? gettext("How many inputs add to each output")
      : gettext("In how many outputs each input takes part");
  return html`<button type="button" class="plain" aria-pressed=${coverage} title=${title}
    @click=${() => session.state.set({ coverage: !coverage })}>${gettext("Coverage")}</button>`;
}

/** What the coverage says. @param {Answer} answer */
export function coverageWords(answer) {
  const { coverage, request } = answer;
  if (!coverage) return nothing;
  const [lo, hi] = coverage.range();
  const words = { lo: format.fixed(lo, 0), hi: format.fixed(hi, 0) };
  return html`<p class="hint">${
    request.mode === "transposed"
      ? gettext("How many inputs add to each output: from {lo} to {hi}.", words)
      : gettext("In how many outputs each input takes part: from {lo} to {hi}.", words)
  }</p>`;
}

/** What stands under the figures: what is marked, and what the settings do at the ends.
 * @param {Stage} stage @param {Answer} answer @param {import("./decor.js").Decor} decor
 */
export function readout(stage, answer, decor) {
  const said = remarks(answer, stage.kernelOf(answer));
  const written = viewOf(answer) === "cells";
  return html`<output class="readout">${pointedWords(answer, stage.touch, session.at, decor, written)}</output>
    ${said.length ? html`<ul class="remarks">${said.map((words) => html`<li>${words}</li>`)}</ul>` : nothing}`;
}

/** The output maps side by side, one for each kernel, to choose one. @param {Stage} stage @param {Answer} answer */
export function shelf(stage, answer) {
  const maps = answer.output ?? answer.convolved;
  const count = answer.shape.convolved[0] ?? 1;
  if (!maps || count < 2) return nothing;
  const { k } = session.state.values;
  const columns = stage.width < 560 ? 4 : 8;
  return guard(
    [answer, k, columns, stage.scope],
    () =>
      maps &&
      html`<section class="conv-shelf" .style=${`--maps:${Math.min(columns, count)}`}>
    <div class="row"><h2>${gettext("One output channel for each of the {n} kernels", { n: count })}</h2>
      <choice-field small bare label=${gettext("Colours spread over")} .value=${stage.scope}
        .options=${[
          { value: "map", label: gettext("each map") },
          { value: "layer", label: gettext("all of them") },
        ]} @value-change=${stage.onScope}></choice-field></div>
    <heat-map mode="maps" .tensor=${maps} .columns=${Math.min(columns, count)} .range=${stage.scope === "map" ? null : maps.range()}
      .selected=${Math.min(k, count - 1)} label=${gettext("Output channels")}
      .names=${Array.from({ length: count }, (_, n) => gettext("Kernel {n}", { n: n + 1 }))}
      @map-select=${(/** @type {CustomEvent<{map: number}>} */ event) => stage.choose(event.detail.map)}
      @cell-hover=${stop} @cell-leave=${stop}></heat-map>
  </section>`,
  );
}

/** The colours of the output. @param {Stage} stage @param {Answer} answer @param {number} k */
export function legend(stage, answer, k) {
  const { convolved } = answer;
  if (!convolved) return nothing;
  return guard(
    [convolved, k, stage.scope],
    () =>
      html`<colour-legend .scale=${stage.scaleOf(convolved, k)} .range=${convolved.range([k])} .scopes=${[]}></colour-legend>`,
  );
}

/** @param {Event} event */
export function stop(event) {
  event.stopPropagation();
}
