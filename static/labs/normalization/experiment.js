import * as api from "../../core/api.js";
import { Latest } from "../../core/latest.js";

/** @typedef {import("../../core/wire.js").NormalizationRequest} Request */
/** @typedef {import("../../core/wire.js").NormalizationAnswer} Answer */
/** @typedef {import("../../core/api.js").Encoding} Encoding */

/**
 * A question beside the lab's main one, with one call in flight and one waiting: what a section shows.
 *
 * `answer` is the last result that there was, `error` why the last question was refused, `busy` whether one is on
 * its way; "update" is dispatched whenever one of them has changed.
 */
export class Experiment extends EventTarget {
  /** @type {Answer | null} */ answer = null;
  /** @type {api.ApiError | null} */ error = null;
  busy = false;
  #question = "";
  #calls;

  /** @param {Encoding} [tensors] how arrays come */
  constructor(tensors = "float32") {
    super();
    this.#calls = new Latest(
      (/** @type {Request} */ body, signal) => api.normalization(body, { tensors, signal }),
      {
        done: (answer) => {
          this.answer = answer;
          this.error = null;
          this.#tell();
        },
        failed: (error) => {
          this.#question = "";
          this.error =
            error instanceof api.ApiError ? error : new api.ApiError({ detail: String(error) });
          this.#tell();
        },
        busy: (busy) => {
          this.busy = busy;
          this.#tell();
        },
      },
    );
  }

  /** Ask, unless that was the last question. @param {Request | null} body null: nothing to ask yet */
  ask(body) {
    const question = JSON.stringify(body);
    if (!body || question === this.#question) return;
    this.#question = question;
    this.#calls.send(body);
  }

  #tell() {
    this.dispatchEvent(new Event("update"));
  }
}
