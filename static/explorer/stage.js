import { html, nothing } from "lit";
import { PageElement } from "../components/element.js";
import * as format from "../core/format.js";
import { gettext, pick } from "../core/i18n.js";
import { inputColumn } from "./columns.js";
import { NARROW, SPARE, tallness } from "./layout.js";
import { session } from "./session.js";
import "./input-picture.js";
import "./strip.js";

/** @typedef {import("./strip.js").Hover} Hover */
/** @typedef {import("../core/wire.js").Box} Box */

/** `<explorer-stage>`: the whole figure: tools, picture, strip, prediction, and the open layer under them. */
export class ExplorerStage extends PageElement {
  static properties = {
    hover: { state: true },
    box: { state: true },
    complete: { state: true },
  };

  /** @type {(() => void)[]} */ #stop = [];

  #wasOpen = false;
  /** @type {Promise<void> | null} */ #later = null;

  constructor() {
    super();
    this.complete = false;
    /** @type {Hover | null} what is under the pointer in the strip */ this.hover = null;
    /** @type {Box | null} what the open layer's detail frames */ this.box = null;
  }

  connectedCallback() {
    super.connectedCallback();
    const update = () => this.requestUpdate();
    session.addEventListener("update", update);
    const sizes = new ResizeObserver(() => this.#measure());
    this.updateComplete.then(() => {
      const strip = this.querySelector("layer-strip");
      if (strip) sizes.observe(strip);
    });
    const measure = () => this.#measure();
    window.addEventListener("resize", measure);
    this.#stop = [
      () => session.removeEventListener("update", update),
      () => window.removeEventListener("resize", measure),
      () => sizes.disconnect(),
    ];
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    for (const stop of this.#stop) stop();
  }

  /** Tell the session how much room the strip has. */
  #measure() {
    const strip = this.querySelector("layer-strip");
    if (!strip?.clientWidth) return;
    const narrow = innerWidth < NARROW;
    const compact = session.state.values.layer !== "" && !narrow;
    const figure = this.querySelector(".figure");
    if (compact && figure) this.style.setProperty("--stuck", `${figure.clientHeight}px`);
    session.setRoom({
      width: strip.clientWidth - SPARE,
      height: tallness(innerHeight, narrow),
      compact,
    });
  }

