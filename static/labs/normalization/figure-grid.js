/** A tensor small enough for its numbers to be read and typed: all its maps as one grid of cells. */

import { html } from "lit";
import { room } from "../../core/cells.js";
import { writer } from "../../core/digits.js";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { placeName } from "../../core/place-words.js";
import { cellIn, flat, frames, painted, placeIn, woven } from "../../core/tensor-grid.js";
import { session } from "./session.js";
import { whatWords } from "./words.js";
import "../../components/cell-grid.js";

/** @typedef {import("./session.js").Answer} Answer */
/** @typedef {import("./fields.js").Place} Place */
/** @typedef {import("./stage.js").NormalizationStage} Stage */
/** @typedef {CustomEvent<{y: number, x: number}>} CellEvent */

const RAIL = 56;
const [LEAST, MOST] = [22, 46];

/** @param {Stage} stage @param {Answer} answer */
export function gridFigure(stage, answer) {
  const { show, grid } = session.state.values;
  const editable = show === "input";
  const tensor = editable ? flat(grid) : woven(answer.shape, answer[show]);
  const { shape } = answer;
  const fits = Math.floor((stage.figureWidth - RAIL - 8) / tensor.width);
  const cell = Math.max(LEAST, Math.min(MOST, fits));
  const { at } = session;
  const hear = (/** @type {(event: any) => void} */ act) => (/** @type {Event} */ event) => {
    event.stopPropagation();
    act(event);
  };
  return html`<div class="block-frame by-hand" .style=${`--rail:${RAIL}px;--block:${tensor.width * cell}px;--high:${tensor.height * cell}px`}>
    <span class="corner" aria-hidden="true">N ↓</span>
    <div class="heads" aria-hidden="true">${answer.channels.map((c) => html`<span>${c ? c : html`<i>C</i> ${c}`}</span>`)}</div>
    <ol class="members plain" aria-hidden="true">${grid.map((_, b) => html`<li>${b}</li>`)}</ol>
    <cell-grid id="tensor-grid" .tensor=${tensor} .cell=${cell} .range=${stage.scope === "map" ? null : tensor.range()} .labels=${at ? labels(stage, answer, tensor, cell, at) : null}
      .marks=${frames(shape)} .cursor=${cellIn(shape, session.touch)} .pinned=${cellIn(shape, session.pinned)} ?editable=${editable} table
      label=${whatWords(show)} .names=${(/** @type {number} */ y, /** @type {number} */ x) => placeName("maps", placeIn(shape, { y, x }))}
      @cell-hover=${hear((/** @type {CellEvent} */ event) => session.setTouch(placeIn(shape, event.detail)))}
      @cell-leave=${hear(() => session.setTouch(null))}
      @cell-pin=${hear((/** @type {CustomEvent} */ event) => session.pin(event.detail && placeIn(shape, event.detail)))}
      @cell-paint=${hear((/** @type {CustomEvent} */ event) => session.state.set({ grid: painted(grid, shape, event.detail) }))}
      @cell-paint-end=${hear(() => {})}></cell-grid>
  </div>
  ${editable ? html`<p class="hint">${gettext("Point at a cell and type a number. The tensor may have up to 8 samples, channels, rows and columns.")}</p>` : ""}`;
}

/** The cells of the set with their numbers: the others stand back.
 * @param {Stage} stage @param {Answer} answer @param {import("../../core/tensor.js").Tensor} tensor @param {number} cell @param {Place} at
 */
function labels(stage, answer, tensor, cell, at) {
  const [, , rows = 1, columns = 1] = answer.shape;
  const { b, c, y, x } = stage.boxOf(answer, at);
  const { letters } = room(cell);
  const write =
    writer(tensor.values, letters)?.write ??
    ((/** @type {number} */ value) => format.number(value, 1));
  /** @type {Map<string, string>} */ const found = new Map();
  for (let sample = b[0]; sample < b[1]; sample++)
    for (let channel = c[0]; channel < c[1]; channel++)
      for (let row = y[0]; row < y[1]; row++)
        for (let column = x[0]; column < x[1]; column++) {
          const [down, across] = [sample * rows + row, channel * columns + column];
          found.set(`${down},${across}`, write(tensor.at(0, down, across)));
        }
  return found;
}
