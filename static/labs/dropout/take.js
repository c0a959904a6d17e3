/** What can be taken away from the lab: the request behind it, its numbers, its picture, a PyTorch program. */

import { html } from "lit";
import * as api from "../../core/api.js";
import { CanvasPainter } from "../../core/canvas.js";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { decode } from "../../core/tensor.js";
import { layoutOf, mapsOf } from "../../core/tensor-layout.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import { torch } from "./torch.js";
import { partName, variantName } from "./words.js";
import "../../components/take-away.js";

/** @typedef {import("./session.js").Request} Request */

const PARTS = /** @type {const} */ (["input", "mask", "output", "weight"]);

/** `<dropout-take>`: the lab's menu of what can be taken away. */
export class DropoutTake extends SessionPart {
  render() {
    return html`<take-away label=${gettext("Take away this figure")} name="convscope-dropout" .link=${() => session.state.href()}
      .call=${call} .torch=${program} .picture=${picture} .arrays=${arrays}></take-away>`;
  }
}

/** What the server last answered to, or the present state before it has. @returns {Request} */
function request() {
  return session.answer?.request ?? /** @type {Request} */ (session.params());
}

/** The request for the menu: lists where they are short. */
function call() {
  const body = { ...request(), at: session.at, record: ["input", "mask", "output"] };
  const tensors = body.source.kind === "grid" ? "list" : "float32";
  return { method: "POST", url: `/api/labs/dropout?tensors=${tensors}`, body };
}

/** A program that draws the same mask and makes the same output. */
async function program() {
  const { answer } = session;
  if (!answer) throw new Error(gettext("There is no answer yet."));
  const { source } = answer.request;
  const network = source.kind === "network" ? await session.networks.get(source.network) : null;
  const node = network?.nodes.find(({ name }) => "layer" in source && name === source.layer);
  return torch({ params: answer.request, answer, node: node ?? null, host: location.origin });
}

/** Everything in float32. @returns {Promise<import("../../components/take-away.js").Arrays>} */
async function arrays() {
  const answer = await api.dropout({ ...request(), record: [...PARTS] }, { tensors: "float32" });
  /** @type {import("../../components/take-away.js").Arrays} */ const found = {};
  for (const part of PARTS) {
    const wire = answer[part];
    if (wire) found[part] = decode(wire);
  }
  return found;
}

const SCALE = 2;
const PAD = 16;
const HEAD = 24;
/** Points that each of the three is wide. */
const WIDE = 300;

/** h, the mask and what is left as they are coloured, side by side, as a PNG. @returns {Promise<Blob | null>} */
function picture() {
  const { answer } = session;
  if (!answer) return Promise.resolve(null);
  const layout = layoutOf(answer);
  const { grid } = layout;
  const high = (WIDE * grid.height) / grid.width;
  const names = /** @type {const} */ (["input", "mask", "output"]);
  const fits = answer.variant !== "connect"; // whose mask is the weights'
  const shown = names.flatMap((name) => {
    const tensor = name === "mask" && !fits ? null : answer[name];
    return tensor ? [{ name, tensor: mapsOf(layout, tensor) }] : [];
  });
  const ranges = shown.flatMap(({ name, tensor }) => (name === "mask" ? [] : [tensor.range()]));
  const lo = Math.min(...ranges.map(([least]) => least));
  const hi = Math.max(...ranges.map(([, greatest]) => greatest));
  const canvas = document.createElement("canvas");
  canvas.width = SCALE * (PAD + shown.length * (WIDE + PAD));
  canvas.height = SCALE * (2 * PAD + HEAD + high);
  const context = canvas.getContext("2d");
  if (!context) return Promise.resolve(null);
  const style = getComputedStyle(document.body);
  context.scale(SCALE, SCALE);
  context.fillStyle = style.backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = style.color;
  context.font = `12px ${style.fontFamily}`;
  context.imageSmoothingEnabled = false;
  const values = gettext("{lo} to {hi}", { lo: format.number(lo), hi: format.number(hi) });
  for (const [i, { name, tensor }] of shown.entries()) {
    const left = PAD + i * (WIDE + PAD);
    const plane = document.createElement("canvas");
    const mask = name === "mask";
    new CanvasPainter().paint(plane, {
      tensor,
      shown: [...Array(tensor.count).keys()],
      grid,
      range: [lo, hi],
      signed: lo < 0,
      rgb: false,
      mask,
    });
    const said = mask ? `${variantName(answer.variant)}, p = ${answer.p}` : values;
    context.fillText(`${partName(name)} (${said})`, left, PAD + 12);
    context.drawImage(plane, left, PAD + HEAD, WIDE, high);
  }
  return new Promise((done) => canvas.toBlob(done));
}

customElements.define("dropout-take", DropoutTake);
