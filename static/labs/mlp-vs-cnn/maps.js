import { html, nothing } from "lit";
import { scaleFor } from "../../core/colour.js";
import * as format from "../../core/format.js";
import { gettext, pick } from "../../core/i18n.js";
import { SessionPart } from "./part.js";
import { isFaces } from "./scene.js";
import { session } from "./session.js";
import { awayWords, kindName } from "./words.js";
import "../../components/colour-legend.js";
import "../../components/heat-map.js";

/** @typedef {import("../../components/heat-map.js").Cell} Cell */
/** @typedef {import("./session.js").Positions} Positions */

/** `<versus-maps>`: P(class) of both networks for every place of what is held. A click or a drag in them moves it. */
export class VersusMaps extends SessionPart {
  static pointed = true;
  static properties = { at: { state: true } };

  #held = false;

  constructor() {
    super();
    /** The place that is pointed at, as row and column of the maps. @type {{y: number, x: number} | null} */
    this.at = null;
  }

  render() {
    const { positions, outdated } = session;
    return html`<section class="versus-maps ${outdated ? "outdated" : ""}" aria-label=${gettext("All places")}>
      <header><h2>${gettext("At every place")}</h2></header>
      ${positions ? this.#maps(positions) : html`<p class="soft small">${nowhere()}</p>`}
    </section>`;
  }

  /** @param {Positions} positions */
  #maps(positions) {
    const name = pick(positions.classes[positions.target] ?? { en: "", zh: "" });
    const of = gettext("P({name}) with it there", { name });
    return html`<p class="small">${of}</p>
      <div class="both">${positions.maps.map((each) => this.#map(positions, each, of))}</div>
      <colour-legend .scale=${scaleFor(0, 1)} .range=${rangeOf(positions)} .scopes=${[]}></colour-legend>
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
            inside: format.percent(inside.mean),
            outside: format.percent(outside.mean),
          })}</span>`;
    return html`<figure>
      <figcaption><b>${kind}</b> ${means}</figcaption>
      <heat-map class="places" .tensor=${map} .range=${[0, 1]} .signed=${false} .marks=${marks} .pinned=${here} .cursor=${this.at && { map: 0, ...this.at }}
        label="${kind}: ${of}" .names=${[of]} @pointerdown=${this.#onDown} @pointerup=${this.#onUp} @pointercancel=${this.#onUp}
        @cell-hover=${this.#onHover} @cell-leave=${this.#onLeave} @cell-pin=${this.#onPin}></heat-map>
    </figure>`;
  }

  /** The present place in the maps; null where it is not among those. @param {Positions} positions */
  #cell({ ys, xs }) {
    const [top, left] = session.place ?? [Number.NaN, Number.NaN];
    const [y, x] = [ys.indexOf(top), xs.indexOf(left)];
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
    return `${place}: ${there.join(", ")}`;
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

/** Why there are no maps. */
function nowhere() {
  const nothing = isFaces(session.state.values) && !session.state.values.at.length;
  return nothing ? gettext("There is nothing that could be elsewhere.") : "";
}

customElements.define("versus-maps", VersusMaps);
