import { html, nothing } from "lit";
import { gettext } from "../core/i18n.js";
import { problemWords } from "../core/problems.js";
import { PageElement } from "./element.js";

/** Milliseconds for which nothing is said. */
const PATIENCE = 300;

/**
 * `<status-notice>`: one line that says what is going on or went wrong; empty, it takes no room.
 *
 * Properties: `error` {unknown} shown in words (see problemWords); `message` shown where there is no
 * error; `busy` {boolean} a moving mark and, without a message, "Computing…", both only after a moment;
 * `retry` {boolean} and `closable` {boolean} offer a button.
 * Events, bubbling: `notice-retry`, `notice-close`.
 */
export class StatusNotice extends PageElement {
  static properties = {
    error: { attribute: false },
    message: {},
    busy: { type: Boolean, reflect: true },
    retry: { type: Boolean },
    closable: { type: Boolean },
    slow: { state: true },
  };

  /** @type {ReturnType<typeof setTimeout> | undefined} */ #patience;

  constructor() {
    super();
    /** @type {unknown} */ this.error = null;
    this.message = "";
    this.busy = false;
    this.retry = false;
    this.closable = false;
    /** Busy for so long that it should be said. */
    this.slow = false;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#patience);
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("busy")) return;
    clearTimeout(this.#patience);
    this.slow = false;
    if (!this.busy) return;
    this.#patience = setTimeout(() => {
      this.slow = true;
    }, PATIENCE);
  }

  render() {
    const { error, slow: busy } = this;
    const words = error ? problemWords(error) : this.message || (busy ? gettext("Computing…") : "");
    return html`
      <p role="alert" class=${error ? "problem" : "unseen"}>${error ? words : nothing}</p>
      <p role="status" class=${busy && !error ? "busy" : "note"} ?hidden=${Boolean(error) || !words}>${error ? nothing : words}</p>
      ${error && this.retry ? html`<button type="button" @click=${() => this.tell("notice-retry", null)}>${gettext("Try again")}</button>` : nothing}
      ${words && this.closable ? html`<button type="button" class="plain" @click=${() => this.tell("notice-close", null)}>${gettext("Close")}</button>` : nothing}`;
  }
}

customElements.define("status-notice", StatusNotice);
