/** What a link can say about the sections below the stage. */

import { json, number, text } from "../../core/state.js";
import { SITES } from "./sections/sites.js";

export const sectionFields = {
  /** Expectation: masks drawn so far, and what the mean is followed into. */
  masks: number(100, { min: 1, max: 10_000 }),
  curve: text(/** @type {"relu" | "softmax"} */ ("relu"), ["relu", "softmax"]),
  /** Ensemble: droppable units, where they are, and the class looked at; null: the likeliest. */
  units: number(8, { min: 1, max: 16 }),
  unitsAt: text(/** @type {"head" | "stage"} */ ("head"), ["head", "stage"]),
  ensembleClass: json(/** @type {number | null} */ (null), isIndex),
  /** Monte-Carlo dropout: predictions by a mask of their own. */
  votes: number(200, { min: 10, max: 500 }),
  /** Where: what is dropped, and held-out images that accuracies are measured on. */
  whereDrop: text(
    /** @type {"element" | "channel" | "block" | "row" | "batch" | "alpha" | "connect"} */ (
      "element"
    ),
    ["element", "channel", "block", "row", "batch", "alpha", "connect"],
  ),
  items: number(200, { min: 50, max: 2000, step: 50 }),
  /** Zoneout: how likely a unit is dropped or kept from before, and the unit whose trace is drawn. */
  stateP: number(0.3, { min: 0, max: 0.95, step: 0.01 }),
  unit: number(0, { min: 0, max: 31 }),
  /** Depth: whose branches, p of the last one (null: as trained), and who shares a decision ("": as trained). */
  chain: text(/** @type {"mini_resnet" | "mini_vit"} */ ("mini_resnet"), [
    "mini_resnet",
    "mini_vit",
  ]),
  lastP: json(/** @type {number | null} */ (0.5), isShare),
  skip: text(/** @type {"" | "batch" | "row"} */ ("row"), ["", "batch", "row"]),
  /** Transformer: where it drops out, and with which probability. */
  site: text(/** @type {import("./sections/sites.js").SiteName} */ ("hidden"), SITES),
  siteP: number(0.3, { min: 0, max: 0.95, step: 0.01 }),
};

/** @param {unknown} read */
function isIndex(read) {
  return read === null || (Number.isSafeInteger(read) && Number(read) >= 0);
}

/** @param {unknown} read */
function isShare(read) {
  return read === null || (Number.isFinite(read) && Number(read) >= 0 && Number(read) <= 1);
}
