/**
 * What lies under what while a kernel slides, on one axis. Two axes are independent, so whoever needs rows
 * and columns asks twice. Only places are worked out here, never values.
 *
 * A transposed convolution is the same picture with the two sides exchanged: there the window moves over the
 * output, one window for each input element. So everything below speaks of *windows* and of the *line* on
 * which they lie, whose places begin at 0 without padding (padding has places below 0 and from `length` on).
 */

/** @typedef {"convolution" | "transposed"} Mode */
/** @typedef {"zeros" | "reflect" | "replicate" | "circular"} PaddingMode */
/** @typedef {"valid" | "same_pytorch" | "same_tensorflow" | "full"} PaddingRule */
/**
 * @typedef {{
 *   windows: number, length: number, before: number, after: number,
 *   kernel_size: number, stride: number, dilation: number,
 * }} Slide `windows`: how many there are; `length` of the line without padding
 */
/** @typedef {{window: number, cell: number}} Part a window that a place lies in, and under which cell of the kernel */

/** How far a kernel reaches from its first to its last cell.
 * @param {number} kernelSize
 * @param {number} dilation
 */
export function effective(kernelSize, dilation) {
  return (kernelSize - 1) * dilation + 1;
}

/**
 * Padding before and after the line.
 *
 * "same_pytorch" is that of `torch.nn.Conv2d(padding="same")`: by the kernel alone, one more after than before
 * where it is odd; PyTorch refuses it with a stride. "same_tensorflow" is that of TensorFlow's "SAME": just
 * enough for ⌈size / stride⌉ windows. "full" lets every place meet every cell of the kernel.
 * @param {PaddingRule} rule
 * @param {{size: number, kernel_size: number, stride: number, dilation: number}} axis
 * @returns {[number, number] | null} null where there is no such padding
 */
export function padding(rule, { size, kernel_size, stride, dilation }) {
  const reach = effective(kernel_size, dilation);
  if (rule === "full") return [reach - 1, reach - 1];
  if (rule === "same_pytorch" && stride > 1) return null;
  let total = 0;
  if (rule === "same_pytorch") total = reach - 1;
  if (rule === "same_tensorflow")
    total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + reach - size);
  const before = Math.floor(total / 2);
  return [before, total - before];
}

/** How many windows fit, ⌊(size + before + after − effective) / stride⌋ + 1; 0 where not even one does.
 * @param {{size: number, before: number, after: number, kernel_size: number, stride: number, dilation: number}} axis
 */
export function outputSize({ size, before, after, kernel_size, stride, dilation }) {
  const room = size + before + after - effective(kernel_size, dilation);
  return room < 0 ? 0 : Math.floor(room / stride) + 1;
}

/** Places at the end of the padded line that no window reaches.
 * @param {{size: number, before: number, after: number, kernel_size: number, stride: number, dilation: number}} axis
 */
export function remainder(axis) {
  const { size, before, after, kernel_size, stride, dilation } = axis;
  const windows = outputSize(axis);
  const used = windows ? (windows - 1) * stride + effective(kernel_size, dilation) : 0;
  return size + before + after - used;
}

/** The same of pooling, which has no padding of its own: in ceil mode a last window may reach over the end by
 * `after` places, which count for nothing, as long as it begins inside.
 * @param {{size: number, kernel_size: number, stride: number, ceil_mode: boolean}} axis
 * @returns {{output: number, after: number, remainder: number}}
 */
export function pooled({ size, kernel_size, stride, ceil_mode }) {
  const round = ceil_mode ? Math.ceil : Math.floor;
  let output = Math.max(0, round((size - kernel_size) / stride) + 1);
  if (ceil_mode && (output - 1) * stride >= size) output--;
  const used = output ? (output - 1) * stride + kernel_size : 0;
  return { output, after: Math.max(0, used - size), remainder: Math.max(0, size - used) };
}

