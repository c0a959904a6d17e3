/** An element's way through dropout in TeX, in symbols and with its numbers; each symbol in its colour. */

import * as format from "../../core/format.js";
import { number, term, toned } from "../../core/tex.js";
import { H, M, P } from "./equation.js";

/** @typedef {import("../../core/wire.js").DropoutElement} Element */
/** @typedef {import("./equation.js").Made} Made */
/** @typedef {import("./equation.js").Formula} Formula */

/** The product. @param {Element} element @param {Made} made @returns {Formula} */
export function product(element, made) {
  const { h, m, scale, product: y } = element;
  const result = toned("after", `\\mathbf{${number(y)}}`);
  const plain = format.number(y, 4);
  const value = term(h, "x");
  if (made.variant === "connect") return connected(element, made, result);
  if (made.mode === "eval")
    return made.scaling === "classic"
      ? {
          tex: `(1 - ${P})\\,${H} = ${toned("gamma", number(scale))} \\cdot ${value} = ${result}`,
          plain: `(1 − p) h = ${plain}`,
        }
      : { tex: `${H} = ${result}`, plain: `h = ${plain}` };
  const bit = toned("deviation", String(m));
  if (made.variant === "alpha") return alpha(element, result);
  if (made.scaling === "classic")
    return {
      tex: `${M}\\,${H} = ${bit} \\cdot ${value} = ${result}`,
      plain: `m h = ${plain}`,
    };
  const factor = toned("gamma", number(scale));
  const numbers = `${bit} \\cdot ${value} \\cdot ${factor} = ${result}`;
  if (made.variant === "block") {
    const { count = 0, total = 0 } = made.keep ?? {};
    return {
      tex: `${M}\\,${H} \\cdot \\dfrac{n}{\\Sigma ${M}} = ${bit} \\cdot ${value} \\cdot \\dfrac{${counted(total)}}{${counted(count)}} = ${numbers}`,
      plain: `m h n ∕ Σm = ${plain}`,
    };
  }
  return {
    tex: `\\dfrac{${M}\\,${H}}{1 - ${P}} = \\dfrac{${bit} \\cdot ${value}}{1 - ${toned("mean", String(made.p))}} = ${numbers}`,
    plain: `m h ∕ (1 − p) = ${plain}`,
  };
}

/** Kept values are scaled and shifted, dropped ones take one value. @param {Element} element @param {string} result
 * @returns {Formula} */
function alpha({ h, m, scale, shift, product: y }, result) {
  const plain = format.number(y, 4);
  if (m === 0) return { tex: `a\\,\\alpha' + b = ${result}`, plain: `a α′ + b = ${plain}` };
  return {
    tex: `a\\,${H} + b = ${toned("gamma", number(scale))} \\cdot ${term(h, "x")} + ${term(shift, "beta")} = ${result}`,
    plain: `a h + b = ${plain}`,
  };
}

/** What is left of the sum over the weights. @param {Element} element @param {Made} made @param {string} result
 * @returns {Formula} */
function connected({ product: y }, { mode, scaling }, result) {
  const w = "w_i\\,x_i";
  const plain = format.number(y, 4);
  const sum = (/** @type {string} */ term) => `b + \\textstyle\\sum_i ${term} = ${result}`;
  if (mode === "eval")
    return { tex: sum(scaling === "classic" ? `(1 - ${P})\\,${w}` : w), plain: `h = ${plain}` };
  if (scaling === "classic") return { tex: sum(`${M}_i\\,${w}`), plain: `h = ${plain}` };
  return {
    tex: `b + \\dfrac{1}{1 - ${P}} \\textstyle\\sum_i ${M}_i\\,${w} = ${result}`,
    plain: `h = ${plain}`,
  };
}

/** @param {number} n */
function counted(n) {
  return String(n).replace(/\B(?=(\d{3})+$)/g, "{,}");
}
