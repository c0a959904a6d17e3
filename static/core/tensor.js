import { equal } from "./equal.js";

/** @typedef {import("./wire.js").WireTensor} WireTensor */

/**
 * An array as it came over the wire, seen as a stack of maps.
 *
 * A map is the last two axes where there are at least three, otherwise the last axis alone
 * (height 1): what the wire gives one `lo` and `hi` each. Quantised tensors stay quantised; a value
 * is `lo + byte * (hi - lo) / 255` of its map and is only computed where someone asks for it.
 */
export class Tensor {
  /** @type {Float32Array | null} */ #values;
  /** @type {Map<string, readonly [number, number]>} by maps */ #ranges = new Map();

  /**
   * @param {readonly number[]} shape
   * @param {Float32Array | Uint8Array} data in C order
   * @param {ArrayLike<number>} [lo] true minimum of each map, found from the data where left out
   * @param {ArrayLike<number>} [hi]
   */
  constructor(shape, data, lo, hi) {
    this.shape = [...shape];
    this.width = shape.at(-1) ?? 1;
    this.height = shape.length > 2 ? (shape.at(-2) ?? 1) : 1;
    /** Values in one map. */
    this.size = this.width * this.height;
    /** How many maps. */
    this.count = this.size ? data.length / this.size : 0;
    if (data.length !== shape.reduce((a, b) => a * b, 1))
      throw new RangeError(`${data.length} values do not fill ${shape.join(" × ")}`);
    /** The quantised values, null where the tensor is of floats. */
    this.bytes = data instanceof Uint8Array ? data : null;
    this.#values = data instanceof Uint8Array ? null : data;
    if (lo && hi) {
      this.lo = Float64Array.from(lo);
      this.hi = Float64Array.from(hi);
    } else [this.lo, this.hi] = extremes(this.values, this.count, this.size);
  }

  /** All values; of a quantised tensor they are computed once, when first asked for. */
  get values() {
    if (this.#values) return this.#values;
    const bytes = /** @type {Uint8Array} */ (this.bytes);
    const values = new Float32Array(bytes.length);
    for (let map = 0; map < this.count; map++) {
      const lo = this.lo[map] ?? Number.NaN;
      const step = ((this.hi[map] ?? Number.NaN) - lo) / 255;
      const end = (map + 1) * this.size;
      for (let i = map * this.size; i < end; i++) values[i] = lo + (bytes[i] ?? 0) * step;
    }
    this.#values = values;
    return values;
  }

  /** One map's values, row after row.
   * @param {number} index
   */
  map(index) {
    return this.values.subarray(index * this.size, (index + 1) * this.size);
  }

  /** One value, without computing the others.
   * @param {number} map
   * @param {number} y
   * @param {number} x
   */
  at(map, y, x) {
    const i = map * this.size + y * this.width + x;
    if (this.#values) return this.#values[i] ?? Number.NaN;
    const lo = this.lo[map] ?? Number.NaN;
    return lo + ((this.bytes?.[i] ?? Number.NaN) * ((this.hi[map] ?? Number.NaN) - lo)) / 255;
  }

  /** Least and greatest value of all maps, or of some; the non-finite ones left out. The same array each time, so that
   * nothing is painted again for it.
   * @param {readonly number[]} [maps]
   * @returns {readonly [number, number]}
   */
  range(maps) {
    const key = maps?.join() ?? "all";
    let range = this.#ranges.get(key);
    if (!range) {
      range = this.#span(maps ?? this.lo.keys());
      this.#ranges.set(key, range);
    }
    return range;
  }

  /** @param {Iterable<number>} maps @returns {readonly [number, number]} */
  #span(maps) {
    let lo = Number.POSITIVE_INFINITY;
    let hi = Number.NEGATIVE_INFINITY;
    for (const map of maps) {
      const [low = Number.NaN, high = Number.NaN] = [this.lo[map], this.hi[map]];
      if (low < lo && Number.isFinite(low)) lo = low;
      if (high > hi && Number.isFinite(high)) hi = high;
    }
    return lo <= hi ? [lo, hi] : [0, 0];
  }

  /** The same values under another shape: `[28, 28]` maps out of a vector, one map out of a matrix.
   * @param {readonly number[]} shape
   */
  reshape(shape) {
    const size = (shape.at(-1) ?? 1) * (shape.length > 2 ? (shape.at(-2) ?? 1) : 1);
    if (size === this.size) return new Tensor(shape, this.bytes ?? this.values, this.lo, this.hi);
    return new Tensor(shape, this.values);
  }

  /** Some of the maps as a tensor of their own (`[maps, height, width]`).
   * @param {readonly number[]} maps
   */
  take(maps) {
    const from = this.bytes ?? this.values;
    const data = this.bytes
      ? new Uint8Array(maps.length * this.size)
      : new Float32Array(maps.length * this.size);
    maps.forEach((map, i) => {
      data.set(from.subarray(map * this.size, (map + 1) * this.size), i * this.size);
    });
    const pick = (/** @type {Float64Array} */ all) => maps.map((map) => all[map] ?? Number.NaN);
    const shape = this.shape.length > 2 ? [this.height, this.width] : [this.width];
    return new Tensor([maps.length, ...shape], data, pick(this.lo), pick(this.hi));
  }
}

/** Decodes tensors that come again and again under the same names: one whose numbers are those of the time before is the
 * same object as then, so that nothing is painted again for it. */
export class Decoder {
  /** @type {Map<string, {wire: WireTensor, tensor: Tensor}>} */ #known = new Map();

