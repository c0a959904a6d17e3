import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { npy, npz, zip } from "../../../static/core/npz.js";

const ascii = (/** @type {Uint8Array} */ bytes) => String.fromCharCode(...bytes);

test(".npy has NumPy's header, a multiple of 64 bytes long, and little-endian values", () => {
  const file = npy([2, 3], Float32Array.of(1, 2, 3, 4, 5, -6.5));
  const view = new DataView(file.buffer);
  assert.equal(ascii(file.subarray(0, 8)), "\x93NUMPY\x01\x00");
  const length = 10 + view.getUint16(8, true);
  assert.equal(length % 64, 0);
  const header = ascii(file.subarray(10, length));
  assert.match(header, /^\{'descr': '<f4', 'fortran_order': False, 'shape': \(2, 3\), \} *\n$/);
  assert.equal(file.length, length + 24);
  assert.equal(view.getFloat32(length + 20, true), -6.5);
  assert.match(ascii(npy([3], new Float32Array(3))), /'shape': \(3,\)/);
});

test("only the part of a buffer that an array looks at is written", () => {
  const whole = Float32Array.of(1, 2, 3, 4);
  const file = npy([2], whole.subarray(2));
  assert.deepEqual(new Float32Array(file.slice(-8).buffer), Float32Array.of(3, 4));
});

test("a zip's directory points at its entries, with their checksums", () => {
  const data = [new TextEncoder().encode("hello"), new Uint8Array(300).fill(7)];
  const file = zip(data.map((each, i) => ({ name: `名${i}`, data: each })));
  const view = new DataView(file.buffer);
  const end = file.length - 22;
  assert.equal(view.getUint32(end, true), 0x06054b50);
  assert.equal(view.getUint16(end + 10, true), 2);
  let at = view.getUint32(end + 16, true);
  assert.equal(at + view.getUint32(end + 12, true), end);
  for (const [i, each] of data.entries()) {
    assert.equal(view.getUint32(at, true), 0x02014b50);
    assert.equal(view.getUint32(at + 16, true), crc32(each));
    const name = view.getUint16(at + 28, true);
    assert.equal(new TextDecoder().decode(file.subarray(at + 46, at + 46 + name)), `名${i}`);
    const local = view.getUint32(at + 42, true);
    assert.equal(view.getUint32(local, true), 0x04034b50);
    assert.equal(view.getUint32(local + 18, true), each.length);
    const start = local + 30 + view.getUint16(local + 26, true);
    assert.deepEqual(file.subarray(start, start + each.length), each);
    at += 46 + name;
  }
});

test(".npz holds each array under its name", () => {
  const file = npz({ stem: { shape: [1], values: Float32Array.of(1) } });
  assert.match(ascii(file), /stem\.npy/);
});
