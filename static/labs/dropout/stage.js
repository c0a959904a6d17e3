import { html, nothing } from "lit";
import { axesWords, pager, samplesRow } from "../../components/figure-rows.js";
import { scaleFor } from "../../core/colour.js";
import { gettext } from "../../core/i18n.js";
import { placeName } from "../../core/place-words.js";
import { problemWords } from "../../core/problems.js";
import { layoutOf, mapsOf } from "../../core/tensor-layout.js";
import { onTheme } from "../../core/theme.js";
import { signs, titles } from "./equation.js";
import { gridFigures } from "./figure-grid.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import { togetherWith } from "./sharing.js";
import { rooms, sizesOf } from "./sizes.js";
import { partName } from "./words.js";
import "../../components/colour-legend.js";
import "../../components/math-formula.js";
import "../../components/member-rail.js";
import "../../components/tensor-block.js";
import "./element.js";
import "./variants.js";
import "./weight-block.js";

/** @typedef {import("./session.js").Answer} Answer */
/** @typedef {import("./session.js").Part} Part */
/** @typedef {import("../../core/tensor-layout.js").Place} Place */
/** @typedef {import("../../core/tensor-layout.js").Layout} Layout */
/** @typedef {import("../../core/tensor.js").Tensor} Tensor */
/** @typedef {import("./words.js").Which} Which */

/** Fields of the request whose controls say themselves what is wrong with them. */
const SAID = ["variant", "p", "seed", "scaling", "block_size"];

/**
 * `<dropout-stage>`: what can be dropped; h, the mask and what is left as three figures of one layout; the product of
 * the element that is pointed at.
 */
export class DropoutStage extends SessionPart {
  static pointed = true;
  static properties = { width: { state: true } };

  /** @type {(() => void) | undefined} */ #stopTheme;
  #sizes = new ResizeObserver(([entry]) => {
    this.width = Math.floor(entry?.contentRect.width ?? 0);
  });
  /** The layout of the last answer and its maps, kept while it is the same.
   * @type {{answer: Answer, layout: Layout, maps: Map<Which, Tensor | null>} | null} */
  #laid = null;

  constructor() {
    super();
    this.width = 0;
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
  }

  render() {
    const { answer } = session;
    return html`<section class="drop-stage ${session.error ? "stale" : ""}" aria-label=${gettext("What is dropped")}>
      <drop-variants></drop-variants>
      ${refusal(Boolean(answer))}
      ${answer && this.width ? this.#figures(answer) : html`<div class="drop-room"></div>`}
    </section>`;
  }

  /** @param {Answer} answer */
  #figures(answer) {
    const byHand = answer.request.source.kind === "grid";
    const { rail } = this.rooms;
    return html`<div class="drop-figure" .style=${`--rail:${rail}px`}>
        <div class="drop-head"><p class="axes">${axesWords(answer)}</p>
          ${this.#legend(answer)}
          ${pager(answer, (from) => session.state.set({ from }))}</div>
        ${byHand ? gridFigures(this, answer) : this.#blocks(answer)}
        ${byHand ? nothing : samplesRow(session.state.values.batch, setBatch)}
      </div>
      <drop-element></drop-element>`;
  }

  /** @param {Answer} answer */
  #blocks(answer) {
    const layout = this.layoutOf(answer);
    const { rail, sign, room, width, height, row, scrolls } = sizesOf(layout, this.width);
    const style = `--rail:${rail}px;--sign:${sign}px;--room:${room}px;--block:${width}px;--high:${height}px`;
    return html`<div class="equation ${scrolls ? "scrolls" : ""}" tabindex=${scrolls ? 0 : nothing} role=${scrolls ? "group" : nothing}
        aria-label=${scrolls ? gettext("All samples") : nothing} .style=${style}>
      ${this.headings(answer)}
      <span class="corner" aria-hidden="true">N ↓</span>
      ${[0, 1, 2].map((k) => (k === 1 && (answer.variant === "connect" || !answer.mask) ? nothing : heads(layout, k)))}
      <member-rail .batch=${session.state.values.batch} .seen=${answer} .side=${Math.min(rail - 12, row - 4)}
        @batch-change=${onBatch}></member-rail>
      ${this.#block(answer, "input", 0)}
      ${answer.variant === "connect" ? weights(answer) : this.#block(answer, "mask", 1)}
      ${this.#block(answer, "output", 2)}
    </div>`;
  }

  /** Over the figures what they are, and between them what is done. @param {Answer} answer */
  headings(answer) {
    const roomy = this.rooms.sign > 40;
    const places = signs(answer, roomy);
    return html`${titles(answer, roomy).map(
      (
        { name, words },
        k,
      ) => html`<div class="title at-${k}"><math-formula .tex=${name.tex} plain=${name.plain}></math-formula>
        <small>${words}</small></div>`,
    )}
    ${places.map(({ tex, plain }, k) => html`<div class="sign at-${k}"><math-formula .tex=${tex} plain=${plain}></math-formula></div>`)}`;
  }

  /** @param {Answer} answer @param {Which} which @param {number} k which of the three */
  #block(answer, which, k) {
    const tensor = this.mapsOf(answer, which);
    if (!tensor)
      return html`<p class="no-mask at-${k}">${gettext("In evaluation no mask is drawn: nothing is dropped.")}</p>`;
    const { at } = session;
    const range = this.rangeOf(answer);
    return html`<tensor-block id="block-${which}" class="at-${k}" .tensor=${tensor} .layout=${this.layoutOf(answer)} .range=${range}
      ?signed=${range[0] < 0} ?mask=${which === "mask"} .veil=${0} .cursor=${session.touch} .pinned=${session.pinned}
      .box=${at && togetherWith(answer.variant, at, answer.shape)} label=${partName(which)}
      .name=${(/** @type {Place} */ place) => placeName(answer.layout, place)}
      @element-hover=${onHover} @element-leave=${onLeave} @element-pin=${onPin}></tensor-block>`;
  }

  /** The colours of h and of what is left. @param {Answer} answer */
  #legend(answer) {
    const range = this.rangeOf(answer);
    const scale = scaleFor(range[0], range[1], range[0] < 0);
    return html`<colour-legend .scale=${scale} .range=${range} .scopes=${[]}></colour-legend>`;
  }

  /** @param {Answer} answer */
  layoutOf(answer) {
    if (this.#laid?.answer !== answer)
      this.#laid = { answer, layout: layoutOf(answer), maps: new Map() };
    return this.#laid.layout;
  }

  /** One of the three as the figure shows it. @param {Answer} answer @param {Which} which */
  mapsOf(answer, which) {
    const layout = this.layoutOf(answer);
    const known = this.#laid?.maps.get(which);
    if (known !== undefined) return known;
    const tensor = answer[which];
    const maps = tensor && mapsOf(layout, tensor);
    this.#laid?.maps.set(which, maps);
    return maps;
  }

  /** What h and the output lie within: they share their colours. @param {Answer} answer @returns {[number, number]} */
  rangeOf(answer) {
    /** @type {(readonly [number, number])[]} */
    const ranges = [answer.input, answer.output].map((tensor) => tensor?.range() ?? [0, 0]);
    return [Math.min(...ranges.map(([lo]) => lo)), Math.max(...ranges.map(([, hi]) => hi))];
  }

  /** Room for the figures' samples and signs. */
  get rooms() {
    return rooms(this.width);
  }
}

