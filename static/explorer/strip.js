import { html } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { PageElement } from "../components/element.js";
import { gettext } from "../core/i18n.js";
import { onTheme } from "../core/theme.js";
import { columnView, fits } from "./column.js";
import { connections, seenBy } from "./columns.js";
import { wiring } from "./joins.js";
import { places, reform } from "./motion.js";
import { session } from "./session.js";

/** A column this narrow, in pixels, has its numbers set smaller. */
const SLIM = 34;

/** @typedef {import("../components/heat-map.js").HeatMap} HeatMap */
/** @typedef {import("./columns.js").Column} Column */
/** @typedef {import("./results.js").Layer} Layer */
/** @typedef {{column: Column, layer: Layer, map: number, y: number, x: number, channel: number,
 *   value: number, box: import("../core/wire.js").Box | null}} Hover */

/**
 * `<layer-strip>`: the network as columns of heat maps, depth from left to right; drawn from the session.
 *
 * Properties: `compact` {boolean} beside an open layer.
 * Events, bubbling: `unit-hover` {Hover | null} a value is under the pointer or the keys; `layer-open`
 * {layer: string, channel: number} a map was clicked, or Enter pressed on it.
 * Keys: up and down from map to map, left and right (or Page Up and Page Down) from column to column;
 * Enter opens.
 */
export class LayerStrip extends PageElement {
  static properties = { compact: { type: Boolean, reflect: true } };

  /** @type {IntersectionObserver | null} */ #sight = null;
  /** @type {Set<string>} */ #seen = new Set();
  /** @type {(() => void)[]} */ #stop = [];
  /** @type {ReturnType<typeof places> | null} */ #before = null;
  /** @type {readonly Column[]} */ #drawn = [];
  /** @type {unknown[]} */ #known = [];
  #current = "";

  constructor() {
    super();
    this.compact = false;
  }

  connectedCallback() {
    super.connectedCallback();
    const update = () => this.requestUpdate();
    const news = () => this.#isNew() && update();
    session.addEventListener("update", news);
    this.#stop = [() => session.removeEventListener("update", news), onTheme(update)];
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
    this.#sight?.disconnect();
    this.#sight = null;
  }

  /** Whether there is anything new to draw here: the session's news are often about other things. */
  #isNew() {
    const { view, state } = session;
    const { layer, ch, scope } = state.values;
    const now = [view, view?.base, view?.now, session.columns(), session.room, layer, ch, scope];
    if (now.every((each, i) => each === this.#known[i])) return false;
    this.#known = now;
    return true;
  }

  willUpdate() {
    const columns = session.columns();
    if (this.#drawn.length && columns !== this.#drawn) this.#before = places(this, this.#drawn);
  }

  render() {
    const columns = session.columns();
    const { slots, gap } = session.layout();
    const { view } = session;
    const { layer, ch, scope, zoom } = session.state.values;
    const touched = new Set(view?.applied.map((change) => change.layer));
    const marks = columns.map((column) => {
      if (column.nodes.some(({ name }) => touched.has(name))) return "touched";
      return view?.shown(column)?.follows ? "follows" : "";
    });
    const upright =
      zoom === "nodes" && columns.some((column, i) => !fits(column, slots[i]?.width ?? 0));
    const common = scope === "network" ? (view?.range(columns) ?? null) : null;
    return html`<div class="scroller" role="group" aria-label=${gettext("The network's layers, from the picture to the prediction")}
      @keydown=${{ handleEvent: this.#onKey, capture: true }}>
      ${wiring(connections(columns), slots, gap, marks)}
      <ol .style=${`gap: ${gap}px`} @cell-hover=${this.#onHover} @cell-leave=${this.#onLeave} @map-select=${this.#onSelect}
        @cell-pin=${this.#onSelect} @click=${this.#onClick} @focusin=${this.#onFocus}>
        ${repeat(
          columns,
          ({ name }) => `${view?.info.name} ${name}`,
          (column, i) => {
            const shown = view?.shown(column) ?? null;
            const painted = shown && view ? view.painted(shown) : null;
            const apart = view?.differs === true && painted?.differs === false;
            const range = painted?.range ?? [0, 0];
            const spread = common && !apart ? common : range;
            const slot = slots[i] ?? { width: 0, rows: 1, fold: 0, across: 1 };
            const open = column.nodes.some(({ name }) => name === layer);
            const slim = slot.width < SLIM;
            return html`<li class=${`${marks[i]} ${open ? "open" : ""} ${apart ? "apart" : ""} ${slim ? "slim" : ""}`}
            data-name=${column.name} .style=${`inline-size: ${slot.width}px`}>${columnView({
              column,
              slot,
              mark: marks[i] ?? "",
              open: layer === column.name,
              channel: ch,
              layer: shown?.layer ?? null,
              tensor: painted?.tensor ?? null,
              apart,
              range,
              common: scope === "map" ? null : spread,
              signed: painted?.differs === true || spread[0] < 0,
              upright: upright || !fits(column, slot.width),
              first: zoom === "nodes" && columns[i - 1]?.group !== column.group,
            })}</li>`;
          },
        )}
      </ol>
    </div>`;
  }

  updated() {
    const columns = session.columns();
    if (columns !== this.#drawn) {
      this.#drawn = columns;
      this.#watch();
      if (this.#before) reform(this, this.#before, columns);
      this.#before = null;
    }
    this.#rove();
  }

  /** Tell the session which columns can be seen, now and whenever that changes. */
  #watch() {
    this.#seen = new Set();
    this.#sight?.disconnect();
    this.#sight = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const name = /** @type {HTMLElement} */ (target).dataset.name ?? "";
          if (isIntersecting) this.#seen.add(name);
          else this.#seen.delete(name);
        }
        session.setSight(new Set(this.#seen));
      },
      { root: this.querySelector(".scroller"), rootMargin: "0px 120px" },
    );
    for (const item of this.querySelectorAll("li")) this.#sight.observe(item);
  }

  /** One of the columns is the tab key's stop: the one that had the focus last. */
  async #rove() {
    const items = [...this.querySelectorAll("li")];
    const current = items.find((item) => item.dataset.name === this.#current) ?? items[0];
    for (const item of items) {
      const map = /** @type {HeatMap} */ (item.querySelector("heat-map"));
      map.roving = item !== current;
    }
  }

  /** @param {Event} event @returns {Column | undefined} the column that something happened in */
  #columnAt(event) {
    const item = /** @type {HTMLElement} */ (event.target).closest("li");
    return session.columns().find(({ name }) => name === item?.dataset.name);
  }

