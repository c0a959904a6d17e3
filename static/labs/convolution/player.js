/** The window moving by itself, in the order in which the output is read: row by row. */

/** Places a second; the last ones are for whole pictures. */
export const SPEEDS = [1, 2, 4, 8, 16, 30, 60, 240, 1000, 4000];
/** Usual gears, for numbers and for pictures of so many places. */
const USUAL = { few: 2, many: 7 };
const MANY = 400;

/**
 * @typedef {{
 *   answer: {shape: {convolved: number[]}} | null,
 *   state: {values: {k: number, pin: {y: number, x: number} | null}},
 *   at: {channel: number, y: number, x: number} | null,
 *   setTouch: (touch: any) => void, tell: (type?: "update" | "point") => void,
 * }} Stage what the player needs of a session
 */

/** Plays, pauses, steps and scrubs over the chosen output channel. */
export class Player {
  playing = false;
  /** The place reached, in scan order; null before the first and after something else was pointed at. @type {number | null} */
  step = null;
  #session;
  /** Which of SPEEDS was chosen, if any was. @type {number | null} */ #gear = null;
  #frame = 0;
  #last = 0;
  #due = 0;

  /** @param {Stage} session */
  constructor(session) {
    this.#session = session;
  }

  /** Places a second. */
  get speed() {
    return SPEEDS[this.#gear ?? (this.length > MANY ? USUAL.many : USUAL.few)] ?? 1;
  }

  /** Height and width of the output. @returns {[number, number]} */
  get #size() {
    const [, height = 0, width = 0] = this.#session.answer?.shape.convolved ?? [];
    return [height, width];
  }

  /** How many places there are. */
  get length() {
    const [height, width] = this.#size;
    return height * width;
  }

  /** Where the window is: where the player went, else what is pointed at; -1 where nothing is. */
  get here() {
    if (this.step !== null) return Math.min(this.step, this.length - 1);
    const { at } = this.#session;
    return at ? at.y * this.#size[1] + at.x : -1;
  }

  playPause() {
    if (this.playing) return this.pause();
    if (this.length < 1) return;
    this.playing = true;
    this.#due = 0;
    this.#last = performance.now();
    this.#go(this.here < 0 || this.here >= this.length - 1 ? 0 : this.here);
    this.#frame = requestAnimationFrame((now) => this.#tick(now));
    this.#session.tell("point");
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    cancelAnimationFrame(this.#frame);
    this.#session.tell("point");
  }

  /** One place on, or back. @param {1 | -1} by */
  move(by) {
    this.pause();
    this.#go(Math.max(0, Math.min(this.length - 1, this.here + by)));
  }

  /** To a place. @param {number} step */
  scrub(step) {
    this.pause();
    this.#go(Math.max(0, Math.min(this.length - 1, Math.round(step))));
  }

  /** @param {number} gear */
  shift(gear) {
    this.#gear = Math.max(0, Math.min(SPEEDS.length - 1, gear));
    this.#session.tell("point");
  }

  /** Something else is pointed at: the player lets go, and all of the output is seen. */
  release() {
    if (this.step === null && !this.playing) return;
    this.playing = false;
    cancelAnimationFrame(this.#frame);
    this.step = null;
    this.#session.tell("point");
  }

  /** @param {number} now */
  #tick(now) {
    if (!this.playing) return;
    this.#due += ((now - this.#last) / 1000) * this.speed;
    this.#last = now;
    const whole = Math.floor(this.#due);
    if (whole > 0) {
      this.#due -= whole;
      const next = this.here + whole;
      if (next >= this.length - 1) {
        this.#go(this.length - 1);
        return this.pause();
      }
      this.#go(next);
    }
    this.#frame = requestAnimationFrame((then) => this.#tick(then));
  }

  /** @param {number} step */
  #go(step) {
    const [, width] = this.#size;
    if (!width || step < 0) return;
    this.step = step;
    const { k } = this.#session.state.values;
    this.#session.setTouch({
      kind: "output",
      channel: k,
      y: Math.floor(step / width),
      x: step % width,
    });
  }
}
