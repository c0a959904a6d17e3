/** The samples as small pictures: as a network was given them, or as they are stored. */

import { imageUrl } from "./api.js";
import { imageId, isItem } from "./members.js";

/** @type {Map<string, ImageBitmapSource>} by what it shows */
const known = new Map();
/** @type {WeakSet<object>} */
const seen = new WeakSet();

/** Keep how the samples of an answer look.
 * @param {{pictures: import("./tensor.js").Tensor | null, request: {source: object}}} answer
 */
export function learn({ pictures, request: { source } }) {
  if (!pictures || !("batch" in source) || seen.has(pictures)) return;
  seen.add(pictures);
  const [, depth = 1] = pictures.shape;
  const batch = /** @type {{image?: string, index?: number}[]} */ (source.batch);
  for (const [index, member] of batch.entries())
    known.set(keyOf(member), imageOf(pictures, index, depth));
}

/** @param {{index?: number, image?: string}} member */
function keyOf({ index, image }) {
  return image ?? String(index);
}

/** @param {import("./tensor.js").Tensor} pictures from 0 to 1 @param {number} index @param {number} depth */
function imageOf(pictures, index, depth) {
  const { width, height } = pictures;
  const image = new ImageData(width, height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = 4 * (y * width + x);
      for (let colour = 0; colour < 3; colour++) {
        const map = index * depth + (depth === 3 ? colour : 0);
        image.data[from + colour] = 255 * pictures.at(map, y, x);
      }
      image.data[from + 3] = 255;
    }
  return image;
}

/** Paint the sample that a canvas names. @param {HTMLCanvasElement} canvas */
export function paint(canvas) {
  const { word = "" } = canvas.dataset;
  const key = isItem(word) ? String(Number(word)) : (imageId(word) ?? "");
  const image = known.get(key);
  if (image instanceof ImageData) {
    if (canvas.width !== image.width) canvas.width = image.width;
    if (canvas.height !== image.height) canvas.height = image.height;
    canvas.getContext("2d")?.putImageData(image, 0, 0);
  } else if (!isItem(word) && key) stored(canvas, key);
  else canvas.getContext("2d")?.clearRect(0, 0, canvas.width, canvas.height);
}

/** Show the stored picture itself. @param {HTMLCanvasElement} canvas @param {string} id */
async function stored(canvas, id) {
  const picture = new Image();
  picture.src = imageUrl(id, 96);
  await picture.decode().catch(() => {});
  const side = Math.min(picture.naturalWidth, picture.naturalHeight);
  if (!side) return;
  canvas.width = 56;
  canvas.height = 56;
  const [left, top] = [(picture.naturalWidth - side) / 2, (picture.naturalHeight - side) / 2];
  canvas.getContext("2d")?.drawImage(picture, left, top, side, side, 0, 0, 56, 56);
}
