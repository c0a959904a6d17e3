import { html, nothing } from "lit";
import { heard } from "../../../components/heard.js";
import { scaleFor } from "../../../core/colour.js";
import * as format from "../../../core/format.js";
import { gettext, pick } from "../../../core/i18n.js";
import { decode } from "../../../core/tensor.js";
import { session } from "../session.js";
import { awayWords, kindName } from "../words.js";
import { drawnScene } from "./drawn.js";
import { inMap } from "./maps.js";
import { Section } from "./section.js";
import "../../../components/colour-legend.js";
import "../../../components/heat-map.js";
import "../../../components/number-field.js";

/** @typedef {import("../../../components/heat-map.js").Cell} Cell */
/** @typedef {"drawnDown" | "drawnRight" | "drawnScale"} Name */

/** Px from one place of the maps to the next. */
const STEP = 2;
const KINDS = /** @type {const} */ (["mlp", "cnn"]);

/** `<versus-elsewhere>`: the drawing moved about, and how probable both networks find its class at all places. */
export class VersusElsewhere extends Section {
  static properties = { ...Section.properties, touch: { state: true } };

  #held = false;

  constructor() {
    super();
    /** The place of the maps that is pointed at, by row and column. @type {{y: number, x: number} | null} */
    this.touch = null;
  }

  /** The same wherever the drawing is. */
  question() {
    const { said } = session.state.values;
    const scene = drawnScene({ dy: 0, dx: 0 });
    return scene && said !== null
      ? { scene, target: said, record: [], positions: { step: STEP } }
      : null;
  }

  render() {
    const { said } = session.state.values;
    if (said === null) return html`<p class="soft">${gettext("Say what it is, and move it.")}</p>`;
    const name = pick(this.answer?.classes[said] ?? { en: "…", zh: "…" });
    return html`<header><h3>${gettext("P({name}) with it there", { name })}</h3>
        ${this.take("challenge-places", gettext("Take away the maps of all places"), () => this.#arrays())}</header>
      <div class="figure"><div class="two">${this.#maps()}</div>
        <div class="moves">${this.#fields()}<colour-legend .say=${format.percent} .scale=${scaleFor(0, 1)} .range=${this.#range} .scopes=${[]}></colour-legend></div>
        <p class="readout">${this.#readout()}</p></div>
      <p>${this.#words(name)}</p>${this.notice()}`;
  }

  #fields() {
    const { values } = session.state;
    const field = (
      /** @type {Name} */ name,
      /** @type {string} */ label,
      /** @type {number} */ min,
      /** @type {number} */ max,
      /** @type {number} */ step,
    ) => {
      const set = heard((/** @type {number} */ value) => session.state.set({ [name]: value }));
      return html`<number-field slider label=${label} .value=${values[name]} .min=${min} .max=${max} .step=${step} @value-input=${set}
        @value-change=${set}></number-field>`;
    };
    return html`${field("drawnDown", gettext("Down, px"), -20, 20, 1)}${field("drawnRight", gettext("Right, px"), -20, 20, 1)}${field("drawnScale", gettext("Size"), 0.4, 1.5, 0.05)}`;
  }

  get #positions() {
    const { answer } = this;
    return this.once("positions", [answer], () => {
      const found = answer?.positions;
      if (!found) return null;
      const maps = found.maps.map((each) => ({ ...each, tensor: inMap(decode(each.map)) }));
      return { ...found, maps };
    });
  }

  /** @returns {[number, number] | null} */
  get #range() {
    const ranges = this.#positions?.maps.map(({ tensor }) => tensor.range());
    if (!ranges) return null;
    return [Math.min(...ranges.map(([lo]) => lo)), Math.max(...ranges.map(([, hi]) => hi))];
  }

  #maps() {
    const found = this.#positions;
    const here = this.#here();
    return KINDS.map((kind, i) => {
      const label = kindName(kind);
      return html`<figure><figcaption>${label}</figcaption><heat-map label=${label} .names=${[label]} .tensor=${found?.maps[i]?.tensor ?? null} .range=${[0, 1]} .signed=${false}
        .pinned=${here} .cursor=${this.touch && { map: 0, ...this.touch }} @pointerdown=${this.#onDown} @pointerup=${this.#onUp} @pointercancel=${this.#onUp}
        @cell-hover=${this.#onHover} @cell-leave=${this.#onLeave} @cell-pin=${this.#onPin}></heat-map></figure>`;
    });
  }

  /** Where the drawing is, in the maps; null where it lies between their places. */
  #here() {
    const { drawnDown, drawnRight } = session.state.values;
    const found = this.#positions;
    const [y, x] = [found?.ys.indexOf(drawnDown) ?? -1, found?.xs.indexOf(drawnRight) ?? -1];
    return y < 0 || x < 0 ? null : { map: 0, y, x };
  }

  #readout() {
    const found = this.#positions;
    const at = this.touch ?? this.#here();
    if (!found || !at) return gettext("Point at a place, click to move there.");
    const place = awayWords(found.ys[at.y] ?? 0, found.xs[at.x] ?? 0);
    const there = KINDS.map((kind, i) =>
      gettext("{kind} {p}", {
        kind: kindName(kind),
        p: format.percent(found.maps[i]?.tensor.at(0, at.y, at.x) ?? Number.NaN),
      }),
    );
    return gettext("{place}: {list}", { place, list: there.join(gettext(", ")) });
  }

  /** @param {string} name of the class */
  #words(name) {
    const found = this.#positions;
    if (!found || found.target !== session.state.values.said) return nothing;
    const [mlp, cnn] = found.maps.map(({ everywhere }) => format.percent(everywhere.right));
    return gettext(
      "Moved to {n} places, up to {reach} px each way, your drawing is “{name}” to the MLP at {mlp} of them and to the CNN at {cnn}.",
      {
        n: found.maps[0]?.everywhere.places ?? 0,
        reach: found.ys.at(-1) ?? 0,
        name,
        mlp: mlp ?? "",
        cnn: cnn ?? "",
      },
    );
  }

  /** @param {PointerEvent} event */
  #onDown(event) {
    const plane = /** @type {HTMLElement} */ (event.target).closest(".plane");
    if (event.button !== 0 || !plane) return;
    plane.setPointerCapture(event.pointerId);
    this.#held = true;
    if (this.touch) this.#go(this.touch);
  }

  #onUp() {
    this.#held = false;
  }

  /** @param {CustomEvent<Cell>} event */
  #onHover({ detail: { y, x } }) {
    this.touch = { y, x };
    if (this.#held) this.#go({ y, x });
  }

  #onLeave() {
    this.touch = null;
  }

  /** @param {CustomEvent<Cell | null>} event */
  #onPin({ detail }) {
    if (detail) this.#go(detail);
    this.requestUpdate();
  }

  /** @param {{y: number, x: number}} cell */
  #go({ y, x }) {
    const [down, right] = [this.#positions?.ys[y], this.#positions?.xs[x]];
    if (down !== undefined && right !== undefined)
      session.state.set({ drawnDown: down, drawnRight: right });
  }

  #arrays() {
    const maps = this.#positions?.maps ?? [];
    return Object.fromEntries(maps.map(({ network, tensor }) => [`p.${network}`, tensor]));
  }
}

customElements.define("versus-elsewhere", VersusElsewhere);
