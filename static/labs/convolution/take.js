/** What can be taken away from the lab: the request behind it, its numbers, its picture, a PyTorch program. */

import { html } from "lit";
import * as api from "../../core/api.js";
import { colourOf, palette, scaleFor } from "../../core/colour.js";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { decode, Tensor } from "../../core/tensor.js";
import { theme } from "../../core/theme.js";
import { planesOf } from "./about.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import { torch } from "./torch.js";
import "../../components/take-away.js";

/** @typedef {import("../../core/wire.js").ConvolutionRequest} Request */

/** `<convolution-take>`: the lab's menu of what can be taken away. */
export class ConvolutionTake extends SessionPart {
  render() {
    return html`<take-away label=${gettext("Take away this figure")} name="convscope-convolution" .link=${() => session.state.href()}
      .call=${call} .torch=${program} .picture=${picture} .arrays=${arrays}></take-away>`;
  }
}

/** What the server last answered to, or the present state before it has. @returns {Request} */
function request() {
  return session.answer?.request ?? /** @type {Request} */ (session.params());
}

/** The request for the menu: lists where they are short. */
function call() {
  const body = request();
  const tensors = body.input.kind === "grid" ? "list" : "float32";
  return { method: "POST", url: `/api/labs/convolution?tensors=${tensors}`, body };
}

/** A program that makes the same output. It needs the numbers of the last answer. */
function program() {
  const { answer } = session;
  if (!answer?.kernels) throw new Error(gettext("There is no answer yet."));
  const { kernels, biases, axes, request: params } = answer;
  const [count = 0] = kernels.shape;
  const { input } = params;
  const picture =
    input.kind === "picture" ? new URL(`/api/images/${input.image}`, location.href).href : "";
  return torch({
    params,
    kernels: Array.from({ length: count }, (_, index) => planesOf(kernels, index, false)),
    biases,
    axes,
    picture,
  });
}

/** Everything in float32, as it went through the convolution.
 * @returns {Promise<import("../../components/take-away.js").Arrays>}
 */
async function arrays() {
  const parts = /** @type {const} */ ([
    "input",
    "padded",
    "kernels",
    "convolved",
    "output",
    "coverage",
  ]);
  const answer = await api.convolution(
    { ...request(), record: [...parts] },
    { tensors: "float32" },
  );
  /** @type {import("../../components/take-away.js").Arrays} */ const found = {};
  for (const part of parts) {
    const wire = answer[part];
    if (wire) found[part] = decode(wire);
  }
  found.biases = new Tensor([answer.biases.length], Float32Array.from(answer.biases));
  return found;
}

const SCALE = 2;
const PAD = 16;
const HEAD = 20;
/** Points of the longest side of a map. */
const SIDE = 320;

/** Input, kernels and output as they are coloured, as a PNG. @returns {Promise<Blob | null>} */
function picture() {
  const { answer } = session;
  if (!answer) return Promise.resolve(null);
  const { k } = session.state.values;
  const output = answer.output ?? answer.convolved;
  const [, deep = 1] = answer.kernels?.shape ?? [];
  const shown = [
    {
      title: gettext("Input"),
      tensor: answer.input,
      maps: range(0, answer.input?.count ?? 0),
      side: SIDE,
    },
    {
      title: gettext("Kernel {n}", { n: k + 1 }),
      tensor: answer.kernels,
      maps: range(k * deep, deep),
      side: SIDE / 3,
    },
    { title: gettext("Output"), tensor: output, maps: [k], side: SIDE },
  ].flatMap(({ tensor, ...rest }) => (tensor ? [{ tensor, ...rest }] : []));
  const sizes = shown.map(({ tensor, maps, side }) => {
    const zoom = side / Math.max(tensor.width, tensor.height);
    const [width, height] = [tensor.width * zoom, tensor.height * zoom];
    return { width, height, all: maps.length * (height + PAD / 2) - PAD / 2 };
  });
  const canvas = document.createElement("canvas");
  canvas.width =
    SCALE * (PAD + sizes.reduce((sum, { width }) => sum + Math.max(width, 120) + PAD, 0));
  canvas.height = SCALE * (2 * PAD + 2 * HEAD + Math.max(...sizes.map(({ all }) => all)));
  const context = canvas.getContext("2d");
  if (!context) return Promise.resolve(null);
  const style = getComputedStyle(document.body);
  context.scale(SCALE, SCALE);
  context.fillStyle = style.backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = style.color;
  context.font = `12px ${style.fontFamily}`;
  context.imageSmoothingEnabled = false;
  let left = PAD;
  for (const [i, { title, tensor, maps }] of shown.entries()) {
    const { width = 0, height = 0, all = 0 } = sizes[i] ?? {};
    const [lo, hi] = tensor.range(maps);
    context.fillText(title, left, PAD + 10);
    maps.forEach((map, row) => {
      const top = PAD + HEAD + row * (height + PAD / 2);
      context.drawImage(painted(tensor, map, lo, hi), left, top, width, height);
    });
    const words = gettext("{lo} to {hi}", { lo: format.number(lo), hi: format.number(hi) });
    context.fillText(words, left, PAD + HEAD + all + 14);
    left += Math.max(width, 120) + PAD;
  }
  return new Promise((done) => canvas.toBlob(done));
}

/** One map, a pixel a value. @param {Tensor} tensor @param {number} map @param {number} lo @param {number} hi */
function painted(tensor, map, lo, hi) {
  const scale = scaleFor(lo, hi);
  const colours = palette(scale.kind, theme());
  const canvas = document.createElement("canvas");
  canvas.width = tensor.width;
  canvas.height = tensor.height;
  const pixels = Uint32Array.from(tensor.map(map), (value) => colourOf(value, scale, colours));
  const image = new ImageData(new Uint8ClampedArray(pixels.buffer), tensor.width, tensor.height);
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  return canvas;
}

/** @param {number} from @param {number} count */
function range(from, count) {
  return Array.from({ length: count }, (_, i) => from + i);
}

customElements.define("convolution-take", ConvolutionTake);
