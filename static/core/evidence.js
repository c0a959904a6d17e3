/** What a measured claim says, in words and numbers. */

import * as format from "./format.js";
import { gettext, lang, pick } from "./i18n.js";

/** @typedef {import("./wire.js").Measurement} Measurement */
/** @typedef {Measurement["verdict"]} Verdict */
/** @typedef {Measurement["table"]["rows"][number][number]} Cell */

/** A verdict in words. @param {Verdict} verdict */
export function verdictWords(verdict) {
  return {
    holds: gettext("Holds"),
    holds_with_conditions: gettext("Holds with conditions"),
    does_not_hold: gettext("Does not hold"),
  }[verdict];
}

/** Every digit of a count: evidence is not rounded. */
const exact = new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en-GB");

/** A cell of the evidence as text. @param {Cell} cell */
export function cellText(cell) {
  if (typeof cell === "number") {
    return Number.isInteger(cell) ? exact.format(cell) : format.number(cell);
  }
  if (typeof cell === "boolean") return cell ? gettext("yes") : gettext("no");
  return typeof cell === "string" ? cell : pick(cell);
}

/** Whether a column holds numbers, to be set flush right: all its cells do, but for words that stand for one.
 * @param {readonly (readonly Cell[])[]} rows @param {number} index
 */
export function isNumeric(rows, index) {
  const cells = rows.map((row) => row[index]);
  return (
    cells.some((cell) => typeof cell === "number" || /\d%?$/.test(String(cell))) &&
    !cells.some((cell) => typeof cell === "string" && /[^\d.,%—]/.test(cell))
  );
}

/** Under which circumstances it was measured: cases, time, version, seed.
 * @param {Measurement} measurement
 */
export function circumstances({ cases, milliseconds, torch, seed }) {
  return gettext("{n} cases, {t} ms, PyTorch {version}, seed {seed}", {
    n: format.count(cases),
    t: Math.max(1, Math.round(milliseconds)),
    version: torch,
    seed,
  });
}

/** How many of the verdicts are of each kind, in words; "" where there are none.
 * @param {readonly Verdict[]} verdicts
 */
export function tally(verdicts) {
  const of = (/** @type {Verdict} */ kind) => verdicts.filter((verdict) => verdict === kind).length;
  if (!verdicts.length) return "";
  return gettext("{measured} measured: {holds} hold, {conditions} with conditions, {not} not.", {
    measured: verdicts.length,
    holds: of("holds"),
    conditions: of("holds_with_conditions"),
    not: of("does_not_hold"),
  });
}
