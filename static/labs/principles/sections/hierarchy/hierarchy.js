import { html, nothing } from "lit";
import { frame, LabSection } from "../../../../components/lab-section.js";
import * as api from "../../../../core/api.js";
import * as format from "../../../../core/format.js";
import { gettext, pick } from "../../../../core/i18n.js";
import { session } from "../../session.js";
import { CLOSED, convolutionsTo, featureOf, isSmall, walk, written } from "./feature.js";
import { fieldFigure } from "./field-figure.js";
import { question, summary } from "./judging.js";
import { depthName, fieldWords } from "./words.js";
import "./detail.js";

/** @typedef {import("./feature.js").Stage} Stage */
/** @typedef {import("./feature.js").Feature} Feature */

/** The one network here that has learned from photographs. */
export const NETWORK = "efficientnet_lite0";

/** `<principle-hierarchy>`: depth by depth, the images that excite a channel most, and what the visitor makes of them.
 * Each opens into its patches and a run of its own: `<feature-detail>`.
 *
 * Keys: among the images the arrows, Home and End walk; Enter opens and closes.
 * @extends {LabSection<{network: string}, import("../../../../core/wire.js").Features>}
 */
export class PrincipleHierarchy extends LabSection {
  constructor() {
    super({
      session,
      name: "principles",
      ask: (/** @type {{network: string}} */ { network }, signal) => api.features(network, signal),
    });
  }

  question() {
    session.networks.want(NETWORK);
    return { network: NETWORK };
  }

  /** @returns {readonly Stage[]} */
  get #stages() {
    return this.answer?.stages ?? [];
  }

  /** The picture's size as the network takes it. */
  get #input() {
    const [, height = 224, width = 224] = session.networks.info(NETWORK)?.input.shape ?? [];
    return [height, width];
  }

  render() {
    const stages = this.#stages;
    const title = session.networks.info(NETWORK)?.title;
    return frame({
      id: "hierarchy",
      wide: true,
      title: gettext("Hierarchy: what deeper channels answer to"),
      words: html`<p>${gettext("Each value of a deeper layer depends on more of the picture, so it can answer to larger things: edges first, it is said, then textures, parts, and objects. Each image below was made to excite one trained channel as much as can be. Look at them depth by depth, open one for the pieces of real pictures that excite it most, and judge for yourself.")}</p>
        ${title ? html`<p class="soft">${gettext("{network}, trained on ImageNet", { network: pick(title) })}</p>` : nothing}`,
      figure: html`${this.answer ? nothing : this.notice()}<div class="depth-heads small soft" aria-hidden="true"><span>${gettext("How deep")}</span><span>${gettext("What one value sees")}</span><span>${gettext("What excites a channel most")}</span><span>${gettext("What do you see?")}</span></div>
        <ol class="depths">${stages.map((stage, depth) => this.#row(stage, depth))}</ol>
        ${stages.length ? summary(stages, this.#input) : nothing}`,
      see: html`<p>${gettext("The order is a matter of judgement: nobody told the network to find parts, and a channel may answer to several things that have nothing in common. An image made from noise also holds what only this network responds to; real patches keep it honest.")}</p>`,
      take: this.#take(),
    });
  }

  /** @param {Stage} stage @param {number} depth */
  #row(stage, depth) {
    const opened = featureOf(session.state.values.feature, this.#stages);
    const channel = opened?.layer === stage.layer ? opened.channel : null;
    const name = this.#name(stage, depth);
    const [channels = 0, ...size] = stage.shape;
    const field = stage.receptive_field ?? this.#input;
    return html`<li class="depth">
      <div class="about"><h3>${name}</h3>
        <p><code>${stage.layer}</code><br>${gettext("{n} channels of {size}", { n: channels, size: format.shape(size) })}<br>${fieldWords(field, this.#input)}</p></div>
      ${fieldFigure(field, this.#input)}
      <div class="images" role="group" aria-label=${gettext("{name}: images", { name })} @keydown=${(/** @type {KeyboardEvent} */ event) => this.#onKey(event, depth)}>
        ${stage.channels.map((each, column) => this.#image(stage, each, column, channel))}</div>
      ${question(depth, name)}
      ${
        channel === null
          ? nothing
          : html`<feature-detail id="feature-detail" .network=${NETWORK} .stage=${stage} .channel=${channel} .input=${this.#input}
              .making=${this.answer?.settings ?? null} @feature-choose=${this.#onChoose}></feature-detail>`
      }</li>`;
  }

  /** @param {Stage} stage @param {Stage["channels"][number]} each @param {number} column
   * @param {number | null} opened */
  #image(stage, { channel, image }, column, opened) {
    const open = channel === opened;
    const reached = stage.channels.some((one) => one.channel === opened);
    const alt = gettext("Image that excites channel {channel} of {layer}", {
      channel,
      layer: stage.layer,
    });
    return html`<button type="button" class="thumb" data-column=${column} tabindex=${open || (!reached && !column) ? 0 : -1}
      aria-expanded=${open} aria-controls=${open ? "feature-detail" : nothing}
      @click=${() => this.#choose(open ? null : { layer: stage.layer, channel })}><img src=${image} alt=${alt} loading="lazy"
      decoding="async" class=${isSmall(stage) ? "fine" : ""} width="96" height="96"><span aria-hidden="true">${channel}</span></button>`;
  }

  /** @param {Feature | null} feature @param {boolean} [push] */
  #choose(feature, push = true) {
    session.state.set({ feature: feature ? written(feature) : CLOSED }, { push });
  }

  /** @param {CustomEvent<Feature | null>} event */
  async #onChoose(event) {
    event.stopPropagation();
    const row = /** @type {Element} */ (event.target).closest(".depth");
    this.#choose(event.detail, !event.detail);
    if (event.detail) return;
    await this.updateComplete; // the button that closed it is gone
    /** @type {HTMLElement | null | undefined} */ (
      row?.querySelector('.images [tabindex="0"]')
    )?.focus();
  }

  /** @param {KeyboardEvent} event @param {number} row */
  #onKey(event, row) {
    const button = /** @type {HTMLElement} */ (event.target);
    const column = Number(button.dataset.column);
    const counts = this.#stages.map(({ channels }) => channels.length);
    const next = walk(counts, { row, column }, event.key);
    if (!next || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const images = this.querySelectorAll(".depth > .images")[next.row];
    /** @type {HTMLElement | null | undefined} */ (
      images?.querySelector(`[data-column="${next.column}"]`)
    )?.focus();
  }

  /** @param {Stage} stage @param {number} depth */
  #name({ layer }, depth) {
    const nodes = session.networks.info(NETWORK)?.nodes;
    return nodes ? depthName(convolutionsTo(nodes, layer)) : gettext("Depth {n}", { n: depth + 1 });
  }

  /** The images of all depths. */
  picture = async () => {
    const stages = this.#stages;
    const { galleryPicture } = await import("./gallery-picture.js");
    return galleryPicture({
      stages,
      names: stages.map((stage, depth) => this.#name(stage, depth)),
      judged: session.state.values.judged,
      title: this.querySelector("h2")?.textContent ?? "",
    });
  };

  #take() {
    return html`<take-away name="convscope-hierarchy" label=${gettext("Take away the images of all depths")} .link=${() => session.state.href()}
      .call=${() => ({ method: "GET", url: `/api/networks/${NETWORK}/features` })} .picture=${this.answer ? this.picture : null}></take-away>`;
  }
}

customElements.define("principle-hierarchy", PrincipleHierarchy);
