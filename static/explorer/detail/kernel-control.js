import { html, nothing } from "lit";
import { PageElement } from "../../components/element.js";
import * as api from "../../core/api.js";
import { gettext } from "../../core/i18n.js";
import { Latest } from "../../core/latest.js";
import { decode } from "../../core/tensor.js";
import { kernelChanges } from "./answers.js";
import { find, resetKernel, setKernel, setPreset } from "./changes.js";
import { fieldRow, heard } from "./field-row.js";
import { channelName, channelWords, nodeOf } from "./words.js";
import "../../components/choice-field.js";
import "../../components/kernel-editor.js";
import "../../components/number-field.js";

/** @typedef {import("../../core/wire.js").NetworkInfo} NetworkInfo */
/** @typedef {import("../../core/wire.js").NetworkNode} NetworkNode */
/** @typedef {import("../../core/wire.js").Intervention} Intervention */
/** @typedef {import("../../core/tensor.js").Tensor} Tensor */
/** @typedef {{name: string, layer: string, channel: number, interventions: Intervention[]}} Question */

/**
 * `<kernel-control>`: the numbers of a convolution's kernel, slice by slice, and well-known kernels to put in.
 *
 * Properties: `info`, `node`, `channel`, `interventions`.
 * Its host is `<change-controls>`, whose `set` it calls.
 */
export class KernelControl extends PageElement {
  static properties = {
    info: { attribute: false },
    node: { attribute: false },
    channel: { type: Number },
    interventions: { attribute: false },
    slice: { state: true },
    whole: { state: true },
    weights: { state: true },
  };

  constructor() {
    super();
    /** @type {NetworkInfo | null} */ this.info = null;
    /** @type {NetworkNode | null} */ this.node = null;
    this.channel = 0;
    /** @type {Intervention[]} */ this.interventions = [];
    /** The input channel, counted within the group. */
    this.slice = 0;
    /** Whether a well-known kernel goes into all slices. */
    this.whole = true;
    /** @type {{of: string, now: Tensor, trained: Tensor} | null} */ this.weights = null;
    this.latest = new Latest(ask, {
      done: (weights) => {
        this.weights = weights;
      },
      failed: () => {},
    });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.latest.cancel();
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  willUpdate(changed) {
    const { info, node, channel } = this;
    if (!info || !node) return;
    if (changed.has("node")) this.slice = 0;
    if (!["info", "node", "channel", "interventions"].some((name) => changed.has(name))) return;
    const kernels = kernelChanges(this.interventions, node.name);
    const question = { name: info.name, layer: node.name, channel, interventions: kernels };
    if (JSON.stringify(question) !== this.#asked) this.latest.send(question);
    this.#asked = JSON.stringify(question);
  }

  #asked = "";

  render() {
    const { info, node, weights, channel } = this;
    if (!info || !node || weights?.of !== `${info.name} ${node.name} ${channel}`) return nothing;
    const [slices = 1, height = 1, width = 1] = weights.now.shape;
    const slice = Math.min(this.slice, slices - 1);
    const edited = find(this.interventions, "kernel", node.name, { out: channel, in: slice });
    const values = edited?.values ?? rows(weights.now, slice);
    const original = rows(weights.trained, slice);
    const changed = JSON.stringify(values) !== JSON.stringify(original);
    const first = this.#firstInput(node);
    const source = nodeOf(info, node.inputs[0]);
    const limit = Math.max(...weights.trained.values.map(Math.abs)) || 1;
    return fieldRow({
      name: "kernel",
      label: gettext("Kernel of {channel}", { channel: channelWords(info, node, channel) }),
      changed,
      trained: gettext("the kernel"),
      back: () => this.#set(resetKernel(this.interventions, node.name, channel, null)),
      control: html`
        ${
          slices > 1
            ? html`<number-field label=${gettext("Slice for the input channel")} .value=${slice + first} .min=${first} .max=${first + slices - 1}
              @value-input=${heard((/** @type {number} */ value) => {
                this.slice = value - first;
              })} @value-change=${heard(() => {})}></number-field>
              <p class="hint">${channelName(info, source, slice + first)}</p>`
            : nothing
        }
        <kernel-editor .values=${values} .original=${original} .limit=${height * width === 1 ? limit : 0}
          label=${gettext("Kernel values, {channel}", { channel: channelWords(info, source, slice + first) })}
          .presets=${height * width > 1 ? presets() : []}
          @value-input=${this.#onValues} @value-change=${this.#onValues} @preset-select=${this.#onPreset}
          @cell-hover=${stop} @cell-leave=${stop}></kernel-editor>
        ${
          slices > 1 && height * width > 1
            ? html`<choice-field small label=${gettext("A well-known kernel goes into")} .value=${this.whole ? "all" : "one"}
              .options=${[
                { value: "all", label: gettext("All slices") },
                { value: "one", label: gettext("This slice") },
              ]} @value-change=${heard((/** @type {string} */ value) => {
                this.whole = value === "all";
              })}></choice-field>`
            : nothing
        }`,
    });
  }

  /** The first input channel that this channel's kernel sees. @param {NetworkNode} node */
  #firstInput({ settings }) {
    const { groups, in_channels, out_channels } = /** @type {any} */ (settings);
    return Math.floor(this.channel / (out_channels / groups)) * (in_channels / groups);
  }

  /** @param {Intervention[]} interventions */
  #set(interventions) {
    const host = /** @type {import("./change-controls.js").ChangeControls | null} */ (
      this.closest("change-controls")
    );
    host?.set(interventions, "kernel");
  }

