import assert from "node:assert/strict";
import { test } from "node:test";
import {
  added,
  asValues,
  commonSize,
  completed,
  filled,
  fitted,
  removed,
  resized,
  sizeOf,
  suited,
  transformed,
  turnsSize,
  withDepth,
} from "../../../static/labs/convolution/kernel-list.js";

/** @typedef {import("../../../static/labs/convolution/fields.js").Kernel} Kernel */
/** @type {Kernel} */
const sobel = { kind: "preset", preset: "sobel_x", size: [3, 5] };
/** @type {Kernel} */
const own = { kind: "values", values: [[[1, 2, 3]]], bias: 2 };
/** @type {Kernel} */
const trained = { kind: "network", network: "lenet", layer: "conv1", channel: 1 };
const none = () => null;

test("the size is that after turning", () => {
  assert.deepEqual(sizeOf(sobel), [3, 5]);
  assert.deepEqual(sizeOf({ ...sobel, transforms: ["rotate", "flip"] }), [5, 3]);
  assert.deepEqual(sizeOf({ ...sobel, transforms: ["rotate", "transpose"] }), [3, 5]);
  assert.deepEqual(sizeOf(own), [1, 3]);
  assert.deepEqual(commonSize([trained, own]), [1, 3]);
  assert.equal(commonSize([trained]), null);
});

test("another size makes presets anew and keeps the middle of numbers", () => {
  const turned = resized([{ ...sobel, transforms: ["rotate"] }], [7, 3], none);
  assert.deepEqual(turned, [{ ...sobel, size: [3, 7], transforms: ["rotate"] }]);
  assert.deepEqual(fitted([[1, 2, 3]], [3, 3]), [
    [0, 0, 0],
    [1, 2, 3],
    [0, 0, 0],
  ]);
  assert.deepEqual(fitted([[1, 2, 3]], [1, 1]), [[2]]);
  assert.deepEqual(fitted([[1, 2, 3]], [1, 4]), [[0, 1, 2, 3]]);
  assert.deepEqual(
    fitted(
      fitted(
        [
          [1, 2],
          [3, 4],
        ],
        [5, 5],
      ),
      [2, 2],
    ),
    [
      [1, 2],
      [3, 4],
    ],
  );
  assert.deepEqual(
    resized([trained], [1, 1], () => [[[5, 6, 7]]]),
    [{ kind: "values", values: [[[6]]] }],
  );
  assert.deepEqual(resized([own], [1, 3], none), [own]);
});

test("another depth keeps what a grey picture gives", () => {
  const [deep] = withDepth([own], 3);
  assert.equal(deep?.kind === "values" && deep.values.length, 3);
  assert.deepEqual(withDepth(deep ? [deep] : [], 1), [own]);
  assert.deepEqual(withDepth([sobel, trained], 3), [sobel, trained]);
});

test("transforms that undo each other are dropped", () => {
  /** @param {import("../../../static/labs/convolution/fields.js").Transform[]} list */
  const after = (...list) => list.reduce(transformed, own).transforms;
  assert.equal(after("flip", "flip"), undefined);
  assert.equal(after("rotate", "rotate", "rotate", "rotate"), undefined);
  assert.deepEqual(after("normalise", "normalise"), ["normalise"]);
  assert.deepEqual(after("rotate", "negate", "negate", "rotate"), ["rotate", "rotate"]);
  assert.equal(
    after("flip", "rotate", "flip", "rotate", "flip", "rotate", "flip", "rotate", "flip")?.length,
    8,
  );
});

test("only turning a kernel that is not square changes the size", () => {
  assert.equal(turnsSize("rotate", [3, 3]), false);
  assert.equal(turnsSize("rotate", [3, 5]), true);
  assert.equal(turnsSize("flip", [3, 5]), false);
});

test("in groups, kernels come and go in every group alike", () => {
  const list = [1, 2, 3, 4].map((bias) => ({ ...sobel, bias }));
  const biases = (/** @type {Kernel[]} */ kernels) => kernels.map(({ bias }) => bias);
  const more = added(list, 2, 2);
  assert.deepEqual(biases(more.kernels), [1, 1, 2, 3, 3, 4]);
  assert.deepEqual([more.k, more.kernels[more.k]?.bias], [4, 3]);
  const less = removed(list, 3, 2);
  assert.deepEqual(biases(less.kernels), [1, 3]);
  assert.equal(less.k, 1);
  assert.deepEqual(biases(filled(list, 3)), [1, 2, 3, 4, 1, 2]);
  assert.deepEqual(biases(removed(list, 0, 1).kernels), [2, 3, 4]);
});

test("settings are suited to the channels of the input", () => {
  const settings = { kernels: [sobel, own, own], groups: 3 };
  assert.equal(suited(settings, 3), settings);
  const grey = suited(settings, 1);
  assert.equal(grey.groups, 1);
  assert.deepEqual(grey.kernels, [sobel, own, own]);
  const colour = suited({ kernels: [own], groups: 1 }, 3);
  assert.equal(colour.kernels[0]?.kind === "values" && colour.kernels[0].values.length, 3);
});

test("numbers take the bias along and nothing else", () => {
  assert.deepEqual(asValues({ ...sobel, bias: 1, transforms: ["flip"] }, [[[0]]]), {
    kind: "values",
    values: [[[0]]],
    bias: 1,
  });
});

test("what a preset is made with is laid open, and what a link says is kept", () => {
  /** @type {Kernel} */ const blur = {
    kind: "preset",
    preset: "gaussian",
    size: [3, 3],
    sigma: null,
  };
  assert.deepEqual(completed(blur), { kind: "preset", preset: "gaussian", size: [3, 3], sigma: 1 });
  assert.deepEqual(completed({ ...blur, sigma: 2 }), { ...blur, sigma: 2 });
  assert.deepEqual(completed(own), own);
});
