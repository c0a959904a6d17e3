/**
 * What a lab about a batch's activations is about: its state, what the server makes of it, and what is pointed at.
 * Knows nothing of how it is drawn.
 */

import { ApiError } from "./api.js";
import { Latest } from "./latest.js";
import { memberOf } from "./members.js";
import { Networks } from "./networks.js";
import { State } from "./state.js";
import { decode } from "./tensor.js";

/** @typedef {import("./tensor.js").Tensor} Tensor */
/** @typedef {import("./tensor-layout.js").Place} Place */
/** @typedef {import("./wire.js").WireTensor} WireTensor */

/**
 * @typedef {{source: {kind: string, network?: string, layer?: any, batch?: any, values?: any},
 *   channels?: number[] | null, at?: any, record?: any}} AnyRequest
 * @typedef {{shape: number[], element?: any, [name: string]: any}} AnyAnswer
 */

/** What a session needs its fields to be, whatever else they are.
 * @typedef {{batch: import("./state.js").Field<string[]>, pin: import("./state.js").Field<Place | null>,
 *   from: import("./state.js").Field<number>, grid: import("./state.js").Field<number[][][][]>,
 *   [name: string]: import("./state.js").Field<any>}} Fields
 */

/** Numbers of a figure up to which they come as they are. */
const FEW = 4096;
const IMAGE_ID = /^[0-9a-f]{64}$/;
/** Channels that the server shows of itself. */
const UNASKED = 8;

/** Dispatches `update` whenever there is something new to draw, and `point` where only the figure has: what is
 * pointed at, which may change with every frame.
 *
 * @template {Fields} F
 * @template {AnyRequest} Q
 * @template {AnyAnswer} W
 * @template {{shape: number[], request: Q}} A
 */
export class TensorSession extends EventTarget {
  /** @type {State<F>} */ state;
  networks = new Networks(() => {
    this.ask(); // a known shape may change how many channels are shown
    this.tell();
  });
  /** The last result that there was. @type {A | null} */ answer = null;
  /** Why the server refused the present state; null where it did not. @type {ApiError | null} */ error =
    null;
  busy = false;
  /** Whether a picture of a link is not here any more. */
  gone = false;
  /** What is pointed at. @type {Place | null} */ touch = null;
  /** The numbers of `at`; of the place before while those are on their way. @type {NonNullable<W["element"]> | null} */
  element = null;
  /** Arrays that are already here, by what they belong to. @type {Map<string, {key: string, tensor: Tensor | null}>} */
  #kept = new Map();
  /** What was asked last, and what at `at`. */ #question = "";
  #asked = "";
  #fields;
  #call;
  #parts;
  #runs;
  #elements;

