import { html } from "lit";
import { gettext } from "../../core/i18n.js";
import { find, settle } from "./changes.js";
import { fieldRow, heard } from "./field-row.js";
import { FUNCTIONS } from "./words.js";
import "../../components/choice-field.js";

/** Layers with one thing to choose: an activation's function, a pooling's method. */

/** @typedef {import("./change-controls.js").ChangeControls} Host */
/** @typedef {import("../../core/wire.js").NetworkNode} NetworkNode */
/** @typedef {Record<string, any>} Some */

/** @param {Host} host @param {NetworkNode} node */
export function activationControls(host, node) {
  const was = /** @type {Some} */ (node.settings);
  const now = find(host.interventions, "activation", node.name)?.function ?? was.function;
  const set = (/** @type {string} */ value) =>
    host.set(
      settle(host.interventions, "activation", node.name, was, { function: value }),
      "activation",
    );
  const labels = { ...FUNCTIONS, identity: gettext("None") };
  return fieldRow({
    name: "function",
    changed: now !== was.function,
    trained: labels[/** @type {keyof typeof labels} */ (was.function)],
    back: () => set(was.function),
    control: html`<choice-field small label=${gettext("Activation function")} .value=${now}
      .options=${Object.entries(labels).map(([value, label]) => ({ value, label }))} @value-change=${heard(set)}></choice-field>`,
    said: host.said("activation"),
  });
}

/** @param {Host} host @param {NetworkNode} node */
export function poolControls(host, node) {
  const was = /** @type {Some} */ (node.settings);
  const now = find(host.interventions, "pooling", node.name)?.method ?? was.method;
  const set = (/** @type {string} */ value) =>
    host.set(settle(host.interventions, "pooling", node.name, was, { method: value }), "pooling");
  const labels = { max: gettext("Largest value"), avg: gettext("Mean") };
  return fieldRow({
    name: "method",
    changed: now !== was.method,
    trained: labels[/** @type {keyof typeof labels} */ (was.method)],
    back: () => set(was.method),
    control: html`<choice-field small label=${gettext("Pool by")} .value=${now}
      .options=${Object.entries(labels).map(([value, label]) => ({ value, label }))} @value-change=${heard(set)}></choice-field>`,
    said: host.said("pooling"),
  });
}
