/** The four steps in TeX, in symbols and with an element's numbers; each symbol in its colour. */

import * as format from "../../core/format.js";
import { number, term, toned } from "../../core/tex.js";

/** @typedef {import("../../core/wire.js").NormalizationElement} Element */
/** @typedef {import("./fields.js").Method} Method */
/** @typedef {{tex: string, plain: string}} Formula */

const MU = toned("mean", "\\mu");
const VARIANCE = toned("deviation", "\\sigma^2");
const X = toned("x", "x");
const HAT = "\\hat{x}";
const Y = toned("after", "y");
const [GAMMA, BETA] = [toned("gamma", "\\gamma"), toned("beta", "\\beta")];

/** μ, or that there is none. @param {Element} element @param {Method} method @param {boolean} running
 * @returns {Formula} */
export function mean({ n, mean_used: used }, method, running) {
  if (method === "rms") return { tex: `${MU} = ${toned("mean", "0")}`, plain: "μ = 0" };
  const value = toned("mean", number(used));
  const plain = `μ = ${format.number(used, 4)}`;
  if (running) return { tex: `${MU} = ${MU}_{\\text{run}} = ${value}`, plain };
  return { tex: `${MU} = \\tfrac{1}{${counted(n)}} \\textstyle\\sum ${X}_i = ${value}`, plain };
}

/** σ², of RMSNorm the mean square. @param {Element} element @param {Method} method @param {boolean} running
 * @returns {Formula} */
export function variance({ n, mean_used: mu, variance_used: used }, method, running) {
  const value = toned("deviation", number(used));
  const plain = `σ² = ${format.number(used, 4)}`;
  if (running) return { tex: `${VARIANCE} = ${VARIANCE}_{\\text{run}} = ${value}`, plain };
  const square = method === "rms" ? `${X}_i^2` : `(${X}_i - ${term(mu, "mean")})^2`;
  return {
    tex: `${VARIANCE} = \\tfrac{1}{${counted(n)}} \\textstyle\\sum ${square} = ${value}`,
    plain,
  };
}

/** x̂. @param {Element} element @param {Method} method @returns {Formula} */
export function normalised({ x, mean_used: mu, variance_used: used, eps, normalized }, method) {
  const rms = method === "rms";
  const symbols = rms ? X : `${X} - ${MU}`;
  const numbers = rms ? toned("x", number(x)) : `${toned("x", number(x))} - ${term(mu, "mean")}`;
  const root = `\\sqrt{${toned("deviation", number(used))} + ${number(eps, 1)}}`;
  return {
    tex: `${HAT} = \\dfrac{${symbols}}{\\sqrt{${VARIANCE} + \\varepsilon}} = \\dfrac{${numbers}}{${root}} = \\mathbf{${number(normalized)}}`,
    plain: `x̂ = ${format.number(normalized, 4)}`,
  };
}

/** y. @param {Element} element @returns {Formula} */
export function scaled({ gamma, beta, normalized, y }) {
  const hat = normalized < 0 ? `(${number(normalized)})` : number(normalized);
  return {
    tex: `${Y} = ${GAMMA}\\,${HAT} + ${BETA} = ${toned("gamma", number(gamma))} \\cdot ${hat} + ${term(beta, "beta")} = ${toned("after", `\\mathbf{${number(y)}}`)}`,
    plain: `y = ${format.number(y, 4)}`,
  };
}

/** @param {number} n */
function counted(n) {
  return String(n).replace(/\B(?=(\d{3})+$)/g, "{,}");
}
