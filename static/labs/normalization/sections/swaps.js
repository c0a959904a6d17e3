/** What is put in the place of a network's normalisation, and which trained networks are compared. */

import { gettext } from "../../../core/i18n.js";

/** @typedef {import("../../../core/wire.js").Intervention} Intervention */
/** @typedef {import("../../../core/wire.js").NetworkNode} Node */
/** @typedef {{key: string, label: string, network: string, interventions: Intervention[]}} Row */

/** The network whose normalisation is swapped. */
export const SWAPPED = "tiny_vgg_batch";
/** As many as in the network that was trained with GroupNorm. */
const GROUPS = 8;

/** One network, with something else in the place of each of its normalisations, not trained again.
 * @param {readonly Node[]} nodes of that network
 * @returns {Row[]}
 */
export function swaps(nodes) {
  const layers = nodes.filter(({ kind }) => kind === "norm").map(({ name }) => name);
  const with_ = (
    /** @type {Omit<Extract<Intervention, {kind: "normalization"}>, "kind" | "layer">} */ settings,
  ) =>
    layers.map(
      (layer) => /** @type {Intervention} */ ({ kind: "normalization", layer, ...settings }),
    );
  const row = (
    /** @type {string} */ key,
    /** @type {string} */ label,
    /** @type {Intervention[]} */ interventions,
  ) => ({
    key,
    label,
    network: SWAPPED,
    interventions,
  });
  return [
    row("trained", gettext("as trained: BatchNorm, running statistics"), []),
    row("batch", gettext("BatchNorm, statistics of each batch"), with_({ statistics: "batch" })),
    row("layer", "LayerNorm (C, H, W)", with_({ method: "layer" })),
    row("layer_channels", "LayerNorm (C)", with_({ method: "layer_channels" })),
    row(
      "group",
      gettext("GroupNorm, {n} groups", { n: GROUPS }),
      with_({ method: "group", groups: GROUPS }),
    ),
    row("instance", "InstanceNorm", with_({ method: "instance" })),
    row("none", gettext("no normalisation"), with_({ method: "none" })),
  ];
}

/** Five networks of one shape, each trained with its own normalisation.
 * @returns {Row[]}
 */
export function trained() {
  const row = (/** @type {string} */ name, /** @type {string} */ label) => ({
    key: name,
    label,
    network: `tiny_vgg_${name}`,
    interventions: [],
  });
  return [
    row("batch", gettext("trained with BatchNorm")),
    row("layer", gettext("trained with LayerNorm")),
    row("group", gettext("trained with GroupNorm, {n} groups", { n: GROUPS })),
    row("instance", gettext("trained with InstanceNorm")),
    row("none", gettext("trained without normalisation")),
  ];
}
