/** Something that happens again and again, until it is stopped. */
export class Ticker {
  #milliseconds;
  #act;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #timer;

  /** @param {number} pace times a second @param {() => void} act */
  constructor(pace, act) {
    this.#milliseconds = 1000 / pace;
    this.#act = act;
  }

  get running() {
    return this.#timer !== undefined;
  }

  start() {
    this.#timer ??= setInterval(this.#act, this.#milliseconds);
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
