/** Pictures before they are sent, and as numbers. */

import { Tensor } from "./tensor.js";

/** Longest side that is sent; the server keeps no more. */
export const LONGEST = 1024;
/** Up to this many bytes a small picture is sent as it is. */
const LIGHT = 1_500_000;
const AS_IS = new Set(["image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp"]);

/** Sizes that fit into a square, never larger than they are.
 * @param {number} width
 * @param {number} height
 * @param {number} side
 * @returns {[number, number]}
 */
export function fit(width, height, side) {
  const scale = Math.min(1, side / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** What to send of a file: the file, or a smaller copy if its picture is large. A file that this
 * browser cannot read goes as it is; the server may know better, and says so if not.
 * @param {Blob} file
 * @returns {Promise<Blob>}
 */
export async function prepare(file) {
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) return file;
  const { width, height } = bitmap;
  const [w, h] = fit(width, height, LONGEST);
  if (w === width && h === height && file.size <= LIGHT && AS_IS.has(file.type)) {
    bitmap.close();
    return file;
  }
  const canvas = document.createElement("canvas");
  canvas.width = w;
  canvas.height = h;
  const context = canvas.getContext("2d");
  if (!context) return file;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, w, h);
  bitmap.close();
  const webp = await encode(canvas, "image/webp");
  if (webp?.type === "image/webp") return webp;
  context.globalCompositeOperation = "destination-over"; // JPEG has no transparency
  context.fillStyle = "#fff";
  context.fillRect(0, 0, w, h);
  return (await encode(canvas, "image/jpeg")) ?? file;
}

/** @param {HTMLCanvasElement} canvas @param {string} type @returns {Promise<Blob | null>} */
function encode(canvas, type) {
  return new Promise((done) => canvas.toBlob(done, type, 0.92));
}

/** The first picture among what was dropped or pasted; null where there is none.
 * @param {DataTransfer | null} data
 * @returns {File | null}
 */
export function pictureIn(data) {
  const files = [...(data?.files ?? [])];
  // A file without a type may still be a picture: the server looks at the content.
  return (
    files.find(({ type }) => type.startsWith("image/")) ?? files.find(({ type }) => !type) ?? null
  );
}

/** A picture as a tensor of [3, height, width] with values 0 to 255, for `<heat-map rgb>`.
 * @param {string} url
 * @param {{width: number, height: number}} [size] left out: its own
 * @param {AbortSignal} [signal]
 */
export async function pixels(url, size, signal) {
  const response = await fetch(url, signal ? { signal } : {});
  if (!response.ok) throw new Error(`${response.status}`);
  const bitmap = await createImageBitmap(await response.blob());
  const { width, height } = size ?? bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no canvas");
  context.drawImage(bitmap, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const planes = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < 3; c++) planes[c * width * height + i] = data[4 * i + c] ?? 0;
  return new Tensor([3, height, width], planes, [0, 0, 0], [255, 255, 255]);
}
