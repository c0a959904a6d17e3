/** A tensor by hand: h, the mask and what is left as three grids of numbers. */

import { html, nothing } from "lit";
import { gettext } from "../../core/i18n.js";
import { placeName } from "../../core/place-words.js";
import { cellIn, flat, frames, painted, placeIn, woven } from "../../core/tensor-grid.js";
import { session } from "./session.js";
import { partName } from "./words.js";
import "../../components/cell-grid.js";

/** @typedef {import("./session.js").Answer} Answer */
/** @typedef {import("./stage.js").DropoutStage} Stage */
/** @typedef {import("./words.js").Which} Which */

/** Px of a cell: at least and at most, and where the figures lie below each other. */
const [LEAST, MOST, STACKED] = [20, 40, 30];

/** @param {Stage} stage @param {Answer} answer */
export function gridFigures(stage, answer) {
  const { grid } = session.state.values;
  const wide = (grid[0]?.length ?? 1) * (grid[0]?.[0]?.[0]?.length ?? 1);
  const high = grid.length * (grid[0]?.[0]?.length ?? 1);
  const { sign } = stage.rooms;
  const room = Math.floor((stage.width - 8 - 2 * sign) / 3);
  const beside = Math.floor(room / wide);
  const stacked = beside < LEAST;
  const fits = stacked ? Math.min(STACKED, Math.floor((stage.width - 8) / wide)) : beside;
  const cell = Math.max(LEAST, Math.min(MOST, fits));
  const style = `--rail:0px;--sign:${sign}px;--room:${room}px;--block:${wide * cell}px;--high:${high * cell}px`;
  return html`<div class="equation by-hand ${stacked ? "stacked" : ""}" .style=${style}>
      ${stage.headings(answer)}
      ${figure(stage, answer, "input", 0, cell)}
      ${answer.mask ? figure(stage, answer, "mask", 1, cell) : html`<p class="no-mask at-1">${gettext("In evaluation no mask is drawn: nothing is dropped.")}</p>`}
      ${figure(stage, answer, "output", 2, cell)}
    </div>
    <p class="hint">${gettext("Point at a cell of h and type a number. The tensor may have up to 8 samples, channels, rows and columns.")}</p>`;
}

/** @param {Stage} stage @param {Answer} answer @param {Which} which @param {number} k which of the three
 * @param {number} cell
 */
function figure(stage, answer, which, k, cell) {
  const { grid } = session.state.values;
  const { shape } = answer;
  const editable = which === "input";
  const tensor = editable ? flat(grid) : woven(shape, answer[which]);
  const mask = which === "mask";
  return html`<cell-grid id="grid-${which}" class="at-${k}" .tensor=${tensor} .cell=${cell} .range=${mask ? [0, 1] : stage.rangeOf(answer)}
    .light=${mask ? "grey" : ""} .marks=${frames(shape)} .cursor=${cellIn(shape, session.touch)} .pinned=${cellIn(shape, session.pinned)}
    ?editable=${editable} ?table=${!mask} label=${partName(which)}
    .names=${(/** @type {number} */ y, /** @type {number} */ x) => placeName("maps", placeIn(shape, { y, x }))}
    @cell-hover=${hear((event) => session.setTouch(placeIn(shape, event.detail)))}
    @cell-leave=${hear(() => session.setTouch(null))}
    @cell-pin=${hear((event) => session.pin(event.detail && placeIn(shape, event.detail)))}
    @cell-paint=${editable ? hear((event) => session.state.set({ grid: painted(grid, shape, event.detail) })) : nothing}
    @cell-paint-end=${hear(() => {})}></cell-grid>`;
}

/** @param {(event: CustomEvent) => void} act */
function hear(act) {
  return (/** @type {CustomEvent} */ event) => {
    event.stopPropagation();
    act(event);
  };
}