/** What stands over the columns. @param {Layout} layout @param {number} k which of the three */
function heads({ kind, channels }, k) {
  const letter = kind === "maps" ? "C" : "F";
  const roomy = channels.length <= 8;
  return html`<div class="heads at-${k}" aria-hidden="true">${channels.map(
    (c) => html`<span>${c === channels[0] && roomy ? html`<i>${letter}</i> ${c}` : c}</span>`,
  )}</div>`;
}

/** The layer's weights in place of the mask. @param {Answer} answer */
function weights(answer) {
  const { at } = session;
  const chosen = at ? answer.channels.indexOf(at.c) : -1;
  return html`<weight-block class="at-1" .weight=${answer.weight} .mask=${answer.mask} .chosen=${chosen}
    label=${gettext("The weights of the channels shown")}></weight-block>`;
}

/** Why the present setting cannot be computed, where no control says it. @param {boolean} stale whether an older answer
 * is shown */
function refusal(stale) {
  const { error } = session;
  if (!error) return nothing;
  const said = SAID.includes(error.field.split(".")[0] ?? "");
  const older = stale
    ? html`<p class="soft small">${gettext("Below still stands the last setting that could be computed.")}</p>`
    : nothing;
  if (said) return older;
  return html`<div class="refusal" role="alert"><p class="problem">${problemWords(error)}</p>${older}
    <div class="row"><button type="button" @click=${() => session.retry()}>${gettext("Try again")}</button></div></div>`;
}

/** @param {CustomEvent<string[]>} event */
function onBatch(event) {
  event.stopPropagation();
  setBatch(event.detail, true);
}

/** @param {string[]} batch @param {boolean} push */
function setBatch(batch, push) {
  session.state.set({ batch }, { push });
}

/** @param {CustomEvent<Place>} event */
function onHover(event) {
  event.stopPropagation();
  session.setTouch(event.detail);
}

/** @param {Event} event */
function onLeave(event) {
  event.stopPropagation();
  session.setTouch(null);
}

/** @param {CustomEvent<Place | null>} event */
function onPin(event) {
  event.stopPropagation();
  session.pin(event.detail);
}

customElements.define("dropout-stage", DropoutStage);
