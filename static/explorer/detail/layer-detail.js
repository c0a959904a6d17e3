import { html, nothing } from "lit";
import { PageElement } from "../../components/element.js";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { Answers, isVector } from "./answers.js";
import { attending, look } from "./attention.js";
import { fieldBox, nearest, strongest } from "./field.js";
import { asPicture } from "./input-figure.js";
import { sections } from "./sections.js";
import { stage } from "./stage.js";
import { channelName, facts } from "./words.js";
import "../../components/status-notice.js";

/** @typedef {import("../../core/wire.js").NetworkInfo} NetworkInfo */
/** @typedef {import("../../core/wire.js").NetworkNode} NetworkNode */
/** @typedef {import("../../core/wire.js").Intervention} Intervention */
/** @typedef {import("../../core/wire.js").Box} Box */
/** @typedef {import("../../core/tensor.js").Tensor} Tensor */
/** @typedef {import("./field.js").Place} Place */
/** @typedef {"map" | "layer" | "network"} Scope */

/**
 * `<layer-detail>`: one channel of one layer, taken apart: its map, what it sees on the picture, its
 * kernels, its statistics, and how each of its numbers came about.
 *
 * Properties: `name` (of the network), `info`, `node`, `image` (id), `channel` {number} (of a vector: the
 * feature), `pin` {Place | null}, `scope`, `networkRange`, `interventions`, `seed`, `difference` {boolean}.
 *
 * Events, bubbling: `channel-change` {channel}, `pin-change` {pin}, `hover-box` {box: Box | null} (pixels of
 * the network's input, the ends included), `scope-change` {scope}, `interventions-change`
 * {interventions}, `close-detail`.
 *
 * Keys: on the map arrows move the place, Enter pins, Escape unpins.
 */
export class LayerDetail extends PageElement {
  static properties = {
    name: {},
    info: { attribute: false },
    node: { attribute: false },
    image: {},
    channel: { type: Number },
    pin: { attribute: false },
    scope: {},
    networkRange: { attribute: false },
    interventions: { attribute: false },
    seed: { type: Number },
    difference: { type: Boolean },
    cursor: { state: true },
    opacity: { state: true },
    touched: { state: true },
  };

  #asked = "";
  #boxed = "";
  /** @type {Tensor | null} what `picture` was made of */ #pictured = null;
  /** @type {{map: Tensor, place: Place} | null} the strongest element of a map */ #peak = null;

