/** The magnification in which every number can be read: input, kernel and output as grids of cells. */

import { html, nothing } from "lit";
import { guard } from "lit/directives/guard.js";
import { room } from "../../core/cells.js";
import { writer } from "../../core/digits.js";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { theme } from "../../core/theme.js";
import { brushBar, paintButton } from "./brush.js";
import { channelName, lightOf } from "./channels.js";
import { decorate } from "./decor.js";
import { depthRow } from "./depth.js";
import {
  coverageButton,
  coverageWords,
  figure,
  finalRangeOf,
  legend,
  lostOf,
  rangeOf,
  readout,
  ringOf,
  shelf,
} from "./figure-parts.js";
import { channelsOf } from "./links.js";
import { session } from "./session.js";
import { cellSizes } from "./sizes.js";
import "../../components/cell-grid.js";

/** @typedef {import("./session.js").Answer} Answer */
/** @typedef {import("./stage.js").ConvolutionStage} Stage */
/** @typedef {import("./decor.js").Marks} Marks */
/** @typedef {CustomEvent<{y: number, x: number}>} CellEvent */

/** @param {Stage} stage @param {Answer} answer */
export function cellsFigure(stage, answer) {
  const { kernels, convolved } = answer;
  if (!kernels || !convolved) return nothing;
  const k = stage.kernelOf(answer);
  const { first } = channelsOf(answer, k);
  const slice = stage.sliceOf(answer);
  const map = kernels.count ? k * (kernels.shape[1] ?? 1) + slice - first : 0;
  const [, rows = 1, columns = 1] = (answer.padded ?? answer.input)?.shape ?? [];
  const [, high = 1, wide = 1] = answer.shape.convolved;
  const [, finalRows = 1, finalColumns = 1] = answer.shape.output;
  const { cell, kernel: small } = cellSizes(stage.width, {
    input: { rows, columns },
    kernel: { rows: kernels.height, columns: kernels.width },
    output: { rows: high, columns: wide },
    final: answer.output && { rows: finalRows, columns: finalColumns },
  });
  const { letters } = room(cell);
  const write =
    writer(kernels.map(map), letters)?.write ??
    ((/** @type {number} */ value) => format.number(value, 1));
  const times = (/** @type {string} */ weight) => (weight.length < letters ? `×${weight}` : weight);
  const decor = decorate(answer, stage.touch, session.at, (i, j) =>
    times(write(kernels.at(map, i, j))),
  );
  return html`<div class="cells-row">
      ${inputFigure(stage, answer, decor.input, slice, cell)}
      ${after(answer.request.mode === "transposed" ? "⊛" : "∗", kernelFigure(stage, answer, decor.kernel, k, slice, map, small))}
      ${after("=", outputFigure(stage, answer, decor.output, k, cell))}
      ${answer.output ? after("→", finalFigure(stage, answer, decor.final, k, cell)) : nothing}
      ${brushBar(stage, answer)}
    </div>
    ${readout(stage, answer, decor)}
    ${guard([answer, k, slice, theme()], () => depthRow(stage, answer, k, slice))}
    ${shelf(stage, answer)}`;
}

/** A figure with the sign before it, which goes to the next line together with it. @param {string} sign @param {unknown} figure */
function after(sign, figure) {
  return html`<div class="signed"><span class="conv-sign" aria-hidden="true">${sign}</span>${figure}</div>`;
}

/** @param {Stage} stage @param {Answer} answer @param {Marks} marks @param {number} slice @param {number} cell */
function inputFigure(stage, answer, marks, slice, cell) {
  const { request, shape, range } = answer;
  const transposed = request.mode === "transposed";
  const covered = !transposed && answer.coverage !== null && session.state.values.coverage;
  const tensor = covered ? answer.coverage : (answer.padded ?? answer.input);
  const [count = 1] = shape.input;
  const light = covered ? "" : lightOf(answer, slice);
  const name = channelName(slice, count);
  const picture = request.input.kind === "picture";
  const values = picture ? [0, 1] : (range.padded ?? range.input ?? answer.input?.range() ?? null);
  const ring = covered ? undefined : ringOf(answer);
  const painting = stage.painting && !covered;
  return figure({
    kind: "input-figure-cells",
    name: count === 1 ? gettext("Input") : gettext("Input, {channel}", { channel: name }),
    size: shape.input,
    more: html`${transposed ? nothing : coverageButton(answer)}${paintButton(stage)}`,
    width: cell * (tensor?.width ?? 1),
    body: html`<cell-grid id="input-grid" .tensor=${tensor} .map=${covered ? 0 : slice} .cell=${cell}
      .range=${covered ? null : values} .light=${light} .ring=${ring ?? NONE} .lost=${covered ? NONE : lostOf(answer)}
      .tones=${marks.tones} .labels=${marks.labels} .marks=${frame(marks)} .cursor=${marks.cursor}
      .brush=${painting ? stage.brush : null} ?editable=${!covered} table
      label=${covered ? gettext("Coverage of the input") : name} .names=${(/** @type {number} */ y, /** @type {number} */ x) => inputName(answer, y, x)}
      @cell-hover=${(/** @type {CellEvent} */ event) => stage.onInput(event, slice)} @cell-leave=${stage.onLeave}
      @cell-pin=${(/** @type {CustomEvent} */ event) => event.stopPropagation()}
      @cell-paint=${stage.onPaint} @cell-paint-end=${(/** @type {Event} */ event) => event.stopPropagation()}></cell-grid>`,
    below: covered ? coverageWords(answer) : nothing,
  });
}

