import { html, nothing } from "lit";
import { heard } from "../../../components/heard.js";
import * as api from "../../../core/api.js";
import { scaleFor } from "../../../core/colour.js";
import { Experiment } from "../../../core/experiment.js";
import * as format from "../../../core/format.js";
import { gettext, pick } from "../../../core/i18n.js";
import { decode, Tensor } from "../../../core/tensor.js";
import { number, toned } from "../../../core/tex.js";
import { Ticker } from "../../../core/ticker.js";
import { session } from "../session.js";
import { frame, Section } from "./section.js";
import { program } from "./sharing-torch.js";
import "../../../components/cell-grid.js";
import "../../../components/choice-field.js";
import "../../../components/colour-legend.js";
import "../../../components/heat-map.js";
import "../../../components/line-chart.js";
import "../../../components/math-formula.js";
import "../../../components/number-field.js";

/** @typedef {NonNullable<import("./section.js").Answer["sharing"]>} Wire */
/** @typedef {Omit<Wire, "terms" | "running"> & {terms: Tensor, running: Tensor}} Sharing */
/** @typedef {{layer: string, channels: number[], network: string}} Wanted */

/** Steps that the whole sum takes while it plays, and how many of them a second. */
const STEPS = 120;
const PACE = 30;
/** Px of a kernel. */
const KERNEL = 168;