  constructor() {
    super();
    this.name = "";
    /** @type {NetworkInfo | null} */ this.info = null;
    /** @type {NetworkNode | null} */ this.node = null;
    this.image = "";
    this.channel = 0;
    /** @type {Place | null} */ this.pin = null;
    /** @type {Scope} */ this.scope = "layer";
    /** @type {readonly [number, number] | null} */ this.networkRange = null;
    /** @type {Intervention[]} */ this.interventions = [];
    this.seed = 0;
    this.difference = false;
    /** @type {Place | null} the element under the pointer or the keys */ this.cursor = null;
    /** Of the map over the picture. */
    this.opacity = 0.7;
    /** @type {Place | null} the place on the layer's input under the pointer */ this.touched =
      null;
    this.answers = new Answers(() => this.requestUpdate());
    /** @type {Tensor | null} values 0…1 */ this.picture = null;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.answers.stop();
    this.#asked = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.requestUpdate("image"); // ask again what was dropped when it left the page
    this.addEventListener("keydown", this.#onKey);
  }

  /** The values shown: the channel's, exact; until they come, those of the grid of all channels.
   * @returns {Tensor | null} */
  get map() {
    const { channel, layer } = this.answers;
    const { node, difference } = this;
    const fits = channel && (channel.channel === this.channel || (node && isVector(node)));
    if (fits) return difference && channel.difference ? channel.difference : channel.map;
    const all = layer && (difference && layer.difference ? layer.difference : layer.maps);
    if (all && this.channel < all.count) return all.take([this.channel]);
    return null;
  }

  /** Where the layer's elements look, under the changes. */
  get field() {
    const recorded = this.answers.channel?.layer;
    return recorded ? recorded.receptive_field : (this.node?.receptive_field ?? null);
  }

  /** The strongest element. @returns {Place | null} */
  get peak() {
    const map = this.answers.channel?.map;
    if (!map || !this.node) return null;
    if (isVector(this.node)) return { y: 0, x: Math.min(this.channel, map.width - 1) };
    if (this.#peak?.map !== map) this.#peak = { map, place: strongest(map.values, map.width) };
    return this.#peak.place;
  }

  /** The element that is explained. @returns {Place | null} */
  get place() {
    return this.cursor ?? this.#inside(this.pin) ?? this.peak;
  }

  /** @param {Place | null} place */
  #inside(place) {
    const { map } = this;
    return place && map && place.y < map.height && place.x < map.width ? place : null;
  }

  /** The pixels of the input that an element (of another layer with `field`) sees; null: all of them.
   * @param {Place | null} place
   * @param {import("./field.js").Field | null} [field]
   */
  boxOf(place, field = this.field) {
    const { info } = this;
    if (!field && this.node?.kind === "permute") return this.#before(place);
    return place && field && info ? fieldBox(field, place, info.input.shape.slice(1)) : null;
  }

  /** Where a permuted pixel was, once the server has said so. @param {Place | null} place */
  #before(place) {
    const { unit } = this.answers;
    const known = place && unit && unit.place.y === place.y && unit.place.x === place.x;
    return known ? unit.receptive_field : null;
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  willUpdate(changed) {
    const { info, node, image, channel } = this;
    if (changed.has("node") || changed.has("name")) this.cursor = this.touched = null;
    if (!info || !node || !image || info.name !== this.name) return;
    if (changed.has("image") || changed.has("name"))
      this.answers.askPicture({ name: this.name, image });
    const subject = ["name", "node", "image", "channel", "interventions", "seed", "difference"];
    if (subject.some((name) => changed.has(name))) {
      const vector =
        isVector(node) &&
        !["name", "node", "image", "interventions", "seed", "difference"].some((name) =>
          changed.has(name),
        );
      if (!vector) this.answers.ask(this.question);
      else this.answers.askWeights(this.question);
    }
    const { picture } = this.answers;
    if (picture !== this.#pictured) this.picture = picture && asPicture(picture, info.input);
    this.#pictured = picture;
    this.#askUnit(channel);
  }

  /** What the server is asked about. */
  get question() {
    const { name, image, interventions, seed, channel, difference } = this;
    const node = /** @type {NetworkNode} */ (this.node);
    return { name, image, interventions, seed, node, channel, difference };
  }

  /** @param {number} channel */
  #askUnit(channel) {
    const { place, node, answers } = this;
    if (!place || !node || node.kind === "input") return;
    const moves = !this.cursor && !this.#inside(this.pin); // with the answer that is on its way
    if (moves && answers.channels.busy) return;
    const asked = JSON.stringify([
      this.name,
      this.image,
      node.name,
      channel,
      place,
      this.interventions,
      this.seed,
    ]);
    if (asked === this.#asked) return;
    this.#asked = asked;
    answers.askUnit({ ...this.question, place });
  }

  updated() {
    const box = this.boxOf(this.cursor ?? this.#inside(this.pin));
    if (JSON.stringify(box) === this.#boxed) return;
    this.#boxed = JSON.stringify(box);
    this.tell("hover-box", { box });
  }

  render() {
    const { info, node, answers } = this;
    if (!info || !node) return nothing;
    const shape = answers.channel?.layer.shape.slice(1) ?? node.shape;
    return html`<section aria-label=${gettext("{layer} in detail", { layer: node.name })}>
      <header>
        <h2>${node.name}</h2>
        <p class="facts">${facts(info, node, { shape, field: this.field, changes: this.interventions }).map((fact) => html`<span>${fact}</span>`)}</p>
        <button type="button" class="plain close" @click=${() => this.tell("close-detail", null)}>${gettext("Close")}</button>
      </header>
      <status-notice .error=${answers.error}></status-notice>
      ${stage(this, info, node)}
      ${sections(this, info, node)}
    </section>`;
  }

  /** @param {number} channel */
  pick(channel) {
    if (channel === this.channel) return;
    this.channel = channel;
    this.tell("channel-change", { channel });
  }

  /** @param {Place | null} place */
  hover(place) {
    this.cursor = place;
  }

  /** @param {Place | null} place null: unpin */
  hold(place) {
    if (place && this.node && isVector(this.node)) this.pick(place.x);
    this.pin = place;
    this.tell("pin-change", { pin: place });
  }

  /** The places that look and are looked at, where the layer's maps are attention weights. */
  get attending() {
    return this.info && attending(this.info, this.node);
  }

  /** The element whose centre lies nearest to a pixel of the input; of attention weights the largest of the
   * place that lies there. @param {Place} pixel */
  elementAt(pixel) {
    const { field, map, attending: places } = this;
    if (map && places) {
      const { y, x } = nearest(places.field, pixel, [places.height, places.width]);
      const row = y * places.width + x;
      return { y: row, x: strongest(look(places, map, row).values, map.width).x };
    }
    return field && map ? nearest(field, pixel, [map.height, map.width]) : null;
  }

  /** @param {Intervention[]} interventions */
  change(interventions) {
    this.tell("interventions-change", { interventions });
  }

  /** The channel's name, with how many there are. */
  get title() {
    const { info, node, channel } = this;
    if (!info || !node) return "";
    const count = this.answers.channel?.layer.shape[1] ?? node.shape[0] ?? 1;
    const name = channelName(info, node, channel);
    return gettext("{name} of {n}", { name, n: format.count(count) });
  }

  /** @param {KeyboardEvent} event */
  #onKey = (event) => {
    const elsewhere = /** @type {Element} */ (event.target).closest("input, select, take-away");
    if (event.key !== "Escape" || event.defaultPrevented || elsewhere || !this.pin) return;
    event.preventDefault();
    this.hold(null);
  };
}

customElements.define("layer-detail", LayerDetail);
