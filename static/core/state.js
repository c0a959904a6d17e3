/**
 * A page's whole state: one typed list of fields drives the URL, the defaults and the reset.
 *
 * The state lives behind the `#`, so that a permalink is an ordinary link (`<a href="#net=mlp">`),
 * which sets the fields it names and puts all others at their defaults. Only what differs from
 * the defaults is written.
 */

/** @template T @typedef {{value: T, read: (text: string) => T | undefined, write: (value: T) => string}} Field
 * `read` gives undefined for text that is no valid value; the field then keeps its default. */

/** One of a few words; `options` left out: any text (checked by the page).
 * @template {string} T
 * @param {T} value the default
 * @param {readonly T[]} [options]
 * @returns {Field<T>}
 */
export function text(value, options) {
  const known = (/** @type {string} */ word) =>
    !options || options.includes(/** @type {T} */ (word));
  return {
    value,
    read: (word) => (known(word) ? /** @type {T} */ (word) : undefined),
    write: (word) => word,
  };
}

/** A number within bounds, whole where `step` is.
 * @param {number} value the default
 * @param {{min?: number, max?: number, step?: number}} [bounds]
 * @returns {Field<number>}
 */
export function number(value, { min = -Infinity, max = Infinity, step = 1 } = {}) {
  return {
    value,
    read: (word) => {
      const read = word.trim() === "" ? Number.NaN : Number(word);
      const whole = !Number.isInteger(step) || Number.isInteger(read);
      return Number.isFinite(read) && whole && read >= min && read <= max ? read : undefined;
    },
    write: (number) => String(number),
  };
}

/** Yes or no.
 * @param {boolean} value the default
 * @returns {Field<boolean>}
 */
export function flag(value) {
  return {
    value,
    read: (word) => (word === "1" ? true : word === "0" ? false : undefined),
    write: (on) => (on ? "1" : "0"),
  };
}

/** Anything that JSON holds; `valid` keeps out what a hand-written link may bring.
 * @template T
 * @param {T} value the default
 * @param {(read: unknown) => boolean} [valid]
 * @returns {Field<T>}
 */
export function json(value, valid = () => true) {
  return {
    value,
    read: (word) => {
      try {
        const read = JSON.parse(word);
        return valid(read) ? read : undefined;
      } catch {
        return undefined;
      }
    },
    write: (read) => JSON.stringify(read),
  };
}

/**
 * @template {Record<string, Field<any>>} F
 * @typedef {{[K in keyof F]: F[K]["value"]}} Values
 */

/**
 * The values of the fields, kept in step with the URL.
 *
 * Dispatches `change`: a CustomEvent whose `detail` is the Set of the names that changed.
 *
 * @template {Record<string, Field<any>>} F
 */
export class State extends EventTarget {
  #fields;
  /** @type {Values<F>} */ #values;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  /** @param {F} fields */
  constructor(fields) {
    super();
    this.#fields = fields;
    this.#values = this.parse(globalThis.location?.hash ?? "");
    globalThis.addEventListener?.("hashchange", () => this.#assign(this.parse(location.hash)));
    for (const type of ["pagehide", "state-flush"])
      globalThis.addEventListener?.(type, () => this.#flush());
  }

  /** @returns {Readonly<Values<F>>} */
  get values() {
    return this.#values;
  }

  /** @returns {Values<F>} */
  get defaults() {
    return this.parse("");
  }

  /** Set some fields. `push` makes it a step the browser's back button can undo.
   * @param {Partial<Values<F>>} some
   * @param {{push?: boolean}} [options]
   */
  set(some, { push = false } = {}) {
    if (push) this.#flush();
    if (!this.#assign({ ...this.#values, ...some })) return;
    if (push) history.pushState(null, "", this.href());
    // Safari allows 100 writes in 30 s, and a dragged slider makes more.
    else this.#timer ??= setTimeout(() => this.#flush(), 300);
  }

  /** Put fields back to their defaults: those named, or all.
   * @param {(keyof F)[]} [names]
   */
  reset(names = Object.keys(this.#fields)) {
    const defaults = this.defaults;
    const some = /** @type {Partial<Values<F>>} */ ({});
    for (const name of names) some[name] = defaults[name];
    this.set(some, { push: true });
  }

  /** The link to this state, or to it with some fields set otherwise.
   * @param {Partial<Values<F>>} [some]
   */
  href(some = {}) {
    const { pathname = "", search = "" } = globalThis.location ?? {};
    return `${pathname}${search}${this.format({ ...this.#values, ...some })}`;
  }

  /** `#name=value&…` of the fields that differ from their defaults; "" where none does.
   * @param {Values<F>} values
   */
  format(values) {
    const written = new URLSearchParams();
    for (const [name, field] of Object.entries(this.#fields)) {
      const word = field.write(values[name]);
      if (word !== field.write(field.value)) written.set(name, word);
    }
    // These are safe in a fragment and keep the link readable.
    const plain = String(written).replace(/%(2C|3A|5B|5D|2F)/g, decodeURIComponent);
    return plain && `#${plain}`;
  }

  /** Read `#name=value&…`; what is missing, unknown or invalid gives the default.
   * @param {string} hash
   * @returns {Values<F>}
   */
  parse(hash) {
    const written = new URLSearchParams(hash.replace(/^#/, ""));
    /** @type {Record<string, unknown>} */ const values = {};
    for (const [name, field] of Object.entries(this.#fields)) {
      const word = written.get(name);
      const read = word === null ? undefined : field.read(word);
      values[name] = read === undefined ? structuredClone(field.value) : read;
    }
    return /** @type {Values<F>} */ (values);
  }

  /** @param {Values<F>} values @returns {boolean} whether anything changed */
  #assign(values) {
    /** @type {Set<string>} */ const changed = new Set();
    for (const [name, field] of Object.entries(this.#fields))
      if (field.write(values[name]) !== field.write(this.#values[name])) changed.add(name);
    if (!changed.size) return false;
    this.#values = values;
    this.dispatchEvent(new CustomEvent("change", { detail: changed }));
    return true;
  }

  #flush() {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    history.replaceState(null, "", this.href() || location.pathname);
  }
}
