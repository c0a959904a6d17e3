import { html, nothing } from "lit";
import { PageElement } from "../../components/element.js";
import { equal } from "../../core/equal.js";
import { gettext } from "../../core/i18n.js";
import { problemWords } from "../../core/problems.js";
import { at, without } from "./changes.js";
import { channelControl } from "./channel-control.js";
import { activationControls, poolControls } from "./choice-controls.js";
import { convControls } from "./conv-controls.js";
import { dropoutControls } from "./dropout-controls.js";
import { maskingControls } from "./masking-controls.js";
import { normControls } from "./norm-controls.js";
import "./kernel-control.js";

/** @typedef {import("../../core/wire.js").NetworkInfo} NetworkInfo */
/** @typedef {import("../../core/wire.js").NetworkNode} NetworkNode */
/** @typedef {import("../../core/wire.js").Intervention} Intervention */
/** @typedef {{detail: string, field: string, code?: string}} Refusal */
/** @typedef {"channels" | "conv" | "kernel" | "normalization" | "dropout" | "activation" | "pooling"} Kind */

/**
 * `<change-controls>`: all that can be changed about a layer, live. What differs from the trained network is
 * marked and goes back with one click; what the server refused is said next to its control.
 *
 * Properties: `info`, `node`, `channel` {number}, `interventions` {Intervention[]} all of them,
 * `refusal` {Refusal | null} of the whole list.
 * Event, bubbling: `interventions-change` {interventions}.
 */
export class ChangeControls extends PageElement {
  static properties = {
    info: { attribute: false },
    node: { attribute: false },
    channel: { type: Number },
    interventions: { attribute: false },
    refusal: { attribute: false },
    linked: { state: true },
    open: { state: true },
  };

  constructor() {
    super();
    /** @type {NetworkInfo | null} */ this.info = null;
    /** @type {NetworkNode | null} */ this.node = null;
    this.channel = 0;
    /** @type {Intervention[]} */ this.interventions = [];
    /** @type {Refusal | null} */ this.refusal = null;
    /** Whether height and width move together. */
    this.linked = true;
    /** On a narrow screen the controls fold away; elsewhere they are always there. */
    this.open = false;
    /** @type {string} what was moved last: a refusal that names no field belongs there */
    this.last = "";
    /** @type {Record<string, any>} what dropout was set to before it was switched off */
    this.remembered = {};
  }

  /** @param {Map<PropertyKey, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("info")) this.remembered = {};
    if (changed.has("node")) this.last = "";
  }

  render() {
    const { info, node } = this;
    if (!info || !node) return nothing;
    const changed = at(this.interventions, node.name).length;
    return html`<section aria-label=${gettext("Change {layer}", { layer: node.name })}>
      <header><h3>${gettext("Change {layer}", { layer: node.name })}</h3>
        ${changed ? html`<button type="button" class="plain" @click=${this.#reset}>${gettext("All as trained")}</button>` : nothing}
        <button type="button" class="fold" aria-expanded=${this.open} @click=${() => {
          this.open = !this.open;
        }}>${this.open ? gettext("Fold away") : gettext("Show the controls")}</button></header>
      ${this.#elsewhere(node)}
      <div class="fields ${this.open ? "" : "folded"}">${
        node.kind === "input"
          ? html`<p class="hint">${gettext("To change the input, choose another picture.")}</p>`
          : this.#controls(info, node)
      }</div>
    </section>`;
  }

  /** @param {NetworkInfo} info @param {NetworkNode} node */
  #controls(info, node) {
    const kinds = {
      conv: () => html`${convControls(this, info, node)}<kernel-control .info=${info} .node=${node} .channel=${this.channel}
        .interventions=${this.interventions}>${nothing}</kernel-control>${this.said("kernel")}`,
      norm: () => normControls(this, node),
      dropout: () => dropoutControls(this, node),
      activation: () => activationControls(this, node),
      pool: () => poolControls(this, node),
    };
    return html`${kinds[/** @type {keyof typeof kinds} */ (node.kind)]?.() ?? nothing}
      ${node.kind === "dropout" ? nothing : maskingControls(this, node)}${channelControl(this, info, node)}`;
  }

  /** Send the changes on, if they are others.
   * @param {Intervention[]} interventions
   * @param {string} moved the control
   */
  set(interventions, moved) {
    this.last = moved;
    if (!equal(interventions, this.interventions))
      this.tell("interventions-change", { interventions });
  }

  #reset() {
    const { name } = /** @type {NetworkNode} */ (this.node);
    this.set(
      without(this.interventions, ({ layer }) => layer === name),
      "",
    );
  }

  /** Where a refusal belongs: the control of this layer that it is about, or "" for elsewhere. */
  get #blamed() {
    const [, index, rest = ""] =
      /^interventions\.(\d+)\.?(.*)$/.exec(this.refusal?.field ?? "") ?? [];
    const change = index === undefined ? undefined : this.interventions[Number(index)];
    if (!change) return this.last;
    if (change.layer !== this.node?.name) return "";
    const kind = change.kind === "kernel_preset" ? "kernel" : change.kind;
    const field = rest.split(".").find((part) => part && part !== change.kind);
    return field ? `${kind}.${field}` : this.last.startsWith(kind) ? this.last : kind;
  }

  /** What was refused about a control, to stand under it.
   * @param {string} control such as "conv.stride"; "kernel" stands for all about kernels
   */
  said(control) {
    const { refusal } = this;
    if (!refusal || !belongs(this.#blamed, control)) return nothing;
    return notice(refusal);
  }

  /** A refusal that is not about any control shown. @param {NetworkNode} node */
  #elsewhere(node) {
    const shown = CONTROLS[node.kind] ?? [];
    const blamed = this.#blamed;
    const placed = [...shown, ...EVERYWHERE].some((control) => belongs(blamed, control));
    if (!this.refusal || placed) return nothing;
    return notice(this.refusal);
  }
}

/** What was refused: its meaning in the reader's language, and the server's own sentence, which names the
 * layer and the shapes.
 * @param {Refusal} refusal
 */
function notice(refusal) {
  const meaning = problemWords(refusal);
  const said =
    meaning === refusal.detail ? nothing : html` <span lang="en">${refusal.detail}</span>`;
  return html`<p class="problem refusal" role="alert">${meaning}${said}</p>`;
}

/** @type {Record<string, string[]>} where each kind of layer can say what was refused */
const CONTROLS = {
  conv: ["conv.stride", "conv.padding", "conv.padding_mode", "conv.dilation", "kernel"],
  norm: ["normalization.method", "normalization.statistics", "normalization.groups"],
  dropout: ["dropout"],
  activation: ["activation"],
  pool: ["pooling"],
};

/** What any layer can be told. */
const EVERYWHERE = ["channels", "drop_after", "drop_connect", "recurrent"];

/** @param {string} blamed @param {string} control */
function belongs(blamed, control) {
  return blamed === control || blamed.startsWith(`${control}.`);
}

customElements.define("change-controls", ChangeControls);
