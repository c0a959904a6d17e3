import { html, nothing } from "lit";
import { heard } from "../../../../components/heard.js";
import { LabSection } from "../../../../components/lab-section.js";
import * as api from "../../../../core/api.js";
import { gettext } from "../../../../core/i18n.js";
import { imageId, isItem, samplePictures } from "../../../../core/members.js";
import { decode } from "../../../../core/tensor.js";
import { session } from "../../session.js";
import { isSmall } from "./feature.js";
import { paintPatches, patches } from "./patches.js";
import "../../../../components/number-field.js";
import "./live.js";

/** @typedef {import("./feature.js").Stage} Stage */
/** @typedef {import("../../../../core/wire.js").PrinciplesRequest} Request */
/** @typedef {import("./patches.js").Found & {request: Request}} Found */

const COUNT = 12;
const PER_IMAGE = 2;
/** Pictures that the server looks through at most. */
const MOST = 16;

/** `<feature-detail>`: one channel: the patches of real pictures that excite it most, and a live run.
 *
 * Properties: `network`, `stage` {Stage}, `channel`, `input` [height, width] of the network's input, `making` how
 * the images that are there were made.
 * Event: `feature-choose` {{layer, channel} | null}, bubbling: look at another one, or at none.
 * @extends {LabSection<Request, Found>}
 */
export class FeatureDetail extends LabSection {
  static properties = {
    ...LabSection.properties,
    network: {},
    stage: { attribute: false },
    channel: { type: Number },
    input: { attribute: false },
    making: { attribute: false },
    chosen: { state: true },
  };

  #shown = "";

  constructor() {
    super({
      session,
      name: "principles",
      ask: async (/** @type {Request} */ request, signal) => {
        const { patches } = await api.principles(request, { tensors: "uint8", signal });
        if (!patches) throw new Error("no patches");
        return { ...patches, request };
      },
    });
    this.network = "";
    /** @type {Stage | null} */ this.stage = null;
    this.channel = 0;
    /** @type {readonly number[]} */ this.input = [1, 1];
    /** @type {import("../../../../core/wire.js").Features["settings"] | null} */ this.making =
      null;
    /** The patch whose picture is shown. */ this.chosen = 0;
  }

  /** The pictures that are looked through: the samples, and the visitor's own. */
  get images() {
    const { picture } = session.state.values;
    const own = isItem(picture) ? null : imageId(picture);
    return [...new Set([...(own ? [own] : []), ...samplePictures().map(({ id }) => id)])].slice(
      0,
      MOST,
    );
  }

  /** The layer whose values are compared: behind an activation function with a cap many are equal, so the one before
   * it. null: not known yet */
  get #compared() {
    const nodes = session.networks.info(this.network)?.nodes;
    const node = nodes?.find(({ name }) => name === this.stage?.layer);
    if (!node) return null;
    return node.kind === "activation" ? (node.inputs[0] ?? null) : node.name;
  }

  question() {
    const { channel, images } = this;
    const [image] = images;
    const layer = this.#compared;
    if (!layer || !image) return null;
    return /** @type {Request} */ ({
      source: { kind: "picture", image },
      network: this.network,
      record: [],
      patches: { layer, channel, images, count: COUNT, per_image: PER_IMAGE },
    });
  }

  willUpdate() {
    super.willUpdate();
    const shown = `${this.stage?.layer}:${this.channel}`;
    if (shown !== this.#shown) this.chosen = 0;
    this.#shown = shown;
  }

  render() {
    const { stage, channel } = this;
    if (!stage) return nothing;
    const { layer } = stage;
    const [channels = 1] = stage.shape;
    const name = gettext("{layer}, channel {channel}", { layer, channel });
    const set = heard((/** @type {number} */ value) =>
      this.tell("feature-choose", { layer, channel: value }),
    );
    const before = this.#compared !== layer;
    const made = stage.channels.find((each) => each.channel === channel) ?? null;
    return html`<section class="feature" aria-label=${name}>
      <header><number-field label=${gettext("Channel")} .value=${channel} .min=${0} .max=${channels - 1}
          @value-input=${heard(() => {})} @value-change=${set}></number-field>
        <span class="soft">${gettext("of {n} in {layer}", { n: channels, layer })}</span>
        <button type="button" class="plain" @click=${this.#close}>${gettext("Close")}</button></header>
      <live-dream .network=${this.network} .layer=${layer} .channel=${channel} .made=${made} .making=${this.making}
        .strongest=${before ? null : (this.#found?.patches[0]?.value ?? null)} ?small=${isSmall(stage)} .others=${this.#pixels}></live-dream>
      ${this.#real(before)}
    </section>`;
  }

  /** What was found for this channel; null while that of another one is here. */
  get #found() {
    const { answer, channel } = this;
    const asked = answer?.request.patches;
    return answer && asked?.layer === this.#compared && asked?.channel === channel ? answer : null;
  }

  get #pixels() {
    const found = this.#found;
    return this.once(
      "pixels",
      [found],
      () => found?.patches.map(({ pixels }) => decode(pixels)) ?? [],
    );
  }

  /** @param {boolean} before whether the values are those before the layer */
  #real(before) {
    const found = this.#found;
    const choose = (/** @type {number} */ index) => {
      this.chosen = index;
    };
    return html`<section class="real" aria-labelledby="real-patches">
      <header><h4 id="real-patches">${gettext("Where real pictures excite it most")}</h4>
        ${this.#take()}${this.notice()}</header>
      ${before ? html`<p class="hint">${gettext("The values are those of {layer}, before the activation function: that cuts off what is large, and makes the best places equal.", { layer: this.#compared ?? "…" })}</p>` : nothing}
      ${patches({ found, count: COUNT, input: this.input, chosen: this.chosen, choose })}
    </section>`;
  }

  #take() {
    const call = () => ({
      method: "POST",
      url: "/api/labs/principles?tensors=float32",
      body: this.question(),
    });
    const arrays = () =>
      Object.fromEntries(this.#pixels.map((tensor, i) => [`patch_${i}`, tensor]));
    return html`<take-away name="convscope-patches-${this.stage?.layer}-${this.channel}" label=${gettext("Take away the patches")}
      .link=${() => session.state.href()} .call=${call} .arrays=${this.#pixels.length ? arrays : null}></take-away>`;
  }

  #close() {
    this.tell("feature-choose", null);
  }

  updated() {
    paintPatches(this, this.#pixels);
  }
}

customElements.define("feature-detail", FeatureDetail);
