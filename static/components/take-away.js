import { html, nothing } from "lit";
import { gettext } from "../core/i18n.js";
import { npz } from "../core/npz.js";
import { curl, python } from "../core/snippets.js";
import { PageElement } from "./element.js";

/** @typedef {Record<string, {shape: readonly number[], values: Float32Array}>} Arrays */

let serial = 0;

/**
 * `<take-away>`: a figure's menu: copy the link, the request as curl or Python, itself as
 * PyTorch; download it as PNG or NPZ.
 * What is not given is not offered.
 *
 * Properties
 * - `name` {string} what the files are called, without ending
 * - `link` {(() => string) | null} address of the present state
 * - `call` {(() => {method, url, body?}) | null} the request behind the figure; `url` may be a path
 * - `torch` {(() => string | Promise<string>) | null} the figure as a PyTorch program
 * - `picture` {(() => Promise<Blob | null>) | null}
 * - `arrays` {(() => Arrays | Promise<Arrays>) | null} what goes into the NPZ (a Tensor will do)
 * - `label` {string} accessible name of the menu
 *
 * Keys: Enter opens; arrows walk; Escape closes.
 */
export class TakeAway extends PageElement {
  static properties = {
    name: {},
    link: { attribute: false },
    call: { attribute: false },
    torch: { attribute: false },
    picture: { attribute: false },
    arrays: { attribute: false },
    label: {},
    said: { state: true },
  };

  #id = `take-away-${serial++}`;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;

  constructor() {
    super();
    this.name = "convscope";
    /** @type {(() => string) | null} */ this.link = null;
    /** @type {(() => import("../core/snippets.js").Call) | null} */ this.call = null;
    /** @type {(() => string | Promise<string>) | null} */ this.torch = null;
    /** @type {(() => Promise<Blob | null>) | null} */ this.picture = null;
    /** @type {(() => Arrays | Promise<Arrays>) | null} */ this.arrays = null;
    this.label = "";
    this.said = "";
  }

  render() {
    const { link, call, torch, picture, arrays } = this;
    const item = (/** @type {string} */ words, /** @type {() => unknown} */ act) =>
      html`<li><button type="button" class="plain" @click=${() => this.#do(act)}>${words}</button></li>`;
    return html`<button type="button" class="plain" popovertarget=${this.#id} aria-haspopup="true"
        aria-label=${this.label || nothing}>${gettext("Take away")}</button>
      <ul id=${this.#id} popover @toggle=${this.#onToggle} @keydown=${this.#onKey}>
        ${link ? item(gettext("Copy link"), () => this.#copy(new URL(link(), location.href).href)) : nothing}
        ${torch ? item(gettext("Copy as PyTorch"), async () => this.#copy(await torch())) : nothing}
        ${call ? item(gettext("Copy as curl"), () => this.#copy(curl(this.#absolute(call())))) : nothing}
        ${call ? item(gettext("Copy as Python"), () => this.#copy(python(this.#absolute(call())))) : nothing}
        ${picture ? item(gettext("Download PNG"), async () => this.#save(await picture(), "png")) : nothing}
        ${arrays ? item(gettext("Download NPZ"), async () => this.#save(pack(await arrays()), "npz")) : nothing}
      </ul>
      <output class="said">${this.said}</output>`;
  }

  /** @param {import("../core/snippets.js").Call} call */
  #absolute(call) {
    return { ...call, url: new URL(call.url, location.href).href };
  }

  /** @param {() => unknown} act */
  async #do(act) {
    try {
      await act();
      this.querySelector("ul")?.hidePopover();
    } catch (error) {
      this.#say(gettext("That did not work: {why}", { why: String(error) }));
    }
  }

  /** @param {string} text */
  async #copy(text) {
    // Without TLS, other than on this machine, a browser has no navigator.clipboard.
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else {
      const area = document.createElement("textarea");
      area.value = text;
      this.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      if (!done) throw new Error("copy");
    }
    this.#say(gettext("Copied"));
  }

  /** @param {Blob | null} file @param {string} ending */
  #save(file, ending) {
    if (!file) throw new Error("empty");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = `${this.name}.${ending}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    this.#say(gettext("Saved as {name}", { name: link.download }));
  }

  /** @param {string} words */
  #say(words) {
    this.said = words;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.said = "";
    }, 4000);
  }

  /** Open, it lies over everything, below its button or, without room, above.
   * @param {ToggleEvent} event */
  #onToggle(event) {
    const menu = /** @type {HTMLElement} */ (event.target);
    const button = this.querySelector("button");
    if (event.newState !== "open" || !button) return;
    const [at, size] = [button.getBoundingClientRect(), menu.getBoundingClientRect()];
    const below = at.bottom + size.height <= innerHeight;
    menu.style.top = `${Math.max(0, below ? at.bottom : at.top - size.height)}px`;
    menu.style.left = `${Math.max(0, Math.min(at.left, document.body.clientWidth - size.width))}px`;
    menu.querySelector("button")?.focus();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (!step) return;
    const items = [...this.querySelectorAll("li button")];
    const at = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const next = /** @type {HTMLElement | undefined} */ (items.at((at + step) % items.length));
    next?.focus();
    event.preventDefault();
  }
}

/** @param {Arrays} arrays */
function pack(arrays) {
  return new Blob([npz(arrays)], { type: "application/zip" });
}

customElements.define("take-away", TakeAway);
