import { html, nothing } from "lit";
import { scaleFor } from "../../core/colour.js";
import { gettext } from "../../core/i18n.js";
import { onTheme } from "../../core/theme.js";
import { cellsFigure } from "./figure-cells.js";
import { viewOf } from "./figure-parts.js";
import { pictureFigure } from "./figure-picture.js";
import { grow, partOf, places } from "./growth.js";
import { channelsOf } from "./links.js";
import { gridOf, painted } from "./painting.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import "./transport.js";
import "./window-sum.js";

/** @typedef {import("./session.js").Answer} Answer */
/** @typedef {import("./session.js").Touch} Touch */
/** @typedef {import("./decor.js").FinalTouch} FinalTouch */
/** @typedef {import("./decor.js").Decor} Decor */
/** @typedef {CustomEvent<{y: number, x: number}>} CellEvent */

/**
 * `<convolution-stage>`: input, kernel and output, in the magnification that the last answer is for; what is
 * pointed at in one is marked in the others. Below them the window's way and the sum behind one output.
 */
export class ConvolutionStage extends SessionPart {
  static pointed = true;
  static properties = {
    width: { state: true },
    slice: { state: true },
    painting: { state: true },
    brush: { state: true },
    deep: { state: true },
    scope: { state: true },
    final: { state: true },
  };

