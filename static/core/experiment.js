import { ApiError } from "./api.js";
import { Latest } from "./latest.js";

/**
 * A question beside a lab's main one, with one call in flight and one waiting: what a section shows.
 *
 * `answer` is the last result that there was, `error` why the last question was refused, `busy` whether one is on
 * its way; "update" is dispatched whenever one of them has changed.
 *
 * @template Q, A
 */
export class Experiment extends EventTarget {
  /** @type {A | null} */ answer = null;
  /** @type {ApiError | null} */ error = null;
  busy = false;
  #question = "";
  /** @type {Latest<Q, A>} */ #calls;

  /** @param {(question: Q, signal: AbortSignal) => Promise<A>} ask the server */
  constructor(ask) {
    super();
    this.#calls = new Latest(ask, {
      done: (answer) => {
        this.answer = answer;
        this.error = null;
        this.#tell();
      },
      failed: (error) => {
        this.#question = "";
        this.error = error instanceof ApiError ? error : new ApiError({ detail: String(error) });
        this.#tell();
      },
      busy: (busy) => {
        this.busy = busy;
        this.#tell();
      },
    });
  }

  /** Ask, unless that was the last question. @param {Q | null} body null: nothing to ask yet */
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
