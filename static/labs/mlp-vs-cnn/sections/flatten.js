import { html, nothing } from "lit";
import { heard } from "../../../components/heard.js";
import * as format from "../../../core/format.js";
import { gettext } from "../../../core/i18n.js";
import { imageId, samplePictures } from "../../../core/members.js";
import { decode } from "../../../core/tensor.js";
import { COLOURS, SIDE } from "../section-fields.js";
import { session } from "../session.js";
import { around, indexOf, neighboursOf, valueAt } from "./flat.js";
import { frame, Section } from "./section.js";
import "../../../components/choice-field.js";
import "../../../components/heat-map.js";
import "../../../components/picture-picker.js";
import "./vector-strip.js";

/** @typedef {import("../section-fields.js").Value} Value */
/** @typedef {import("./flat.js").Neighbour} Neighbour */
/** @typedef {import("../../../components/heat-map.js").Cell} Cell */

/** A colour for each way, which marks, arcs and numbers share. */
const TONES = /** @type {const} */ ({
  left: "x",
  right: "x",
  up: "deviation",
  down: "deviation",
  channel: "gamma",
});

/** Which map each of the four figures shows. */
const ONLY = [[0], [1], [2], [3]];
const LIGHT = /** @type {const} */ ([0, 1]);

/** `<versus-flatten>`: a colour picture and its vector: where each value lands, and its neighbours. */
export class VersusFlatten extends Section {
  static properties = { ...Section.properties, touch: { state: true } };

  constructor() {
    super();
    /** What is pointed at: a value, and the map that it is pointed at on; 0 is the colour picture.
     * @type {(Value & {map?: number}) | null} */
    this.touch = null;
  }

  question() {
    const { photo, order, value } = session.state.values;
    const image = imageId(photo);
    if (!image) return null;
    return {
      scene: { kind: /** @type {const} */ ("colours"), image },
      record: [/** @type {const} */ ("canvas")],
      flatten: { order, at: value },
    };
  }

