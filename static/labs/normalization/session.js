/**
 * What the lab is about: its state, what the server makes of it, and what is pointed at. Knows nothing of
 * how it is drawn.
 */

import * as api from "../../core/api.js";
import { Latest } from "../../core/latest.js";
import { State } from "../../core/state.js";
import { decode } from "../../core/tensor.js";
import { fields, isItem } from "./fields.js";
import { Networks } from "./networks.js";

/** @typedef {import("../../core/tensor.js").Tensor} Tensor */
/** @typedef {import("../../core/wire.js").NormalizationRequest} Request */
/** @typedef {import("../../core/wire.js").NormalizationAnswer} Wire */
/** @typedef {import("../../core/wire.js").NormalizationElement} Element */
/** @typedef {import("./fields.js").Place} Place */
/** @typedef {import("./fields.js").Stage} Stage */
/** @typedef {Omit<Wire, Part | "sets"> & Record<Part, Tensor | null> & {sets: Sets | null, request: Request}} Answer
 *   a result with its arrays decoded; `request`: what was asked, without what to record */
/** @typedef {"pictures" | Stage} Part */
/** @typedef {{mean: Tensor, variance: Tensor, unbiased: Tensor | null}} Sets */

const IMAGE_ID = /^[0-9a-f]{64}$/;
const PARTS = /** @type {const} */ (["pictures", "input", "normalized", "output"]);
/** Numbers of a figure up to which they come as they are. */
const FEW = 4096;
/** Channels at once: of maps, and of tokens and vectors, whose values need less room. */
const [SHOWN, SHOWN_FLAT] = globalThis.matchMedia?.("(max-width: 40rem)").matches
  ? [4, 8]
  : [8, 16];
/** Those that the server shows of itself. */
const UNASKED = 8;
/** Numbers that a figure may have. */
const MOST_SHOWN = 400_000;

/** Dispatches `update` whenever there is something new to draw, and `point` where only the figure has: what is
 * pointed at, which may change with every frame. */
export class Session extends EventTarget {
  state = new State(fields);
  samples = api.samples();
  networks = new Networks(() => {
    this.ask(); // a known shape may change how many channels are shown
    this.tell();
  });
  /** The last result that there was. @type {Answer | null} */ answer = null;
  /** Why the server refused the present state; null where it did not. @type {api.ApiError | null} */ error =
    null;
  busy = false;
  /** Whether a picture of a link is not here any more. */
  gone = false;
  /** What is pointed at. @type {Place | null} */ touch = null;
  /** The four steps of `at`; of the place before while those are on their way. @type {Element | null} */ element =
    null;
  /** Arrays that are already here, by what they belong to. @type {Map<string, {key: string, tensor: Tensor | null}>} */
  #kept = new Map();
  /** What was asked last, and what at `at`. */ #question = "";
  #asked = "";

