import { svg } from "lit";

/** @typedef {(x: number) => number} Curve */

/** Activation functions as PyTorch defines them.
 * @type {Record<string, Curve>} */
export const CURVES = {
  relu: (x) => Math.max(0, x),
  relu6: (x) => Math.min(6, Math.max(0, x)),
  leaky_relu: (x) => (x < 0 ? 0.01 * x : x),
  gelu: (x) => (x / 2) * (1 + erf(x / Math.SQRT2)),
  identity: (x) => x,
};

/** The error function, by its Taylor series near 0 and 1 − e^(−x²)·… beyond; for drawing (error < 2e-7:
 * Abramowitz & Stegun 7.1.26).
 * @param {number} x
 */
function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - series * Math.exp(-x * x));
}

/** The curve of a function around its interesting part, with one point on it.
 * @param {Curve} f
 * @param {{x: number, y: number}} point
 */
export function curve(f, point) {
  const reach = Math.max(2, Math.min(8, Math.abs(point.x) * 1.25));
  const [wide, high] = [160, 120];
  const px = (/** @type {number} */ x) => ((x + reach) / (2 * reach)) * wide;
  const py = (/** @type {number} */ y) => high / 2 - (y / reach) * (high / 2 - 6);
  const xs = Array.from({ length: 81 }, (_, i) => -reach + (i * 2 * reach) / 80);
  const line = xs.map((x) => `${px(x).toFixed(1)},${py(f(x)).toFixed(1)}`).join(" ");
  const inside = Math.max(-reach, Math.min(reach, point.x));
  return svg`<svg class="curve" viewBox="0 0 ${wide} ${high}" aria-hidden="true">
    <path class="axis" d="M0 ${py(0)}H${wide}M${px(0)} 0V${high}"></path>
    <polyline class="line" points=${line}></polyline>
    <path class="drop" d="M${px(inside)} ${py(0)}V${py(point.y)}H${px(0)}"></path>
    <circle cx=${px(inside)} cy=${py(point.y)} r="4"></circle>
  </svg>`;
}
