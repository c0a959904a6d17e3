/** How a batch goes into the running values, in words and in TeX. */

import * as format from "../../../core/format.js";
import { gettext } from "../../../core/i18n.js";

const SYMBOLS = /** @type {Record<string, [string, string]>} */ ({
  mean: ["\\mu", "μ"],
  deviation: ["\\sigma", "σ²"],
});

/** The weight of a batch where every one weighs alike. @param {number} step how many there have been */
export function share(step) {
  return 1 / Math.max(1, step);
}

/** How many batches, of how many. @param {number} step @param {number} steps */
export function counted(step, steps) {
  return gettext("{n} of {all} batches", { n: step, all: steps });
}

/** The step from one running value to the next, with its numbers.
 * @param {string} tone "mean" or "deviation" @param {readonly number[]} running before the first batch, and after each
 * @param {readonly number[]} batch each batch's own @param {number} step from 1 @param {number} weight of the batch
 * @returns {{tex: string, plain: string}}
 */
export function keptTex(tone, running, batch, step, weight) {
  const [tex = "", plain = ""] = SYMBOLS[tone] ?? [];
  const short = (/** @type {number} */ part) => String(Number(part.toPrecision(3)));
  const numbers = [
    short(1 - weight),
    format.number(running[step - 1]),
    short(weight),
    format.number(batch[step - 1]),
    format.number(running[step]),
  ];
  const [rest, before, part, one, after] = numbers.map((number) => number.replaceAll("−", "-"));
  const value = (/** @type {string | undefined} */ number) =>
    number?.startsWith("-") ? `(${number})` : number;
  return {
    tex: `\\htmlClass{tone-${tone}}{\\bar{${tex}}${tone === "deviation" ? "^2" : ""}} \\leftarrow ${rest} \\cdot ${value(before)} + ${part} \\cdot ${value(one)} = ${after}`,
    plain: `${plain} ← ${numbers[0]} · ${numbers[1]} + ${numbers[2]} · ${numbers[3]} = ${numbers[4]}`,
  };
}