const NONE = { top: 0, left: 0, bottom: 0, right: 0 };

/** @param {Answer} answer @param {number} y @param {number} x */
function inputName({ shape: { input } }, y, x) {
  const [, height = 1, width = 1] = input;
  const words = { y: format.fixed(y, 0), x: format.fixed(x, 0) };
  return y < 0 || x < 0 || y >= height || x >= width
    ? gettext("padding at row {y}, column {x}", words)
    : gettext("input row {y}, column {x}", words);
}

/** @param {Stage} stage @param {Answer} answer @param {Marks} marks @param {number} k @param {number} slice
 * @param {number} map @param {number} cell */
export function kernelFigure(stage, answer, marks, k, slice, map, cell) {
  const { kernels, shape } = answer;
  const [count = 0, depth = 1] = kernels?.shape ?? [];
  const names = [];
  if (count > 1) names.push(gettext("Kernel {n}", { n: k + 1 }));
  else names.push(gettext("Kernel"));
  if (depth > 1) names.push(channelName(slice, shape.input[0] ?? 1));
  const name = names.join(", ");
  return figure({
    kind: "kernel-figure-cells",
    name,
    size: (kernels?.shape ?? []).slice(1),
    width: cell * (kernels?.width ?? 1),
    body: html`<cell-grid id="kernel-grid" ringed .tensor=${kernels} .map=${map} .cell=${cell} .range=${kernels?.range(slices(k, depth)) ?? null}
      .signed=${true} .tones=${marks.tones} .labels=${marks.labels} .cursor=${marks.cursor} table label=${name}
      @cell-hover=${stage.onKernel} @cell-leave=${stage.onLeave}
      @cell-pin=${(/** @type {Event} */ event) => event.stopPropagation()}></cell-grid>`,
  });
}

/** The maps of a kernel's slices. @param {number} k @param {number} depth */
export function slices(k, depth) {
  return Array.from({ length: depth }, (_, slice) => k * depth + slice);
}

/** @param {Stage} stage @param {Answer} answer @param {Marks} marks @param {number} k @param {number} cell */
function outputFigure(stage, answer, marks, k, cell) {
  const { convolved, coverage, request, axes } = answer;
  const covered =
    request.mode === "transposed" && coverage !== null && session.state.values.coverage;
  const [, height = 0, width = 0] = answer.shape.convolved;
  const { pin } = session.state.values;
  const { play } = session;
  const lost = {
    bottom: axes[0]?.pooled?.remainder ?? 0,
    right: axes[1]?.pooled?.remainder ?? 0,
  };
  return figure({
    kind: "output-figure-cells",
    name: gettext("Output"),
    size: answer.shape.convolved,
    more: request.mode === "transposed" ? coverageButton(answer) : nothing,
    width: cell * width,
    body: html`<cell-grid id="output-grid" .tensor=${covered ? coverage : convolved} .map=${covered ? 0 : k} .cell=${cell}
      .range=${covered ? null : rangeOf(stage, answer)} .signed=${covered ? false : (convolved?.range()[0] ?? 0) < 0}
      .tones=${marks.tones} .labels=${marks.labels} .marks=${frame(marks)} .cursor=${marks.cursor} .lost=${lost}
      .pinned=${pin && pin.y < height && pin.x < width ? pin : null}
      .from=${play.step === null ? null : play.here + 1} table
      label=${covered ? gettext("Coverage of the output") : gettext("Output of kernel {n}", { n: k + 1 })}
      .names=${outputName}
      @cell-hover=${stage.onOutput} @cell-leave=${stage.onLeave} @cell-pin=${stage.onPin}></cell-grid>`,
    below: covered ? coverageWords(answer) : legend(stage, answer, k),
  });
}

/** @param {number} y @param {number} x */
function outputName(y, x) {
  return gettext("output row {y}, column {x}", { y, x });
}

/** @param {Stage} stage @param {Answer} answer @param {Marks} marks @param {number} k @param {number} cell */
function finalFigure(stage, answer, marks, k, cell) {
  const { output, request } = answer;
  return figure({
    kind: "final-figure-cells",
    name: finalName(request),
    size: answer.shape.output,
    width: cell * (output?.width ?? 1),
    body: html`<cell-grid id="final-grid" .tensor=${output} .map=${k} .cell=${cell} .range=${finalRangeOf(stage, answer)}
      .cursor=${marks.cursor} table label=${finalName(request)} .names=${outputName}
      @cell-hover=${stage.onFinal} @cell-leave=${stage.onLeave}
      @cell-pin=${(/** @type {Event} */ event) => event.stopPropagation()}></cell-grid>`,
  });
}

/** What follows the convolution. @param {Answer["request"]} request */
export function finalName({ relu, pooling }) {
  const kind = pooling?.kind === "max" ? gettext("max pooling") : gettext("average pooling");
  if (relu && pooling) return gettext("After ReLU and {pooling}", { pooling: kind });
  return relu ? gettext("After ReLU") : gettext("After {pooling}", { pooling: kind });
}

/** @param {Marks} marks */
function frame({ box }) {
  return box ? [{ box, tone: "window" }] : [];
}
