/** What the sizes mean, in words: rows left over, and what "same" does in each framework. */

import { gettext } from "../../core/i18n.js";
import { pooledSize } from "./limits.js";

/** @typedef {import("./limits.js").Axis} Axis */
/** @typedef {import("./fields.js").Padding} Padding */
/** @typedef {import("./fields.js").Pooling} Pooling */

/** Rows or columns at the end that no window reaches; "" where there are none.
 * @param {Axis} axis @param {boolean} rows
 */
export function leftOver(axis, rows) {
  const { remainder, after, size, before, kernel_size, dilation, stride, output } = axis;
  if (!remainder || output < 1) return "";
  const room = size + before + after - dilation * (kernel_size - 1) - 1;
  const words = { n: remainder, room, stride, lost: Math.max(0, remainder - after) };
  return rows
    ? gettext(
        "{room} is not a multiple of {stride}. Rows at the bottom that no window reaches: {n} (of the input: {lost}).",
        words,
      )
    : gettext(
        "{room} is not a multiple of {stride}. Columns at the right that no window reaches: {n} (of the input: {lost}).",
        words,
      );
}

/** What a kind of padding does along an axis; "" where there is nothing to explain.
 * @param {Padding} rule @param {Axis} axis @param {"convolution" | "transposed"} mode
 */
export function ruleWords(rule, axis, mode) {
  const { size, before, after, kernel_size, stride, dilation, output } = axis;
  const reach = dilation * (kernel_size - 1) + 1;
  const total = before + after;
  const words = { size, before, after, reach, stride, total, output, least: reach - 1 };
  if (mode === "transposed" && axis.output_padding && rule === "same_tensorflow")
    return gettext("“Same” adds {n} at the end, so that there are {size} · {stride} = {output}.", {
      ...words,
      n: axis.output_padding,
    });
  if (mode === "transposed")
    return rule === "same_tensorflow"
      ? gettext(
          "“Same” cuts {before} off at the start and {after} at the end, so that {size} · {stride} = {output} are left.",
          words,
        )
      : "";
  if (rule === "full")
    return gettext(
      "“Full” adds {before} at both ends: even the outermost cell meets every cell of the kernel once.",
      words,
    );
  if (rule === "same_pytorch") {
    const sum = gettext(
      "PyTorch’s “same” adds what the kernel takes away, {reach} − 1 = {total}, whatever the size of the input.",
      words,
    );
    return total % 2 ? `${sum} ${oddOne(before, after)}` : sum;
  }
  if (rule === "same_tensorflow") {
    const sum = gettext(
      "TensorFlow’s “same” wants ⌈{size} / {stride}⌉ = {output}. Their windows reach over ({output} − 1) · {stride} + {reach}, so {total} has to be added.",
      words,
    );
    return total % 2 ? `${sum} ${oddOne(before, after)}` : sum;
  }
  return "";
}

/** @param {number} before @param {number} after */
function oddOne(before, after) {
  return gettext("It cannot be halved: {before} before, {after} after, the odd one at the end.", {
    before,
    after,
  });
}

/** What ceil mode does to a pooling; "" where it does nothing.
 * @param {Pooling} pooling @param {0 | 1} axis @param {number} length
 */
export function ceilWords(pooling, axis, length) {
  const down = pooledSize({ ...pooling, ceil_mode: false }, axis, length);
  const up = pooledSize({ ...pooling, ceil_mode: true }, axis, length);
  if (down === up) return "";
  return pooling.ceil_mode
    ? gettext("The last window reaches over the end; what is missing there counts for nothing.")
    : gettext("The end that does not fill a window is left out.");
}
