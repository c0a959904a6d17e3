/** What the cells are changed with: a brush for numbers, a frame for what is cut from the picture. */

import { html, nothing } from "lit";
import { imageUrl } from "../../core/api.js";
import { gettext } from "../../core/i18n.js";
import { FEWEST_CELLS, MOST_CELLS } from "./fields.js";
import { session } from "./session.js";
import "../../components/choice-field.js";
import "../../components/number-field.js";
import "./crop-frame.js";

/** @typedef {import("./session.js").Answer} Answer */
/** @typedef {import("./stage.js").ConvolutionStage} Stage */
/** @typedef {import("./fields.js").Crop} Crop */

/** @param {Stage} stage @param {Answer} answer */
export function brushBar(stage, answer) {
  const { source, img, size, crop } = session.state.values;
  const image = session.imageId(img);
  const cut = source === "crop" && image;
  if (!cut && !stage.painting) return nothing;
  return html`<div class="brush-bar">
    ${cut ? cropPart(imageUrl(image, size), crop) : nothing}
    ${stage.painting ? brush(stage, answer) : nothing}
  </div>`;
}

/** Whether strokes over the input paint. @param {Stage} stage */
export function paintButton(stage) {
  return html`<button type="button" class="plain" aria-pressed=${stage.painting} @click=${stage.onTool}
    title=${gettext("Change the input’s numbers. Without this, too: double-click a cell, or type digits on it.")}>${gettext("Paint")}</button>`;
}

/** @param {Stage} stage @param {Answer} answer */
function brush(stage, answer) {
  const several = (answer.shape.input[0] ?? 1) > 1;
  const picture = answer.request.input.kind === "picture";
  return html`<number-field label=${gettext("Number to paint")} .value=${stage.brush} .min=${-99} .max=${99} .step=${picture ? 0.1 : 1}
      @value-input=${stage.onBrush} @value-change=${stage.onBrush}></number-field>
    ${
      several
        ? html`<choice-field small label=${gettext("Into")} .value=${stage.deep ? "all" : "one"}
          .options=${[
            { value: "one", label: gettext("this channel") },
            { value: "all", label: gettext("all channels") },
          ]} @value-change=${stage.onDeep}></choice-field>`
        : nothing
    }
    <p class="hint">${gettext("Stroke over the input with the mouse or a finger. With the keys: arrows move, Space paints, digits type a number.")}</p>`;
}

/** @param {string} src @param {Crop} crop */
function cropPart(src, crop) {
  const set = (/** @type {Partial<Crop>} */ some) => {
    session.state.set({ crop: { ...session.state.values.crop, ...some } });
  };
  const length = (/** @type {string} */ label, /** @type {"height" | "width"} */ name) =>
    html`<number-field label=${label} .value=${crop[name]} .min=${FEWEST_CELLS} .max=${MOST_CELLS}
      @value-change=${(/** @type {CustomEvent<{value: number}>} */ event) => set({ [name]: event.detail.value })}></number-field>`;
  const move = (/** @type {CustomEvent<Crop>} */ event) => set(event.detail);
  return html`<div class="crop-part">
    <crop-frame .src=${src} .crop=${crop} @crop-input=${move} @crop-change=${move}></crop-frame>
    <div class="crop-size">${length(gettext("Height"), "height")}${length(gettext("Width"), "width")}
      <p class="hint">${gettext("Drag the frame over the picture, or move it with the arrow keys.")}</p></div>
  </div>`;
}
