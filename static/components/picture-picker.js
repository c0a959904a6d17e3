import { html, nothing } from "lit";
import { imageUrl, samples, upload } from "../core/api.js";
import { gettext, pick } from "../core/i18n.js";
import { pictureIn, prepare } from "../core/picture.js";
import { PageElement } from "./element.js";
import "./status-notice.js";

/** @typedef {import("../core/wire.js").Sample} Sample */
/** @typedef {{id: string, title: string, origin: "sample" | "upload" | "drawing"}} Picture */

/**
 * `<picture-picker>`: which picture the network looks at: a sample, a file, a drawing; one dropped
 * anywhere on the page, or pasted. While one is refused, the old one stays.
 *
 * Properties
 * - `value` {string} id of the picture in use (shown as chosen; one that is no sample gets a place of its own)
 * - `samples` {Sample[]} to choose from: those that the page brought along
 * - `ink` {"light" | "dark"} of the drawing pad
 * - `quiet` {boolean} takes nothing that is dropped on the page or pasted: where another picker does
 *
 * Events, bubbling
 * - `picture-change` {Picture} another picture is stored and ready
 * - `picture-busy` {boolean} one is on its way
 *
 * Keys: the samples are buttons; the drawing pad has keys of its own.
 */
export class PicturePicker extends PageElement {
  static properties = {
    value: {},
    samples: { attribute: false },
    ink: {},
    quiet: { type: Boolean },
    busy: { state: true },
    error: { state: true },
    over: { state: true },
    drawing: { state: true },
  };

  /** @type {AbortController | null} */ #sending = null;
  #inside = 0; // dragenter and dragleave come for every element on the way
  /** @type {AbortController | null} */ #page = null;

  constructor() {
    super();
    this.value = "";
    /** @type {readonly Sample[]} */ this.samples = samples();
    /** @type {"light" | "dark"} */ this.ink = "light";
    this.quiet = false;
    this.busy = false;
    /** @type {unknown} */ this.error = null;
    this.over = false;
    this.drawing = false;
  }

  connectedCallback() {
    super.connectedCallback();
    if (this.quiet) return;
    this.#page = new AbortController();
    const { signal } = this.#page;
    /** @param {string} type @param {(event: any) => void} listener */
    const on = (type, listener) => window.addEventListener(type, listener, { signal });
    on("dragenter", (event) => this.#onDrag(event, 1));
    on("dragleave", (event) => this.#onDrag(event, -1));
    on("dragover", (event) => this.#onDrag(event, 0));
    on("drop", (event) => this.#onDrop(event));
    on("paste", (event) => this.#onPaste(event));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#page?.abort();
    this.#sending?.abort();
  }

  render() {
    const list = this.samples;
    const own = this.value && !list.some(({ id }) => id === this.value);
    return html`
      <ul class="samples" aria-label=${gettext("Pictures")}>
        ${own ? html`<li>${this.#thumb(this.value, gettext("Your picture"))}</li>` : nothing}
        ${list.map((sample) => html`<li>${this.#thumb(sample.id, pick(sample.title))}</li>`)}
      </ul>
      <div class="row">
        <label class="button file">${gettext("Your own picture…")}
          <input type="file" accept="image/*" @change=${this.#onFile}></label>
        <label class="button file camera">${gettext("Camera")}
          <input type="file" accept="image/*" capture="environment" @change=${this.#onFile}></label>
        <button type="button" aria-expanded=${this.drawing} @click=${this.#onDraw}>${gettext("Draw")}</button>
        ${this.quiet ? nothing : html`<span class="small soft fine">${gettext("or drop or paste one anywhere")}</span>`}
      </div>
      ${this.drawing ? html`<drawing-pad .ink=${this.ink} @drawing-change=${this.#onDrawing}></drawing-pad>` : nothing}
      <status-notice .error=${this.error} .busy=${this.busy} closable
        .message=${this.busy ? gettext("Sending the picture…") : ""} @notice-close=${this.#onClose}></status-notice>
      ${this.over ? html`<div class="drop"><p>${gettext("Drop the picture to use it here")}</p></div>` : nothing}`;
  }

  /** @param {string} id @param {string} title */
  #thumb(id, title) {
    return html`<button type="button" class="thumb" title=${title} aria-label=${title}
      aria-pressed=${id === this.value} @click=${() => this.#choose({ id, title, origin: "sample" })}>
      <img src=${imageUrl(id, 96)} alt="" width="48" height="48" decoding="async"></button>`;
  }

  /** Put a file or a drawing through; also for pages that get one in their own way.
   * @param {Blob} file
   * @param {"upload" | "drawing"} [origin]
   */
  async take(file, origin = "upload") {
    this.#sending?.abort();
    const sending = new AbortController();
    this.#sending = sending;
    this.error = null;
    this.#working(true);
    try {
      const smaller = await prepare(file);
      sending.signal.throwIfAborted();
      const { id } = await upload(smaller, sending.signal);
      const title = origin === "drawing" ? gettext("Your drawing") : gettext("Your picture");
      if (this.#sending === sending) this.#choose({ id, title, origin });
    } catch (error) {
      if (this.#sending === sending) this.error = error;
    } finally {
      if (this.#sending === sending) {
        this.#sending = null;
        this.#working(false);
      }
    }
  }

  /** @param {Picture} picture */
  #choose(picture) {
    if (picture.origin === "sample") {
      this.#sending?.abort();
      this.#sending = null;
      this.#working(false);
    }
    this.error = null;
    if (picture.id === this.value) return;
    this.value = picture.id;
    this.tell("picture-change", picture);
  }

  /** @param {boolean} busy */
  #working(busy) {
    if (this.busy === busy) return;
    this.busy = busy;
    this.tell("picture-busy", busy);
  }

  /** @param {Event} event */
  #onFile(event) {
    event.stopPropagation();
    const input = /** @type {HTMLInputElement} */ (event.target);
    const [file] = input.files ?? [];
    if (file) this.take(file);
    input.value = ""; // so that the same file can be chosen again
  }

  /** @param {CustomEvent<{picture: Blob}>} event */
  #onDrawing(event) {
    event.stopPropagation();
    this.take(event.detail.picture, "drawing");
  }

  async #onDraw() {
    this.drawing = !this.drawing;
    if (!this.drawing) return;
    await import("./drawing-pad.js");
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.querySelector(".pad"))?.focus();
  }

  #onClose() {
    this.error = null;
  }

  /** @param {DragEvent} event @param {number} step */
  #onDrag(event, step) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    this.#inside += step;
    this.over = this.#inside > 0;
  }

  /** @param {DragEvent} event */
  #onDrop(event) {
    this.#inside = 0;
    this.over = false;
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    const file = pictureIn(event.dataTransfer);
    if (file) this.take(file);
    else this.error = { code: "no-picture" };
  }

  /** @param {ClipboardEvent} event */
  #onPaste(event) {
    const file = pictureIn(event.clipboardData);
    if (!file) return; // text goes where it was meant to
    event.preventDefault();
    this.take(file);
  }
}

customElements.define("picture-picker", PicturePicker);
