/** NumPy's file formats, written in the browser: .npy, and .npz as a zip of stored entries. */

/**
 * A float32 array as .npy (version 1.0, C order).
 * @param {readonly number[]} shape
 * @param {Float32Array} values
 */
export function npy(shape, values) {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + header.length + 1) / 64) * 64;
  const file = new Uint8Array(length + values.byteLength);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]); // \x93NUMPY 1.0
  new DataView(file.buffer).setUint16(8, length - 10, true);
  file.set(new TextEncoder().encode(`${header.padEnd(length - 11)}\n`), 10);
  file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), length);
  return file;
}

/**
 * Named arrays as one .npz.
 * @param {Record<string, {shape: readonly number[], values: Float32Array}>} arrays
 */
export function npz(arrays) {
  return zip(
    Object.entries(arrays).map(([name, { shape, values }]) => ({
      name: `${name}.npy`,
      data: npy(shape, values),
    })),
  );
}

/**
 * A zip file without compression. The names are ASCII or UTF-8; the date is 1980-01-01, so that the
 * same arrays give the same bytes.
 * @param {{name: string, data: Uint8Array}[]} entries
 */
export function zip(entries) {
  /** @type {Uint8Array[]} */ const local = [];
  /** @type {Uint8Array[]} */ const central = [];
  let offset = 0;
  for (const { name, data } of entries) {
    const path = new TextEncoder().encode(name);
    // From "version needed" to "extra length", the same in both headers.
    const common = new DataView(new ArrayBuffer(26));
    common.setUint16(0, 20, true);
    common.setUint16(2, 0x800, true); // UTF-8 names
    common.setUint16(8, 0x21, true); // 1980-01-01
    common.setUint32(10, crc32(data), true);
    common.setUint32(14, data.length, true);
    common.setUint32(18, data.length, true);
    common.setUint16(22, path.length, true);
    const shared = new Uint8Array(common.buffer);
    local.push(Uint8Array.of(0x50, 0x4b, 3, 4), shared, path, data);
    const rest = new Uint8Array(14);
    new DataView(rest.buffer).setUint32(10, offset, true);
    central.push(Uint8Array.of(0x50, 0x4b, 1, 2, 20, 0), shared, rest, path);
    offset += 30 + path.length + data.length;
  }
  const size = central.reduce((sum, part) => sum + part.length, 0);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, entries.length, true);
  end.setUint16(10, entries.length, true);
  end.setUint32(12, size, true);
  end.setUint32(16, offset, true);
  return concat([...local, ...central, new Uint8Array(end.buffer)]);
}

/** @param {Uint8Array[]} parts */
function concat(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @type {Uint32Array | undefined} */ let table;

/** @param {Uint8Array} data */
function crc32(data) {
  table ??= Uint32Array.from({ length: 256 }, (_, n) => {
    for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
    return n;
  });
  let crc = 0xffffffff;
  for (const byte of data) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 255] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
