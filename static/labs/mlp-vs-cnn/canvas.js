import { html, nothing } from "lit";
import { CanvasPainter } from "../../core/canvas.js";
import { gettext } from "../../core/i18n.js";
import { onTheme } from "../../core/theme.js";
import { SessionPart } from "./part.js";
import { plain } from "./plain.js";
import { faceAt, inside, isFaces, sideOf } from "./scene.js";
import { session } from "./session.js";
import { sceneWords } from "./words.js";

/** @typedef {import("./scene.js").Corner} Corner */

/** Pixels that a key moves by, and with Shift. */
const [STEP, LEAP] = [1, 4];
/** @type {Record<string, Corner>} */
const KEYS = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** `<versus-canvas>`: the picture that both networks are given. What is on it can be dragged, or moved by the arrow
 * keys. */
export class VersusCanvas extends SessionPart {
  static properties = { grabbed: { state: true } };

  #painter = new CanvasPainter();
  /** While something is dragged: the pixel that it was taken hold of at, and where it was then.
   * @type {{y: number, x: number, from: Corner} | null} */
  #drag = null;
  /** @type {import("../../core/tensor.js").Tensor | null} */ #painted = null;
  /** @type {(() => void) | undefined} */ #stopTheme;

  constructor() {
    super();
    this.grabbed = false;
  }

  get heardTypes() {
    return ["update", "move", "answer", "pixel"];
  }

  connectedCallback() {
    super.connectedCallback();
    this.#stopTheme = onTheme(this.redraw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#stopTheme?.();
  }

  render() {
    const { values } = session.state;
    const faces = isFaces(values);
    const side = sideOf(values);
    const many = faces && values.at.length > 1;
    const keys = gettext(
      "The arrow keys move it by one pixel, with Shift by four. Enter puts a smiley on an empty canvas.",
    );
    return html`<p class="halves" aria-hidden="true">${
      faces
        ? html`<span>${gettext("trained only here")}</span><span class="soft">${gettext("never a face here")}</span>`
        : html`<span class="all">${gettext("trained only with the item in the middle")}</span>`
    }</p>
      <div class="versus-plane ${this.grabbed ? "grabbed" : ""}" tabindex="0" role="application"
        aria-roledescription=${gettext("canvas to move things on")}
        aria-label="${gettext("Canvas of {n} × {n} pixels", { n: side })}. ${sceneWords(values, session.held)}"
        aria-description="${keys}${many ? ` ${gettext("Space takes hold of the next face.")}` : ""}"
        @pointerdown=${this.#onDown} @pointermove=${this.#onMove} @pointerup=${this.#onUp} @pointercancel=${this.#onUp}
        @pointerleave=${() => session.point(null)} @keydown=${this.#onKey}>
        <canvas width=${side} height=${side} aria-hidden="true"></canvas>
        ${faces ? html`<span class="learned"></span>` : nothing}
        ${faces ? values.at.map((corner, i) => this.#outline(inside(corner, values.size), values.size, i)) : nothing}
        ${this.#pixel(side)}
      </div>
      <p class="readout"><span>${sceneWords(values, session.held)}</span>
        <span class="soft hint">${values.at.length || !faces ? gettext("Drag, or arrow keys") : gettext("Click to put one there")}</span></p>`;
  }

  /** @param {Corner} corner @param {number} size @param {number} index */
  #outline([y, x], size, index) {
    const { at } = session.state.values;
    const held = at.length > 1 && index === Math.min(session.held, at.length - 1);
    const part = (/** @type {number} */ n) => `${(100 * n) / 32}%`;
    const style = `left:${part(x)};top:${part(y)};width:${part(size)};height:${part(size)}`;
    return html`<span class="face ${held ? "held" : ""}" .style=${style}></span>`;
  }

  /** The pixel that is pointed at, here or in the strip. @param {number} side */
  #pixel(side) {
    const { pixel } = session;
    if (!pixel || this.grabbed) return nothing;
    const part = (/** @type {number} */ n) => `${(100 * n) / side}%`;
    const style = `left:${part(pixel.x)};top:${part(pixel.y)};width:${part(1)};height:${part(1)}`;
    return html`<span class="outline cursor" .style=${style}></span>`;
  }

  updated() {
    const tensor = session.answer?.canvas ?? null;
    const canvas = this.querySelector("canvas");
    if (!canvas || !tensor || tensor === this.#painted) return;
    this.#painted = tensor;
    plain(this.#painter, canvas, tensor);
  }

  /** The pixel under the pointer, with fractions. @param {PointerEvent} event */
  #at(event) {
    const area = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
    const side = sideOf(session.state.values);
    return {
      y: ((event.clientY - area.top) / area.height) * side,
      x: ((event.clientX - area.left) / area.width) * side,
    };
  }

  /** @param {PointerEvent} event */
  #onDown(event) {
    if (event.button !== 0) return;
    const plane = /** @type {HTMLElement} */ (event.currentTarget);
    plane.setPointerCapture(event.pointerId);
    const { y, x } = this.#at(event);
    const { values } = session.state;
    const { size } = values;
    session.point(null);
    if (isFaces(values)) {
      const centred = /** @type {Corner} */ ([Math.round(y - size / 2), Math.round(x - size / 2)]);
      if (!values.at.length) session.state.set({ at: [inside(centred, size)] });
      session.hold(faceAt(session.state.values, y, x));
      const [top, left] = session.place ?? [0, 0];
      const under = y >= top && y < top + size && x >= left && x < left + size;
      if (!under) session.move(centred);
    }
    this.#drag = { y, x, from: session.place ?? [0, 0] };
    this.grabbed = true;
  }

  /** @param {PointerEvent} event */
  #onMove(event) {
    const drag = this.#drag;
    const { y, x } = this.#at(event);
    if (drag) {
      const [top, left] = drag.from;
      session.move([Math.round(top + y - drag.y), Math.round(left + x - drag.x)]);
    } else session.point({ y: Math.floor(y), x: Math.floor(x) });
  }

  #onUp() {
    this.#drag = null;
    this.grabbed = false;
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { values } = session.state;
    const { place } = session;
    const way = KEYS[event.key];
    const faces = isFaces(values);
    if (way && place) {
      const step = event.shiftKey ? LEAP : STEP;
      session.move([place[0] + step * way[0], place[1] + step * way[1]]);
    } else if (event.key === "Enter" && faces && !place) session.state.set({ at: [[11, 4]] });
    else if (event.key === " " && faces && values.at.length > 1)
      session.hold((session.held + 1) % values.at.length);
    else return;
    event.preventDefault();
  }
}

customElements.define("versus-canvas", VersusCanvas);
