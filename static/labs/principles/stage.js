import { html, nothing } from "lit";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { problemWords } from "../../core/problems.js";
import { beyond, cropOf, mapOf, scaleOf } from "./field-paint.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import { boxOf, wiredWords } from "./words.js";
import "../../components/cell-grid.js";
import "../../components/colour-legend.js";
import "./dense-count.js";
import "./dense-rail.js";
import "./field-picture.js";
import "./field-strip.js";

/** @typedef {import("../../core/tensor.js").Tensor} Tensor */
/** @typedef {import("./session.js").Row} Row */
/** @typedef {import("./session.js").Wiring} Wiring */
/** @typedef {import("./session.js").Spot} Spot */

/** Px of the enlarged box, and of the smallest of its cells. */
const [LENS, LEAST] = [102, 4];

/** `<principles-stage>`: what one unit of a convolution is wired to, what a dense one is, and how the field grows. */
export class PrinciplesStage extends SessionPart {
  /** The maps painted, while their row is the same.
   * @type {WeakMap<Row, {colour: string, map: Float32Array, crop?: Tensor} & ReturnType<typeof scaleOf>>} */
  #maps = new WeakMap();

  render() {
    const wiring = session.wiring.answer;
    return html`<section class="field-stage ${session.error ? "stale" : ""}" aria-label=${gettext("What one unit sees")}>
      ${refusal(Boolean(wiring))}
      <div class="wirings">${this.#conv(wiring)}${this.#dense(wiring)}</div>
      <field-strip></field-strip>
    </section>`;
  }

  /** @param {Wiring | null} wiring */
  #conv(wiring) {
    const { layer } = session.state.values;
    const row = wiring?.conv ?? null;
    return html`<figure class="wiring">
      <figcaption><h2>${gettext("A unit of a convolution")}</h2>
        <p class="wired">${row ? html`<data id="conv-wired" value=${row.wired}>${wiredWords(row)}</data>` : nothing}</p></figcaption>
      ${this.#picture("conv", wiring, row)}
      <div class="aside">${this.#legend(row)}<p class="hint">${row ? convWords(row, wiring?.request.wiring?.layer ?? layer) : nothing}</p>
        ${wiring && row ? this.#lens(wiring, row) : nothing}</div>
    </figure>`;
  }

  /** @param {Wiring | null} wiring */
  #dense(wiring) {
    if (!session.hasTwin) return html`<dense-count></dense-count>`;
    const row = wiring?.dense ?? null;
    return html`<figure class="wiring">
      <figcaption><h2>${gettext("A unit of a dense layer")}</h2>
        <p class="wired">${row ? html`<data id="dense-wired" value=${row.wired}>${wiredWords(row)}</data>` : nothing}</p></figcaption>
      ${this.#picture("dense", wiring, row)}
      <div class="aside">${this.#legend(row)}<dense-rail></dense-rail></div>
    </figure>`;
  }

  /** @param {"conv" | "dense"} which @param {Wiring | null} wiring @param {Row | null} row */
  #picture(which, wiring, row) {
    if (!wiring || !row) return html`<div class="field-room"></div>`;
    const { map, scale } = this.#map(row);
    const [, rows = 1, columns = 1] = session.shape ?? [];
    return html`<field-picture id="picture-${which}" .picture=${wiring.picture} .values=${map} .scale=${scale}
        .marks=${which === "conv" ? [{ box: boxOf(row.box), tone: "field" }] : []} .spot=${session.spot} .steps=${[rows, columns]}
        label=${label(which, row)} @spot-point=${onPoint} @spot-put=${onPut}></field-picture>`;
  }

  /** The box, enlarged, with its numbers where there is room. @param {Wiring} wiring @param {Row} row */
  #lens({ picture }, row) {
    const box = boxOf(row.box);
    const side = Math.max(box.bottom - box.top, box.right - box.left);
    const cell = Math.floor(LENS / side);
    if (cell < LEAST) return nothing;
    const known = this.#map(row);
    known.crop ??= cropOf(known.map, picture, box);
    return html`<figure class="lens"><figcaption class="small">${
      row.difference === null || (picture.count > 1 && session.state.values.colour === "strongest")
        ? gettext("Enlarged")
        : gettext("Enlarged: the kernel’s weights")
    }</figcaption>
      <cell-grid mode="still" .tensor=${known.crop} .map=${0} .cell=${cell} .range=${known.range} .signed=${true} .ring=${beyond(picture, box)}
        label=${gettext("The numbers in the box")}></cell-grid></figure>`;
  }

  /** @param {Row | null} row */
  #legend(row) {
    if (!row) return nothing;
    const { scale, range } = this.#map(row);
    return html`<colour-legend .scale=${scale} .range=${range} .scopes=${[]}></colour-legend>`;
  }

  /** What is painted of a row. @param {Row} row */
  #map(row) {
    const { colour } = session.state.values;
    let known = this.#maps.get(row);
    if (known?.colour !== colour) {
      const map = mapOf(row.row, colour);
      known = { colour, map, ...scaleOf(map, true) };
      this.#maps.set(row, known);
    }
    return known;
  }
}

/** @param {Row} row @param {string} layer */
function convWords({ wired, theory }, layer) {
  const size = format.shape(theory.size);
  if (!wired)
    return gettext(
      "{layer}: the ReLU holds this unit at 0 here, so nothing in the picture can move it. Another place or channel may be awake.",
      { layer },
    );
  return gettext(
    "The outlined box, {size}, is all that it can see. It moves along with the unit.",
    { size },
  );
}

/** @param {"conv" | "dense"} which @param {Row} row */
function label(which, row) {
  const { top, left, bottom, right } = boxOf(row.box);
  const words = {
    n: format.count(row.wired),
    all: format.count(row.inputs),
    rows: `${top}–${bottom - 1}`,
    columns: `${left}–${right - 1}`,
  };
  return which === "conv"
    ? gettext(
        "The convolution’s unit on the picture: wired to {n} of {all} inputs, in rows {rows} and columns {columns}. Arrow keys move it.",
        words,
      )
    : gettext(
        "The dense unit on the picture: wired to {n} of {all} inputs. Arrow keys move the other unit; this one has no place.",
        words,
      );
}

/** Why the present setting cannot be computed. @param {boolean} stale whether an older answer is shown */
function refusal(stale) {
  const { error } = session;
  if (!error) return nothing;
  return html`<div class="refusal" role="alert"><p class="problem">${problemWords(error)}</p>
    ${stale ? html`<p class="soft small">${gettext("Below still stands the last setting that could be computed.")}</p>` : nothing}
    <div class="row"><button type="button" @click=${() => session.retry()}>${gettext("Try again")}</button></div></div>`;
}

/** @param {CustomEvent<Spot | null>} event */
function onPoint(event) {
  event.stopPropagation();
  session.point(event.detail);
}

/** @param {CustomEvent<Spot>} event */
function onPut(event) {
  event.stopPropagation();
  session.put(event.detail);
}

customElements.define("principles-stage", PrinciplesStage);
