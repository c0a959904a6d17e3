/** A kernel as deep as the input: what each channel's slice adds to the map, and what a group leaves out. */

import { html, nothing } from "lit";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { channelName, lightOf } from "./channels.js";
import { slices } from "./figure-cells.js";
import { ringOf } from "./figure-parts.js";
import { channelsOf } from "./links.js";
import "../../components/cell-grid.js";

/** @typedef {import("./session.js").Answer} Answer */
/** @typedef {import("./stage.js").ConvolutionStage} Stage */

/** Side of the small figures in CSS pixels. */
const SIDE = 72;

/** One term for each input channel: slice ∗ kernel slice = partial map; each chooses its slice above.
 * @param {Stage} stage @param {Answer} answer @param {number} k @param {number} chosen */
export function depthRow(stage, answer, k, chosen) {
  const count = answer.shape.input[0] ?? 1;
  const { first, depth } = channelsOf(answer, k);
  if (count < 2) return nothing;
  const bias = answer.biases[k] ?? 0;
  return html`<section class="depth">
    <h2>${gettext("Slice by slice: what each channel adds to the output")}</h2>
    <div class="depth-terms">
      ${Array.from({ length: count }, (_, index) => {
        const inside = index >= first && index < first + depth;
        return html`${index && inside && index > first ? html`<span class="conv-sign" aria-hidden="true">+</span>` : nothing}
          ${term(stage, answer, k, index, inside ? index - first : null, index === chosen)}`;
      })}
      <span class="conv-sign">+ ${gettext("bias")} ${format.number(bias, 4)}</span>
    </div>
  </section>`;
}

/** @param {Stage} stage @param {Answer} answer @param {number} k @param {number} index @param {number | null} place
 * of the slice in the kernel; null: left out @param {boolean} chosen */
function term(stage, answer, k, index, place, chosen) {
  const { input, kernels, partial, range, request, shape } = answer;
  const name = channelName(index, shape.input[0] ?? 1);
  const small = (/** @type {import("../../core/tensor.js").Tensor | null} */ tensor) =>
    Math.max(2, Math.min(13, Math.floor(SIDE / Math.max(tensor?.width ?? 1, tensor?.height ?? 1))));
  const whole = answer.padded ?? input;
  const values = request.input.kind === "picture" ? [0, 1] : (range.padded ?? range.input ?? null);
  const depth = kernels?.shape[1] ?? 1;
  return html`<button type="button" class="depth-term ${place === null ? "left-out" : ""}" aria-pressed=${chosen}
      ?disabled=${place === null} @click=${() => stage.chooseSlice(index)}>
    <b>${name}</b>
    <cell-grid mode="still" .tensor=${whole} .map=${index} .cell=${small(whole)} .range=${values} .light=${lightOf(answer, index)}
      .ring=${ringOf(answer)} label=${name}></cell-grid>
    ${
      place === null
        ? html`<span class="soft">${gettext("left out")}</span>`
        : html`<span aria-hidden="true">∗</span>
          <cell-grid mode="still" .tensor=${kernels} .map=${k * depth + place} .cell=${small(kernels)} .range=${kernels?.range(slices(k, depth)) ?? null} .signed=${true}
            label=${gettext("{channel}: kernel", { channel: name })}></cell-grid>
          <span aria-hidden="true">=</span>
          ${partial ? html`<cell-grid mode="still" .tensor=${partial} .map=${place} .cell=${small(partial)} .range=${partial.range()} label=${gettext("{channel}: what it adds", { channel: name })}></cell-grid>` : nothing}`
    }
  </button>`;
}
