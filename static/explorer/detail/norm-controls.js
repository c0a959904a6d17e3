import { html } from "lit";
import { gettext } from "../../core/i18n.js";
import { find, settle } from "./changes.js";
import { fieldRow, heard } from "./field-row.js";
import "../../components/choice-field.js";

/** @typedef {import("./change-controls.js").ChangeControls} Host */
/** @typedef {import("../../core/wire.js").NetworkNode} NetworkNode */
/** @typedef {Record<string, any>} Some */

const METHODS = () => ({
  batch: gettext("Batch"),
  layer: gettext("Layer"),
  instance: gettext("Instance"),
  group: gettext("Group"),
  layer_channels: gettext("Layer, place by place"),
  rms: gettext("RMS, place by place"),
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
    layer_channels: gettext("One for each place of a picture, over its {n} channels.", {
      n: channels,
    }),
    rms: gettext("One mean square for each place, over its {n} channels; no mean is subtracted.", {
      n: channels,
    }),
    none: gettext("Values go through as they are, without γ and β."),
  };
  return words[/** @type {keyof typeof words} */ (method)];
}

/** @param {number} n */
function divisors(n) {
  return Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);
}
