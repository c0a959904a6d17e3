import assert from "node:assert/strict";
import { test } from "node:test";
import { Tensor } from "../../../static/core/tensor.js";
import { decorate } from "../../../static/labs/convolution/decor.js";
import { around, within } from "../../../static/labs/convolution/growth.js";
import { gridOf, painted } from "../../../static/labs/convolution/painting.js";
import { asColours, part } from "../../../static/labs/convolution/picture.js";
import { cellSizes, SIGN } from "../../../static/labs/convolution/sizes.js";

const AXIS = { size: 5, before: 1, after: 1, kernel_size: 3, stride: 1, dilation: 1, output: 5 };
/** @type {any} */ const ANSWER = {
  request: {},
  axes: [AXIS, AXIS],
  shape: { input: [1, 5, 5], convolved: [1, 5, 5], output: [1, 5, 5] },
};
/** @type {any} */ const TRANSPOSED = {
  request: { mode: "transposed" },
  axes: [0, 1].map(() => ({ ...AXIS, before: 0, after: 0, size: 3, stride: 2, output: 7 })),
  shape: { input: [1, 3, 3], convolved: [1, 7, 7], output: [1, 7, 7] },
};
const write = (/** @type {number} */ i, /** @type {number} */ j) => `${i}${j}`;

test("an output marks its window; each cell has the colour of the kernel cell on it", () => {
  const decor = decorate(ANSWER, { kind: "output", channel: 0, y: 0, x: 2 }, { y: 0, x: 2 }, write);
  assert.deepEqual(decor.input.box, { top: -1, left: 1, bottom: 2, right: 4 });
  assert.equal(decor.input.tones?.get("-1,1"), decor.kernel.tones?.get("0,0"));
  assert.equal(decor.input.tones?.get("1,3"), decor.kernel.tones?.get("2,2"));
  assert.deepEqual(decor.output.cursor, { y: 0, x: 2 });
});

test("an input marks what it feeds, with the weights, and the cells of the kernel that do it", () => {
  const decor = decorate(ANSWER, { kind: "input", channel: 0, y: 0, x: 0 }, null, write);
  assert.equal(decor.fed, 4);
  assert.deepEqual(
    [...(decor.output.labels ?? [])],
    [
      ["0,0", "11"],
      ["0,1", "10"],
      ["1,0", "01"],
      ["1,1", "00"],
    ],
  );
  assert.deepEqual([...(decor.kernel.tones?.keys() ?? [])], ["1,1", "1,0", "0,1", "0,0"]);
  assert.equal(decor.input.box, null);
});

test("a kernel cell marks every place that it meets, all in its colour", () => {
  const decor = decorate(ANSWER, { kind: "kernel", i: 0, j: 1 }, { y: 2, x: 2 }, write);
  assert.equal(decor.input.tones?.size, 25);
  assert.equal(new Set(decor.input.tones?.values()).size, 1);
  assert.ok(decor.input.tones?.has("-1,0"));
});

test("a transposed convolution's window lies on the output", () => {
  const onInput = decorate(TRANSPOSED, { kind: "input", channel: 0, y: 1, x: 0 }, null, write);
  assert.deepEqual(onInput.output.box, { top: 2, left: 0, bottom: 5, right: 3 });
  assert.equal(onInput.output.labels?.get("3,1"), "11");
  const at = { y: 2, x: 2 };
  const onOutput = decorate(TRANSPOSED, { kind: "output", channel: 0, ...at }, at, write);
  assert.equal(onOutput.sources, 4);
  assert.deepEqual([...(onOutput.input.tones?.keys() ?? [])], ["0,0", "0,1", "1,0", "1,1"]);
});

test("a pooled element marks what it is made of", () => {
  const pooled = { ...AXIS, before: 0, after: 0, kernel_size: 2, stride: 2, output: 2 };
  const answer = {
    ...ANSWER,
    axes: ANSWER.axes.map((/** @type {any} */ axis) => ({ ...axis, pooled })),
  };
  const onFinal = decorate(answer, { kind: "final", y: 1, x: 0 }, null, write);
  assert.deepEqual(onFinal.output.box, { top: 2, left: 0, bottom: 4, right: 2 });
  const onOutput = decorate(answer, null, { y: 3, x: 1 }, write);
  assert.deepEqual(onOutput.final.cursor, { y: 1, x: 0 });
});

test("figures fit beside each other, or each fits by itself", () => {
  for (const width of [328, 700, 1000, 1400])
    for (const [rows, side] of /** @type {const} */ ([
      [4, 1],
      [10, 3],
      [18, 3],
      [26, 11],
    ])) {
      const input = { rows, columns: rows };
      const output = { rows: rows - 2, columns: rows - 2 };
      const kernel = { rows: side, columns: side };
      const { cell, kernel: weights } = cellSizes(width, { input, kernel, output });
      assert.ok(cell >= 12 && cell <= 46 && weights * side <= width);
      if (rows * 14 <= width) assert.ok(cell * rows <= width);
      const beside = cell * (2 * rows - 2) + weights * side + 2 * SIGN;
      if (width === 1000 && rows < 26) assert.ok(beside <= width, `${rows}: ${beside}`);
    }
});

test("a stroke changes the cells that it met, in one channel or all", () => {
  const grid = [
    [
      [0, 0],
      [0, 0],
    ],
    [
      [1, 1],
      [1, 1],
    ],
  ];
  const cells = [
    { y: 0, x: 1 },
    { y: 1, x: 0 },
  ];
  assert.deepEqual(painted(grid, cells, 7, 0), [
    [
      [0, 7],
      [7, 0],
    ],
    grid[1],
  ]);
  assert.deepEqual(painted(grid, cells, 7, null)[1], [
    [1, 7],
    [7, 1],
  ]);
  assert.equal(grid[0]?.[0]?.[1], 0);
  assert.deepEqual(gridOf(new Tensor([1, 1, 2], Float32Array.of(0.1, 1 / 3))), [[[0.1, 0.3333]]]);
});

test("grey is the same in three colours; a part of a picture stays inside", () => {
  const grey = new Tensor(
    [1, 4, 5],
    Float32Array.from({ length: 20 }, (_, i) => i),
  );
  const colours = asColours(grey);
  assert.deepEqual(colours.shape, [3, 4, 5]);
  assert.equal(colours.at(2, 3, 4), 19);
  assert.equal(asColours(grey), colours);
  const { tensor, top, left } = part(colours, { y: 0, x: 4 }, 3);
  assert.deepEqual([top, left, tensor.shape], [0, 2, [3, 3, 3]]);
  assert.equal(tensor.at(1, 0, 0), 2);
  assert.equal(tensor.at(1, 2, 2), 14);
});

test("the cells grow out of their part of the picture, and shrink back into it", () => {
  const picture = { left: 100, top: 50, width: 200, height: 100 };
  const cells = { left: 10, top: 20, width: 80, height: 80 };
  const crop = { left: 0.5, top: 0.25, width: 0.1, height: 0.2 };
  const out = within(picture, cells, crop);
  assert.deepEqual([cells.left + out.x, cells.top + out.y], [200, 75]);
  assert.deepEqual([cells.width * out.across, cells.height * out.down], [20, 20]);
  const back = around(cells, picture, crop);
  const place = (
    /** @type {number} */ start,
    /** @type {number} */ from,
    /** @type {number} */ scale,
  ) => start + from * scale;
  assert.equal(picture.left + place(back.x, 0.5 * 200, back.across), cells.left);
  assert.equal(picture.top + place(back.y, 0.25 * 100, back.down), cells.top);
  assert.equal(0.1 * 200 * back.across, cells.width);
});
