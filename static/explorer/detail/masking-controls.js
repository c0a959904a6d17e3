import { html, nothing } from "lit";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { masking, setMasking } from "./changes.js";
import { fieldRow, heard } from "./field-row.js";
import "../../components/choice-field.js";
import "../../components/number-field.js";

/** @typedef {import("./change-controls.js").ChangeControls} Host */
/** @typedef {import("../../core/wire.js").NetworkNode} NetworkNode */

const MOST_SEED = 99_999;
/** The probability where dropout is put first. */
const FIRST = 0.5;

/** A dropout where the network has no layer for it: after the layer, on its weights, on its state.
 * @param {Host} host
 * @param {NetworkNode} node
 */
export function maskingControls(host, node) {
  const { what, p = FIRST, seed = null } = masking(host.interventions, node.name);
  const set = (/** @type {Record<string, any>} */ some) => {
    const told = { what, p, seed, ...some };
    host.set(setMasking(host.interventions, node.name, told), kindOf(told.what));
  };
  return html`${fieldRow({
    name: "masking",
    changed: what !== "",
    trained: gettext("none"),
    back: () => set({ what: "" }),
    control: html`<choice-field list label=${gettext("Dropout here")} .value=${what}
      .options=${places(node)} @value-change=${heard((/** @type {string} */ value) => set({ what: value }))}></choice-field>`,
    said: html`${host.said("drop_after")}${host.said("drop_connect")}${host.said("recurrent")}`,
  })}
  ${what === "" ? nothing : amounts(p, seed, set)}`;
}

/** @param {string} what */
function kindOf(what) {
  return what === "weights"
    ? "drop_connect"
    : /^(zoneout|state)$/.test(what)
      ? "recurrent"
      : "drop_after";
}

/** Where a layer can have one. @param {NetworkNode} node */
function places(node) {
  const [, height = 1, width = 1] = node.shape;
  const options = [
    { value: "", label: gettext("None") },
    { value: "element", label: gettext("After it: single values") },
    { value: "channel", label: gettext("After it: whole channels") },
    ...(height * width > 1 ? [{ value: "block", label: gettext("After it: square blocks") }] : []),
    { value: "row", label: gettext("After it: everything, or nothing") },
  ];
  if (node.kind === "conv" || node.kind === "linear")
    options.push({ value: "weights", label: gettext("Its weights (DropConnect)") });
  if (node.kind === "recurrent")
    options.push(
      { value: "zoneout", label: gettext("Its state keeps old values (zoneout)") },
      { value: "state", label: gettext("Its state is set to 0 (dropout)") },
    );
  return options;
}

/** How much, and which throw of the dice.
 * @param {number} p
 * @param {number | null} seed
 * @param {(some: Record<string, any>) => void} set
 */
function amounts(p, seed, set) {
  const amount = heard((/** @type {number} */ value) => set({ p: value }));
  const throwing = heard((/** @type {number} */ value) => set({ seed: value }));
  return html`${fieldRow({
    name: "masking.p",
    changed: false,
    trained: format.number(FIRST),
    back: () => set({ p: FIRST }),
    control: html`<number-field slider label=${gettext("Probability of dropping, p")} .value=${p} .min=${0} .max=${1} .step=${0.01}
      @value-input=${amount} @value-change=${amount}></number-field>`,
  })}
  ${fieldRow({
    name: "masking.seed",
    changed: seed !== null,
    trained: gettext("the run’s seed"),
    back: () => set({ seed: null }),
    control: html`<number-field label=${gettext("Seed")} .value=${seed ?? 0} .min=${0} .max=${MOST_SEED}
        @value-input=${throwing} @value-change=${throwing}></number-field>
      <div class="row"><button type="button" @click=${() => set({ seed: Math.floor(Math.random() * MOST_SEED) })}>${gettext("Throw the dice again")}</button></div>`,
  })}`;
}