  /** @param {CustomEvent<import("../components/heat-map.js").Cell>} event */
  #onHover(event) {
    event.stopPropagation();
    const column = this.#columnAt(event);
    const layer = column && session.view?.shown(column)?.layer;
    const info = session.view?.info;
    if (!column || !layer || !info) return;
    const { map, y, x, value } = event.detail;
    const channel = column.vector ? x : (layer.channels[map] ?? 0);
    const box = seenBy(info, column.node, { y, x }, layer.field);
    /** @type {Hover} */ const hover = { column, layer, map, y, x, channel, value, box };
    this.tell("unit-hover", hover);
  }

  /** @param {Event} event */
  #onLeave(event) {
    event.stopPropagation();
    this.tell("unit-hover", null);
  }

  /** @param {CustomEvent<import("../components/heat-map.js").Cell | null>} event */
  #onSelect(event) {
    event.stopPropagation();
    const column = this.#columnAt(event);
    const layer = column && session.view?.shown(column)?.layer;
    if (!column || !layer) return;
    const { map, x } = event.detail ?? { map: 0, x: session.state.values.ch };
    const channel = column.vector ? x : (layer.channels[map] ?? 0);
    this.tell("layer-open", { layer: column.name, channel });
  }

  /** @param {Event} event a column's name opens its strongest channel */
  #onClick(event) {
    if (!(/** @type {HTMLElement} */ (event.target).closest("[data-open]"))) return;
    const column = this.#columnAt(event);
    const channel =
      (column && !column.vector && session.view?.shown(column)?.layer.channels[0]) || 0;
    if (column) this.tell("layer-open", { layer: column.name, channel });
  }

  /** @param {FocusEvent} event */
  #onFocus(event) {
    this.#current = this.#columnAt(event)?.name ?? this.#current;
    this.#rove();
  }

  /** Left and right go from column to column, in a vector only from the ends of its rows; Page Up and
   * Page Down from anywhere.
   * @param {KeyboardEvent} event */
  #onKey = (event) => {
    const leap = { PageUp: -1, PageDown: 1 }[event.key] ?? 0;
    const step = leap || ({ ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0);
    const from = /** @type {HTMLElement} */ (event.target).closest("li");
    if (!step || !from || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const map = /** @type {HeatMap} */ (from.querySelector("heat-map"));
    const { fold } = map.grid;
    const x = (map.cursor?.x ?? 0) % fold;
    if (!leap && map.mode === "cells" && x !== (step > 0 ? fold - 1 : 0)) return;
    event.preventDefault();
    event.stopPropagation();
    const items = [...this.querySelectorAll("li")];
    const to = items[items.indexOf(from) + step];
    if (to) this.#enter(to, map.shown.indexOf(map.cursor?.map ?? 0), step);
  };

  /** Move the focus to a column: to the map in the same row, or to a vector's nearer end.
   * @param {HTMLLIElement} item @param {number} row @param {number} step */
  #enter(item, row, step) {
    const map = /** @type {HeatMap} */ (item.querySelector("heat-map"));
    map.roving = false;
    item.scrollIntoView({ block: "nearest", inline: "nearest" });
    const plane = /** @type {HTMLElement | null} */ (item.querySelector(".plane"));
    plane?.focus({ preventScroll: true });
    const { tensor } = map;
    if (!tensor) return;
    if (map.mode === "cells") map.point({ slot: 0, y: 0, x: step > 0 ? 0 : map.grid.fold - 1 });
    else {
      const slot = Math.max(0, Math.min(row, map.shown.length - 1));
      map.point({ slot, y: tensor.height >> 1, x: tensor.width >> 1 });
    }
  }
}

customElements.define("layer-strip", LayerStrip);