  /** @type {(() => void) | undefined} */ #stopTheme;
  #sizes = new ResizeObserver(([entry]) => {
    this.width = Math.floor(entry?.contentRect.width ?? 0);
  });
  /** @type {"cells" | "picture" | null} */ #drawn = null;
  /** @type {import("./growth.js").Places | null} */ #before = null;

  /** Height and width of the last picture seen whole. @type {readonly number[] | null} */ #picture =
    null;

  constructor() {
    super();
    this.width = 0;
    /** The input channel shown large. */ this.slice = 0;
    /** Whether a stroke over the input paints. */ this.painting = false;
    this.brush = 9;
    /** Whether it paints into all channels. */ this.deep = true;
    /** What the output's colours are spread over. @type {"map" | "layer"} */ this.scope = "layer";
    /** The element after pooling that is pointed at. @type {FinalTouch | null} */ this.final =
      null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#stopTheme = onTheme(this.redraw);
    this.#sizes.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#stopTheme?.();
    this.#sizes.disconnect();
    session.play.pause();
  }

  willUpdate() {
    const view = viewOf(session.answer);
    this.#before = this.#drawn && view !== this.#drawn ? places(this, this.#drawn) : null;
    this.#drawn = view;
  }

  updated() {
    const { answer } = session;
    if (this.#drawn === "picture" && answer) this.#picture = answer.shape.input.slice(1);
    const before = this.#before;
    if (before) {
      const { source, crop } = session.state.values;
      const part = source === "crop" && this.#picture ? partOf(crop, this.#picture) : null;
      requestAnimationFrame(() => grow(this, before, part)); // the figures draw themselves first
    }
    this.#before = null;
  }

  render() {
    const { answer } = session;
    if (!answer || !this.width) return html`<div class="conv-room"></div>`;
    const view = viewOf(answer);
    const stale = Boolean(session.error);
    return html`<section class="conv-stage in-${view} ${stale ? "stale" : ""}" aria-label=${gettext("The convolution")}>
      ${stale ? this.#stale() : nothing}
      ${view === "cells" ? cellsFigure(this, answer) : pictureFigure(this, answer)}
      <scan-transport></scan-transport>
      <window-sum></window-sum>
    </section>`;
  }

  /** That the figures are of another setting, and the way out where there is one. */
  #stale() {
    const { code } = session.error ?? {};
    const pad = () => session.state.set({ padding: "same_tensorflow" }, { push: true });
    return html`<p class="problem">${gettext("The present setting cannot be computed. Below still stands the last one that could.")}
      ${code === "kernel-too-large" ? html`<button type="button" @click=${pad}>${gettext("Add “same” padding")}</button>` : nothing}</p>`;
  }

  /** What is pointed at, in whichever figure. @returns {Touch | FinalTouch | null} */
  get touch() {
    return this.final ?? session.touch;
  }

  /** The chosen kernel, as far as the answer has it. @param {Answer} answer */
  kernelOf(answer) {
    return Math.min(session.state.values.k, (answer.shape.convolved[0] ?? 1) - 1);
  }

  /** The input channel shown large: one that the chosen kernel sees. @param {Answer} answer */
  sliceOf(answer) {
    const { first, depth } = channelsOf(answer, this.kernelOf(answer));
    return Math.max(first, Math.min(first + depth - 1, this.slice));
  }

  /** @param {import("../../core/tensor.js").Tensor} tensor @param {number} map */
  scaleOf(tensor, map) {
    const [lo, hi] = tensor.range(this.scope === "map" ? [map] : undefined);
    return scaleFor(lo, hi, tensor.range()[0] < 0);
  }

  /** @param {number} k */
  choose(k) {
    session.state.set({ k });
  }

  /** @param {number} channel */
  chooseSlice(channel) {
    this.slice = channel;
  }

  /** @param {Touch | null} touch */
  #touch(touch) {
    session.play.release();
    this.final = null;
    session.setTouch(touch);
  }

  /** @param {CellEvent} event @param {number} channel */
  onInput(event, channel) {
    event.stopPropagation();
    const { y, x } = event.detail;
    this.#touch({ kind: "input", channel, y, x });
  }

  onKernel = (/** @type {CellEvent} */ event) => {
    event.stopPropagation();
    this.#touch({ kind: "kernel", i: event.detail.y, j: event.detail.x });
  };

  onOutput = (/** @type {CellEvent} */ event) => {
    event.stopPropagation();
    const { y, x } = event.detail;
    const { answer } = session;
    if (answer) this.#touch({ kind: "output", channel: this.kernelOf(answer), y, x });
  };

  onFinal = (/** @type {CellEvent} */ event) => {
    event.stopPropagation();
    const { answer } = session;
    const { y, x } = event.detail;
    if (answer?.request.pooling) {
      this.#touch(null);
      this.final = { kind: "final", y, x };
    } else this.onOutput(event);
  };

  onLeave = (/** @type {Event} */ event) => {
    event.stopPropagation();
    this.final = null;
    if (session.play.step === null) session.setTouch(null);
  };

  onPin = (/** @type {CustomEvent<{y: number, x: number} | null>} */ event) => {
    event.stopPropagation();
    const { answer } = session;
    if (!answer) return;
    session.play.release();
    const place = event.detail && {
      channel: this.kernelOf(answer),
      y: event.detail.y,
      x: event.detail.x,
    };
    session.pin(place);
  };

  onPaint = (
    /** @type {CustomEvent<{cells: {y: number, x: number}[], value: number}>} */ event,
  ) => {
    event.stopPropagation();
    const { answer } = session;
    const { source, grid } = session.state.values;
    if (!answer) return;
    const { cells, value } = event.detail;
    // What was cut from the picture becomes the reader's own as soon as it is painted on.
    const before = source === "crop" && answer.input ? gridOf(answer.input) : grid;
    const next = painted(
      before,
      cells,
      value,
      this.painting && this.deep ? null : this.sliceOf(answer),
    );
    session.state.set({ source: "grid", grid: next }, { push: source === "crop" });
  };

  onTool = () => {
    this.painting = !this.painting;
    const picture = session.answer?.request.input.kind === "picture";
    if (picture && this.brush > 1) this.brush = 1;
  };

  onBrush = (/** @type {CustomEvent<{value: number}>} */ event) => {
    event.stopPropagation();
    this.brush = event.detail.value;
  };

  onDeep = (/** @type {CustomEvent<{value: string}>} */ event) => {
    event.stopPropagation();
    this.deep = event.detail.value === "all";
  };

  onScope = (/** @type {CustomEvent<{value: string}>} */ event) => {
    event.stopPropagation();
    this.scope = event.detail.value === "map" ? "map" : "layer";
  };
}

customElements.define("convolution-stage", ConvolutionStage);
