/**
 * How far each setting can go before there is no output any more, by arithmetic alone, so that what is
 * impossible cannot be reached with a slider.
 */

import {
  outputSize,
  padding,
  pooled,
  remainder,
  transposedSame,
  transposedSize,
} from "../../core/sliding.js";

/** @typedef {import("./fields.js").Pair} Pair */
/** @typedef {import("./fields.js").Padding} Padding */
/** @typedef {import("./fields.js").Pooling} Pooling */
/**
 * @typedef {{
 *   mode: "convolution" | "transposed", stride: Pair, dilation: Pair, padding: Padding,
 *   padding_mode: string, output_padding: Pair, pooling: Pooling | null,
 * }} Sliding the settings that decide about sizes
 */
/** @typedef {{size: number, kernel_size: number, stride: number, dilation: number}} Moving */
/** @typedef {Moving & {before: number, after: number, output_padding: number, output: number, remainder: number}} Axis
 * `output` 0: the kernel does not fit */

/** The furthest that strides, dilations and paddings are offered. */
export const FAR = { stride: 16, dilation: 16, padding: 16 };

/** What happens along an axis; null where the framework refuses the kind of padding.
 * @param {Sliding} settings
 * @param {0 | 1} axis 0: height
 * @param {number} size of the input along it
 * @param {number} kernel_size
 * @returns {Axis | null}
 */
export function axisOf(settings, axis, size, kernel_size) {
  const moving = {
    size,
    kernel_size,
    stride: settings.stride[axis],
    dilation: settings.dilation[axis],
  };
  const rule = settings.padding;
  const ends = Array.isArray(rule) ? [rule[2 * axis], rule[2 * axis + 1]] : padding(rule, moving);
  if (settings.mode === "transposed") return transposed(settings, axis, moving);
  if (!ends) return null;
  const [before = 0, after = 0] = ends;
  const padded = { ...moving, before, after };
  return {
    ...padded,
    output_padding: 0,
    output: outputSize(padded),
    remainder: remainder(padded),
  };
}

/** @param {Sliding} settings @param {0 | 1} axis @param {Moving} moving @returns {Axis | null} */
function transposed({ padding: rule, output_padding }, axis, moving) {
  let [before, after, extra] = [0, 0, output_padding[axis]];
  if (rule === "same_tensorflow") [before, after, extra] = transposedSame(moving);
  else if (Array.isArray(rule)) [before = 0, after = 0] = [rule[2 * axis], rule[2 * axis + 1]];
  else if (rule !== "valid") return null;
  const cut = { ...moving, before, after, output_padding: extra };
  return { ...cut, output: transposedSize(cut), remainder: 0 };
}

/** Elements after pooling along an axis of `size`; 0 where the window does not fit.
 * @param {Pooling} pooling @param {0 | 1} axis @param {number} size
 */
export function pooledSize({ kernel_size, stride, ceil_mode }, axis, size) {
  return pooled({ size, kernel_size: kernel_size[axis], stride: stride[axis], ceil_mode }).output;
}

/** How many pixels a padding may add at one end of `size` pixels. @param {string} mode @param {number} size */
export function mostPadding(mode, size) {
  const limits = { reflect: size - 1, circular: size };
  return limits[/** @type {keyof typeof limits} */ (mode)] ?? Number.POSITIVE_INFINITY;
}

/** Whether PyTorch gives an output of at least one element.
 * @param {Sliding} settings
 * @param {readonly number[]} size height, width of the input
 * @param {readonly number[]} kernelSize
 */
export function fits(settings, size, kernelSize) {
  const { mode, padding_mode, pooling, padding: rule, output_padding } = settings;
  return /** @type {const} */ ([0, 1]).every((axis) => {
    const length = size[axis] ?? 1;
    const found = axisOf(settings, axis, length, kernelSize[axis] ?? 1);
    if (!found || found.output < 1) return false;
    if (pooling && pooledSize(pooling, axis, found.output) < 1) return false;
    const { before, after, stride, dilation } = found;
    if (mode === "transposed") {
      if (rule === "same_tensorflow") return output_padding[axis] === 0;
      return before === after && output_padding[axis] < Math.max(stride, dilation);
    }
    return Math.max(before, after) <= mostPadding(padding_mode, length);
  });
}

/** The furthest whole number from `from` on towards `to` for which the test holds without a break; `from`
 * where not even the first does.
 * @param {number} from @param {number} to @param {(value: number) => boolean} test
 */
export function furthest(from, to, test) {
  const step = Math.sign(to - from);
  let value = from;
  while (value !== to && test(value + step)) value += step;
  return value;
}