/** `<principle-sharing>`: the gradient of one weight that all places share: a term for each of them. */
export class PrincipleSharing extends Section {
  /** Terms added up so far; null: all. @type {number | null} */ #upTo = null;
  #player = new Ticker(PACE, () => this.#next());
  #kernels = new Experiment(async (/** @type {Wanted} */ { network, ...body }, signal) => ({
    asked: { network, ...body },
    kernel: decode((await api.weights(network, body, { signal })).original),
  }));

  connectedCallback() {
    super.connectedCallback();
    this.#kernels.addEventListener("update", this.redraw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#player.stop();
    this.#kernels.removeEventListener("update", this.redraw);
  }

  /** The layer's settings as the network has them; null while not known, or where it is no convolution. */
  get #node() {
    const { net, shared } = session.state.values;
    const nodes = this.#layers;
    return (
      nodes.find(({ name }) => name === shared) ??
      nodes.at(net === "tiny_vgg_batch" ? 1 : 0) ??
      null
    );
  }

  get #layers() {
    const nodes = session.networks.info(session.state.values.net)?.nodes ?? [];
    return nodes.filter(({ kind }) => kind === "conv");
  }

  /** What is asked about, within the layer's bounds. */
  get #place() {
    const node = this.#node;
    const info = session.networks.info(session.state.values.net);
    if (!node || !info) return null;
    const { to, from, row, column } = session.state.values;
    const { kernel_size: size, groups } = /** @type {Record<string, any>} */ (node.settings);
    const before =
      info.nodes.find(({ name }) => name === node.inputs[0])?.shape ?? info.input.shape;
    const depth = (before[0] ?? 1) / groups;
    const [filters = 1] = node.shape;
    return {
      layer: node.name,
      out_channel: Math.min(to, filters - 1),
      in_channel: Math.min(from, depth - 1),
      row: Math.min(row, size[0] - 1),
      column: Math.min(column, size[1] - 1),
      filters,
      depth,
    };
  }

  question() {
    const base = session.base();
    const place = this.#place;
    if (!base || !place) return null;
    const { filters: _, depth: __, ...sharing } = place;
    return { ...base, sharing: { ...sharing, target: null } };
  }

  willUpdate() {
    super.willUpdate();
    const place = this.#place;
    if (!this.near || !place) return;
    const { net } = session.state.values;
    this.#kernels.ask({ network: net, layer: place.layer, channels: [place.out_channel] });
  }

  /** The answer with its arrays read. @returns {Sharing | null} */
  get #found() {
    const wire = this.answer?.sharing ?? null;
    return this.once(
      "found",
      [wire],
      () =>
        wire && {
          ...wire,
          terms: decode(wire.terms).reshape([1, ...wire.terms.shape]),
          running: decode(wire.running),
        },
    );
  }

  render() {
    const found = this.#found;
    return frame({
      id: "positions",
      title: gettext("One weight, many positions"),
      words: html`<p>${gettext("A shared weight is used at every position, so what it learns is a sum: at each position, how much the output there matters, times the input that the weight meets there. Choose a weight and watch its gradient gather.")}</p>
        <p class="soft">${gettext("The network and the picture are those of the figure above.")}</p>`,
      settings: this.#settings(),
      figure: html`<div class="shared-figure">${this.#kernel()}${this.#terms(found)}${this.#chart(found)}</div>`,
      see: found ? this.#see(found) : nothing,
      take: this.take(
        "sharing",
        gettext("Take away the terms"),
        () => this.#arrays(),
        () => program(/** @type {any} */ ({ node: this.#node, place: this.#place })),
      ),
    });
  }

  #settings() {
    const place = this.#place;
    const set = (/** @type {"shared" | "to" | "from"} */ name) =>
      heard((/** @type {any} */ value) => session.state.set({ [name]: value }));
    return html`<choice-field list data-control="shared" label=${gettext("Convolution")} .value=${place?.layer ?? ""}
        .options=${this.#layers.map(({ name, shape }) => ({ value: name, label: `${name}, ${shape.join("×")}` }))} @value-change=${set("shared")}></choice-field>
      <number-field slider data-control="to" label=${gettext("Filter")} min="0" max=${(place?.filters ?? 1) - 1} .value=${place?.out_channel ?? 0}
        @value-input=${set("to")} @value-change=${set("to")}></number-field>
      <number-field slider data-control="from" label=${gettext("Input channel")} min="0" max=${(place?.depth ?? 1) - 1} .value=${place?.in_channel ?? 0}
        @value-input=${set("from")} @value-change=${set("from")}></number-field>
      ${this.notice()}`;
  }

  /** The kernel's cells, of which one is chosen. */
  #kernel() {
    const place = this.#place;
    const found = this.#kernels.answer;
    if (!place || !found) return html`<div class="kernel-room"></div>`;
    const { kernel } = found;
    const map = Math.min(place.in_channel, kernel.count - 1);
    const range = kernel.range([map]);
    const at = { y: place.row, x: place.column };
    return html`<figure class="shared-kernel"><figcaption><b>${gettext("The kernel")}</b>
        <small>${gettext("choose a weight")}</small></figcaption>
      <cell-grid id="shared-kernel" .tensor=${kernel} .map=${map} .cell=${Math.min(56, Math.floor(KERNEL / kernel.width))} .range=${range} .signed=${true}
        .pinned=${at} label=${gettext("Kernel of filter {to} for input channel {from}", { to: place.out_channel, from: place.in_channel })}
        @cell-pin=${this.#onPin} @cell-hover=${quiet} @cell-leave=${quiet}></cell-grid></figure>`;
  }

  /** @param {CustomEvent<{y: number, x: number} | null>} event */
  #onPin = (event) => {
    event.stopPropagation();
    if (event.detail) session.state.set({ row: event.detail.y, column: event.detail.x });
    else this.requestUpdate(); // the chosen one stays chosen
  };

  /** A term for each position, as many as are added up. @param {Sharing | null} found */
  #terms(found) {
    if (!found) return html`<div class="terms-room"></div>`;
    const { terms } = found;
    const range = terms.range();
    const shown = this.once("shown", [terms, this.#upTo], () => firstOf(terms, this.#upTo));
    return html`<figure class="shared-terms"><figcaption><b>${gettext("A term for each position")}</b>
        <small>${format.shape([terms.height, terms.width])}</small></figcaption>
      <heat-map id="shared-terms" .tensor=${shown} .range=${range} .signed=${true} .names=${[gettext("Term")]} readout
        label=${gettext("Gradient of the output times input, at each position")}></heat-map>
      <colour-legend .scale=${scaleFor(range[0], range[1], true)} .range=${range} .scopes=${[]}></colour-legend></figure>`;
  }

  /** The growing sum, to be played and scrubbed. @param {Sharing | null} found */
  #chart(found) {
    const positions = found?.positions ?? 0;
    const upTo = this.#upTo ?? positions;
    const drawn = this.once("chart", [found], () => ({
      x: Array.from({ length: positions + 1 }, (_, i) => i),
      series: found
        ? [{ label: gettext("sum so far"), tone: "accent", values: [0, ...found.running.values] }]
        : [],
      levels: found
        ? [{ label: gettext("PyTorch’s gradient"), tone: "mean", at: found.gradient }]
        : [],
    }));
    return html`<div class="shared-sum">
      <line-chart .x=${drawn.x} .series=${drawn.series} .levels=${drawn.levels} .cursor=${upTo} veiled movable height="180"
        axis=${gettext("positions added up")} label=${gettext("The gradient gathers")} ?waiting=${this.experiment.busy}
        @cursor-move=${(/** @type {CustomEvent<{x: number}>} */ event) => this.#scrub(event.detail.x)}></line-chart>
      <div class="transport"><button type="button" class="play" ?disabled=${!found} @click=${() => this.#play()}>${
        this.#player.running ? gettext("Pause") : gettext("Play")
      }</button>
        <input type="range" min="0" max=${positions} .value=${String(upTo)} aria-label=${gettext("Positions added up")}
          @input=${(/** @type {Event} */ event) => this.#scrub(/** @type {HTMLInputElement} */ (event.target).valueAsNumber)}>
        <output>${gettext("{n} of {all}", { n: format.whole(upTo), all: format.whole(positions) })}</output></div>
      ${found ? this.#equation(found) : nothing}</div>`;
  }

  /** @param {Sharing} found */
  #equation({ gradient, sum, difference, positions }) {
    const left = `\\sum_{p=1}^{${positions}} \\frac{\\partial L}{\\partial y_p}\\, x_p = ${toned("accent", number(sum, 6))}`;
    const right = `\\frac{\\partial L}{\\partial w} = ${toned("mean", number(gradient, 6))}`;
    return html`<div class="sums"><math-formula .tex=${left} plain=${gettext("sum of the terms: {n}", { n: format.number(sum, 6) })}></math-formula>
        <math-formula .tex=${right} plain=${gettext("gradient: {n}", { n: format.number(gradient, 6) })}></math-formula></div>
      <p class="hint"><data id="shared-difference" value=${difference}>${gettext("Difference to autograd, which adds up in float32: {n}", { n: format.number(difference) })}</data></p>`;
  }

  /** @param {Sharing} found */
  #see({ weight, positions, target, used }) {
    const classes = session.networks.info(session.state.values.net)?.classes ?? [];
    const name = classes[target];
    return html`<p>${gettext(
      "The weight is {weight}. It is met at {n} positions, and {used} of them have a term that is not 0: elsewhere a ReLU behind it is closed, or the input is 0.",
      {
        weight: format.number(weight, 4),
        n: format.whole(positions),
        used: format.whole(used),
      },
    )}</p>
    <p>${gettext(
      "Each position pulls its own way, and the weight follows the sum. Were it not shared, every position would have to learn from its own term alone.",
    )}</p>
    ${name ? html`<p class="soft">${gettext("L is the score of the class “{name}”.", { name: pick(name) })}</p>` : nothing}`;
  }

  /** @param {number} upTo */
  #scrub(upTo) {
    this.#player.stop();
    this.#stand(upTo);
  }

  /** @param {number} upTo */
  #stand(upTo) {
    const positions = this.#found?.positions ?? 0;
    this.#upTo = upTo >= positions ? null : upTo;
    this.requestUpdate();
  }

  #play() {
    if (this.#player.running) this.#player.stop();
    else {
      if (this.#upTo === null) this.#stand(0);
      this.#player.start();
    }
    this.requestUpdate();
  }

  #next() {
    const positions = this.#found?.positions ?? 0;
    this.#stand((this.#upTo ?? positions) + Math.max(1, Math.round(positions / STEPS)));
    if (this.#upTo === null) this.#player.stop();
  }

  #arrays() {
    const found = this.#found;
    const kernel = this.#kernels.answer?.kernel;
    /** @type {Record<string, Tensor>} */ const arrays = {};
    if (found) Object.assign(arrays, { terms: found.terms, running: found.running });
    if (kernel) arrays.kernel = kernel;
    return arrays;
  }
}

/** The first so many values of a map, row after row; 0 where the others will be.
 * @param {Tensor} map @param {number | null} count null: all
 */
function firstOf(map, count) {
  if (count === null) return map;
  const values = new Float32Array(map.values.length);
  values.set(map.values.subarray(0, count));
  return new Tensor(map.shape, values);
}

/** @param {Event} event */
function quiet(event) {
  event.stopPropagation();
}

customElements.define("principle-sharing", PrincipleSharing);