  /** @param {CustomEvent<{values: number[][]}>} event */
  #onValues(event) {
    event.stopPropagation();
    const { values } = event.detail;
    const { interventions, channel, slice, weights } = this;
    const layer = this.node?.name ?? "";
    if (!weights) return;
    const same = JSON.stringify(values) === JSON.stringify(rows(weights.trained, slice));
    const covered = find(interventions, "kernel_preset", layer, { out: channel });
    this.#set(setKernel(interventions, layer, channel, slice, same && !covered ? null : values));
  }

  /** @param {CustomEvent<{value: string}>} event */
  #onPreset(event) {
    event.stopPropagation();
    const slices = this.weights?.now.shape[0] ?? 1;
    const slice = this.whole && slices > 1 ? null : this.slice;
    this.#set(
      setPreset(this.interventions, this.node?.name ?? "", this.channel, slice, event.detail.value),
    );
  }
}

/** @param {Event} event */
function stop(event) {
  event.stopPropagation();
}

/** @param {Question} question @param {AbortSignal} signal */
async function ask({ name, layer, channel, interventions }, signal) {
  const body = { layer, channels: [channel], interventions };
  const { weight, original } = await api.weights(name, body, { signal });
  const [now, trained] = [weight, original].map((wire) => {
    const tensor = decode(wire);
    return tensor.reshape(tensor.shape.slice(1));
  });
  return {
    of: `${name} ${layer} ${channel}`,
    now: /** @type {Tensor} */ (now),
    trained: /** @type {Tensor} */ (trained),
  };
}

/** One slice as rows. @param {Tensor} tensor [slices, height, width] @param {number} slice */
function rows(tensor, slice) {
  const values = [...tensor.map(slice)];
  return Array.from({ length: tensor.height }, (_, y) =>
    values.slice(y * tensor.width, (y + 1) * tensor.width),
  );
}

const presets = () => [
  { value: "identity", label: gettext("Identity") },
  { value: "box", label: gettext("Box blur") },
  { value: "gaussian", label: gettext("Gaussian blur") },
  { value: "sharpen", label: gettext("Sharpen") },
  { value: "sobel_x", label: gettext("Sobel, across") },
  { value: "sobel_y", label: gettext("Sobel, down") },
  { value: "laplacian", label: gettext("Laplacian") },
  { value: "emboss", label: gettext("Emboss") },
];

customElements.define("kernel-control", KernelControl);
