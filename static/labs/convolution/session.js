/**
 * What the lab is about: its state, what the server makes of it, and what is pointed at. Knows nothing of
 * how it is drawn.
 */

import * as api from "../../core/api.js";
import { Latest } from "../../core/latest.js";
import { State } from "../../core/state.js";
import { Decoder } from "../../core/tensor.js";
import { fit } from "./crop.js";
import { fields, SETTINGS } from "./fields.js";
import { suited } from "./kernel-list.js";
import { Player } from "./player.js";

/** @typedef {import("../../core/tensor.js").Tensor} Tensor */
/** @typedef {import("../../core/wire.js").ConvolutionAnswer} ConvolutionAnswer */
/** @typedef {import("../../core/wire.js").ConvolutionRequest} ConvolutionRequest */
/** @typedef {import("../../core/wire.js").ConvolutionWindow} Window */
/** @typedef {{channel: number, y: number, x: number}} Place an element of `convolved` */
/** @typedef {({kind: "output"} & Place) | {kind: "input", channel: number, y: number, x: number} |
 *   {kind: "kernel", i: number, j: number}} Touch what is pointed at */

/** @typedef {"input" | "padded" | "kernels" | "convolved" | "output" | "partial" | "coverage"} Part */
/** @typedef {Record<Part, Tensor | null> & {
 *   shape: ConvolutionAnswer["shape"], range: ConvolutionAnswer["range"], axes: ConvolutionAnswer["axes"],
 *   counts: ConvolutionAnswer["counts"], biases: number[], request: ConvolutionRequest,
 * }} Answer a result with its arrays decoded; `request`: what was asked, without what to record */

const IMAGE_ID = /^[0-9a-f]{64}$/;
const PARTS = /** @type {const} */ ([
  "input",
  "padded",
  "kernels",
  "convolved",
  "output",
  "partial",
  "coverage",
]);

/** Dispatches `update` whenever there is something new to draw, and `point` where only the figure has: what is
 * pointed at, which may change with every frame. */
export class Session extends EventTarget {
  state = new State(fields);
  samples = api.samples();
  /** The last result that there was. @type {Answer | null} */ answer = null;
  /** Why the server refused the present state; null where it did not. @type {api.ApiError | null} */ error =
    null;
  busy = false;
  /** Whether the picture of a link is not here any more. */
  gone = false;
  /** What is pointed at. @type {Touch | null} */ touch = null;
  /** The sum behind `at`; of the place before while that is on its way. @type {Window | null} */ window =
    null;
  /** The window moving by itself. */ play = new Player(this);
  /** Inputs already here, by what was asked. @type {{key: string, tensor: Tensor} | null} */ #input =
    null;
  #decoder = new Decoder();
  /** What was asked last, and what at `at`. */ #question = "";
  #asked = "";

