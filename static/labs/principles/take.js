/** What can be taken away from the stage: the request behind it, its numbers, its picture, a PyTorch program. */

import { html } from "lit";
import * as api from "../../core/api.js";
import { gettext } from "../../core/i18n.js";
import { decode } from "../../core/tensor.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import { chainTo, torch } from "./torch.js";
import "../../components/take-away.js";

/** @typedef {import("./session.js").Request} Request */
/** @typedef {import("../../components/take-away.js").Arrays} Arrays */

/** `<principles-take>`: the stage's menu of what can be taken away. */
export class PrinciplesTake extends SessionPart {
  render() {
    const { net, layer } = session.state.values;
    const chain = chainTo(session.networks.info(net)?.nodes ?? [], layer);
    return html`<take-away label=${gettext("Take away this figure")} name="convscope-principles" .link=${() => session.state.href()}
      .call=${call} .torch=${chain ? () => program(chain) : null} .picture=${picture} .arrays=${arrays}></take-away>`;
  }
}

/** Both questions of the stage in one. @returns {Request} */
function request() {
  const wiring = session.wiringQuestion();
  const growth = session.growthQuestion();
  return /** @type {Request} */ ({ ...wiring, growth: growth?.growth, record: ["picture"] });
}

function call() {
  return { method: "POST", url: "/api/labs/principles?tensors=float32", body: request() };
}

/** @param {import("./torch.js").Chain} chain */
function program(chain) {
  const { net } = session.state.values;
  const shape = session.networks.info(net)?.input.shape ?? [1, 28, 28];
  return torch({ chain, shape, spot: session.spot });
}

/** Everything in float32. @returns {Promise<Arrays>} */
async function arrays() {
  const { picture: seen, wiring, growth } = await api.principles(request(), { tensors: "float32" });
  /** @type {Arrays} */ const found = {};
  if (seen) found.picture = decode(seen);
  if (wiring) found.conv_row = decode(wiring.conv.row);
  if (wiring?.dense) found.dense_row = decode(wiring.dense.row);
  for (const { layer, heat } of growth?.layers ?? []) found[`heat.${layer}`] = decode(heat);
  return found;
}

/** The stage as it is drawn, as a PNG. */
async function picture() {
  const figure = document.querySelector(".field-stage");
  const { pictureOf } = await import("../../components/figure-picture.js");
  return figure && pictureOf(figure, gettext("What one unit sees"));
}

customElements.define("principles-take", PrinciplesTake);
