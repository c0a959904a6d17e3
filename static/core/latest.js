/**
 * The latest call wins: one in flight, one waiting, so that a slider never queues.
 *
 * While a call is in flight, newer ones replace each other in the single waiting place. Replies come
 * in order, since only one is ever in flight; the reply of a call that has been overtaken is still
 * delivered (a dragged slider keeps answering), unless `cancel()` was called in between.
 *
 * @template A, R
 */
export class Latest {
  /** @type {{value: A} | null} */ #waiting = null;
  /** @type {AbortController | null} */ #flight = null;
  #task;
  #handlers;

  /**
   * @param {(value: A, signal: AbortSignal) => Promise<R>} task
   * @param {{
   *   done: (result: R, value: A) => void,
   *   failed?: (error: unknown, value: A) => void,
   *   busy?: (busy: boolean) => void,
   * }} handlers `busy` is told when work starts and when nothing is left to do.
   */
  constructor(task, handlers) {
    this.#task = task;
    this.#handlers = handlers;
  }

  /** True while a call is in flight. */
  get busy() {
    return this.#flight !== null;
  }

  /** Ask; replaces whatever was waiting.
   * @param {A} value
   */
  send(value) {
    this.#waiting = { value };
    if (!this.#flight) this.#run();
  }

  /** Drop what waits, abort what is in flight, and ask this instead: for a change of subject
   * (another picture, another network), after which the old replies mean nothing.
   * @param {A} value
   */
  replace(value) {
    this.cancel();
    this.send(value);
  }

  /** Drop what waits and abort what is in flight; no handler but `busy` hears of either again. */
  cancel() {
    this.#waiting = null;
    if (!this.#flight) return;
    this.#flight.abort();
    this.#flight = null;
    this.#handlers.busy?.(false);
  }

  async #run() {
    this.#handlers.busy?.(true);
    while (this.#waiting) {
      const { value } = this.#waiting;
      this.#waiting = null;
      const flight = new AbortController();
      this.#flight = flight;
      /** @type {() => void} */ let report;
      try {
        const result = await this.#task(value, flight.signal);
        report = () => this.#handlers.done(result, value);
      } catch (error) {
        report = () => this.#handlers.failed?.(error, value);
      }
      if (this.#flight !== flight) return; // cancelled; whoever cancelled has told `busy`
      try {
        report();
      } catch (error) {
        queueMicrotask(() => {
          throw error; // reported, but a fault in drawing does not stop the next call
        });
      }
      if (this.#flight !== flight) return; // the handler itself cancelled or replaced
    }
    this.#flight = null;
    this.#handlers.busy?.(false);
  }
}
