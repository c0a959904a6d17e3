/** The magnification of whole pictures: input and output as heat maps, the pixels around the window enlarged. */

import { html, nothing } from "lit";
import { writer } from "../../core/digits.js";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { one } from "../../core/places.js";
import { decorate } from "./decor.js";
import { finalName, kernelFigure } from "./figure-cells.js";
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
import { lens } from "./lens.js";
import { channelsOf, linksOf, windowBox, windowsOf } from "./links.js";
import { asColours } from "./picture.js";
import { session } from "./session.js";
import "../../components/heat-map.js";

/** @typedef {import("./session.js").Answer} Answer */
/** @typedef {import("./stage.js").ConvolutionStage} Stage */
/** @typedef {import("../../core/places.js").Box} Box */
/** @typedef {import("../../core/places.js").Place} Place */
/** @typedef {import("../../core/places.js").Sides} Sides */
/** @typedef {import("../../components/heat-map.js").Mark} Mark */
/** @typedef {CustomEvent<import("../../components/heat-map.js").Cell>} MapEvent */

/** From black to full light. */
const LIGHT = /** @type {const} */ ([0, 1]);
const COLOURS = [0];
const NONE = { top: 0, left: 0, bottom: 0, right: 0 };

/** @param {Stage} stage @param {Answer} answer */
export function pictureFigure(stage, answer) {
  const { kernels, convolved } = answer;
  if (!kernels || !convolved) return nothing;
  const k = stage.kernelOf(answer);
  const { first } = channelsOf(answer, k);
  const slice = stage.sliceOf(answer);
  const map = k * (kernels.shape[1] ?? 1) + slice - first;
  const write = writer(kernels.map(map), 5)?.write ?? format.number;
  const decor = decorate(
    answer,
    stage.touch?.kind === "kernel" ? null : stage.touch,
    session.at,
    (i, j) => write(kernels.at(map, i, j)),
  );
  const { touch } = stage;
  if (touch?.kind === "kernel") decor.kernel.cursor = { y: touch.i, x: touch.j };
  const boxes = boxesOf(answer, touch, session.at, decor);
  const small = kernels.width > 7 ? 22 : kernels.width > 4 ? 28 : 38;
  return html`<div class="picture-row">
      ${inputFigure(stage, answer, boxes.input)}
      <div class="between"><span class="conv-sign" aria-hidden="true">${answer.request.mode === "transposed" ? "⊛" : "∗"}</span>
        ${kernelFigure(stage, answer, decor.kernel, k, slice, map, small)}
        <span class="conv-sign" aria-hidden="true">=</span></div>
      ${outputFigure(stage, answer, boxes.output, k)}
    </div>
    ${readout(stage, answer, { ...decor, fed: boxes.fed })}
    ${answer.output ? finalFigure(stage, answer, decor.final.cursor, k) : nothing}
    ${shelf(stage, answer)}`;
}

/** Frames on input and output for what is pointed at; of many single places, the frame around them.
 * @param {Answer} answer @param {import("./stage.js").ConvolutionStage["touch"]} touch @param {Place | null} at
 * @param {import("./decor.js").Decor} decor
 * @returns {{input: Box | null, output: Box | null, fed: number}}
 */
function boxesOf(answer, touch, at, decor) {
  const links = linksOf(answer);
  const { transposed } = links;
  if (touch?.kind === "kernel") {
    const ends = [
      windowBox(links, { y: 0, x: 0 }),
      windowBox(links, { y: links.rows.windows - 1, x: links.columns.windows - 1 }),
    ];
    const [first, last] = ends;
    const box = {
      top: (first?.top ?? 0) + touch.i * links.rows.dilation,
      left: (first?.left ?? 0) + touch.j * links.columns.dilation,
      bottom: (last?.top ?? 0) + touch.i * links.rows.dilation + 1,
      right: (last?.left ?? 0) + touch.j * links.columns.dilation + 1,
    };
    return { input: transposed ? null : box, output: transposed ? box : null, fed: 0 };
  }
  if (touch?.kind === "final") return { input: null, output: decor.output.box, fed: 0 };
  const onInput = touch?.kind === "input";
  const place = onInput ? touch : at;
  if (!place) return { input: null, output: null, fed: 0 };
  const own = onInput === transposed ? windowBox(links, place) : around(windowsOf(links, place));
  return onInput
    ? { input: one(place), output: own, fed: decor.fed }
    : { input: own, output: decor.output.box, fed: decor.fed };
}

