/** The pieces of real pictures that excite a channel most, and the pictures that they are from. */

import { html, nothing } from "lit";
import { imageUrl } from "../../../../core/api.js";
import { CanvasPainter } from "../../../../core/canvas.js";
import * as format from "../../../../core/format.js";
import { grid } from "../../../../core/grid.js";
import { gettext } from "../../../../core/i18n.js";
import { memberName, samplePictures } from "../../../../core/members.js";

/** @typedef {NonNullable<import("../../../../core/wire.js").PrinciplesAnswer["patches"]>} Found */
/** @typedef {Found & {request: {patches?: {images: readonly string[]} | null}}} Asked with the question that it answers */
/** @typedef {import("../../../../core/tensor.js").Tensor} Tensor */

/** Pixels to ask of a picture on its longer side. */
const SIDE = 448;

/** @param {string} image an id */
function nameOf(image) {
  return memberName(samplePictures().find(({ id }) => id === image)?.name ?? image);
}

/**
 * @param {{found: Asked | null, count: number, input: readonly number[], chosen: number,
 *   choose: (index: number) => void}} options `count`: how many are to come; `input`: [height, width]
 */
export function patches({ found, count, input, chosen, choose }) {
  const images = found?.request.patches?.images ?? [];
  const list = found?.patches ?? [];
  const one = list[chosen] ?? list[0];
  return html`<ul class="pieces">${list.map((patch, index) => {
    const name = nameOf(images[patch.image] ?? "");
    const value = format.number(patch.value);
    const act = () => choose(index);
    return html`<li><button type="button" class="thumb" aria-pressed=${patch === one}
      aria-label=${gettext("{value}: {picture}", { value, picture: name })} @click=${act} @focus=${act} @pointerenter=${act}>
      <canvas data-patch=${index}></canvas><span>${value}</span></button></li>`;
  })}${found ? nothing : Array.from({ length: count }, () => html`<li class="coming"></li>`)}</ul>
  ${found && !list.length ? html`<p>${gettext("None of these pictures excites it above 0.")}</p>` : nothing}
  ${one ? whereFrom(one, images[one.image] ?? "", found?.shape ?? [], input) : nothing}`;
}

/** The picture of a patch, with its place marked.
 * @param {Found["patches"][number]} patch @param {string} image @param {readonly number[]} shape of the layer's output
 * @param {readonly number[]} input
 */
function whereFrom({ value, y, x, box }, image, [, rows = 1, columns = 1], input) {
  const [top = 0, left = 0, bottom = 0, right = 0] = box;
  const [height = 1, width = 1] = input;
  const across = (/** @type {number} */ pixels) =>
    (100 * Math.max(0, Math.min(width, pixels))) / width;
  const down = (/** @type {number} */ pixels) =>
    (100 * Math.max(0, Math.min(height, pixels))) / height;
  const [l, r, t, b] = [across(left), across(right), down(top), down(bottom)];
  const place = `left:${l}%;top:${t}%;width:${r - l}%;height:${b - t}%`;
  const middle = `left:${across((left + right) / 2)}%;top:${down((top + bottom) / 2)}%`;
  const name = nameOf(image);
  return html`<figure class="where-from">
    <div class="frame"><img src=${imageUrl(image, SIDE)} alt=${name} decoding="async"><span class="outline tone-field" .style=${place}></span><span class="middle" .style=${middle}></span></div>
    <figcaption>${gettext(
      "{value} in “{picture}”, at row {y} of {rows} and column {x} of {columns} of the map",
      {
        value: format.number(value),
        picture: name,
        y: y + 1,
        rows,
        x: x + 1,
        columns,
      },
    )}</figcaption></figure>`;
}

/** Paint the patches' pixels into their canvases. @param {HTMLElement} host @param {readonly Tensor[]} tensors [3, p, p] */
export function paintPatches(host, tensors) {
  for (const canvas of host.querySelectorAll("canvas[data-patch]")) {
    const tensor = tensors[Number(/** @type {HTMLElement} */ (canvas).dataset.patch)];
    if (tensor) paintColours(/** @type {HTMLCanvasElement} */ (canvas), tensor);
  }
}

/** Paint a coloured image. @param {HTMLCanvasElement} canvas @param {Tensor} tensor [3, height, width] from 0 to 1 */
export function paintColours(canvas, tensor) {
  const { width, height } = tensor;
  const painter = painters.get(canvas) ?? new CanvasPainter();
  painters.set(canvas, painter);
  painter.paint(canvas, {
    tensor,
    shown: [0],
    grid: grid(1, { width, height }),
    range: [0, 1],
    signed: false,
    rgb: true,
  });
}

/** @type {WeakMap<HTMLCanvasElement, CanvasPainter>} */
const painters = new WeakMap();
