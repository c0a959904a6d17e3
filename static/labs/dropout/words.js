/** What variants and their decisions are called. */

import { gettext } from "../../core/i18n.js";

/** @typedef {import("./fields.js").Variant} Variant */

/** @typedef {"input" | "mask" | "output"} Which of the three figures */

/** A variant's name. @param {Variant} variant */
export function variantName(variant) {
  return {
    element: "Dropout",
    channel: "SpatialDropout",
    block: "DropBlock",
    connect: "DropConnect",
    row: "DropPath",
    batch: "Stochastic Depth",
    alpha: "AlphaDropout",
  }[variant];
}

/** What it decides about. @param {Variant} variant */
export function unitName(variant) {
  return {
    element: gettext("single values"),
    channel: gettext("whole channels"),
    block: gettext("squares of a map"),
    connect: gettext("single weights"),
    row: gettext("a sample’s branch"),
    batch: gettext("the batch’s branch"),
    alpha: gettext("values, for SELU"),
  }[variant];
}

/** The same as a sentence. @param {Variant} variant */
export function variantWords(variant) {
  return {
    element: gettext("Every value is decided about by itself."),
    channel: gettext(
      "A channel of a sample is dropped whole, with all its places: its neighbours cannot give the dropped value away.",
    ),
    block: gettext(
      "Squares fall out of each map by itself. They overlap, so that the share kept is not exactly 1 − p: what is left is multiplied by n ∕ Σm, all values over those kept.",
    ),
    connect: gettext(
      "Weights are dropped before the layer computes, not values after it: every output loses some of its inputs.",
    ),
    row: gettext(
      "A sample loses everything, or nothing: what is dropped is its residual branch, and the shortcut goes on.",
    ),
    batch: gettext(
      "One decision for the whole batch: the residual branch is skipped for all samples, or for none.",
    ),
    alpha: gettext(
      "Dropped values become −1.758, where SELU ends, and all are then scaled and shifted: mean and variance stay, for networks that normalise themselves.",
    ),
  }[variant];
}

/** What each of the three is called. @param {Which} which */
export function partName(which) {
  return {
    input: gettext("h, before dropout"),
    mask: gettext("m, the mask"),
    output: gettext("What is left"),
  }[which];
}
