import { html, nothing } from "lit";
import { axesWords, pager, samplesRow } from "../../components/figure-rows.js";
import { scaleFor } from "../../core/colour.js";
import { gettext } from "../../core/i18n.js";
import { resized } from "../../core/members.js";
import { placeName } from "../../core/place-words.js";
import { problemWords } from "../../core/problems.js";
import { layoutOf, mapsOf } from "../../core/tensor-layout.js";
import { onTheme } from "../../core/theme.js";
import { gridFigure } from "./figure-grid.js";
import { groupsOf } from "./methods.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import { boxOf } from "./sets.js";
import { sizesOf } from "./sizes.js";
import { sharedWords, whatWords } from "./words.js";
import "../../components/choice-field.js";
import "../../components/colour-legend.js";
import "../../components/member-rail.js";
import "../../components/tensor-block.js";
import "./methods.js";
import "./set-table.js";
import "./steps.js";

/** @typedef {import("./session.js").Answer} Answer */
/** @typedef {import("./fields.js").Place} Place */
/** @typedef {import("./fields.js").Stage} Which */
/** @typedef {import("../../core/tensor-layout.js").Layout} Layout */

/**
 * `<normalization-stage>`: the tensor, and who shares a mean with what is pointed at; beside it the methods, below it
 * the four steps of that element and the table of all sets.
 */
export class NormalizationStage extends SessionPart {
  static pointed = true;
  static properties = { width: { state: true }, scope: { state: true } };

