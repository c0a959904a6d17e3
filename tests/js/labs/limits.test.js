import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  axisOf,
  fits,
  furthest,
  mostPadding,
  pooledSize,
} from "../../../static/labs/convolution/limits.js";

const table = JSON.parse(readFileSync(new URL("../../data/sliding.json", import.meta.url), "utf8"));
/** @type {import("../../../static/labs/convolution/limits.js").Sliding} */
const plain = {
  mode: "convolution",
  stride: [1, 1],
  dilation: [1, 1],
  padding: "valid",
  padding_mode: "zeros",
  output_padding: [0, 0],
  pooling: null,
};

/** @param {any} row */
const settings = ({ stride, dilation, before, after, output_padding: extra = 0 }) => ({
  ...plain,
  stride: /** @type {[number, number]} */ ([stride, stride]),
  dilation: /** @type {[number, number]} */ ([dilation, dilation]),
  padding: /** @type {[number, number, number, number]} */ ([before, after, before, after]),
  output_padding: /** @type {[number, number]} */ ([extra, extra]),
});

test("axes and rules of padding agree with the table", () => {
  for (const row of table.axes) {
    const now = settings(row);
    const axis = axisOf(now, 0, row.size, row.kernel_size);
    assert.deepEqual([axis?.output, axis?.remainder], [row.output, row.remainder]);
    assert.equal(
      fits(now, [row.size, row.size], [row.kernel_size, row.kernel_size]),
      row.output > 0,
    );
    for (const rule of /** @type {const} */ (["same_tensorflow", "same_pytorch", "full"])) {
      const found = axisOf({ ...now, padding: rule }, 1, row.size, row.kernel_size);
      assert.deepEqual(
        found && [found.before, found.after],
        row[rule],
        `${rule} of ${JSON.stringify(row)}`,
      );
    }
  }
});

test("transposed axes agree with the table", () => {
  for (const row of table.transposed) {
    const now = { ...settings(row), mode: /** @type {const} */ ("transposed") };
    assert.equal(
      axisOf(
        row.padding === "same_tensorflow" ? { ...now, padding: row.padding } : now,
        0,
        row.size,
        row.kernel_size,
      )?.output,
      row.output,
      JSON.stringify(row),
    );
    const same = axisOf({ ...now, padding: "same_tensorflow" }, 0, row.size, row.kernel_size);
    assert.deepEqual([same?.before, same?.after, same?.output_padding], row.same_tensorflow);
    assert.equal(same?.output, row.size * row.stride);
  }
});

test("pooling agrees with the table", () => {
  for (const { size, kernel_size, stride, ceil_mode, output } of table.pooling) {
    const pooling = {
      kind: /** @type {const} */ ("max"),
      kernel_size: /** @type {[number, number]} */ ([kernel_size, kernel_size]),
      stride: /** @type {[number, number]} */ ([stride, stride]),
      ceil_mode,
    };
    assert.equal(pooledSize(pooling, 0, size), output);
  }
});

test("what the frameworks refuse does not fit", () => {
  const size = [5, 5];
  assert.equal(fits({ ...plain, padding: "same_pytorch", stride: [2, 1] }, size, [3, 3]), false);
  assert.equal(fits({ ...plain, padding: "full", padding_mode: "reflect" }, size, [7, 3]), false);
  assert.equal(fits({ ...plain, padding: "full", padding_mode: "circular" }, size, [6, 6]), true);
  assert.equal(mostPadding("replicate", 3), Infinity);
  const back = { ...plain, mode: /** @type {const} */ ("transposed") };
  assert.equal(fits({ ...back, output_padding: [1, 0] }, size, [3, 3]), false);
  assert.equal(fits({ ...back, output_padding: [1, 1], stride: [2, 2] }, size, [3, 3]), true);
  assert.equal(fits({ ...back, padding: [1, 0, 0, 0] }, size, [3, 3]), false);
  assert.equal(fits({ ...back, padding: "full" }, size, [3, 3]), false);
});

test("the furthest value is the last before the first that fails", () => {
  assert.equal(
    furthest(1, 11, (k) => k <= 7),
    7,
  );
  assert.equal(
    furthest(1, 11, () => true),
    11,
  );
  assert.equal(
    furthest(9, 0, (p) => p >= 4),
    4,
  );
  assert.equal(
    furthest(3, 9, () => false),
    3,
  );
});
