/** How the held-out images look that take the places of others in a batch. */

import * as api from "./api.js";
import { decode } from "./tensor.js";
import { learn, paint } from "./thumbs.js";

/** @typedef {import("./wire.js").NormalizationRequest} Request */

let asked = "";

/** Fetch the images' looks, unless they were the last ones fetched; then paint them.
 * @param {readonly number[]} items @param {Request["source"]} source whose network they are for
 * @param {HTMLElement} host of the canvases
 */
export async function look(items, source, host) {
  const canvases = () => {
    for (const canvas of host.querySelectorAll("canvas[data-word]"))
      paint(/** @type {HTMLCanvasElement} */ (canvas));
  };
  canvases();
  const words = JSON.stringify(items);
  if (!("network" in source) || !items.length || words === asked) return;
  asked = words;
  const { network, layer } = source;
  const batch = items.map((index) => ({ kind: /** @type {const} */ ("item"), index }));
  const request = {
    source: { kind: /** @type {const} */ ("network"), network, layer, batch },
    record: [/** @type {const} */ ("pictures")],
    method: /** @type {const} */ ("layer_channels"),
  };
  try {
    const answer = await api.normalization(request, { tensors: "uint8" });
    const pictures = answer.pictures && decode(answer.pictures);
    learn({ pictures, request });
    canvases();
  } catch {
    asked = ""; // they stay blank
  }
}
