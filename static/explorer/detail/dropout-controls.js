import { html } from "lit";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { find, settle, without } from "./changes.js";
import { fieldRow, heard } from "./field-row.js";
import "../../components/choice-field.js";
import "../../components/number-field.js";

/** @typedef {import("./change-controls.js").ChangeControls} Host */
/** @typedef {import("../../core/wire.js").NetworkNode} NetworkNode */
/** @typedef {Record<string, any>} Some */

/** Dropout: on or off, how much, of what, and which throw of the dice. Moving any of them switches it on.
 * @param {Host} host
 * @param {NetworkNode} node
 */
export function dropoutControls(host, node) {
  const was = /** @type {Some} */ (node.settings);
  const change = find(host.interventions, "dropout", node.name);
  const told = change ?? host.remembered[node.name] ?? {};
  const on = change?.on ?? was.on;
  const [p, variant, seed] = [told.p ?? was.p, told.variant ?? was.variant, told.seed ?? null];
  const set = (/** @type {Some} */ some) => {
    const wanted = { ...told, ...some };
    host.remembered[node.name] = wanted;
    const rest = settle(host.interventions, "dropout", node.name, was, {
      ...wanted,
      on: some.on ?? true,
    });
    const off = without(host.interventions, (c) => c.kind === "dropout" && c.layer === node.name);
    host.set(some.on === false ? off : rest, "dropout");
  };
  const variants = {
    element: gettext("Single values"),
    channel: gettext("Whole channels"),
    row: gettext("The whole layer, for each picture"),
    batch: gettext("The whole layer, for all pictures"),
  };
  return html`${fieldRow({
    name: "on",
    changed: Boolean(on) !== Boolean(was.on),
    trained: gettext("off"),
    back: () => set({ on: false }),
    control: html`<choice-field small label=${gettext("Dropout")} .value=${on ? "on" : "off"}
      .options=${[
        { value: "off", label: gettext("Off") },
        { value: "on", label: gettext("On") },
      ]} @value-change=${heard((/** @type {string} */ value) => set({ on: value === "on" }))}></choice-field>`,
    said: host.said("dropout"),
  })}
  ${fieldRow({
    name: "p",
    changed: Boolean(on) && p !== was.p,
    trained: format.number(was.p),
    back: () => set({ p: was.p }),
    control: html`<number-field slider label=${gettext("Probability of dropping, p")} .value=${p} .min=${0} .max=${1} .step=${(was.p * 100) % 1 ? 0.0025 : 0.01}
      @value-input=${heard((/** @type {number} */ value) => set({ p: value }))} @value-change=${heard((/** @type {number} */ value) => set({ p: value }))}></number-field>`,
    below:
      p < 1
        ? gettext("What is kept is multiplied by 1 / (1 − p) = {n}.", {
            n: format.number(1 / (1 - p)),
          })
        : gettext("Nothing is kept."),
  })}
  ${fieldRow({
    name: "variant",
    changed: Boolean(on) && variant !== was.variant,
    trained: variants[/** @type {keyof typeof variants} */ (was.variant)],
    back: () => set({ variant: was.variant }),
    control: html`<choice-field list label=${gettext("What is dropped together")} .value=${variant}
      .options=${Object.entries(variants).map(([value, label]) => ({ value, label }))}
      @value-change=${heard((/** @type {string} */ value) => set({ variant: value }))}></choice-field>`,
  })}
  ${fieldRow({
    name: "seed",
    changed: Boolean(on) && seed !== null,
    trained: gettext("the run’s seed"),
    back: () => set({ seed: undefined }),
    control: html`<number-field label=${gettext("Seed")} .value=${seed ?? 0} .min=${0} .max=${MOST_SEED}
        @value-input=${heard((/** @type {number} */ value) => set({ seed: value }))} @value-change=${heard((/** @type {number} */ value) => set({ seed: value }))}></number-field>
      <div class="row"><button type="button" @click=${() => set({ seed: Math.floor(Math.random() * MOST_SEED) })}>${gettext("Throw the dice again")}</button></div>`,
  })}`;
}

const MOST_SEED = 99_999;