/** @param {readonly Place[]} places @returns {Box | null} */
function around(places) {
  if (!places.length) return null;
  const [rows, columns] = [places.map(({ y }) => y), places.map(({ x }) => x)];
  return {
    top: Math.min(...rows),
    left: Math.min(...columns),
    bottom: Math.max(...rows) + 1,
    right: Math.max(...columns) + 1,
  };
}

/** @param {Stage} stage @param {Answer} answer @param {Box | null} box */
function inputFigure(stage, answer, box) {
  const transposed = answer.request.mode === "transposed";
  const covered = !transposed && answer.coverage !== null && session.state.values.coverage;
  const ring = covered ? NONE : ringOf(answer);
  const whole = answer.padded ?? answer.input;
  if (!whole) return nothing;
  const shown = answer.padded ? ring : NONE;
  const picture = asColours(whole);
  const tensor = covered ? answer.coverage : picture;
  const marks = [...edges(shown, lostOf(answer), whole, covered), ...markOf(box, shown)];
  const place = (/** @type {MapEvent} */ event) => ({
    y: event.detail.y - shown.top,
    x: event.detail.x - shown.left,
  });
  return figure({
    kind: "input-figure-picture",
    name: gettext("Input"),
    size: answer.shape.input,
    more: transposed ? nothing : coverageButton(answer),
    body: html`<div class="map-frame"><heat-map id="input-map" ?rgb=${!covered} .tensor=${tensor} .maps=${COLOURS} .range=${covered ? null : LIGHT}
        .marks=${marks} .cursor=${null} .names=${[covered ? gettext("Coverage") : gettext("Input")]} label=${covered ? gettext("Coverage of the input") : gettext("The input picture")}
        @cell-hover=${(/** @type {MapEvent} */ event) => stage.onInput(new CustomEvent("cell-hover", { detail: place(event) }), stage.sliceOf(answer))}
        @cell-leave=${stage.onLeave} @cell-pin=${unpinned}></heat-map></div>`,
    below: covered ? coverageWords(answer) : lens(picture, box && moved(box, shown)),
  });
}

const SINGLE = Array.from({ length: 8 }, (_, map) => [map]);

/** One map to show: the same array each time, so that nothing is painted for its sake. @param {number} map */
function only(map) {
  return SINGLE[map] ?? [map];
}

/** Nothing is pinned on the input. @param {CustomEvent} event */
function unpinned(event) {
  event.stopPropagation();
  /** @type {import("../../components/heat-map.js").HeatMap} */ (event.target).pinned = null;
}

/** @param {Box} box @param {Sides} ring @returns {Box} */
function moved({ top, left, bottom, right }, ring) {
  return {
    top: top + ring.top,
    left: left + ring.left,
    bottom: bottom + ring.top,
    right: right + ring.left,
  };
}

/** @param {Box | null} box @param {Sides} ring @returns {Mark[]} */
function markOf(box, ring) {
  return box ? [{ map: 0, box: moved(box, ring), tone: "window" }] : [];
}

/** The padding, hatched, and what is lost, crossed out.
 * @param {Sides} ring @param {{bottom: number, right: number}} lost @param {{height: number, width: number}} whole
 * @param {boolean} hidden
 * @returns {Mark[]}
 */
