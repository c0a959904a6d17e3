import { html, nothing } from "lit";
import { heard } from "../../components/heard.js";
import { scaleFor } from "../../core/colour.js";
import * as format from "../../core/format.js";
import { gettext, pick } from "../../core/i18n.js";
import { SessionPart } from "./part.js";
import { isFaces } from "./scene.js";
import { session } from "./session.js";
import { awayWords, kindName } from "./words.js";
import "../../components/choice-field.js";
import "../../components/colour-legend.js";
import "../../components/heat-map.js";

/** @typedef {import("../../components/heat-map.js").Cell} Cell */
/** @typedef {import("./session.js").Positions} Positions */

/** `<versus-maps>`: P(class) of both networks for every place of what is held. A click or a drag in them moves it. */
export class VersusMaps extends SessionPart {
  static properties = { at: { state: true } };

  #held = false;

  constructor() {
    super();
    /** The place that is pointed at, as row and column of the maps. @type {{y: number, x: number} | null} */
    this.at = null;
  }

  get heardTypes() {
    return ["update", "move"];
  }

  render() {
    const { positions, outdated } = session;
    return html`<section class="versus-maps ${outdated ? "outdated" : ""}" aria-label=${gettext("All places")}>
      <header><h2>${gettext("At every place")}</h2>${targets()}</header>
      ${positions ? this.#maps(positions) : html`<p class="soft small">${nowhere()}</p>`}
    </section>`;
  }

  /** @param {Positions} positions */
  #maps(positions) {
    const name = pick(positions.classes[positions.target] ?? { en: "", zh: "" });
    const of = gettext("P({name}) with it there", { name });
    return html`<div class="both">${positions.maps.map((each) => this.#map(positions, each, of))}</div>
      <colour-legend .say=${format.percent} .scale=${scaleFor(0, 1)} .range=${rangeOf(positions)} .scopes=${[]}></colour-legend>
      <p class="small readout">${this.#words(positions)}</p>`;
  }

  /** @param {Positions} positions @param {Positions["maps"][number]} each @param {string} of */
  #map(positions, { network, map, inside, outside }, of) {
    const kind = kindName(kindOf(network));
    const here = this.#cell(positions);
    const { trained } = positions;
    const marks = trained ? [{ map: 0, box: boxOf(positions, trained), tone: "field" }] : [];
    const means =
      !inside || !outside
        ? nothing
        : html`<span class="soft">${gettext("inside {inside}, outside {outside}", {
            inside: share(inside.mean),
            outside: share(outside.mean),
          })}</span>`;
    return html`<figure>
      <figcaption><b>${kind}</b> ${means}</figcaption>
      <heat-map class="places" .tensor=${map} .range=${[0, 1]} .signed=${false} .marks=${marks} .pinned=${here} .cursor=${this.at && { map: 0, ...this.at }}
        label="${kind}: ${of}" .names=${[of]} @pointerdown=${this.#onDown} @pointerup=${this.#onUp} @pointercancel=${this.#onUp}
        @cell-hover=${this.#onHover} @cell-leave=${this.#onLeave} @cell-pin=${this.#onPin}></heat-map>
    </figure>`;
  }

  /** The present place in the maps, or the nearest one that they have; null where it lies beyond.
   * @param {Positions} positions
   */
  #cell({ ys, xs }) {
    const { place } = session;
    if (!place) return null;
    const [y, x] = [nearest(ys, place[0]), nearest(xs, place[1])];
    return y < 0 || x < 0 ? null : { map: 0, y, x };
  }

  /** @param {Positions} positions */
  #words(positions) {
    const at = this.at ?? this.#cell(positions);
    if (!at) return gettext("Point at a place, click to move there.");
    const [y, x] = [positions.ys[at.y] ?? 0, positions.xs[at.x] ?? 0];
    const place = isFaces(session.state.values)
      ? gettext("Row {y}, column {x}", { y, x })
      : awayWords(y, x);
    const there = positions.maps.map(({ network, map }) =>
      gettext("{kind} {p}", {
        kind: kindName(kindOf(network)),
        p: format.percent(map.at(0, at.y, at.x)),
      }),
    );
    return gettext("{place}: {list}", { place, list: there.join(gettext(", ")) });
  }

  /** @param {PointerEvent} event */
  #onDown = (event) => {
    const plane = /** @type {HTMLElement} */ (event.target).closest(".plane");
    if (event.button !== 0 || !plane) return;
    plane.setPointerCapture(event.pointerId);
    this.#held = true;
    if (this.at) this.#go(this.at);
  };

  #onUp = () => {
    this.#held = false;
  };

  /** @param {CustomEvent<Cell>} event */
  #onHover = (event) => {
    event.stopPropagation();
    const { y, x } = event.detail;
    this.at = { y, x };
    if (this.#held) this.#go(this.at);
  };

  /** @param {Event} event */
  #onLeave = (event) => {
    event.stopPropagation();
    this.at = null;
  };

  /** By a click, which has moved it already, or by a key. @param {CustomEvent<Cell | null>} event */
  #onPin = (event) => {
    event.stopPropagation();
    if (event.detail) this.#go(event.detail);
    this.requestUpdate();
  };

  /** @param {{y: number, x: number}} cell */
  #go({ y, x }) {
    const [row, column] = [session.positions?.ys[y], session.positions?.xs[x]];
    if (row !== undefined && column !== undefined) session.move([row, column]);
  }
}

