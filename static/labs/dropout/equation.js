/** What stands over the three figures and between them: which operation, with which number. */

import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { number, toned } from "../../core/tex.js";

/** @typedef {import("./session.js").Answer} Answer */
/** @typedef {{tex: string, plain: string}} Formula */
/** @typedef {{name: Formula, words: string}} Title */

/** What an answer was made by; the answer may be older than the present state.
 * @typedef {Pick<Answer, "variant" | "mode" | "scaling" | "p" | "scale" | "keep">} Made */

export const H = toned("x", "h");
export const M = toned("deviation", "m");
export const P = toned("mean", "p");

/** The three figures' titles. @param {Answer} made @param {boolean} roomy whether there is room for a long formula
 * @returns {[Title, Title, Title]}
 */
export function titles({ variant, mode, scaling, weight, request }, roomy) {
  const h = { tex: H, plain: "h" };
  const m = { tex: M, plain: "m" };
  if (variant === "connect")
    return [
      { name: { tex: `${H}(w)`, plain: "h(w)" }, words: gettext("with all weights") },
      {
        name: { tex: `${M} \\odot w`, plain: "m ⊙ w" },
        words: weightWords(mode, weight),
      },
      {
        name: { tex: `${H}(${M} \\odot w)`, plain: "h(m ⊙ w)" },
        words: gettext("with those that are left"),
      },
    ];
  const evaluated = mode === "eval";
  return [
    {
      name: h,
      words:
        request.source.kind === "grid"
          ? gettext("as it was written")
          : gettext("what the layer gives"),
    },
    {
      name: evaluated ? { tex: "1", plain: "1" } : m,
      words: evaluated ? gettext("no mask") : gettext("white is kept, black dropped"),
    },
    {
      name: result(variant, evaluated, scaling === "classic", roomy),
      words: gettext("what goes on"),
    },
  ];
}

/** @param {Made["mode"]} mode @param {Answer["weight"]} weight */
function weightWords(mode, weight) {
  const [lo, hi] = weight?.range() ?? [0, 0];
  const range = { lo: format.number(lo, 2), hi: format.number(hi, 2) };
  return mode === "train"
    ? gettext("{lo} to {hi}, dropped grey", range)
    : gettext("{lo} to {hi}, all weights", range);
}

/** @param {Made["variant"]} variant @param {boolean} evaluated @param {boolean} classic @param {boolean} roomy
 * @returns {Formula}
 */
function result(variant, evaluated, classic, roomy) {
  if (evaluated)
    return classic ? { tex: `(1 - ${P})\\,${H}`, plain: "(1 − p) h" } : { tex: H, plain: "h" };
  const kept = `${M}\\,${H}`;
  if (variant === "alpha" && !roomy) return { tex: toned("after", "y"), plain: "y" };
  if (variant === "alpha")
    return {
      tex: `a\\,(${kept} + (1 - ${M})\\,\\alpha') + b`,
      plain: "a (m h + (1 − m) α′) + b",
    };
  if (classic) return { tex: kept, plain: "m h" };
  if (variant === "block") return { tex: `${kept}\\,n \\,/\\, \\Sigma ${M}`, plain: "m h n ∕ Σm" };
  return { tex: `${kept} \\,/\\, (1 - ${P})`, plain: "m h ∕ (1 − p)" };
}

/** What stands between the figures: between the first two, and between the last two.
 * @param {Made} made @param {boolean} roomy whether there is room for a number @returns {[Formula, Formula]}
 */
export function signs({ variant, mode, scaling, scale }, roomy) {
  if (variant === "connect" || variant === "alpha")
    return [variant === "alpha" ? ODOT : NOTHING, { tex: "\\to", plain: "→" }];
  if (mode === "eval" && scaling === "inverted") return [DOT, { tex: "=", plain: "=" }];
  if (mode === "train" && scaling === "classic") return [ODOT, { tex: "=", plain: "=" }];
  if (!roomy) return [mode === "eval" ? DOT : ODOT, { tex: "=", plain: "=" }];
  const factor = toned("gamma", number(scale, 3));
  return [
    mode === "eval" ? DOT : ODOT,
    { tex: `\\cdot\\,${factor} =`, plain: `· ${number(scale, 3)} =` },
  ];
}

const ODOT = { tex: "\\odot", plain: "⊙" };
const DOT = { tex: "\\cdot", plain: "·" };
const NOTHING = { tex: "", plain: "" };