/** What is cut off a transposed convolution's output so that it is size · stride long, as TensorFlow's "SAME"
 * does; where it is too short even so, what is added instead.
 * @param {{kernel_size: number, stride: number, dilation: number}} axis
 * @returns {[number, number, number]} cut before, cut after, output_padding
 */
export function transposedSame({ kernel_size, stride, dilation }) {
  const over = effective(kernel_size, dilation) - stride;
  const before = Math.floor(Math.max(0, over) / 2);
  return [before, Math.max(0, over) - before, Math.max(0, -over)];
}

/** Size of a transposed convolution's output, (size − 1) · stride + effective − before − after + extra.
 * @param {{size: number, before: number, after: number, kernel_size: number, stride: number, dilation: number,
 *   output_padding?: number}} axis
 */
export function transposedSize(axis) {
  const { size, before, after, kernel_size, stride, dilation, output_padding = 0 } = axis;
  const reach = effective(kernel_size, dilation);
  return Math.max(0, (size - 1) * stride + reach - before - after + output_padding);
}

/** The windows of an axis as the server describes it.
 * @param {{size: number, before: number, after: number, kernel_size: number, stride: number, dilation: number,
 *   output: number}} axis
 * @param {Mode} [mode]
 * @returns {Slide}
 */
export function slideOf({ size, output, ...axis }, mode = "convolution") {
  const { before, after, kernel_size, stride, dilation } = axis;
  const [windows, length] = mode === "transposed" ? [size, output] : [output, size];
  return { windows, length, before, after, kernel_size, stride, dilation };
}

/** The place under each cell of the kernel in a window.
 * @param {Slide} slide
 * @param {number} window
 * @returns {number[]}
 */
export function under({ before, kernel_size, stride, dilation }, window) {
  return Array.from(
    { length: kernel_size },
    (_, cell) => window * stride - before + cell * dilation,
  );
}

/** The windows that a place lies in; `place` may be on the padding.
 * @param {Slide} slide
 * @param {number} place
 * @returns {Part[]} by window
 */
export function feeds({ windows, before, kernel_size, stride, dilation }, place) {
  /** @type {Part[]} */ const found = [];
  for (let cell = kernel_size - 1; cell >= 0; cell--) {
    const start = place + before - cell * dilation;
    const window = start / stride;
    if (Number.isInteger(window) && window >= 0 && window < windows) found.push({ window, cell });
  }
  return found;
}

/** The windows that a place takes part in, by itself and by the padding that repeats its value.
 * @param {Slide} slide
 * @param {number} place
 * @param {PaddingMode} [mode]
 * @returns {Part[]} by window, then by cell
 */
export function feedsAll(slide, place, mode = "zeros") {
  if (mode === "zeros") return feeds(slide, place);
  const { length, before, after } = slide;
  /** @type {Part[]} */ const found = [];
  for (let other = -before; other < length + after; other++)
    if (source(other, length, mode) === place) found.push(...feeds(slide, other));
  return found.sort((a, b) => a.window - b.window || a.cell - b.cell);
}

/** Every place that one cell of the kernel meets, window after window.
 * @param {Slide} slide
 * @param {number} cell
 * @returns {number[]}
 */
export function touched({ windows, before, stride, dilation }, cell) {
  return Array.from({ length: windows }, (_, window) => window * stride - before + cell * dilation);
}

/** Where the value at a place comes from; null for a padding of zeros.
 * @param {number} place
 * @param {number} length
 * @param {PaddingMode} mode
 * @returns {number | null}
 */
export function source(place, length, mode) {
  if (place >= 0 && place < length) return place;
  if (mode === "zeros") return null;
  if (mode === "replicate") return place < 0 ? 0 : length - 1;
  if (mode === "circular") return ((place % length) + length) % length;
  const period = 2 * (length - 1); // a mirror at the centre of the last value
  if (!period) return 0;
  const folded = ((place % period) + period) % period;
  return folded < length ? folded : period - folded;
}
