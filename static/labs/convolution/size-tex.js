/** The size of an output as TeX, in symbols and with numbers. A symbol and its number share a colour. */

/** @typedef {import("./limits.js").Axis} Axis */
/** @typedef {import("./fields.js").Pooling} Pooling */
/** @typedef {"size" | "padding" | "kernel" | "dilation" | "stride"} Symbol */

/** @param {string} tex @param {Symbol} symbol */
const tone = (tex, symbol) => `\\htmlClass{tone-${symbol}}{${tex}}`;
/** @param {string} tex */
const floor = (tex) => `\\left\\lfloor ${tex}\\right\\rfloor`;
/** @param {string} tex */
const ceil = (tex) => `\\left\\lceil ${tex}\\right\\rceil`;

/** The size in symbols. @param {"convolution" | "transposed"} mode */
export function symbols(mode) {
  const [n, p, k, d, s] = [
    tone("n", "size"),
    tone("p", "padding"),
    tone("k", "kernel"),
    tone("d", "dilation"),
    tone("s", "stride"),
  ];
  return mode === "transposed"
    ? `(${n}-1)\\,${s}-${p}+${d}\\,(${k}-1)+1+o`
    : `${floor(`\\dfrac{${n}+${p}-${d}\\,(${k}-1)-1}{${s}}`)}+1`;
}

/** The same with the numbers of an axis, worked out in steps.
 * @param {Axis} axis
 * @param {"convolution" | "transposed"} mode
 */
export function numbers(axis, mode) {
  const { size, before, after, kernel_size, stride, dilation, output_padding } = axis;
  const n = tone(String(size), "size");
  const both = before === after ? `2\\cdot ${before}` : `(${before}+${after})`;
  const p = tone(before + after ? both : "0", "padding");
  const reach = `${tone(String(dilation), "dilation")}\\,(${tone(String(kernel_size), "kernel")}-1)`;
  const s = tone(String(stride), "stride");
  if (mode === "transposed")
    return `(${n}-1)\\cdot ${s}-${p}+${reach}+1+${output_padding}=${outcome(axis)}`;
  const room = size + before + after - dilation * (kernel_size - 1) - 1;
  const worked = `${floor(`\\dfrac{${n}+${p}-${reach}-1}{${s}}`)}+1`;
  if (room < 0) return `${n}+${p}-${reach}-1=${room}<0`;
  const half = stride === 1 ? "" : `=${floor(`\\dfrac{${room}}{${s}}`)}+1`;
  return `${worked}${half}=${outcome(axis)}`;
}

/** @param {Axis} axis */
function outcome({ output }) {
  return `\\mathbf{${output}}`;
}

/** The size after pooling `length` elements, or in symbols without them.
 * @param {Pooling} pooling @param {0 | 1} axis @param {number} length @param {number} output
 */
export function pooledNumbers({ kernel_size, stride, ceil_mode }, axis, length, output) {
  const round = ceil_mode ? ceil : floor;
  return `${round(`\\dfrac{${length}-${kernel_size[axis]}}{${stride[axis]}}`)}+1=\\mathbf{${output}}`;
}
