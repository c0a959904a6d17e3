import { html, nothing } from "lit";
import { PageElement } from "../../components/element.js";
import { gettext } from "../../core/i18n.js";
import { fit } from "./crop.js";

/** @typedef {import("./fields.js").Crop} Crop */

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * `<crop-frame>`: the whole picture, small, with a frame around the part that is cut out, to be dragged or
 * moved with the arrow keys.
 *
 * Properties: `src` address of the picture, of the size in whose pixels the `crop` {Crop} is.
 * Events, bubbling: `crop-input` {Crop} while the frame moves, `crop-change` {Crop} when it has come to rest.
 * Keys: arrows by a pixel, with Shift by eight.
 */
export class CropFrame extends PageElement {
  static properties = {
    src: {},
    crop: { attribute: false },
    size: { state: true },
  };

  #dragging = false;

  constructor() {
    super();
    this.src = "";
    /** @type {Crop} */ this.crop = { top: 0, left: 0, height: 8, width: 8 };
    /** Height and width of the picture, once known. @type {[number, number] | null} */ this.size =
      null;
  }

  render() {
    const { top, left, height, width } = this.crop;
    const at = { top, left, bottom: top + height - 1, right: left + width - 1 };
    return html`<div class="crop-plane" @pointerdown=${this.#onDown} @pointermove=${this.#onMove}
        @pointerup=${this.#onUp} @pointercancel=${this.#onUp}>
      <img src=${this.src} alt=${gettext("The whole picture")} draggable="false" @load=${this.#onLoad}>
      ${
        this.size
          ? html`<button type="button" class="crop-handle" .style=${this.#place(this.size)} @keydown=${this.#onKey}
              aria-roledescription=${gettext("movable frame")}
              aria-label=${gettext("What is cut out: rows {top} to {bottom}, columns {left} to {right}", at)}></button>`
          : nothing
      }</div>`;
  }

  /** @param {[number, number]} size */
  #place([high, wide]) {
    const { top, left, height, width } = this.crop;
    const part = (/** @type {number} */ pixels, /** @type {number} */ all) =>
      `${(100 * pixels) / all}%`;
    return [
      `left:${part(left, wide)};top:${part(top, high)}`,
      `width:${part(width, wide)};height:${part(height, high)}`,
    ].join(";");
  }

  /** @param {Event} event */
  #onLoad(event) {
    const { naturalHeight, naturalWidth } = /** @type {HTMLImageElement} */ (event.target);
    this.size = [naturalHeight, naturalWidth];
  }

  updated() {
    if (!this.size || this.#dragging) return;
    const fitting = fit(this.crop, this.size);
    if (JSON.stringify(fitting) !== JSON.stringify(this.crop)) this.#move(fitting, "crop-change");
  }

  /** @param {Crop} crop @param {"crop-input" | "crop-change"} type */
  #move(crop, type) {
    this.crop = crop;
    this.tell(type, crop);
  }

  /** @param {PointerEvent} event */
  #onDown(event) {
    if (event.button !== 0 || !this.size) return;
    event.preventDefault();
    /** @type {HTMLElement} */ (event.currentTarget).setPointerCapture(event.pointerId);
    this.querySelector("button")?.focus({ preventScroll: true });
    this.#dragging = true;
    this.#onMove(event);
  }

  /** The frame's middle goes where the pointer is. @param {PointerEvent} event */
  #onMove(event) {
    if (!this.#dragging || !this.size) return;
    const area = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
    const { height, width } = this.crop;
    const y = ((event.clientY - area.top) / area.height) * this.size[0] - height / 2;
    const x = ((event.clientX - area.left) / area.width) * this.size[1] - width / 2;
    const next = fit({ top: Math.round(y), left: Math.round(x), height, width }, this.size);
    if (next.top !== this.crop.top || next.left !== this.crop.left) this.#move(next, "crop-input");
  }

  #onUp() {
    if (!this.#dragging) return;
    this.#dragging = false;
    this.tell("crop-change", this.crop);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const arrow = ARROWS[/** @type {keyof typeof ARROWS} */ (event.key)];
    if (!arrow || !this.size || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const [dy = 0, dx = 0] = arrow.map((by) => by * (event.shiftKey ? 8 : 1));
    const { top, left } = this.crop;
    this.#move(fit({ ...this.crop, top: top + dy, left: left + dx }, this.size), "crop-change");
  }
}

customElements.define("crop-frame", CropFrame);
