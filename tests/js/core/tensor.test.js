import assert from "node:assert/strict";
import { test } from "node:test";
import { Decoder, decode, fromBase64, Tensor } from "../../../static/core/tensor.js";

const base64 = (/** @type {ArrayBufferView} */ view) =>
  Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString("base64");

test("a float tensor is read from base64 and from lists alike", () => {
  const values = Float32Array.of(0, -1.5, 2, 3, 4, 5, 6, 7);
  const common = {
    shape: [2, 2, 2],
    dtype: /** @type {const} */ ("float32"),
    lo: [-1.5, 4],
    hi: [3, 7],
  };
  const packed = decode({ ...common, encoding: "base64", data: base64(values) });
  const nested = [
    [
      [0, -1.5],
      [2, 3],
    ],
    [
      [4, 5],
      [6, 7],
    ],
  ];
  const listed = decode({ ...common, encoding: "list", data: nested });
  assert.deepEqual(packed.values, values);
  assert.deepEqual(listed.values, values);
  assert.deepEqual([packed.count, packed.height, packed.width], [2, 2, 2]);
  assert.equal(packed.at(1, 0, 1), 5);
});

test("a quantised value is lo + q (hi - lo) / 255 of its own map", () => {
  const bytes = Uint8Array.of(0, 255, 51, 0, 0, 255);
  const tensor = decode({
    shape: [2, 3],
    dtype: "uint8",
    encoding: "base64",
    lo: [-1, 10],
    hi: [1, 20],
    data: base64(bytes),
  });
  assert.deepEqual([...tensor.map(0)], [-1, 1, Math.fround(-0.6)]);
  assert.deepEqual([...tensor.map(1)], [10, 10, 20]);
  assert.equal(tensor.at(1, 0, 2), 20);
  assert.deepEqual(tensor.bytes, bytes, "and it stays quantised");
});

test("with under three axes a map is the last axis, of height 1", () => {
  const tensor = new Tensor([2, 4], new Float32Array(8));
  assert.deepEqual([tensor.count, tensor.height, tensor.width], [2, 1, 4]);
});

test("null is not a number", () => {
  const wire = {
    shape: [2],
    dtype: "float32",
    encoding: "list",
    lo: [1],
    hi: [1],
    data: [null, 1],
  };
  const tensor = decode(/** @type {any} */ (wire));
  assert.deepEqual([...tensor.values], [Number.NaN, 1]);
});

test("the range leaves out what is not finite, and maps that are not asked for", () => {
  const values = Float32Array.of(1, Number.NaN, -Infinity, 3, 9, 8);
  const tensor = new Tensor([3, 1, 2], values);
  assert.deepEqual(tensor.range(), [1, 9]);
  assert.deepEqual(tensor.range([0, 1]), [1, 3]);
  assert.deepEqual(new Tensor([1], Float32Array.of(Number.NaN)).range(), [0, 0]);
});

test("a matrix becomes one map, with the values it had", () => {
  const rows = new Tensor([2, 2], Uint8Array.of(0, 255, 0, 255), [0, 10], [1, 20]);
  const map = rows.reshape([1, 2, 2]);
  assert.deepEqual([...map.map(0)], [0, 1, 10, 20]);
  assert.deepEqual(map.range(), [0, 20]);
});

test("maps that are taken keep their order, their bounds and their quantisation", () => {
  const tensor = new Tensor([3, 1, 2], Uint8Array.of(0, 1, 2, 3, 4, 5), [0, 1, 2], [5, 6, 7]);
  const taken = tensor.take([2, 0]);
  assert.deepEqual(taken.bytes, Uint8Array.of(4, 5, 0, 1));
  assert.deepEqual([...taken.lo, ...taken.hi], [2, 0, 7, 5]);
  assert.deepEqual(taken.shape, [2, 1, 2]);
});

test("values that do not fill the shape are refused", () => {
  assert.throws(() => new Tensor([2, 2], new Float32Array(3)), RangeError);
});

test("base64 is read without the browser's own decoder, too", () => {
  const native = Object.getOwnPropertyDescriptor(Uint8Array, "fromBase64");
  const text = base64(Uint8Array.of(0, 127, 128, 255));
  Object.defineProperty(Uint8Array, "fromBase64", { value: undefined, configurable: true });
  assert.deepEqual(fromBase64(text), Uint8Array.of(0, 127, 128, 255));
  if (native) Object.defineProperty(Uint8Array, "fromBase64", native);
  else Reflect.deleteProperty(Uint8Array, "fromBase64");
  assert.deepEqual(fromBase64(text), Uint8Array.of(0, 127, 128, 255));
});

test("a range is the same array each time", () => {
  const tensor = new Tensor([3, 1, 2], Float32Array.of(1, 2, 3, 4, 5, 6));
  assert.equal(tensor.range(), tensor.range());
  assert.equal(tensor.range([0, 2]), tensor.range([0, 2]));
  assert.deepEqual(tensor.range([]), [0, 0]);
  assert.deepEqual(tensor.range([0]), [1, 2]);
  assert.deepEqual(tensor.range([2]), [5, 6]);
});

test("a decoder gives the same tensor for the same numbers under the same name", () => {
  const decoder = new Decoder();
  const wire = (data = "AAEC", hi = 2) => ({
    shape: [1, 1, 3],
    dtype: /** @type {const} */ ("uint8"),
    encoding: /** @type {const} */ ("base64"),
    lo: [0],
    hi: [hi],
    data,
  });
  const first = decoder.decode("a", wire());
  assert.equal(decoder.decode("a", wire()), first);
  assert.notEqual(decoder.decode("b", wire()), first);
  assert.equal(decoder.decode("a", wire("AAEC", 3)).hi[0], 3);
  assert.deepEqual([...(decoder.decode("a", wire("AAED", 3)).bytes ?? [])], [0, 1, 3]);
  assert.notEqual(decoder.decode("a", wire()), first);
});