  #runs = new Latest((/** @type {Request} */ body, signal) => this.#run(body, signal), {
    done: (answer) => this.#take(answer),
    failed: (error) => this.#fail(error),
    busy: (busy) => {
      this.busy = busy;
      this.tell();
    },
  });

  #elements = new Latest(
    (/** @type {Request} */ body, signal) =>
      api.normalization({ ...body, record: [] }, { tensors: "list", signal }),
    {
      done: ({ element }) => {
        this.element = element ?? null;
        this.tell("point");
      },
      failed: () => {
        this.#asked = "";
      },
    },
  );

  start() {
    this.state.addEventListener("change", () => {
      this.ask();
      this.#askElement();
      this.tell();
    });
    this.ask();
  }

  /** Ask the server for the present state, unless that was the last question. */
  ask() {
    this.networks.want(this.network);
    const body = this.params();
    if (!body) return this.#lose();
    const question = JSON.stringify(body);
    if (question === this.#question) return;
    this.#question = question;
    this.#runs.send(body);
  }

  /** The network that the numbers come from; "" where they were written by hand. */
  get network() {
    const { source, net } = this.state.values;
    return source === "grid" ? "" : source === "tokens" ? "mini_vit" : net;
  }

  /** A picture is not here (any more): go on without it. */
  #lose() {
    this.gone = true;
    const batch = this.state.values.batch.filter((word) => this.memberOf(word));
    this.state.set({ batch: batch.length ? batch : fields.batch.value });
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

  /** A member as the server wants it; null where its picture is not known. @param {string} word */
  memberOf(word) {
    if (isItem(word)) return { kind: "item", index: Number(word) };
    const image = this.imageId(word);
    return image && { kind: "picture", image };
  }

  /** The id of a picture, where it can be told. @param {string} img a sample's name or an id */
  imageId(img) {
    return IMAGE_ID.test(img) ? img : (this.samples.find(({ name }) => name === img)?.id ?? null);
  }

  /** Where the numbers come from; null where a picture is not known. */
  #from() {
    const { source, net, layer, tokens, batch, keep, padding, grid } = this.state.values;
    if (source === "grid") return { kind: "grid", values: grid };
    const members = batch.map((word) => this.memberOf(word));
    if (members.includes(null)) return null;
    if (source === "network") return { kind: "network", network: net, layer, batch: members };
    return { kind: "tokens", network: "mini_vit", layer: tokens, batch: members, keep, padding };
  }

  /** The question for the present source, method and settings, with nothing recorded and nothing shown: what an
   * experiment is added to. @returns {Request | null} null where a picture is not known
   */
  base() {
    const source = this.#from();
    const { method, groups, eps, gamma, beta, mode, tracked, momentum, running } =
      this.state.values;
    return (
      source &&
      /** @type {Request} */ ({
        source,
        method,
        groups: method === "group" ? groups : 1,
        eps,
        gamma,
        beta,
        mode,
        track_running_stats: tracked,
        momentum,
        ...(running && { running }),
        ...(running === "fed" && { training: this.training() }),
        record: [],
      })
    );
  }

  /** The batches that running statistics are fed with. */
  training() {
    const { size, steps, step, feed } = this.state.values;
    const { c } = this.pinned ?? { c: 0 };
    return { size, steps, step: Math.min(step, steps), seed: feed, channel: c };
  }

  /** The question that the figure answers: `base()` with the channels shown. */
  params() {
    const body = this.base();
    return body && { ...body, channels: this.#channels() };
  }

  /** The channels shown; null: the first that there are. */
  #channels() {
    const { from, source, grid } = this.state.values;
    const count = this.shown;
    if (!from && count === UNASKED) return null;
    const all =
      source === "grid" ? grid[0]?.length : this.networks.channels(this.network, this.layer);
    if (!all) return range(from, count);
    return range(Math.max(0, Math.min(from, all - count)), Math.min(count, all));
  }

  /** The step of the network whose output is taken. */
  get layer() {
    const { source, layer, tokens } = this.state.values;
    return source === "tokens" ? tokens : layer;
  }

  /** How many channels are shown at once. */
  get shown() {
    const { source, batch } = this.state.values;
    if (source === "grid") return UNASKED;
    if (source === "tokens") return SHOWN_FLAT;
    const shape = this.networks.shape(this.network, this.layer);
    if (!shape) return SHOWN;
    const [, height = 1, width = 1] = shape;
    if (height * width === 1) return SHOWN_FLAT;
    return Math.max(1, Math.min(SHOWN, Math.floor(MOST_SHOWN / (batch.length * height * width))));
  }

  /** The element whose steps are shown: the one pointed at, or else the pinned one. @returns {Place | null} */
  get at() {
    return this.touch ?? this.pinned;
  }

  /** The pinned element, kept in sight where the tensor has become smaller. @returns {Place | null} */
  get pinned() {
    const { pin } = this.state.values;
    const shape = this.answer?.shape;
    if (!pin || !shape) return pin;
    const [samples = 1, channels = 1, height = 1, width = 1] = shape;
    return {
      b: Math.min(pin.b, samples - 1),
      c: Math.min(pin.c, channels - 1),
      y: Math.min(pin.y, height - 1),
      x: Math.min(pin.x, width - 1),
    };
  }

  /** Point at an element, or at nothing. @param {Place | null} touch */
  setTouch(touch) {
    if (JSON.stringify(touch) === JSON.stringify(this.touch)) return;
    this.touch = touch;
    this.#askElement();
    this.tell("point");
  }

  /** Keep an element in sight, or let it go. @param {Place | null} place */
  pin(place) {
    this.state.set({ pin: place });
  }

  /** Ask for the steps of `at`, unless they are there or on their way. */
  #askElement() {
    const { at, answer } = this;
    if (!at || !answer) return;
    const body = { ...answer.request, at };
    const asked = JSON.stringify(body);
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#elements.send(body);
  }

  /** @param {Request} body @param {AbortSignal} signal @returns {Promise<Answer>} */
  async #run(body, signal) {
    const { source, channels } = body;
    const members = "batch" in source ? [source.network, source.batch] : [];
    /** @type {Record<string, string>} */ const keys = {
      pictures: JSON.stringify(members),
      input: JSON.stringify([source, channels]),
    };
    const missing = ["pictures", "input"].filter(
      (part) => this.#kept.get(part)?.key !== keys[part],
    );
    const shape = this.#expected(body);
    const size = shape?.reduce((product, length) => product * length, 1);
    const ask = (/** @type {Place | null} */ at) =>
      api.normalization(
        {
          ...body,
          at,
          record: /** @type {NonNullable<Request["record"]>} */ (
            /** @type {string[]} */ (["normalized", "output", "sets", ...missing])
          ),
        },
        { tensors: size && size <= FEW ? "float32" : "uint8", signal },
      );
    const at = this.at && (!shape || inside(this.at, shape)) ? this.at : null;
    const wire = await ask(at).catch((error) => {
      // A link may point outside of a tensor whose shape only the answer tells.
      if (error instanceof api.ApiError && error.field.startsWith("at")) return ask(null);
      throw error;
    });
    const parts = /** @type {Record<Part, Tensor | null>} */ ({});
    for (const part of PARTS) {
      const tensor = wire[part] ? decode(wire[part]) : null;
      if (missing.includes(part)) this.#kept.set(part, { key: keys[part] ?? "", tensor });
      parts[part] = part in keys ? (this.#kept.get(part)?.tensor ?? null) : tensor;
    }
    return { ...wire, ...parts, sets: wire.sets && setsOf(wire.sets), request: body };
  }

  /** The shape that an answer will have, where that is known beforehand. @param {Request} body */
  #expected({ source }) {
    if (source.kind === "grid") {
      const [sample = []] = source.values;
      return [
        source.values.length,
        sample.length,
        sample[0]?.length ?? 1,
        sample[0]?.[0]?.length ?? 1,
      ];
    }
    const { answer } = this;
    if (answer && JSON.stringify(source) === JSON.stringify(answer.request.source))
      return answer.shape;
    const layer = source.kind === "network" && this.networks.shape(source.network, source.layer);
    return layer ? [source.batch.length, ...layer] : null;
  }

  /** @param {Answer} answer */
  #take(answer) {
    this.answer = answer;
    this.error = null;
    if (answer.element) {
      this.element = answer.element;
      this.#asked = JSON.stringify({ ...answer.request, at: this.at });
    }
    this.#askElement();
    this.tell();
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#question = "";
    const refusal =
      error instanceof api.ApiError ? error : new api.ApiError({ detail: String(error) });
    this.error = refusal;
    this.tell();
  }

  /** @param {"update" | "point"} [type] */
  tell(type = "update") {
    this.dispatchEvent(new Event(type));
  }
}

/** @param {NonNullable<Wire["sets"]>} sets @returns {Sets} */
function setsOf({ mean, variance, unbiased }) {
  return {
    mean: decode(mean),
    variance: decode(variance),
    unbiased: unbiased ? decode(unbiased) : null,
  };
}

/** @param {Place} place @param {readonly number[]} shape */
function inside({ b, c, y, x }, [samples = 1, channels = 1, height = 1, width = 1]) {
  return b < samples && c < channels && y < height && x < width;
}

/** @param {number} from @param {number} count */
function range(from, count) {
  return Array.from({ length: count }, (_, i) => from + i);
}

export const session = new Session();
