/**
 * An image that climbs up a channel's activation on the server, followed while it forms. One at a time: a new one
 * stops the one before, and to stop ends the server's work with the request.
 */

import { ApiError } from "../../../../core/api.js";
import { decode } from "../../../../core/tensor.js";

/** @typedef {import("../../../../core/wire.js").MaximiseRequest} Request */
/** @typedef {Exclude<import("../../../../core/wire.js").MaximiseEvent, {kind: "problem"}>} Event_ */
/** @typedef {Extract<Event_, {kind: "begun"}>} Begun */
/** @typedef {(network: string, body: Request, options: {signal: AbortSignal}) => AsyncIterable<Event_>} Ask */

/** Dispatches "update" whenever there is something new. */
export class Dream extends EventTarget {
  /** What is made. @type {{network: string, body: Request} | null} */ subject = null;
  /** @type {Begun | null} */ begun = null;
  /** Steps that have been told of, with what is to grow and the map's largest value at each.
   * @type {readonly number[]} */
  steps = [];
  /** @type {readonly number[]} */ activations = [];
  /** @type {readonly number[]} */ peaks = [];
  /** The image as it is now, [3, height, width] from 0 to 1. @type {import("../../../../core/tensor.js").Tensor | null} */
  image = null;
  /** Seconds that it took, once it is finished. @type {number | null} */ seconds = null;
  /** @type {ApiError | null} */ error = null;
  /** @type {AbortController | null} */ #flight = null;
  #ask;

  /** @param {Ask} ask the server */
  constructor(ask) {
    super();
    this.#ask = ask;
  }

  get running() {
    return this.#flight !== null;
  }

  /** Whether it was ended before its last step. */
  get stopped() {
    return Boolean(this.begun) && !this.running && this.seconds === null && !this.error;
  }

  /** Begin anew. @param {string} network @param {Request} body */
  async start(network, body) {
    this.clear();
    const flight = new AbortController();
    this.#flight = flight;
    this.subject = { network, body };
    this.#tell();
    try {
      for await (const event of this.#ask(network, body, { signal: flight.signal })) {
        if (this.#flight !== flight) return;
        this.#take(event);
        this.#tell();
      }
    } catch (error) {
      if (this.#flight !== flight) return; // stopped
      this.error = error instanceof ApiError ? error : new ApiError({ detail: String(error) });
    }
    if (this.#flight !== flight) return;
    this.#flight = null;
    this.#tell();
  }

  /** End it; what there is of the image stays. */
  stop() {
    if (!this.#flight) return;
    this.#flight.abort();
    this.#flight = null;
    this.#tell();
  }

  /** End it and forget the image. */
  clear() {
    this.stop();
    if (!this.subject) return;
    this.subject = this.begun = this.image = this.seconds = this.error = null;
    this.steps = this.activations = this.peaks = [];
    this.#tell();
  }

  /** @param {Event_} event */
  #take(event) {
    if (event.kind === "begun") this.begun = event;
    else if (event.kind === "step") {
      this.steps = [...this.steps, event.step];
      this.activations = [...this.activations, event.activation];
      this.peaks = [...this.peaks, event.peak];
      this.image = decode(event.image);
    } else this.seconds = event.seconds;
  }

  #tell() {
    this.dispatchEvent(new Event("update"));
  }
}