  /** The answer's arrays, and a picture of four maps: all colours, red, green, blue. */
  get #drawn() {
    const { answer } = this;
    return this.once("drawn", [answer], () => {
      const { canvas, flatten } = answer ?? {};
      if (!canvas || !flatten) return null;
      const picture = decode(canvas);
      const { strides } = flatten;
      const lights = picture.take([0, 1, 2, 0, 0, 0, 1, 1, 1, 2, 2, 2]);
      for (let map = 3; map < 12; map++)
        if (map % 3 !== Math.floor(map / 3) - 1) lights.map(map).fill(0);
      return {
        picture,
        lights,
        strides,
        vector: decode(flatten.vector),
        colour: (/** @type {number} */ index) => valueAt(strides, index).c,
      };
    });
  }

  /** The value that is followed. @returns {Value} */
  get #at() {
    return this.touch ?? session.state.values.value;
  }

  /** @param {Value} value */
  #pin({ c, y, x }) {
    this.touch = null;
    session.state.set({ value: { c, y, x } });
  }

  render() {
    const { photo, order } = session.state.values;
    const drawn = this.#drawn;
    const at = this.#at;
    const neighbours = drawn ? neighboursOf([COLOURS, SIDE, SIDE], drawn.strides, at) : [];
    const set = heard((/** @type {"chw" | "hwc"} */ value) => session.state.set({ order: value }));
    return frame({
      id: "flatten",
      title: gettext("Flatten: a picture as a list"),
      words: html`<p>${gettext("A fully connected layer takes a list of numbers, so the picture must be laid out in one row first. Point at a pixel and see where it lands, and how far away those land that were beside it.")}</p>`,
      settings: html`<choice-field small label=${gettext("Which axis comes first")} .value=${order} .options=${[
        { value: "chw", label: gettext("channels (PyTorch)") },
        { value: "hwc", label: gettext("rows (Keras)") },
      ]} @value-change=${set}></choice-field>
        <picture-picker quiet .value=${imageId(photo) ?? ""} @picture-change=${this.#onPicture}
          @picture-busy=${(/** @type {Event} */ event) => event.stopPropagation()}></picture-picker>${this.notice()}`,
      figure: html`${this.#maps(at, neighbours)}${this.#vector(at, neighbours)}${this.#table(at, neighbours)}`,
      see: html`<p>${drawn ? this.#words(at, neighbours) : nothing}</p>
        <p>${gettext("Nothing in the list says which values were neighbours. A fully connected layer has a weight of its own for each of the {n} and would learn just as well if they stood in any other order, as the next section shows.", { n: format.count(COLOURS * SIDE * SIDE) })}</p>`,
      take: this.take("flatten", gettext("Take away the flattened picture"), () => this.#arrays()),
    });
  }

  /** @param {Value} at @param {readonly Neighbour[]} neighbours */
  #words({ c, y, x }, neighbours) {
    const { order } = session.state.values;
    const far = (/** @type {import("./flat.js").Side} */ side) => {
      const found = neighbours.find((each) => each.side === side);
      return found ? format.count(Math.abs(found.distance)) : "";
    };
    const words = {
      name: valueName({ c, y, x }),
      index: format.count(this.#drawn ? indexOf(this.#drawn.strides, { c, y, x }) : 0),
      beside: far("right") || far("left"),
      above: far("down") || far("up"),
      channel: far("channel"),
    };
    if (order === "chw")
      return gettext(
        "Number {index} of the list is {name}. The pixel beside it lands {beside} away, the one above or below {above} away: a whole row. The same pixel in another colour lands {channel} away: a whole map.",
        words,
      );
    return gettext(
      "Number {index} of the list is {name}. Its other colours lie right beside it; the pixel beside it lands {beside} away, the one above or below {above} away: a whole row of colours.",
      words,
    );
  }

  /** The picture in colour, and what of it is red, green and blue. @param {Value} at
   * @param {readonly Neighbour[]} neighbours */
  #maps(at, neighbours) {
    const names = [gettext("in colour"), ...channelNames()];
    const marks = [0, at.c + 1].flatMap((map) => [
      ...neighbours.flatMap(({ side, value }) =>
        side === "channel" ? [] : [{ map, box: one(value), tone: TONES[side] }],
      ),
      { map, box: one(at), tone: "accent" },
    ]);
    for (const { side, value } of neighbours)
      if (side === "channel") marks.push({ map: value.c + 1, box: one(at), tone: TONES.channel });
    const map = this.touch?.map ?? at.c + 1;
    const [cursor, pinned] = this.touch
      ? [{ map, y: at.y, x: at.x }, null]
      : [null, { map, y: at.y, x: at.x }];
    const drawn = this.#drawn; // without which there is nowhere to mark
    return html`<div class="colours">${names.map(
      (
        name,
        i,
      ) => html`<figure><figcaption class=${i === at.c + 1 ? "here" : ""}>${name}</figcaption>
        <heat-map rgb label=${name} .names=${[`${name}: ${valueName(at)}`]} .tensor=${drawn?.lights ?? null} .maps=${ONLY[i]} .range=${LIGHT}
        .marks=${drawn ? marks : []} .cursor=${drawn && cursor} .pinned=${drawn && pinned}
        @cell-hover=${this.#onCell} @cell-leave=${this.#onLeave} @cell-pin=${this.#onCellPin}></heat-map></figure>`,
    )}</div>`;
  }

  /** The whole vector, and the part of it around the value. @param {Value} at @param {readonly Neighbour[]} neighbours */
  #vector(at, neighbours) {
    const drawn = this.#drawn;
    const strides = drawn?.strides ?? { c: SIDE * SIDE, y: SIDE, x: 1 };
    const length = COLOURS * SIDE * SIDE;
    const index = indexOf(strides, at);
    const part = around(index, length, strides);
    const marks = neighbours.map((each) => ({
      index: each.index,
      tone: TONES[each.side],
      label: signed(each.distance),
    }));
    const strip = (
      /** @type {string} */ kind,
      /** @type {string} */ label,
      /** @type {readonly [number, number]} */ shown,
    ) => html`<vector-strip class=${kind} label=${label} says=${gettext("{name}: number {index}", { name: valueName(at), index })} .tensor=${drawn?.vector ?? null}
        .span=${this.once(kind, shown, () => shown)} .colour=${drawn?.colour ?? zero} .at=${index} .marks=${marks} .row=${strides.y}></vector-strip>`;
    const [from, to] = part.map((end) => (100 * end) / length);
    return html`<div class="vector" @index-hover=${this.#onIndex} @index-leave=${this.#onLeave} @index-pin=${this.#onIndexPin}>
      <h3>${gettext("The vector: {n} numbers in one row", { n: format.count(length) })}</h3>
      ${strip("whole", gettext("The whole vector"), [0, length])}
      <svg class="lens" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><path d=${`M${from} 0L0 10H100L${to} 0Z`}></path></svg>
      ${strip("close", gettext("The vector around the value"), part)}</div>`;
  }

  /** @param {Value} at @param {readonly Neighbour[]} neighbours */
  #table(at, neighbours) {
    const drawn = this.#drawn;
    const names = {
      left: gettext("left"),
      right: gettext("right"),
      up: gettext("above"),
      down: gettext("below"),
      channel: "",
    };
    const own = { value: at, index: drawn ? indexOf(drawn.strides, at) : 0 };
    const rows = [
      { ...own, name: gettext("itself"), tone: "accent", far: "" },
      ...neighbours.map(({ side, value, index, distance }) => ({
        value,
        index,
        name: side === "channel" ? (channelNames()[value.c] ?? "") : names[side],
        tone: TONES[side],
        far: signed(distance),
      })),
    ];
    return html`<div class="landings" tabindex="0" role="group" aria-label=${gettext("Where it lands")}><table class="measures">
      <thead><tr><th scope="col"><span class="unseen">${gettext("Where it lands")}</span></th>${rows.map(({ name, tone }) => html`<th scope="col" class="amount named"><span class="tone-${tone}">${name}</span></th>`)}</tr></thead>
      <tbody>
        <tr><th scope="row">${gettext("no. in the list")}</th>${rows.map(({ index }) => html`<td class="amount">${drawn ? index : "–"}</td>`)}</tr>
        <tr><th scope="row">${gettext("how far away")}</th>${rows.map(({ far, tone }) => html`<td class="amount named"><span class="tone-${tone}">${drawn ? far : "–"}</span></td>`)}</tr>
        <tr><th scope="row">${gettext("light (0–1)")}</th>${rows.map(({ value: { c, y, x } }) => html`<td class="amount">${drawn ? format.fixed(drawn.picture.at(c, y, x), 2) : "–"}</td>`)}</tr>
      </tbody></table></div>`;
  }

  /** @param {CustomEvent<Cell>} event */
  #onCell({ detail: { map, y, x } }) {
    const c = map ? map - 1 : session.state.values.value.c;
    this.touch = { c, y, x, map };
  }

  /** @param {CustomEvent<{index: number}>} event */
  #onIndex({ detail: { index } }) {
    if (this.#drawn) this.touch = valueAt(this.#drawn.strides, index);
  }

  #onLeave() {
    this.touch = null;
  }

  #onCellPin() {
    this.#pin(this.#at); // a second click does not let it go: one is always followed
    this.requestUpdate();
  }

  /** @param {CustomEvent<{index: number}>} event */
  #onIndexPin({ detail: { index } }) {
    if (this.#drawn) this.#pin(valueAt(this.#drawn.strides, index));
  }

  /** @param {CustomEvent<import("../../../components/picture-picker.js").Picture>} event */
  #onPicture = (event) => {
    event.stopPropagation();
    const { id, origin } = event.detail;
    const sample = origin === "sample" && samplePictures().find((each) => each.id === id);
    session.state.set({ photo: sample ? sample.name : id }, { push: true });
  };

  /** @returns {import("../../../components/take-away.js").Arrays} */
  #arrays() {
    const drawn = this.#drawn;
    return drawn ? { picture: drawn.picture, vector: drawn.vector } : {};
  }
}

function channelNames() {
  return [gettext("red"), gettext("green"), gettext("blue")];
}

/** @param {Value} value */
function valueName({ c, y, x }) {
  return gettext("row {y}, column {x}, {colour}", { y, x, colour: channelNames()[c] ?? "" });
}

/** @param {Value} value */
function one({ y, x }) {
  return { top: y, left: x, bottom: y + 1, right: x + 1 };
}

/** A distance with its sign. @param {number} distance */
function signed(distance) {
  return `${distance < 0 ? "−" : "+"}${format.count(Math.abs(distance))}`;
}

function zero() {
  return 0;
}

customElements.define("versus-flatten", VersusFlatten);
