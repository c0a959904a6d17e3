import { gettext, lang } from "./i18n.js";

const MINUS = "\u2212";

/** A number short enough for a label: `digits` significant digits, a true minus, no exponent where
 * four digits will do. Non-finite values by name.
 * @param {number | null | undefined} value
 * @param {number} [digits]
 */
export function number(value, digits = 3) {
  if (value === null || value === undefined || Number.isNaN(value)) return "NaN";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const sign = value < 0 ? MINUS : "";
  if (size === Number.POSITIVE_INFINITY) return `${sign}∞`;
  if (size >= 10 ** Math.max(5, digits + 1) || size < 1e-3) {
    const [mantissa = "", exponent = ""] = size.toExponential(Math.min(digits, 3) - 1).split("e");
    return `${sign}${mantissa}e${exponent.replace("+", "").replace("-", MINUS)}`;
  }
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return sign + size.toFixed(Math.min(decimals, 20));
}

/** A number with a fixed count of decimals and a true minus, for columns that line up.
 * @param {number} value
 * @param {number} decimals
 */
export function fixed(value, decimals) {
  if (!Number.isFinite(value)) return number(value);
  const text = value.toFixed(decimals);
  if (Number(text) === 0) return text.replace("-", "");
  return text.replace("-", MINUS);
}

const locale = lang === "zh" ? "zh-CN" : "en-GB";
const plainCount = new Intl.NumberFormat(locale);
const shortCount = new Intl.NumberFormat(locale, {
  notation: "compact",
  maximumSignificantDigits: 3,
});

/** A count: 864, 21,504, 4.65M (465万 in Chinese).
 * @param {number} value
 */
export function count(value) {
  return (Math.abs(value) < 100_000 ? plainCount : shortCount).format(value);
}

/** A count in full, however large: 100,663,296.
 * @param {number} value
 */
export function whole(value) {
  return plainCount.format(value);
}

/** A probability as per cent: 76.8%, 0.04%, <0.01%.
 * @param {number} value
 */
export function percent(value) {
  if (!Number.isFinite(value)) return number(value);
  const shown = value * 100;
  if (shown > 0 && shown < 0.01) return "<0.01%";
  return `${shown.toFixed(shown < 1 && shown > 0 ? 2 : 1)}%`;
}

/** Axis lengths: 32 × 112 × 112.
 * @param {readonly number[]} lengths
 */
export function shape(lengths) {
  return lengths.join(" × ");
}

/** A file's size.
 * @param {number} size
 */
export function bytes(size) {
  if (size < 1000) return gettext("{n} bytes", { n: size });
  return size < 1e6 ? `${Math.round(size / 1e3)} kB` : `${(size / 1e6).toFixed(1)} MB`;
}

/** Read a number that a person typed: true minus, full-width digits, a decimal comma.
 * @param {string} text
 * @returns {number} NaN where it is none
 */
export function parse(text) {
  const plain = text.normalize("NFKC").replace(/[−–]/g, "-").replace(/\s/g, "");
  const dotted = /^[^.,]*,[^.,]*$/.test(plain) ? plain.replace(",", ".") : plain;
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(dotted) ? Number(dotted) : Number.NaN;
}
