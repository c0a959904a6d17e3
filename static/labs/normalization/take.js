/** What can be taken away from the lab: the request behind it, its numbers, its picture, a PyTorch program. */

import { html } from "lit";
import * as api from "../../core/api.js";
import { CanvasPainter } from "../../core/canvas.js";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { decode, Tensor } from "../../core/tensor.js";
import { layoutOf, mapsOf } from "../../core/tensor-layout.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import { torch } from "./torch.js";
import { methodName, whatWords } from "./words.js";
import "../../components/take-away.js";

/** @typedef {import("./session.js").Request} Request */

/** `<normalization-take>`: the lab's menu of what can be taken away. */
export class NormalizationTake extends SessionPart {
  render() {
    return html`<take-away label=${gettext("Take away this figure")} name="convscope-normalization" .link=${() => session.state.href()}
      .call=${call} .torch=${program} .picture=${picture} .arrays=${arrays}></take-away>`;
  }
}

/** What the server last answered to, or the present state before it has. @returns {Request} */
function request() {
  return session.answer?.request ?? /** @type {Request} */ (session.params());
}

/** The request for the menu: lists where they are short. */
function call() {
  const body = { ...request(), at: session.at, record: ["input", "output", "sets"] };
  const tensors = body.source.kind === "grid" ? "list" : "float32";
  return { method: "POST", url: `/api/labs/normalization?tensors=${tensors}`, body };
}

/** A program that makes the same output. */
function program() {
  const { answer } = session;
  if (!answer) throw new Error(gettext("There is no answer yet."));
  return torch({
    params: answer.request,
    answer,
    url: new URL("/api/labs/normalization?tensors=list", location.href).href,
  });
}

/** Everything in float32, as it went through the layer.
 * @returns {Promise<import("../../components/take-away.js").Arrays>}
 */
async function arrays() {
  const parts = /** @type {const} */ (["input", "normalized", "output"]);
  const answer = await api.normalization(
    { ...request(), record: [...parts, "sets"] },
    { tensors: "float32" },
  );
  /** @type {import("../../components/take-away.js").Arrays} */ const found = {};
  for (const part of parts) {
    const wire = answer[part];
    if (wire) found[part] = decode(wire);
  }
  if (answer.sets) {
    found.mean = decode(answer.sets.mean);
    found.variance = decode(answer.sets.variance);
  }
  const row = (/** @type {readonly number[]} */ values) =>
    new Tensor([values.length], Float32Array.from(values));
  found.gamma = row(answer.gamma);
  found.beta = row(answer.beta);
  return found;
}

const SCALE = 2;
const PAD = 16;
const HEAD = 24;
/** Points that the figure is wide. */
const WIDE = 640;

/** The three tensors as they are coloured, below each other, as a PNG. @returns {Promise<Blob | null>} */
function picture() {
  const { answer } = session;
  if (!answer) return Promise.resolve(null);
  const layout = layoutOf(answer);
  const { grid } = layout;
  const high = (WIDE * grid.height) / grid.width;
  const shown = /** @type {const} */ (["input", "normalized", "output"]).flatMap((name) => {
    const tensor = answer[name];
    return tensor ? [{ name, tensor: mapsOf(layout, tensor) }] : [];
  });
  const canvas = document.createElement("canvas");
  canvas.width = SCALE * (WIDE + 2 * PAD);
  canvas.height = SCALE * (PAD + shown.length * (high + HEAD + PAD));
  const context = canvas.getContext("2d");
  if (!context) return Promise.resolve(null);
  const style = getComputedStyle(document.body);
  context.scale(SCALE, SCALE);
  context.fillStyle = style.backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = style.color;
  context.font = `12px ${style.fontFamily}`;
  context.imageSmoothingEnabled = false;
  for (const [i, { name, tensor }] of shown.entries()) {
    const top = PAD + i * (high + HEAD + PAD);
    const [lo, hi] = tensor.range();
    const plane = document.createElement("canvas");
    new CanvasPainter().paint(plane, {
      tensor,
      shown: [...Array(tensor.count).keys()],
      grid,
      range: [lo, hi],
      signed: lo < 0,
      rgb: false,
    });
    const words = { lo: format.number(lo), hi: format.number(hi) };
    const method = methodName(answer.request.method ?? "batch");
    context.fillText(
      `${whatWords(name)} (${method}); ${gettext("{lo} to {hi}", words)}`,
      PAD,
      top + 12,
    );
    context.drawImage(plane, PAD, top + HEAD, WIDE, high);
  }
  return new Promise((done) => canvas.toBlob(done));
}

customElements.define("normalization-take", NormalizationTake);
