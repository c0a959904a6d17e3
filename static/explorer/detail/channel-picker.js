import { html, nothing } from "lit";
import { PageElement } from "../../components/element.js";
import { gettext } from "../../core/i18n.js";
import "../../components/heat-map.js";

/** @typedef {import("../../core/tensor.js").Tensor} Tensor */

/** A map is never smaller than a finger can hit (px), and larger where there are few. */
const [SMALL, LARGE, FEW] = [29, 42, 40];

/**
 * `<channel-picker>`: all maps of a layer in a small grid, to be picked by pointer or keys.
 *
 * Properties: `maps` {Tensor | null}, `range`, `signed` as for `<heat-map>`, `channel` {number} the chosen
 * one, `names` {(channel: number) => string}.
 * Event: `channel-pick` {channel}.
 */
export class ChannelPicker extends PageElement {
  static properties = {
    maps: { attribute: false },
    range: { attribute: false },
    signed: { attribute: false },
    channel: { type: Number },
    names: { attribute: false },
    order: { state: true },
    width: { state: true },
  };

  /** @type {ResizeObserver | null} */ #observer = null;
  /** @type {{of: Tensor | null, by: string, order: number[]}} */
  #sorted = { of: null, by: "", order: [] };

  constructor() {
    super();
    /** @type {Tensor | null} */ this.maps = null;
    /** @type {readonly [number, number] | null} */ this.range = null;
    /** @type {boolean | null} */ this.signed = null;
    this.channel = 0;
    /** @type {(channel: number) => string} */ this.names = String;
    /** @type {"number" | "strength"} */ this.order = "number";
    this.width = 0;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#observer = new ResizeObserver(([entry]) => {
      this.width = entry?.contentRect.width ?? 0;
    });
    this.#observer.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#observer?.disconnect();
  }

  render() {
    const { maps } = this;
    if (!maps || !this.width) return nothing;
    const order = this.#ordered(maps);
    const columns = Math.min(
      maps.count,
      Math.max(3, Math.floor(this.width / (maps.count > FEW ? SMALL : LARGE))),
    );
    const strongest = this.order === "strength";
    return html`
      <div class="figure-head"><span>${gettext("All channels")}</span>
        <button type="button" aria-pressed=${strongest} @click=${() => {
          this.order = strongest ? "number" : "strength";
        }}>${gettext("Strongest first")}</button></div>
      <div class="shelf"><heat-map mode="maps" roomy .tensor=${maps} .maps=${order} .range=${this.range} .signed=${this.signed}
        .columns=${columns} .selected=${this.channel} .names=${order.map(this.names)} readout
        label=${gettext("The layer’s channels")} @map-select=${this.#onSelect}></heat-map></div>`;
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  updated(changed) {
    if (changed.has("channel") || changed.has("order")) this.#reveal();
  }

  /** Scroll the shelf, and nothing else, so that the chosen map can be seen. */
  #reveal() {
    const shelf = this.querySelector(".shelf");
    const map = /** @type {import("../../components/heat-map.js").HeatMap | null} */ (
      this.querySelector("heat-map")
    );
    const at = map?.where(this.channel);
    if (!shelf || !map || !at || shelf.scrollHeight <= shelf.clientHeight) return;
    const [top, height] = [at.top * map.offsetHeight, at.height * map.offsetHeight];
    if (top < shelf.scrollTop || top + height > shelf.scrollTop + shelf.clientHeight)
      shelf.scrollTop = top - shelf.clientHeight / 2;
  }

  /** The channels in order; the same array for the same maps, so that they are not painted again.
   * @param {Tensor} maps */
  #ordered(maps) {
    const { order } = this;
    if (this.#sorted.of !== maps || this.#sorted.by !== order)
      this.#sorted = {
        of: maps,
        by: order,
        order: order === "strength" ? byStrength(maps) : all(maps),
      };
    return this.#sorted.order;
  }

  /** @param {CustomEvent<{map: number}>} event */
  #onSelect(event) {
    event.stopPropagation();
    this.tell("channel-pick", { channel: event.detail.map });
  }
}

/** @param {Tensor} maps */
function all({ count }) {
  return Array.from({ length: count }, (_, channel) => channel);
}

/** Channels by mean absolute value, as the server orders them. @param {Tensor} maps */
function byStrength(maps) {
  const strength = all(maps).map((channel) =>
    maps.map(channel).reduce((sum, value) => sum + Math.abs(value), 0),
  );
  return all(maps).sort((a, b) => (strength[b] ?? 0) - (strength[a] ?? 0));
}

customElements.define("channel-picker", ChannelPicker);