function edges({ top, left, bottom, right }, lost, { height, width }, hidden) {
  if (hidden) return [];
  const all = { top: 0, left: 0, bottom: height, right: width };
  /** @type {[number, Partial<Box>, string][]} */ const sides = [
    [top, { bottom: top }, "ring"],
    [bottom, { top: height - bottom }, "ring"],
    [left, { top, bottom: height - bottom, right: left }, "ring"],
    [right, { top, bottom: height - bottom, left: width - right }, "ring"],
    [lost.bottom, { top: height - lost.bottom }, "lost"],
    [lost.right, { left: width - lost.right, bottom: height - lost.bottom }, "lost"],
  ];
  return sides.flatMap(([size, side, tone]) =>
    size > 0 ? [{ map: 0, box: { ...all, ...side }, tone }] : [],
  );
}

/** @param {Stage} stage @param {Answer} answer @param {Box | null} box @param {number} k */
function outputFigure(stage, answer, box, k) {
  const { convolved, coverage, request, shape } = answer;
  const covered =
    request.mode === "transposed" && coverage !== null && session.state.values.coverage;
  const [, height = 0, width = 0] = shape.convolved;
  const { at, play } = session;
  const { pin } = session.state.values;
  const map = covered ? 0 : k;
  const marks = box ? [{ map, box, tone: "window" }] : [];
  const pinned = pin && pin.y < height && pin.x < width ? { map, ...pin } : null;
  return figure({
    kind: "output-figure-picture",
    name:
      (shape.convolved[0] ?? 1) > 1
        ? gettext("Output of kernel {n}", { n: k + 1 })
        : gettext("Output"),
    size: shape.convolved,
    more: request.mode === "transposed" ? coverageButton(answer) : nothing,
    body: html`<div class="map-frame"><heat-map id="output-map" .tensor=${covered ? coverage : convolved} .maps=${only(map)}
        .range=${covered ? null : rangeOf(stage, answer)} .signed=${covered ? false : (convolved?.range()[0] ?? 0) < 0}
        .marks=${marks} .cursor=${at && stage.touch?.kind === "output" ? { map, y: at.y, x: at.x } : null} .pinned=${pinned}
        .names=${[gettext("Output")]} label=${covered ? gettext("Coverage of the output") : gettext("Output of kernel {n}", { n: k + 1 })}
        @cell-hover=${stage.onOutput} @cell-leave=${stage.onLeave} @cell-pin=${stage.onPin}></heat-map>
      ${play.step === null ? nothing : veil(play.here, height, width)}</div>`,
    below: covered ? coverageWords(answer) : legend(stage, answer, k),
  });
}

/** What the window has not come to yet. @param {number} here @param {number} height @param {number} width */
function veil(here, height, width) {
  const [y, x] = [Math.floor(here / width), (here % width) + 1];
  const part = (/** @type {number} */ cells, /** @type {number} */ all) =>
    `${(100 * cells) / all}%`;
  return html`<span class="not-yet" .style=${`top:${part(y, height)};height:${part(1, height)};left:${part(x, width)};right:0`}></span>
    <span class="not-yet" .style=${`top:${part(y + 1, height)};bottom:0;left:0;right:0`}></span>`;
}

/** @param {Stage} stage @param {Answer} answer @param {Place | null} cursor @param {number} k */
function finalFigure(stage, answer, cursor, k) {
  const { output } = answer;
  return html`<div class="final-row">${figure({
    kind: "final-figure-picture",
    name: finalName(answer.request),
    size: answer.shape.output,
    body: html`<heat-map .tensor=${output} .maps=${only(k)} .range=${finalRangeOf(stage, answer)}
      .cursor=${cursor && { map: k, ...cursor }} .names=${[finalName(answer.request)]} label=${finalName(answer.request)}
      @cell-hover=${stage.onFinal} @cell-leave=${stage.onLeave} @cell-pin=${unpinned}></heat-map>`,
  })}</div>`;
}
