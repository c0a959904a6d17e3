import { html, nothing } from "lit";
import { PageElement } from "../components/element.js";
import * as format from "../core/format.js";
import { gettext } from "../core/i18n.js";
import { session } from "./session.js";

/**
 * `<layer-grab>`: the open layer: which step of its block it is, its detail view and its controls.
 * Drawn from the session; what it shows is loaded when the first layer is opened.
 *
 * Events: `changes-set`; those of `<layer-detail>` are taken here and set the state; `hover-box` bubbles on.
 */
export class LayerGrab extends PageElement {
  static properties = { ready: { state: true } };

  #update = () => this.requestUpdate();
  #loading = false;

  constructor() {
    super();
    this.ready = false;
  }

  connectedCallback() {
    super.connectedCallback();
    session.addEventListener("update", this.#update);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    session.removeEventListener("update", this.#update);
  }

  async #load() {
    if (this.#loading) return;
    this.#loading = true;
    await Promise.all([import("./detail/layer-detail.js"), import("./detail/change-controls.js")]);
    this.ready = true;
  }

  render() {
    const { view, state } = session;
    const { layer, ch, pin, scope, changes, seed } = state.values;
    const node = view?.info.nodes.find(({ name }) => name === layer);
    this.classList.toggle("shut", !node);
    if (!node || !view) return nothing;
    if (!this.ready) {
      this.#load();
      return nothing;
    }
    const channel = Math.min(ch, (node.shape[0] ?? 1) - 1);
    return html`<section class="slide" aria-label=${gettext("Layer {name}", { name: layer })}>
      ${this.#steps(view, node)}
      <div class="lab">
        <layer-detail class="stage" .name=${view.info.name} .info=${view.info} .node=${node} .image=${view.image}
          .channel=${channel} .pin=${pin} .scope=${scope} .networkRange=${view.range(session.columns()) ?? [0, 1]}
          .interventions=${view.applied} .seed=${seed} .difference=${view.differs}
          @channel-change=${this.#onChannel} @pin-change=${this.#onPin} @scope-change=${this.#onScope}
          @interventions-change=${this.#onChanges} @close-detail=${this.#onClose}></layer-detail>
        <change-controls class="controls" .name=${view.info.name} .info=${view.info} .node=${node} .channel=${channel}
          .interventions=${changes} .refusal=${session.refused}
          @interventions-change=${this.#onChanges}></change-controls>
      </div>
    </section>`;
  }

  /** The steps of the open layer's block, to go from one to another.
   * @param {import("./subject.js").Subject} view
   * @param {import("../core/wire.js").NetworkNode} node
   */
  #steps({ info, applied }, node) {
    const block = info.blocks.find(({ name }) => name === node.block);
    const names = block?.nodes ?? [];
    return html`<nav class="steps" aria-label=${gettext("Steps of {block}", { block: node.block })}>
      <span class="soft">${node.block}</span>
      <ul>${names.map((name) => {
        const step = info.nodes.find((each) => each.name === name);
        const touched = applied.some((change) => change.layer === name);
        return html`<li><button type="button" class="plain ${touched ? "touched" : ""}" aria-current=${name === node.name ? "step" : nothing}
          title=${step ? `${step.operation}, ${format.shape(step.shape)}` : nothing}
          @click=${() => this.#go(name)}>${name.slice(node.block.length + 1) || name}</button></li>`;
      })}</ul>
    </nav>`;
  }

  /** @param {string} layer */
  #go(layer) {
    session.state.set({ layer, pin: null });
  }

  /** @param {CustomEvent<{channel: number}>} event */
  #onChannel({ detail }) {
    session.state.set({ ch: detail.channel });
  }

  /** @param {CustomEvent<{pin: {y: number, x: number} | null}>} event */
  #onPin({ detail }) {
    session.state.set({ pin: detail.pin });
  }

  /** @param {CustomEvent<{scope: "map" | "layer" | "network"}>} event */
  #onScope({ detail }) {
    session.state.set({ scope: detail.scope });
  }

  /** @param {CustomEvent<{interventions: import("../core/wire.js").Intervention[]}>} event */
  #onChanges({ detail }) {
    session.state.set({ changes: detail.interventions });
  }

  #onClose() {
    session.state.set({ layer: "", pin: null }, { push: true });
  }
}

customElements.define("layer-grab", LayerGrab);