  updated() {
    const open = this.classList.contains("open");
    if (open !== this.#wasOpen) this.#measure();
    this.#wasOpen = open;
    if (session.view?.base.predictions.length && !this.#later) this.#later = this.#load();
  }

  /** What can wait until there is something to look at. */
  async #load() {
    await new Promise(requestAnimationFrame);
    session.list();
    await Promise.all([import("../components/picture-picker.js"), import("./take-menu.js")]);
    this.complete = true;
  }

  render() {
    const { view, state, heat } = session;
    const { layer, heat: opacity } = state.values;
    const open = layer !== "" && view !== null;
    this.classList.toggle("open", open);
    this.classList.toggle("finest", state.values.zoom === "nodes");
    const [, height = 1, width = 1] = view?.info.input.shape ?? [];
    const input = view && inputColumn(view.info);
    const seen = (input && view.base.layers.get(input.name)?.tensor) ?? null;
    return html`
      ${this.#tools()}
      ${this.#notices()}
      <div class="figure" @unit-hover=${this.#onHover} @layer-open=${this.#onOpen}>
        <div class="in">
          <p class="readout" aria-hidden="true">${this.hover ? this.#words(this.hover) : nothing}</p>
          <div class="gutter small soft" aria-hidden="true">
            <span>${state.values.zoom === "blocks" ? gettext("block") : gettext("step")}</span>
            <span>${gettext("channels")}</span><span>${gettext("size of a map")}</span>
            <span>${gettext("sees pixels across")}</span><span>${gettext("parameters")}</span>
          </div>
          <input-picture .image=${view?.image ?? ""} .size=${[height, width]} .seen=${seen} .box=${this.hover?.box ?? (open ? this.box : null)}
            .heat=${heat.map} .opacity=${opacity} label=${gettext("The picture as the network takes it in, {size} pixels", { size: `${height} × ${width}` })}></input-picture>
          ${
            view && this.complete
              ? html`<picture-picker .value=${view.image} .ink=${"light"}
            @picture-change=${this.#onPicture}></picture-picker>`
              : nothing
          }
        </div>
        <layer-strip ?compact=${open}></layer-strip>
        <p class="key small soft" aria-hidden="true">${gettext("Over each column: channels, size of a map, pixels it sees across, parameters. Under it: greatest and least value.")}</p>
        <network-answer @changes-set=${this.#onChanges}></network-answer>
      </div>
      <layer-grab @hover-box=${this.#onBox}></layer-grab>`;
  }

  #tools() {
    const { state, view, cards } = session;
    const { net, zoom, scope, diff, changes } = state.values;
    const known = cards.length ? cards : view ? [view.info] : [];
    return html`<div class="tools row">
      <choice-field list bare label=${gettext("Trained network")} .value=${net} .options=${known.map(({ name, title }) => ({ value: name, label: pick(title) }))}
        @value-change=${(/** @type {CustomEvent<{value: string}>} */ event) => session.chooseNetwork(event.detail.value)}></choice-field>
      <choice-field label=${gettext("Columns")} .value=${zoom}
        .options=${[
          { value: "blocks", label: gettext("Blocks") },
          { value: "nodes", label: gettext("Every step") },
        ]} @value-change=${(/** @type {CustomEvent<{value: any}>} */ event) => state.set({ zoom: event.detail.value })}></choice-field>
      <choice-field label=${gettext("Colours spread over")} .value=${scope}
        .options=${[
          { value: "map", label: gettext("each map") },
          { value: "layer", label: gettext("each layer") },
          { value: "network", label: gettext("the network") },
        ]} @value-change=${(/** @type {CustomEvent<{value: any}>} */ event) => state.set({ scope: event.detail.value })}></choice-field>
      <button type="button" class="difference" aria-pressed=${diff} ?disabled=${!changes.length} @click=${() => state.set({ diff: !diff })}
        title=${changes.length ? gettext("What the changes add (after − before)") : gettext("Change something first: then this shows after − before")}>${gettext("Difference")}</button>
      <status-notice .busy=${session.busy}></status-notice>
      <take-menu></take-menu>
    </div>`;
  }

  #notices() {
    const { error, gone } = session;
    if (!error && !gone) return nothing;
    const words = {
      picture: gettext("The picture of this link is not here any more. Here is the cat instead."),
      network: gettext("There is no network of the name in this link. Here is another instead."),
      "": "",
    };
    return html`<status-notice .error=${error} .message=${words[gone]} closable ?retry=${Boolean(error)}
      @notice-close=${() => session.dismiss()} @notice-retry=${() => session.retry()}></status-notice>`;
  }

  /** @param {Hover} hover */
  #words({ column, channel, y, x, value, box }) {
    const values = {
      layer: column.name,
      n: channel,
      y,
      x,
      value: format.number(value),
      size: box ? `${box.bottom - box.top + 1} × ${box.right - box.left + 1}` : "0",
    };
    return column.vector
      ? gettext("{layer}, number {n}: {value}. Sees {size} pixels.", values)
      : gettext("{layer}, channel {n}, row {y}, column {x}: {value}. Sees {size} pixels.", values);
  }

  /** @param {CustomEvent<Hover | null>} event */
  #onHover({ detail }) {
    this.hover = detail;
  }

  /** @param {CustomEvent<{box: Box | null}>} event */
  #onBox({ detail }) {
    this.box = detail.box;
  }

  /** @param {CustomEvent<{layer: string, channel: number}>} event */
  #onOpen({ detail: { layer, channel } }) {
    const { values } = session.state;
    if (values.layer === layer && values.ch === channel) return this.#open("", 0);
    this.#open(layer, channel);
  }

  /** @param {string} layer @param {number} ch */
  async #open(layer, ch) {
    const opens = session.state.values.layer === "" && layer !== "";
    session.state.set({ layer, ch, pin: null }, { push: opens || layer === "" });
    if (!opens) return;
    // What slides open should be seen, and the strip with it.
    await this.updateComplete;
    const narrow = innerWidth < NARROW;
    const area = this.querySelector(narrow ? "layer-grab" : ".figure")?.getBoundingClientRect();
    if (!area || (!narrow && area.bottom < innerHeight / 2)) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    scrollBy({ top: area.top, behavior: still ? "instant" : "smooth" });
  }

  /** @param {CustomEvent<import("../components/picture-picker.js").Picture>} event */
  #onPicture({ detail }) {
    session.choosePicture(detail.id);
  }

  /** @param {CustomEvent<{changes: import("../core/wire.js").Intervention[]}>} event */
  #onChanges({ detail }) {
    session.state.set({ changes: detail.changes }, { push: true });
  }
}

customElements.define("explorer-stage", ExplorerStage);
