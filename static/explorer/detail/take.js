import { html, nothing } from "lit";
import * as api from "../../core/api.js";
import { gettext } from "../../core/i18n.js";
import { decode } from "../../core/tensor.js";
import { runRequest } from "./answers.js";
import "../../components/take-away.js";

/** @typedef {import("./layer-detail.js").LayerDetail} Host */

/** The map as PNG, the layer with all its channels as NPZ, and the request for it.
 * @param {Host} host
 */
export function takeAway(host) {
  if (!host.answers.channel || !host.node) return nothing;
  const { name, node, question } = host;
  const body = runRequest(question, node.name);
  return html`<take-away label=${gettext("Take away this layer")} name="${name}-${node.name}-${host.channel}"
    .call=${() => ({ method: "POST", url: `/api/networks/${name}/run?tensors=float32`, body })}
    .picture=${() => picture(host)}
    .arrays=${() => arrays(name, body)}></take-away>`;
}

/** @param {Host} host @returns {Promise<Blob | null>} */
function picture(host) {
  const map = /** @type {import("../../components/heat-map.js").HeatMap | null} */ (
    host.querySelector(".map-figure > heat-map")
  );
  return map ? map.picture() : Promise.resolve(null);
}

/** @param {string} name @param {import("../../core/wire.js").RunRequest} body */
async function arrays(name, body) {
  const { layers } = await api.run(name, body, { tensors: "float32" });
  /** @type {import("../../components/take-away.js").Arrays} */ const found = {};
  for (const { layer, activation, difference } of layers) {
    if (activation) found[layer] = decode(activation);
    if (difference) found[`${layer}.difference`] = decode(difference);
  }
  return found;
}