  /** @param {string} name @param {WireTensor} wire */
  decode(name, wire) {
    const known = this.#known.get(name);
    if (known && alike(known.wire, wire)) return known.tensor;
    const tensor = decode(wire);
    this.#known.set(name, { wire, tensor });
    return tensor;
  }
}

/** @param {WireTensor} a @param {WireTensor} b */
function alike(a, b) {
  const told = (/** @type {WireTensor} */ { shape, dtype, lo, hi, data }) => [
    shape,
    dtype,
    lo,
    hi,
    data,
  ];
  return equal(told(a), told(b));
}

/** Read a tensor off the wire, in any of its encodings; null (JSON's NaN) becomes NaN.
 * @param {WireTensor} wire
 */
export function decode(wire) {
  const { shape, dtype, encoding, data } = wire;
  const bound = (/** @type {number | null} */ value) => value ?? Number.NaN;
  const lo = wire.lo.map(bound);
  const hi = wire.hi.map(bound);
  if (encoding === "base64") {
    const bytes = fromBase64(String(data));
    if (dtype === "uint8") return new Tensor(shape, bytes, lo, hi);
    return new Tensor(shape, floats(bytes), lo, hi);
  }
  const list = /** @type {(number | null)[]} */ (
    Array.isArray(data) ? data.flat(Number.POSITIVE_INFINITY) : [data]
  );
  if (dtype === "uint8") return new Tensor(shape, Uint8Array.from(list, Number), lo, hi);
  return new Tensor(shape, Float32Array.from(list, bound), lo, hi);
}

/** @param {string} text */
export function fromBase64(text) {
  const native = /** @type {{fromBase64?: (text: string) => Uint8Array}} */ (
    /** @type {unknown} */ (Uint8Array)
  ).fromBase64;
  if (native) return native.call(Uint8Array, text);
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** Little-endian bytes as floats, whatever the alignment of the bytes.
 * @param {Uint8Array} bytes
 */
function floats(bytes) {
  const aligned = bytes.byteOffset % 4 ? bytes.slice() : bytes;
  return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}

/** Least and greatest finite value of each map (NaN where there is none).
 * @param {Float32Array} values
 * @param {number} count
 * @param {number} size
 * @returns {[Float64Array, Float64Array]}
 */
function extremes(values, count, size) {
  const lo = new Float64Array(count).fill(Number.NaN);
  const hi = new Float64Array(count).fill(Number.NaN);
  for (let map = 0; map < count; map++) {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const value of values.subarray(map * size, (map + 1) * size)) {
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (low <= high) [lo[map], hi[map]] = [low, high];
  }
  return [lo, hi];
}
