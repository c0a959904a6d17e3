import { html } from "lit";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { equal, find, settle, without } from "./changes.js";
import { fieldRow, heard } from "./field-row.js";
import { FUNCTIONS } from "./words.js";
import "../../components/choice-field.js";
import "../../components/number-field.js";

/** @typedef {import("./change-controls.js").ChangeControls} Host */
/** @typedef {import("../../core/wire.js").NetworkNode} NetworkNode */
/** @typedef {Record<string, any>} Some */

const METHODS = () => ({
  batch: gettext("Batch"),
  layer: gettext("Layer"),
  instance: gettext("Instance"),
  group: gettext("Group"),
  none: gettext("None"),
});

/** The method of a normalisation layer and where its statistics come from.
 * @param {Host} host
 * @param {NetworkNode} node
 */
export function normControls(host, node) {
  const was = /** @type {Some} */ (node.settings);
  const change = find(host.interventions, "normalization", node.name) ?? {};
  const method = change.method ?? was.method;
  const channels = node.shape[0] ?? 1;
  const groups = change.groups ?? was.groups ?? 1;
  const running = was.statistics === "running";
  const statistics =
    method !== "batch" ? "" : (change.statistics ?? (running ? "running" : "batch"));
  const set = (/** @type {Some} */ some, /** @type {string} */ moved) =>
    host.set(
      settle(host.interventions, "normalization", node.name, was, some),
      `normalization.${moved}`,
    );
  const choose = (/** @type {string} */ value) => {
    const shared =
      value === "group"
        ? (divisors(channels).find((n) => n > 1 && channels / n <= 16) ?? 1)
        : undefined;
    set({ method: value, statistics: undefined, groups: shared }, "method");
  };
  const labels = METHODS();
  const rows = [
    fieldRow({
      name: "method",
      changed: method !== was.method,
      trained: labels[/** @type {keyof typeof labels} */ (was.method)],
      back: () => choose(was.method),
      control: html`<choice-field small label=${gettext("Normalise by")} .value=${method}
        .options=${Object.entries(labels).map(([value, label]) => ({ value, label }))} @value-change=${heard(choose)}></choice-field>`,
      below: sharing(method, channels, groups),
      said: host.said("normalization.method"),
    }),
  ];
  if (method === "group")
    rows.push(
      fieldRow({
        name: "groups",
        changed: false,
        trained: was.groups,
        back: () => {},
        control: html`<choice-field list label=${gettext("Groups")} .value=${String(groups)}
          .options=${divisors(channels).map((n) => ({ value: String(n), label: gettext("{n} of {size} channels", { n, size: channels / n }) }))}
          @value-change=${heard((/** @type {string} */ value) => set({ groups: Number(value) }, "groups"))}></choice-field>`,
        said: host.said("normalization.groups"),
      }),
    );
  rows.push(
    fieldRow({
      name: "statistics",
      changed: method === "batch" && running && statistics !== "running",
      trained: gettext("running"),
      back: () => set({ statistics: "running" }, "statistics"),
      control: html`<choice-field small label=${gettext("Mean and variance")} .value=${statistics} ?disabled=${method !== "batch"}
        .options=${[
          {
            value: "running",
            label: gettext("From training"),
            disabled: !running,
            hint: running ? "" : gettext("This layer was trained without them."),
          },
          { value: "batch", label: gettext("Of this picture") },
        ]} @value-change=${heard((/** @type {string} */ value) => set({ statistics: value }, "statistics"))}></choice-field>`,
      below:
        method === "batch"
          ? undefined
          : gettext(
              "Only batch normalisation has this choice: the others always take those of the picture.",
            ),
      said: host.said("normalization.statistics"),
    }),
  );
  return rows;
}

/** @param {string} method @param {number} channels @param {number} groups */
function sharing(method, channels, groups) {
  const words = {
    batch: gettext("One mean and variance for each channel, over all pictures and places."),
    layer: gettext("One for all {n} channels and all places of a picture.", { n: channels }),
    instance: gettext("One for each channel of each picture, over its places."),
    group: gettext("One for each {n} channels of a picture, over their places.", {
      n: channels / groups,
    }),
    none: gettext("Values go through as they are, without γ and β."),
  };
  return words[/** @type {keyof typeof words} */ (method)];
}

/** @param {number} n */
function divisors(n) {
  return Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);
}

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
    changed: !equal(now, was.function),
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
