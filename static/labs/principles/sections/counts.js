import { html, nothing } from "lit";
import { heard } from "../../../components/heard.js";
import * as format from "../../../core/format.js";
import { gettext } from "../../../core/i18n.js";
import { Tensor } from "../../../core/tensor.js";
import { session } from "../session.js";
import { program } from "./counts-torch.js";
import { lastDecade, marks, shareOf } from "./decades.js";
import { formula, plain, TONES } from "./layers-tex.js";
import { frame, Section } from "./section.js";
import "../../../components/math-formula.js";
import "../../../components/number-field.js";

/** @typedef {NonNullable<import("./section.js").Answer["counts"]>} Counts */
/** @typedef {Counts["layers"][number]} Layer */
/** @typedef {import("./layers-tex.js").Counted} Counted */

/** In the order in which weights are let go. */
const KINDS = /** @type {const} */ (["dense", "local", "conv", "dense_units"]);
const WHATS = /** @type {const} */ (["parameters", "multiply_adds"]);

/** `<principle-counts>`: what a layer costs that is dense, that only looks locally, and that shares its weights too. */
export class PrincipleCounts extends Section {
  question() {
    const base = session.base();
    return base && { ...base, counts: this.#params };
  }

  get #params() {
    const { height, width, depth, kernel, stride, padding, filters, units } = session.state.values;
    return {
      height,
      width,
      in_channels: depth,
      kernel_size: kernel,
      stride,
      padding,
      filters,
      units,
    };
  }

