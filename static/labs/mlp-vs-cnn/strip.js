import { html, nothing } from "lit";
import { CanvasPainter } from "../../core/canvas.js";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { SessionPart } from "./part.js";
import { plain } from "./plain.js";
import { sideOf } from "./scene.js";
import { session } from "./session.js";

/** Rows of the picture between two numbers of the scale. */
const APART = 4;

/** `<versus-strip>`: the canvas as the MLP gets it, one number beside the other, row after row. */
export class VersusStrip extends SessionPart {
  #painter = new CanvasPainter();
  /** @type {import("../../core/tensor.js").Tensor | null} */ #painted = null;

  get heardTypes() {
    return ["update", "answer", "pixel"];
  }

  render() {
    const side = sideOf(session.state.values);
    const length = side * side;
    const at = (/** @type {number} */ index) => `--at:${index / length}`;
    const rows = Array.from({ length: side / APART + 1 }, (_, i) => i * APART * side);
    const { pixel } = session;
    const words = pixel
      ? gettext("Row {y}, column {x} is number {index}.", {
          ...pixel,
          index: format.count(pixel.y * side + pixel.x),
        })
      : gettext("One pixel to the right: one place further. One pixel down: {n} places further.", {
          n: side,
        });
    return html`<figure class="versus-strip">
      <figcaption><b>${gettext("What the MLP is given: {n} numbers in a row", { n: format.count(length) })}</b>
        <span class="soft">${words}</span></figcaption>
      <div class="long" role="img" aria-label=${gettext("The canvas, row after row, in one line of {n} numbers", { n: format.count(length) })}
        @pointermove=${this.#onPointer} @pointerdown=${this.#onPointer} @pointerleave=${() => session.point(null)}>
        <canvas width=${length} height="1" aria-hidden="true"></canvas>
        ${pixel ? html`<span class="here" .style=${at(pixel.y * side + pixel.x + 0.5)}></span>` : nothing}
      </div>
      <div class="ticks" aria-hidden="true">${rows.map((index) => html`<span .style=${at(index)}>${format.count(index)}</span>`)}</div>
    </figure>`;
  }

  updated() {
    const tensor = session.answer?.canvas ?? null;
    const canvas = this.querySelector("canvas");
    if (!canvas || !tensor || tensor === this.#painted) return;
    this.#painted = tensor;
    plain(this.#painter, canvas, tensor.reshape([tensor.size]));
  }

  /** @param {PointerEvent} event */
  #onPointer(event) {
    const { left, width } = /** @type {HTMLElement} */ (
      event.currentTarget
    ).getBoundingClientRect();
    const side = sideOf(session.state.values);
    const index = Math.floor(((event.clientX - left) / width) * side * side);
    const inside = index >= 0 && index < side * side;
    session.point(inside ? { y: Math.floor(index / side), x: index % side } : null);
  }
}

customElements.define("versus-strip", VersusStrip);