  /** @type {(() => void) | undefined} */ #stopTheme;
  #sizes = new ResizeObserver(([entry]) => {
    this.width = Math.floor(entry?.contentRect.width ?? 0);
  });
  /** The layout of the last answer, kept while it is the same. @type {{answer: Answer, layout: Layout,
   *   maps: Map<Which, import("../../core/tensor.js").Tensor>} | null} */
  #laid = null;

  constructor() {
    super();
    this.width = 0;
    /** What the colours are spread over. @type {"map" | "layer"} */ this.scope = "layer";
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
    if (!answer || !this.width) return html`<div class="norm-room">${refusal(false)}</div>`;
    const stale = Boolean(session.error);
    return html`<section class="norm-stage ${stale ? "stale" : ""}" aria-label=${gettext("The tensor")}>
      ${refusal(true)}
      <div class="norm-upper">
        <div class="norm-figure">
          ${this.#head(answer)}
          ${answer.request.source.kind === "grid" ? gridFigure(this, answer) : this.#block(answer)}
          ${this.#readout(answer)}
          ${this.#legend(answer)}
        </div>
        <method-row></method-row>
      </div>
      <four-steps></four-steps>
      <set-table></set-table>
    </section>`;
  }

  /** @param {Answer} answer */
  #head(answer) {
    const { show } = session.state.values;
    const options = [
      { value: "input", label: gettext("x before") },
      { value: "normalized", label: gettext("x̂ normalised") },
      { value: "output", label: gettext("y after") },
    ];
    return html`<div class="norm-head">
      <choice-field small bare label=${gettext("Which values")} .value=${show} .options=${options}
        @value-change=${(/** @type {CustomEvent<{value: string}>} */ event) => {
          event.stopPropagation();
          session.state.set({ show: /** @type {Which} */ (event.detail.value) });
        }}></choice-field>
      <p class="axes">${axesWords(answer)}</p>
      ${pager(answer, (from) => session.state.set({ from }))}
    </div>`;
  }

  /** @param {Answer} answer */
  #block(answer) {
    const layout = this.layoutOf(answer);
    const tensor = this.mapsOf(answer);
    const { room, width, height, row, scrolls } = sizesOf(layout, this.figureWidth);
    const { at } = session;
    return html`<div class="block-frame ${scrolls ? "scrolls" : ""}" tabindex=${scrolls ? 0 : nothing}
        role=${scrolls ? "group" : nothing} aria-label=${scrolls ? gettext("All samples") : nothing}
        .style=${`--rail:${room}px;--block:${width}px;--high:${height}px`}>
      <span class="corner" aria-hidden="true">N ↓</span>
      <div class="heads" aria-hidden="true">${this.#heads(layout)}</div>
      <member-rail .batch=${session.state.values.batch} .seen=${answer} .side=${Math.min(44, row - 4)}
        @batch-change=${onBatch}></member-rail>
      <tensor-block id="tensor-block" .tensor=${tensor} .layout=${layout} .range=${this.rangeOf(answer)}
        ?signed=${tensor !== null && tensor.range()[0] < 0} .box=${at && this.boxOf(answer, at)} .cursor=${session.touch}
        .pinned=${session.pinned} .lengths=${answer.lengths ?? null} label=${whatWords(session.state.values.show)}
        .name=${(/** @type {Place} */ place) => placeName(answer.layout, place)}
        @element-hover=${this.onHover} @element-leave=${this.onLeave} @element-pin=${this.onPin}></tensor-block>
    </div>
    ${samplesRow(session.state.values.batch, setBatch)}`;
  }

  /** What stands over the columns. @param {Layout} layout */
  #heads({ kind, channels }) {
    if (kind === "tokens")
      return html`<span class="wide">${gettext("L: tokens →, each row a feature")}</span>`;
    return channels.map(
      (c) =>
        html`<span>${c === channels[0] ? html`<i>${kind === "maps" ? "C" : "F"}</i> ${c}` : c}</span>`,
    );
  }

  /** @param {Answer} answer */
  #readout(answer) {
    const { at } = session;
    if (!at)
      return html`<p class="norm-readout soft">${gettext("Point at a value, or walk there with the arrow keys.")}</p>`;
    const { method } = session.state.values;
    const box = this.boxOf(answer, at);
    const hidden = this.layoutOf(answer).hides(box);
    return html`<p class="norm-readout"><b>${placeName(answer.layout, at)}</b>
      ${gettext("shares its statistics with {who}.", { who: sharedWords(method, answer.layout, at, box) })}
      ${hidden ? html`<span class="soft">${gettext("{n} of these channels are not in the picture.", { n: hidden })}</span>` : nothing}</p>`;
  }

  /** @param {Answer} answer */
  #legend(answer) {
    const tensor = this.mapsOf(answer);
    if (!tensor) return nothing;
    const { at } = session;
    const spot = at && this.layoutOf(answer).spotOf(at);
    const one = this.scope === "map" ? (spot?.slot ?? 0) : null;
    const range = tensor.range(one === null ? undefined : [one]);
    return html`<colour-legend .scale=${scaleFor(range[0], range[1], tensor.range()[0] < 0)} .range=${range} .scope=${this.scope}
      .scopes=${tensor.count > 1 ? ["map", "layer"] : []} @value-change=${(
        /** @type {CustomEvent<{value: string}>} */ event,
      ) => {
        event.stopPropagation();
        this.scope = event.detail.value === "map" ? "map" : "layer";
      }}></colour-legend>`;
  }

  /** Room for the figure: beside it stand the methods where there is room for both. */
  get figureWidth() {
    return this.width > 760 ? this.width - 330 : this.width;
  }

  /** @param {Answer} answer */
  layoutOf(answer) {
    if (this.#laid?.answer !== answer)
      this.#laid = { answer, layout: layoutOf(answer), maps: new Map() };
    return this.#laid.layout;
  }

  /** The chosen values as the figure shows them. @param {Answer} answer */
  mapsOf(answer) {
    const { show } = session.state.values;
    const tensor = answer[show];
    if (!tensor) return null;
    const layout = this.layoutOf(answer);
    const maps = this.#laid?.maps.get(show) ?? mapsOf(layout, tensor);
    this.#laid?.maps.set(show, maps);
    return maps;
  }

  /** @param {Answer} answer */
  rangeOf(answer) {
    return this.scope === "map" ? null : (this.mapsOf(answer)?.range() ?? null);
  }

  /** @param {Answer} answer @param {Place} at */
  boxOf(answer, at) {
    return boxOf(session.state.values.method, at, answer.shape, groupsOf(answer));
  }

  onHover = (/** @type {CustomEvent<Place>} */ event) => {
    event.stopPropagation();
    session.setTouch(event.detail);
  };

  onLeave = (/** @type {Event} */ event) => {
    event.stopPropagation();
    session.setTouch(null);
  };

  onPin = (/** @type {CustomEvent<Place | null>} */ event) => {
    event.stopPropagation();
    session.pin(event.detail);
  };
}

/** Why the present setting cannot be computed, and the ways out. @param {boolean} stale whether an older answer is shown */
function refusal(stale) {
  const { error } = session;
  if (!error) return nothing;
  const { batch, source } = session.state.values;
  const more = () => session.state.set({ batch: resized(batch, batch.length + 1) });
  const evaluate = () => session.state.set({ mode: "eval" }, { push: true });
  return html`<div class="refusal" role="alert"><p class="problem">${problemWords(error)}</p>
    <p class="soft small">${stale ? gettext("Below still stands the last setting that could be computed.") : nothing}</p>
    <div class="row">${
      error.code === "one-value"
        ? html`${source === "grid" ? nothing : html`<button type="button" @click=${more}>${gettext("Add a sample")}</button>`}
            <button type="button" @click=${evaluate}>${gettext("Switch to eval")}</button>`
        : html`<button type="button" @click=${() => session.retry()}>${gettext("Try again")}</button>`
    }</div></div>`;
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

customElements.define("normalization-stage", NormalizationStage);