/** Whose probability is shown. */
function targets() {
  const { target } = session.state.values;
  const classes = session.answer?.classes;
  if (!classes) return nothing;
  const choose = heard((/** @type {string} */ value) =>
    session.state.set({ target: value === "" ? null : Number(value) }, { push: true }),
  );
  const known = session.state.values.what !== "picture";
  const options = [
    { value: "", label: known ? gettext("the right class") : gettext("what the CNN says") },
    ...classes.map((name, index) => ({ value: String(index), label: pick(name) })),
  ];
  return html`<choice-field list label=${gettext("P of")} .value=${target === null ? "" : String(target)}
    .options=${options} @value-change=${choose}></choice-field>`;
}

/** @param {string} network */
function kindOf(network) {
  return session.answer?.networks.find(({ name }) => name === network)?.kind ?? "cnn";
}

/** The places where the networks were trained, as a box of the maps.
 * @param {Positions} positions @param {NonNullable<Positions["trained"]>} trained both ends included
 */
function boxOf({ ys, xs }, trained) {
  const [top, left] = [ys.indexOf(trained.ys[0] ?? 0), xs.indexOf(trained.xs[0] ?? 0)];
  const [bottom, right] = [ys.indexOf(trained.ys[1] ?? 0), xs.indexOf(trained.xs[1] ?? 0)];
  return { top, left, bottom: bottom + 1, right: right + 1 };
}

/** @param {Positions} positions @returns {[number, number]} */
function rangeOf({ maps }) {
  const ranges = maps.map(({ map }) => map.range());
  return [Math.min(...ranges.map(([lo]) => lo)), Math.max(...ranges.map(([, hi]) => hi))];
}

/** Where a value is in a list of evenly spaced ones, or the nearest to it; −1 beyond the ends.
 * @param {readonly number[]} values @param {number} value
 */
function nearest(values, value) {
  const [first = 0, second = 1] = values;
  const index = Math.round((value - first) / (second - first));
  return index in values ? index : -1;
}

/** A mean as per cent. @param {number} mean */
function share(mean) {
  return `${Math.round(100 * mean)}%`;
}

/** Why there are no maps. */
function nowhere() {
  const nothing = isFaces(session.state.values) && !session.state.values.at.length;
  return nothing ? gettext("There is nothing that could be elsewhere.") : "";
}

customElements.define("versus-maps", VersusMaps);
