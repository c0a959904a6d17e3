/** What can be taken away from the stage: the request behind it, its numbers, its picture, a PyTorch program. */

import { html } from "lit";
import * as api from "../../core/api.js";
import { gettext } from "../../core/i18n.js";
import { decode } from "../../core/tensor.js";
import { SessionPart } from "./part.js";
import { isFaces } from "./scene.js";
import { session } from "./session.js";
import { torch } from "./torch.js";
import "../../components/take-away.js";

/** @typedef {import("../../core/wire.js").MlpVsCnnRequest} Request */

/** `<versus-take>`: the stage's menu of what can be taken away. */
export class VersusTake extends SessionPart {
  render() {
    const { answer } = session;
    const faces = isFaces(session.state.values);
    return html`<take-away label=${gettext("Take away this figure")} name="convscope-mlp-vs-cnn" .link=${() => session.state.href()}
      .call=${call} .torch=${faces ? program : null} .picture=${answer ? picture : null} .arrays=${answer ? arrays : null}></take-away>`;
  }
}

/** The present state as a question. @returns {Request} */
function request() {
  return /** @type {Request} */ (session.params() ?? session.answer?.request);
}

function call() {
  const step = isFaces(session.state.values) ? 1 : 2;
  const body = { ...request(), positions: session.positions && { step } };
  return { method: "POST", url: "/api/labs/mlp-vs-cnn?tensors=float32", body };
}

/** A program that computes both answers. */
async function program() {
  const names = session.answer?.networks.map(({ name }) => name) ?? [];
  const found = await Promise.all(names.map((name) => session.networks.get(name)));
  const networks = found.flatMap((info) => info ?? []);
  return torch({ request: request(), networks, host: location.origin });
}

/** Everything in float32. @returns {Promise<import("../../components/take-away.js").Arrays>} */
async function arrays() {
  const answer = await api.mlpVsCnn(request(), { tensors: "float32" });
  const { canvas, responses, networks } = answer;
  /** @type {import("../../components/take-away.js").Arrays} */ const found = {};
  if (canvas) found.canvas = decode(canvas);
  if (responses) found.responses = decode(responses);
  for (const { kind, hidden, logits } of networks) {
    if (hidden) found[`${kind}_hidden`] = decode(hidden);
    found[`${kind}_logits`] = { shape: [logits.length], values: Float32Array.from(logits) };
  }
  for (const [index, { map }] of (session.positions?.maps ?? []).entries())
    found[`${index ? "cnn" : "mlp"}_positions`] = map;
  return found;
}

/** The stage as it is shown, as a PNG. */
async function picture() {
  const stage = document.querySelector(".versus-stage");
  const { pictureOf } = await import("../../components/figure-picture.js");
  return stage && pictureOf(stage, gettext("Move the smiley"));
}

customElements.define("versus-take", VersusTake);
