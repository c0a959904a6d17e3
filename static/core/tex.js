/** Numbers and coloured symbols in TeX. */

import * as format from "./format.js";

/** In the colour of what it stands for. @param {string} tone @param {string} tex */
export const toned = (tone, tex) => `\\htmlClass{tone-${tone}}{${tex}}`;

/** A number. @param {number} value @param {number} [digits] */
export function number(value, digits = 4) {
  const text = format.number(value, digits).replaceAll("−", "-");
  const [mantissa = "", exponent] = text.split("e");
  if (text === "NaN") return "\\text{NaN}";
  if (text.endsWith("∞")) return text.replace("∞", "\\infty");
  if (exponent === undefined) return mantissa;
  return mantissa === "1" ? `10^{${exponent}}` : `${mantissa} \\times 10^{${exponent}}`;
}

/** A number that follows a sign, in its colour. @param {number} value @param {string} tone */
export function term(value, tone) {
  const tex = toned(tone, number(value));
  return value < 0 ? `(${tex})` : tex;
}