  #runs = new Latest((/** @type {ConvolutionRequest} */ body, signal) => this.#run(body, signal), {
    done: (answer) => this.#take(answer),
    failed: (error) => this.#fail(error),
    busy: (busy) => {
      this.busy = busy;
      this.tell();
    },
  });

  #windows = new Latest(
    (/** @type {ConvolutionRequest} */ body, signal) =>
      api.convolution({ ...body, record: [] }, { tensors: "list", signal }),
    {
      done: (answer) => {
        this.window = answer.window;
        this.tell("point");
      },
      failed: () => {
        this.#asked = "";
      },
    },
  );

  start() {
    this.state.addEventListener("change", () => {
      if (this.#fit()) return; // and back here with what fits
      this.ask();
      this.#askWindow();
      this.tell();
    });
    this.ask();
  }

  /** How many channels go in. */
  get channels() {
    const { view, source, grid, colour } = this.state.values;
    if (view === "cells" && source === "grid") return grid.length;
    return colour === "rgb" ? 3 : 1;
  }

  /** Whether something had to be changed to fit what was changed: kernels as deep as the channels in their
   * group, a chosen kernel that there is. */
  #fit() {
    const { kernels, groups, k } = this.state.values;
    const settings = { kernels, groups };
    const fit = suited(settings, this.channels);
    if (fit === settings && k < kernels.length) return false;
    this.state.set({ ...fit, k: Math.min(k, kernels.length - 1) });
    return true;
  }

  /** Ask the server for the present state, unless that was the last question. */
  ask() {
    const body = this.params();
    if (!body) return this.#lose();
    const { view, coverage, k } = this.state.values;
    const question = JSON.stringify([body, view, coverage, view === "cells" && k]);
    if (question === this.#question) return;
    this.#question = question;
    this.#runs.send(body);
  }

  /** The picture is not here (any more): take the one that always is. */
  #lose() {
    this.gone = true;
    this.state.set({ img: fields.img.value });
  }

  /** Cut what is there: only the picture itself tells how large it is. */
  async #cut() {
    const { img, size, crop } = this.state.values;
    const picture = new Image();
    picture.src = api.imageUrl(this.imageId(img) ?? "", size);
    await picture.decode().catch(() => {}); // then the refusal stands
    const { naturalHeight, naturalWidth } = picture;
    if (naturalWidth) this.state.set({ crop: fit(crop, [naturalHeight, naturalWidth]) });
  }

  /** Try again after an error. */
  retry() {
    this.dismiss();
    this.ask();
  }

  /** Close the notices. */
  dismiss() {
    this.gone = false;
    this.error = null;
    this.tell();
  }

  /** How the convolution is done, apart from what it is done to. */
  settings() {
    const { values } = this.state;
    return Object.fromEntries(SETTINGS.map((name) => [name, values[name]]));
  }

  /** The body of the request for the present state, or for other settings on the same input.
   * @param {Record<string, any>} [settings]
   * @returns {ConvolutionRequest | null} null where the picture is not known
   */
  params(settings = this.settings()) {
    const input = this.#from();
    return input && /** @type {ConvolutionRequest} */ ({ input, ...settings });
  }

  /** What goes in. */
  #from() {
    const { view, source, grid, img, colour, size, crop } = this.state.values;
    if (view === "cells" && source === "grid") return { kind: "grid", values: grid };
    const image = this.imageId(img);
    if (!image) return null;
    const whole = { kind: "picture", image, colour, size };
    return view === "picture" ? whole : { ...whole, crop };
  }

  /** The id of a picture, where it can be told. @param {string} img a sample's name or an id */
  imageId(img) {
    return IMAGE_ID.test(img) ? img : (this.samples.find(({ name }) => name === img)?.id ?? null);
  }

  /** The element of `convolved` whose sum is shown: the one pointed at, or else the pinned one.
   * @returns {Place | null} */
  get at() {
    const { touch, answer } = this;
    const { pin, k } = this.state.values;
    const place = touch?.kind === "output" ? touch : pin && { channel: k, ...pin };
    const [count = 0, height = 0, width = 0] = answer?.shape.convolved ?? [];
    if (!place || !height || !width) return null;
    // What was pinned stays in sight where the output has become smaller.
    return {
      channel: Math.min(place.channel, count - 1),
      y: Math.min(place.y, height - 1),
      x: Math.min(place.x, width - 1),
    };
  }

  /** Point at something, or at nothing. @param {Touch | null} touch */
  setTouch(touch) {
    if (JSON.stringify(touch) === JSON.stringify(this.touch)) return;
    // The kernel's cells are pointed at from outside of the figure, too.
    const kernel = [touch, this.touch].some((each) => each?.kind === "kernel");
    this.touch = touch;
    this.#askWindow();
    this.tell(kernel ? "update" : "point");
  }

  /** Keep an element's sum in sight, or let it go. @param {{channel: number, y: number, x: number} | null} place */
  pin(place) {
    if (place) this.state.set({ k: place.channel, pin: { y: place.y, x: place.x } });
    else this.state.set({ pin: null });
  }

  /** Ask for the sum behind `at`, unless it is there or on its way. */
  #askWindow() {
    const { at, answer } = this;
    if (!at || !answer) return;
    const body = { ...answer.request, at };
    const asked = JSON.stringify(body);
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#windows.send(/** @type {ConvolutionRequest} */ (body));
  }

  /** @param {ConvolutionRequest} body @param {AbortSignal} signal @returns {Promise<Answer>} */
  async #run(body, signal) {
    const { view, coverage, k } = this.state.values;
    const key = JSON.stringify(body.input);
    const known = this.#input?.key === key ? this.#input.tensor : null;
    const cells = view === "cells";
    /** @type {Part[]} */ const record = ["kernels", "convolved", "output"];
    if (!known) record.push("input");
    if (cells || body.padding !== "valid") record.push("padded");
    if (cells) record.push("partial");
    if (coverage) record.push("coverage");
    const tensors = cells ? "float32" : "uint8";
    const result = await api.convolution(
      { ...body, at: { channel: k, y: 0, x: 0 }, record },
      { tensors, signal },
    );
    const parts = /** @type {Record<Part, Tensor | null>} */ ({});
    for (const part of PARTS) {
      const wire = result[part];
      parts[part] = wire ? this.#decoder.decode(part, wire) : null;
    }
    if (parts.input) this.#input = { key, tensor: parts.input };
    else parts.input = known;
    const { shape, range, axes, counts, biases } = result;
    return { ...parts, shape, range, axes, counts, biases, request: body };
  }

  /** @param {Answer} answer */
  #take(answer) {
    this.answer = answer;
    this.error = null;
    this.#askWindow();
    this.tell();
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#question = "";
    const refusal =
      error instanceof api.ApiError ? error : new api.ApiError({ detail: String(error) });
    const { code, field } = refusal;
    if (code === "no-such-image" && this.state.values.img !== fields.img.value) return this.#lose();
    this.error = refusal;
    this.tell();
    if (field.startsWith("input.crop")) this.#cut();
  }

  /** @param {"update" | "point"} [type] */
  tell(type = "update") {
    this.dispatchEvent(new Event(type));
  }
}

export const session = new Session();