  /**
   * @param {F} fields
   * @param {(body: Q, options: {tensors: import("./wire.js").Encoding, signal?: AbortSignal}) => Promise<W>} call
   * @param {readonly string[]} parts what an answer's figure is made of, besides "pictures" and "input", which are
   *   asked for only when they change
   */
  constructor(fields, call, parts) {
    super();
    this.#fields = fields;
    this.#call = call;
    this.#parts = parts;
    this.state = new State(fields);
    this.#runs = new Latest((/** @type {Q} */ body, signal) => this.#run(body, signal), {
      done: ({ answer, at }) => this.#take(answer, at),
      failed: (error) => this.#fail(error),
      busy: (busy) => {
        this.busy = busy;
        this.tell();
      },
    });
    this.#elements = new Latest(
      (/** @type {Q} */ body, signal) => call({ ...body, record: [] }, { tensors: "list", signal }),
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
  }

  // What each lab says of itself:

  /** The question for the present source and settings, with nothing recorded and nothing shown: what an experiment is
   * added to. @returns {Q | null} null where a picture is not known
   */
  base() {
    return null;
  }

  /** The network that the numbers come from; "" where they were written by hand. */
  get network() {
    return "";
  }

  /** The step of the network whose output is taken. */
  get layer() {
    return "";
  }

  /** How many channels are shown at once. */
  get shown() {
    return UNASKED;
  }

  /** Whether the figure's numbers must come as they are, however many. */
  get exact() {
    return false;
  }

  /** An answer as the figures take it: the decoded arrays are in `parts`.
   * @param {W} wire @param {Record<string, Tensor | null>} parts @param {Q} request @returns {A}
   */
  read(wire, parts, request) {
    return /** @type {any} */ ({ ...wire, ...parts, request });
  }

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

  /** A picture is not here (any more): go on without it. */
  #lose() {
    this.gone = true;
    const batch = this.state.values.batch.filter((/** @type {string} */ word) => memberOf(word));
    this.#set({ batch: batch.length ? batch : this.#fields.batch.value });
  }

  /** Go on without a stored picture that is not here (any more). @param {string} field what the server says of it
   * @returns {boolean} whether there was one to leave out
   */
  #drop(field) {
    const { batch } = this.state.values;
    const named = Number(/batch\.(\d+)/.exec(field)?.[1] ?? Number.NaN);
    const left = batch.filter((/** @type {string} */ word, /** @type {number} */ index) =>
      Number.isNaN(named) ? !IMAGE_ID.test(word) : index !== named,
    );
    if (left.length === batch.length) return false;
    this.gone = true;
    this.#set({ batch: left.length ? left : this.#fields.batch.value });
    return true;
  }

  /** Set fields that every such lab has.
   * @param {{batch?: string[], pin?: Place | null}} some @param {{push?: boolean}} [options]
   */
  #set(some, options) {
    this.state.set(/** @type {Partial<import("./state.js").Values<F>>} */ (some), options);
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

  /** The samples of the batch as the server wants them; null where one of them is not known. */
  get members() {
    const members = this.state.values.batch.map(memberOf);
    return members.includes(null) ? null : members;
  }

  /** The question that the figure answers: `base()` with the channels shown. @returns {Q | null} */
  params() {
    const body = this.base();
    return body && { ...body, channels: this.#channels(body) };
  }

  /** The channels shown; null: the first that there are. @param {Q} body */
  #channels({ source }) {
    const { from } = this.state.values;
    const count = this.shown;
    if (!from && count === UNASKED) return null;
    const all =
      source.kind === "grid"
        ? source.values[0]?.length
        : this.networks.channels(this.network, this.layer);
    if (!all) return range(from, count);
    return range(Math.max(0, Math.min(from, all - count)), Math.min(count, all));
  }

  /** The element whose numbers are shown: the one pointed at, or else the pinned one. @returns {Place | null} */
  get at() {
    return this.#within(this.touch) ?? this.pinned;
  }

  /** The pinned element, kept in sight where the tensor has become smaller. @returns {Place | null} */
  get pinned() {
    return this.#within(this.state.values.pin);
  }

  /** @param {Place | null} place @returns {Place | null} */
  #within(place) {
    const shape = this.answer?.shape;
    if (!place || !shape) return place;
    const [samples = 1, channels = 1, height = 1, width = 1] = shape;
    return {
      b: Math.min(place.b, samples - 1),
      c: Math.min(place.c, channels - 1),
      y: Math.min(place.y, height - 1),
      x: Math.min(place.x, width - 1),
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
    this.#set({ pin: place });
  }

  /** Ask for the numbers of `at`, unless they are there or on their way. */
  #askElement() {
    const { at, answer } = this;
    if (!at || !answer) return;
    const body = { ...answer.request, at };
    const asked = JSON.stringify(body);
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#elements.send(body);
  }

  /** @param {Q} body @param {AbortSignal} signal
   * @returns {Promise<{answer: A, at: Place | null}>} `at`: whose element came along
   */
  async #run(body, signal) {
    const { source, channels } = body;
    /** @type {Record<string, string>} */ const keys = {
      pictures: JSON.stringify([source.network, source.batch]),
      input: JSON.stringify([source, channels, this.exact]),
    };
    const missing = Object.keys(keys).filter((part) => this.#kept.get(part)?.key !== keys[part]);
    const shape = this.#expected(body);
    const size = shape?.reduce((product, length) => product * length, 1);
    // A link may point outside of a tensor whose shape only the answer tells: then the element is asked for afterwards.
    const at = this.at && shape && inside(this.at, shape) ? this.at : null;
    const wire = await this.#call(
      { ...body, at, record: [...this.#parts, ...missing] },
      { tensors: this.exact || (size && size <= FEW) ? "float32" : "uint8", signal },
    );
    /** @type {Record<string, Tensor | null>} */ const parts = {};
    for (const part of [...Object.keys(keys), ...this.#parts]) {
      /** @type {WireTensor | null} */ const coded = wire[part] ?? null;
      if (coded && !("data" in coded)) continue; // not an array: the lab reads it
      const tensor = coded ? decode(coded) : null;
      if (missing.includes(part)) this.#kept.set(part, { key: keys[part] ?? "", tensor });
      parts[part] = part in keys ? (this.#kept.get(part)?.tensor ?? null) : tensor;
    }
    return { answer: this.read(wire, parts, body), at };
  }

  /** The shape that an answer will have, where that is known beforehand. @param {Q} body */
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
    const layer =
      source.kind === "network" && this.networks.shape(source.network ?? "", source.layer);
    return layer ? [source.batch.length, ...layer] : null;
  }

  /** @param {A} answer @param {Place | null} at whose element came along */
  #take(answer, at) {
    this.answer = answer;
    this.error = null;
    const { element } = /** @type {{element?: any}} */ (answer);
    if (element) {
      this.#elements.cancel(); // what is still on its way belongs to the answer before
      this.element = element;
      this.#asked = JSON.stringify({ ...answer.request, at });
    }
    this.#askElement();
    this.tell();
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#question = "";
    const gone = error instanceof ApiError && error.code === "no-such-image";
    if (gone && this.#drop(error.field)) return;
    this.error = error instanceof ApiError ? error : new ApiError({ detail: String(error) });
    this.tell();
  }

  /** @param {"update" | "point"} [type] */
  tell(type = "update") {
    this.dispatchEvent(new Event(type));
  }
}

/** @param {Place} place @param {readonly number[]} shape */
function inside({ b, c, y, x }, [samples = 1, channels = 1, height = 1, width = 1]) {
  return b < samples && c < channels && y < height && x < width;
}

/** @param {number} from @param {number} count */
function range(from, count) {
  return Array.from({ length: count }, (_, i) => from + i);
}
