import { html, nothing } from "lit";
import { PageElement } from "../../components/element.js";
import { heard } from "../../components/heard.js";
import * as api from "../../core/api.js";
import { gettext, pick } from "../../core/i18n.js";
import { Latest } from "../../core/latest.js";
import { decode } from "../../core/tensor.js";
import "../../components/choice-field.js";
import "../../components/heat-map.js";
import "../../components/status-notice.js";

/** @typedef {import("../../core/wire.js").NetworkCard} Card */
/** @typedef {{network: string, layer: string, kernels: import("../../core/tensor.js").Tensor}} Layer */

/** Networks whose first layer is fully connected have no kernels. */
const WITHOUT = ["mlp"];

/**
 * `<trained-kernels>`: the kernels of trained networks' first layers, as pictures to pick from.
 *
 * Property: `chosen` {{network: string, channel: number} | null} the one in use.
 * Event, bubbling: `kernel-pick` {network, layer, channel, size}.
 */
export class TrainedKernels extends PageElement {
  static properties = {
    chosen: { attribute: false },
    cards: { state: true },
    network: { state: true },
    found: { state: true },
    error: { state: true },
    busy: { state: true },
  };

  #latest = new Latest(firstLayer, {
    done: (/** @type {Layer} */ found) => {
      this.found = found;
      this.error = null;
    },
    failed: (/** @type {unknown} */ error) => {
      this.error = error;
    },
    busy: (/** @type {boolean} */ busy) => {
      this.busy = busy;
    },
  });

  constructor() {
    super();
    /** @type {{network: string, channel: number} | null} */ this.chosen = null;
    /** @type {Card[]} */ this.cards = [];
    this.network = "";
    /** @type {Layer | null} */ this.found = null;
    /** @type {unknown} */ this.error = null;
    this.busy = false;
  }

  async connectedCallback() {
    super.connectedCallback();
    try {
      const cards = await api.networks();
      this.cards = cards.filter(({ name }) => !WITHOUT.includes(name));
      this.#show(this.chosen?.network ?? this.cards[0]?.name ?? "");
    } catch (error) {
      this.error = error;
    }
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#latest.cancel();
  }

  /** @param {string} network */
  #show(network) {
    this.network = network;
    if (network) this.#latest.send(network);
  }

  render() {
    const { cards, network, found, chosen } = this;
    const options = cards.map((card) => ({ value: card.name, label: pick(card.title) }));
    return html`
      <choice-field list label=${gettext("Trained network")} .value=${network} .options=${options}
        @value-change=${heard((/** @type {string} */ name) => this.#show(name))}></choice-field>
      <status-notice .error=${this.error} .busy=${this.busy}></status-notice>
      ${found && found.network === network ? this.#pictures(found, chosen) : nothing}`;
  }

  /** @param {Layer} found @param {{network: string, channel: number} | null} chosen */
  #pictures({ network, layer, kernels }, chosen) {
    const [count = 0, deep = 1] = kernels.shape;
    const rgb = deep === 3;
    const [lo, hi] = kernels.range();
    const end = Math.max(Math.abs(lo), Math.abs(hi));
    const names = Array.from({ length: count }, (_, n) => gettext("Kernel {n}", { n }));
    return html`<heat-map mode="maps" .tensor=${kernels} ?rgb=${rgb} .signed=${true} .range=${[-end, end]} .columns=${8}
        label=${gettext("Kernels of {layer}", { layer })} .names=${names}
        .selected=${chosen?.network === network ? chosen.channel : null}
        @map-select=${(/** @type {CustomEvent<{map: number}>} */ event) => {
          event.stopPropagation();
          const size = [kernels.height, kernels.width];
          this.tell("kernel-pick", { network, layer, channel: event.detail.map, size });
        }} @cell-hover=${stop} @cell-leave=${stop}></heat-map>`;
  }
}

/** @param {Event} event */
function stop(event) {
  event.stopPropagation();
}

/** @param {string} network @param {AbortSignal} signal @returns {Promise<Layer>} */
async function firstLayer(network, signal) {
  const { nodes } = await api.network(network, signal);
  const node = nodes.find(({ kind }) => kind === "conv");
  if (!node) throw new api.ApiError({ code: "no-such-layer" });
  const { out_channels } = /** @type {{out_channels: number}} */ (
    /** @type {unknown} */ (node.settings)
  );
  const channels = Array.from({ length: out_channels }, (_, n) => n);
  const { weight } = await api.weights(network, { layer: node.name, channels }, { signal });
  return { network, layer: node.name, kernels: decode(weight) };
}

customElements.define("trained-kernels", TrainedKernels);
