/** A sample as a stored picture: a run of a network takes nothing else. */

import * as api from "../../../core/api.js";
import { decode } from "../../../core/tensor.js";
import { TRANSFORMER } from "./sites.js";

/** @typedef {import("../../../core/members.js").Member} Member */

/** @type {Map<number, Promise<string>>} by the number of a held-out image */
const stored = new Map();

/** The id of the picture; a held-out image is stored first.
 * @param {Member} member @param {AbortSignal} [signal]
 */
export function pictureId(member, signal) {
  if (member.kind === "picture") return Promise.resolve(member.image);
  const { index } = member;
  const known = stored.get(index);
  if (known) return known;
  const coming = store(member, signal);
  stored.set(index, coming);
  coming.catch(() => stored.delete(index));
  return coming;
}

/** @param {Member} member @param {AbortSignal} [signal] */
async function store(member, signal) {
  const source = {
    kind: /** @type {const} */ ("network"),
    network: TRANSFORMER,
    layer: "embed.patch",
    batch: [member],
  };
  const { pictures } = await api.dropout(
    /** @type {any} */ ({ source, variant: "element", record: ["pictures"] }),
    { tensors: "float32", signal },
  );
  if (!pictures) throw new TypeError("no pictures");
  const { width, height, values } = decode(pictures);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  for (const [i, value] of values.entries()) {
    image.data.fill(Math.round(255 * value), 4 * i, 4 * i + 3);
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  const file = await new Promise((done) => canvas.toBlob(done));
  const { id } = await api.upload(file, signal);
  return id;
}
