/** What can be taken away from the page: the request behind it, its numbers, its picture. */

import * as api from "../core/api.js";
import { gettext } from "../core/i18n.js";
import { decode } from "../core/tensor.js";
import { session } from "./session.js";

/** @typedef {import("../core/wire.js").RunRequest} RunRequest */

/** What is on the screen as one request: the open layer's channel, or the maps of all columns in sight.
 * @returns {RunRequest}
 */
function request() {
  const { layer, ch, seed } = session.state.values;
  const { view } = session;
  const applied = view?.applied ?? [];
  const record = layer
    ? [{ layer, channels: { indices: [ch] } }]
    : session.columns().flatMap((column) => {
        const shown = view?.shown(column);
        if (!shown) return [];
        const channels = column.vector ? null : { indices: [...shown.layer.channels] };
        return [{ layer: column.source, channels }];
      });
  return {
    images: view ? [view.image] : [],
    ...(applied.length ? { interventions: [...applied] } : {}),
    record,
    ...(view?.differs ? { difference: true } : {}),
    ...(seed ? { seed } : {}),
  };
}

/** The request for the menu: lists of numbers for one map, bytes for many. */
export function call() {
  const { net, layer } = session.state.values;
  const tensors = layer ? "list" : "uint8";
  return { method: "POST", url: `/api/networks/${net}/run?tensors=${tensors}`, body: request() };
}

/** The open layer with all its channels, or all columns in sight as shown, in float32.
 * @returns {Promise<Record<string, import("../core/tensor.js").Tensor>>}
 */
export async function arrays() {
  const { net, layer } = session.state.values;
  const asked = layer ? { ...request(), record: [{ layer }] } : request();
  const answer = await api.run(net, asked, { tensors: "float32" });
  /** @type {Record<string, import("../core/tensor.js").Tensor>} */ const found = {};
  for (const { layer, activation, difference } of answer.layers) {
    if (activation) found[layer] = decode(activation);
    if (difference) found[`${layer}.difference`] = decode(difference);
  }
  return found;
}

/** What the files are called. */
export function fileName() {
  const { net, layer, ch } = session.state.values;
  return ["convscope", net, ...(layer ? [layer, String(ch)] : [])].join("-");
}

const SCALE = 2;
const HEAD = 22;
const PAD = 16;

/** The picture and the strip as they are drawn, as a PNG.
 * @returns {Promise<Blob | null>}
 */
export function picture() {
  const stage = document.body;
  const items = [...stage.querySelectorAll("layer-strip li")];
  const maps = items.map(
    (item) => /** @type {import("./strip.js").HeatMap} */ (item.querySelector("heat-map")),
  );
  const list = stage.querySelector("layer-strip ol")?.getBoundingClientRect();
  const photo = /** @type {import("./input-picture.js").InputPicture | null} */ (
    stage.querySelector("input-picture")
  );
  const side = photo?.clientWidth ?? 0;
  const style = getComputedStyle(document.body);
  const canvas = document.createElement("canvas");
  const rects = maps.map((map) =>
    /** @type {Element} */ (map.firstElementChild).getBoundingClientRect(),
  );
  const top = rects[0]?.top ?? 0;
  const tall = Math.max(side, ...rects.map(({ height }) => height));
  canvas.width = (side + (list?.width ?? 0) + 3 * PAD) * SCALE;
  canvas.height = (tall + HEAD + 2 * PAD) * SCALE;
  const context = canvas.getContext("2d");
  if (!context || !list) return Promise.resolve(null);
  context.scale(SCALE, SCALE);
  context.fillStyle = style.backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = style.color;
  context.font = `12px ${style.fontFamily}`;
  context.imageSmoothingEnabled = false;
  context.fillText(gettext("picture"), PAD, PAD + 12);
  const source = photo?.source;
  if (source) drawSquare(context, source, PAD, PAD + HEAD, side);
  items.forEach((item, i) => {
    const [rect, map] = [rects[i], maps[i]];
    if (!rect?.width || !map) return;
    const left = 2 * PAD + side + rect.left - list.left;
    const name = item.querySelector("header button")?.textContent?.trim() ?? "";
    context.fillText(name, left, PAD + 12, Math.max(rect.width, 30));
    const { width, height } = map.grid; // the canvas may be larger
    const drawn = /** @type {HTMLCanvasElement} */ (map.querySelector("canvas"));
    const down = PAD + HEAD + rect.top - top;
    context.drawImage(drawn, 0, 0, width, height, left, down, rect.width, rect.height);
  });
  return new Promise((done) => canvas.toBlob(done));
}

/** The middle square of a picture.
 * @param {CanvasRenderingContext2D} context
 * @param {HTMLImageElement | HTMLCanvasElement} source
 * @param {number} x @param {number} y @param {number} side
 */
function drawSquare(context, source, x, y, side) {
  const [width, height] =
    source instanceof HTMLImageElement
      ? [source.naturalWidth, source.naturalHeight]
      : [source.width, source.height];
  const square = Math.min(width, height);
  const [left, top] = [(width - square) / 2, (height - square) / 2];
  context.drawImage(source, left, top, square, square, x, y, side, side);
}
