/**
 * How far each setting can go before there is no output any more, by arithmetic alone, so that what is
 * impossible cannot be reached with a slider.
 */

import { outputSize, padding, transposedSize } from "../../core/sliding.js";

/** @typedef {import("./fields.js").Pair} Pair */
/** @typedef {import("./fields.js").Padding} Padding */
/** @typedef {import("./fields.js").Pooling} Pooling */
/**
 * @typedef {{
 *   mode: "convolution" | "transposed", stride: Pair, dilation: Pair, padding: Padding,
 *   padding_mode: string, output_padding: Pair, pooling: Pooling | null,
 * }} Sliding the settings that decide about sizes
 */
/**
 * @typedef {{
 *   size: number, before: number, after: number, kernel_size: number, stride: number, dilation: number,
 *   output_padding: number, output: number,
 * }} Axis
 */

/** The furthest that strides, dilations and paddings are offered. */
export const FAR = { stride: 16, dilation: 16, padding: 16 };

/** What happens along an axis.
 * @param {Sliding} settings
 * @param {0 | 1} axis 0: height
 * @param {number} size of the input along it
 * @param {number} kernel_size
 * @returns {Axis}
 */
export function axisOf(settings, axis, size, kernel_size) {
  const [stride, dilation] = [settings.stride[axis], settings.dilation[axis]];
  const moving = { size, kernel_size, stride, dilation };
  if (settings.mode === "transposed") return transposed(settings, axis, moving);
  const [before, after] = sides(settings.padding, axis, moving);
  const output = outputSize({ ...moving, before, after });
  return { ...moving, before, after, output_padding: 0, output };
}

/** @param {Padding} rule @param {0 | 1} axis @param {Omit<Axis, "before" | "after" | "output" | "output_padding">} moving */
function sides(rule, axis, moving) {
  if (Array.isArray(rule)) return [rule[2 * axis] ?? 0, rule[2 * axis + 1] ?? 0];
  return rule === "valid" ? [0, 0] : padding(rule, moving);
}

/** @param {Sliding} settings @param {0 | 1} axis @param {Omit<Axis, "before" | "after" | "output" | "output_padding">} moving
 * @returns {Axis} */
function transposed(settings, axis, moving) {
  const { size, stride, kernel_size, dilation } = moving;
  let [before, after] = sides(
    settings.padding === "full" ? "valid" : settings.padding,
    axis,
    moving,
  );
  let extra = settings.output_padding[axis];
  if (settings.padding === "same_tensorflow") {
    // As much is cut off as the convolution back would add: the output is size · stride.
    const surplus = dilation * (kernel_size - 1) + 1 - stride;
    before = Math.floor(Math.max(surplus, 0) / 2);
    after = Math.max(surplus, 0) - before;
    extra = Math.max(-surplus, 0);
  }
  const how = { ...moving, before, after, output_padding: extra };
  return { ...how, output: transposedSize({ ...how, size }) };
}

/** Elements after pooling along an axis of `size`; 0 where the window does not fit.
 * @param {Pooling} pooling @param {0 | 1} axis @param {number} size
 */
export function pooledSize({ kernel_size, stride, ceil_mode }, axis, size) {
  const room = size - kernel_size[axis];
  if (room < 0) return 0;
  const steps = room / stride[axis];
  const count = (ceil_mode ? Math.ceil(steps) : Math.floor(steps)) + 1;
  // A window that would begin beyond the end is left out.
  return ceil_mode && (count - 1) * stride[axis] >= size ? count - 1 : count;
}

/** How many pixels a padding may add at one end of `size` pixels. @param {string} mode @param {number} size */
export function mostPadding(mode, size) {
  return { reflect: size - 1, circular: size }[mode] ?? Infinity;
}

/** Whether PyTorch gives an output of at least one element.
 * @param {Sliding} settings
 * @param {readonly number[]} size height, width of the input
 * @param {readonly number[]} kernelSize
 */
export function fits(settings, size, kernelSize) {
  const { mode, padding_mode, pooling, padding: rule } = settings;
  if (mode === "transposed" && (rule === "full" || rule === "same_pytorch")) return false;
  return /** @type {const} */ ([0, 1]).every((axis) => {
    const length = size[axis] ?? 1;
    const found = axisOf(settings, axis, length, kernelSize[axis] ?? 1);
    if (found.output < 1) return false;
    if (pooling && pooledSize(pooling, axis, found.output) < 1) return false;
    if (mode === "transposed")
      return rule === "same_tensorflow"
        ? settings.output_padding[axis] === 0
        : found.before === found.after &&
            found.output_padding < Math.max(found.stride, found.dilation);
    if (rule === "same_pytorch" && found.stride !== 1) return false;
    const most = mostPadding(padding_mode, length);
    return found.before <= most && found.after <= most;
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