  render() {
    const counts = this.answer?.counts ?? null;
    return frame({
      id: "sharing",
      title: gettext("Weight sharing: what it saves"),
      words: html`<p>${gettext("From the same input to the same map there are three ways. Dense: every number wired to every number. Locally connected: a window for each place, with weights of its own. Convolution: one window’s weights for all places.")}</p>`,
      settings: this.#settings(),
      figure: counts ? this.#figure(counts) : html`<div class="counts-room"></div>`,
      see: counts ? see(counts, this.#params) : nothing,
      take: this.take(
        "counts",
        gettext("Take away the counts"),
        () => arrays(counts),
        () => program(this.#params),
      ),
    });
  }

  #settings() {
    const { error } = this.experiment;
    const said = (/** @type {string} */ name) =>
      error?.field === `counts.${name}` ? error.message : "";
    const field = (
      /** @type {"height" | "width" | "depth" | "kernel" | "stride" | "padding" | "filters" | "units"} */ name,
      /** @type {string} */ words,
      /** @type {number} */ min,
      /** @type {number} */ max,
      /** @type {string} */ asked = name,
    ) => {
      const set = heard((/** @type {number} */ value) => session.state.set({ [name]: value }));
      const tone = name in TONES ? `tone-${TONES[/** @type {keyof typeof TONES} */ (name)]}` : "";
      return html`<number-field slider class=${tone} data-control=${name} label=${words} min=${min} max=${max} .value=${session.state.values[name]}
        problem=${said(asked)} @value-input=${set} @value-change=${set}></number-field>`;
    };
    return html`${field("height", gettext("Height H"), 1, 256)}${field("width", gettext("Width W"), 1, 256)}
      ${field("depth", gettext("Channels C"), 1, 512, "in_channels")}${field("kernel", gettext("Kernel k"), 1, 31, "kernel_size")}
      ${field("stride", gettext("Stride"), 1, 16)}${field("padding", gettext("Padding"), 0, 15)}
      ${field("filters", gettext("Filters F"), 1, 1024)}${field("units", gettext("Dense units U"), 1, 4096)}
      ${this.notice()}`;
  }

  /** @param {Counts} counts */
  #figure({ layers, output }) {
    const decades = lastDecade(layers.flatMap((layer) => WHATS.map((what) => layer[what])));
    const [channels = 1, ...size] = output;
    const names = {
      dense: gettext("Dense"),
      local: gettext("Locally connected"),
      conv: gettext("Convolution"),
      dense_units: gettext("Dense, to {n} numbers", { n: format.whole(this.#params.units) }),
    };
    return html`<div class="counted" .style=${`--decades:${decades}`} role="group" aria-label=${gettext("Weights and multiply-adds, on a logarithmic scale")}>
      ${KINDS.map((kind) => {
        const layer = layers.find((each) => each.kind === kind);
        return layer
          ? html`<section class="counted-layer ${kind}"><h3>${names[kind]}
              <small>${kind === "dense_units" ? gettext("as in the lecture notes") : gettext("to {n} maps of {size}", { n: format.whole(channels), size: format.shape(size) })}</small></h3>
              ${WHATS.map((what) => html`${bar(layer, what, decades)}${this.#formula(layer, what, output)}`)}</section>`
          : nothing;
      })}
      <div class="decades" aria-hidden="true">${marks(decades).map((power) => html`<span .style=${`--at:${power / decades}`}>${power === 0 ? "1" : html`10<sup>${power}</sup>`}</span>`)}</div>
    </div>`;
  }

  /** @param {Layer} layer @param {"parameters" | "multiply_adds"} what @param {readonly number[]} output */
  #formula(layer, what, output) {
    const { letters, numbers } = formula(layer.kind, what, this.#params, output);
    const tex = `${letters} = ${numbers} = ${plain(layer[what])}`;
    return html`<math-formula class="formula ${what}" .tex=${tex} plain=${format.whole(layer[what])}></math-formula>`;
  }
}

/** @param {Layer} layer @param {"parameters" | "multiply_adds"} what @param {number} decades */
function bar(layer, what, decades) {
  const words = what === "parameters" ? gettext("weights and biases") : gettext("multiply-adds");
  return html`<p class="counted-bar ${what}"><span><data id="count-${layer.kind}-${what}" value=${layer[what]}>${format.whole(layer[what])}</data> <span class="soft">${words}</span></span>
    <i .style=${`--part:${shareOf(layer[what], decades)}`} aria-hidden="true"></i></p>`;
}

/** @param {Counts} counts @param {Counted} params */
function see({ layers }, params) {
  const of = (/** @type {string} */ kind) => layers.find((layer) => layer.kind === kind);
  const [dense, units, local, conv] = ["dense", "dense_units", "local", "conv"].map(of);
  if (!dense || !units || !local || !conv) return nothing;
  const times = (/** @type {number} */ more, /** @type {number} */ less) =>
    format.number(more / less);
  const checked = layers.every((layer) => layer.checked);
  return html`<p>${gettext(
    "Looking locally divides the weights of the dense layer by {local}, sharing them by another {shared}. The multiply-adds become fewer only by looking locally: every place still has to be computed.",
    {
      local: times(dense.parameters, local.parameters),
      shared: times(local.parameters, conv.parameters),
    },
  )}</p>
    <p>${gettext(
      "The lecture notes compare it with a dense layer to {units} numbers: {n} weights, {times} times those of the convolution. But that gives a vector and no map, and it takes {dense} multiply-adds, the convolution {conv}.",
      {
        units: format.whole(params.units),
        n: format.whole(units.parameters),
        times: times(units.parameters, conv.parameters),
        dense: format.whole(units.multiply_adds),
        conv: format.whole(conv.multiply_adds),
      },
    )}</p>
    ${checked ? html`<p class="soft">${gettext("Each count is that of PyTorch’s own layer, built and counted without computing.")}</p>` : nothing}`;
}

/** @param {Counts | null} counts */
function arrays(counts) {
  const layers = counts?.layers ?? [];
  const table = Float32Array.from(
    layers.flatMap(({ parameters, multiply_adds: made }) => [parameters, made]),
  );
  return { counts: new Tensor([layers.length, 2], table) };
}

customElements.define("principle-counts", PrincipleCounts);
