import { html } from "lit";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { Ticker } from "../../core/ticker.js";
import { scaleOf } from "./field-paint.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import { boxOf } from "./words.js";
import "../../components/colour-legend.js";
import "./field-picture.js";

/** @typedef {import("./session.js").Depth} Depth */

/** Layers a second while it plays. */
const PACE = 1.25;

/** `<field-strip>`: the network's layers from the input on, each with the field of the unit at the same place: as
 * built, a box, and as measured, in colour. One of them is the stage's.
 */
export class FieldStrip extends SessionPart {
  #player = new Ticker(PACE, () => this.#next());
  /** What is painted, while its heat is the same. @type {WeakMap<object, {map: Float32Array, scale: import("../../core/colour.js").Scale}>} */
  #painted = new WeakMap();

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#player.stop();
  }

  get #layers() {
    return session.growth.answer?.layers ?? [];
  }

  get #at() {
    return this.#layers.findIndex(({ layer }) => layer === session.state.values.layer);
  }

  render() {
    const layers = this.#layers;
    const chosen = layers[this.#at];
    return html`<div class="strip-head"><h2 id="growth">${gettext("The field grows with depth")}</h2>
        <button type="button" class="play" ?disabled=${!layers.length} @click=${() => this.#play()}>${
          this.#player.running ? gettext("Pause") : gettext("Play")
        }</button>
        <p class="key small"><span class="tone-field">${gettext("field as built")}</span>
          <span class="tone-window">${gettext("pixels that hold 95% of the influence")}</span></p>
        <colour-legend .scale=${null} .range=${null} .scopes=${[]}></colour-legend></div>
      <div class="strip" role="radiogroup" aria-labelledby="growth">${layers.map((each) => this.#depth(each, each === chosen))}</div>
      <p class="strip-words">${chosen ? summary(chosen) : ""}</p>`;
  }

  /** @param {Depth} depth @param {boolean} chosen */
  #depth(depth, chosen) {
    const picture = session.wiring.answer?.picture ?? null;
    const { layer, field, inside, effective, heat } = depth;
    let painted = this.#painted.get(heat);
    if (!painted) {
      const map = heat.values;
      painted = { map, scale: scaleOf(map, false).scale };
      this.#painted.set(heat, painted);
    }
    const pixels = heat.values.length;
    const box = boxOf(field.box);
    const part = (/** @type {number} */ count) => `--part:${count / pixels}`;
    return html`<label class="sight"><input type="radio" name="sight" class="unseen" .value=${layer} .checked=${chosen}
        aria-label=${depthWords(depth)} @change=${() => this.#choose(layer)}>
      <field-picture still .picture=${picture} .values=${painted.map} .scale=${painted.scale} .marks=${[{ box, tone: "field" }]}></field-picture>
      <span class="sight-name">${layer}</span>
      <span class="sight-size">${format.shape(field.size)}</span>
      <span class="sight-bars" aria-hidden="true"><i class="tone-field" .style=${part(inside)}></i><i class="tone-window" .style=${part(effective)}></i></span>
    </label>`;
  }

  /** @param {string} layer */
  #choose(layer) {
    this.#player.stop();
    session.state.set({ layer });
    this.requestUpdate();
  }

  #play() {
    if (this.#player.running) this.#player.stop();
    else {
      if (this.#at === this.#layers.length - 1) this.#go(0);
      this.#player.start();
    }
    this.requestUpdate();
  }

  #next() {
    const next = this.#at + 1;
    this.#go(next);
    if (next >= this.#layers.length - 1) this.#player.stop();
    this.requestUpdate();
  }

  /** @param {number} at */
  #go(at) {
    const layer = this.#layers[at]?.layer;
    if (layer) session.state.set({ layer });
  }
}

/** @param {Depth} depth */
function depthWords({ layer, field, effective, moved }) {
  return gettext(
    "{layer}: field as built {size}, moved by {moved} pixels, 95% of the influence in {n}",
    {
      layer,
      size: format.shape(field.size),
      moved: format.count(moved),
      n: format.count(effective),
    },
  );
}

/** What was measured of the chosen layer. @param {Depth} depth */
function summary({ layer, field, inside, moved, effective, share }) {
  const words = {
    layer,
    size: format.shape(field.size),
    inside: format.count(inside),
    moved: format.count(moved),
    n: format.count(effective),
    share: format.percent(share ?? 0),
  };
  if (!moved)
    return gettext(
      "{layer}: built to see {size} pixels, {inside} of them in the picture; but here nothing moves the unit.",
      words,
    );
  return gettext(
    "{layer}: built to see {size} pixels, {inside} of them in the picture. {moved} pixels move the unit, and 95% of its gradient lies in {n}: {share} of the field.",
    words,
  );
}

customElements.define("field-strip", FieldStrip);
