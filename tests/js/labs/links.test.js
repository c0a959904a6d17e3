import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cellsUnder,
  channelsOf,
  linksOf,
  placesOf,
  pooledFrom,
  pooledInto,
  tones,
  weights,
  windowBox,
  windowsOf,
} from "../../../static/labs/convolution/links.js";

const AXIS = { size: 5, before: 1, after: 1, kernel_size: 3, stride: 2, dilation: 1, output: 3 };

/** @param {any} [request] @param {any} [rows] @param {any} [columns] @returns {any} */
function answer(request = {}, rows = AXIS, columns = rows) {
  return { request, axes: [rows, columns], shape: { input: [6, 5, 5], convolved: [4, 3, 3] } };
}

test("a window and the cells under it know each other", () => {
  for (const padding_mode of ["zeros", "reflect", "replicate", "circular"]) {
    const links = linksOf(answer({ padding_mode }));
    for (let y = 0; y < 5; y++)
      for (let x = 0; x < 5; x++)
        for (const part of windowsOf(links, { y, x })) {
          const cells = cellsUnder(links, part);
          const cell = cells.find(({ i, j }) => i === part.i && j === part.j);
          assert.ok(cell);
          if (padding_mode === "zeros") assert.deepEqual([cell.y, cell.x], [y, x]);
        }
  }
});

test("the box of a window is from its first to its last cell, over the padding too", () => {
  const links = linksOf(answer());
  assert.deepEqual(windowBox(links, { y: 0, x: 1 }), { top: -1, left: 1, bottom: 2, right: 4 });
  assert.equal(cellsUnder(links, { y: 0, x: 1 }).length, 9);
});

test("a kernel cell meets one place in every window", () => {
  const links = linksOf(answer());
  const places = placesOf(links, 0, 1);
  assert.equal(places.length, 9);
  assert.deepEqual(places[0], { y: -1, x: 0 });
});

test("in a transposed convolution the windows lie on the output, one for each input", () => {
  const axis = { ...AXIS, size: 3, output: 5, padding: 0 };
  const links = linksOf(answer({ mode: "transposed" }, axis));
  assert.equal(links.rows.windows, 3);
  assert.deepEqual(windowBox(links, { y: 1, x: 1 }), { top: 1, left: 1, bottom: 4, right: 4 });
  assert.deepEqual(
    windowsOf(links, { y: 2, x: 2 }).map(({ y, x }) => [y, x]),
    [[1, 1]],
  );
});

test("cells get the colour and the weight of the kernel cell on them", () => {
  const links = linksOf(answer());
  const parts = windowsOf(links, { y: 1, x: 1 });
  assert.equal(parts.length, 4);
  const colours = tones(links, parts);
  assert.equal(colours.size, 4);
  assert.equal(new Set(colours.values()).size, 4);
  assert.deepEqual(
    [...weights(parts, (i, j) => `w${i}${j}`)],
    [
      ["0,0", "w22"],
      ["0,1", "w20"],
      ["1,0", "w02"],
      ["1,1", "w00"],
    ],
  );
});

test("weights that meet in one window through the padding are written as a sum", () => {
  const axis = { ...AXIS, size: 3, stride: 1, output: 3 };
  const links = linksOf(
    answer({ padding_mode: "replicate" }, axis, { ...axis, kernel_size: 1, before: 0, after: 0 }),
  );
  const parts = windowsOf(links, { y: 0, x: 0 });
  assert.equal(weights(parts, (i) => String(i)).get("0,0"), "0+1");
});

test("pooling takes an element into a window, and leaves some out", () => {
  const pooled = {
    size: 5,
    before: 0,
    after: 0,
    kernel_size: 2,
    stride: 2,
    dilation: 1,
    output: 2,
  };
  const with5 = answer({}, { ...AXIS, pooled });
  with5.shape.convolved = [4, 5, 5];
  assert.deepEqual(pooledInto(with5, { y: 3, x: 0 }), { y: 1, x: 0 });
  assert.equal(pooledInto(with5, { y: 4, x: 0 }), null);
  assert.equal(pooledInto(answer(), { y: 0, x: 0 }), null);
  assert.deepEqual(pooledFrom(with5, { y: 1, x: 1 }), { top: 2, left: 2, bottom: 4, right: 4 });
  const ceil = answer({}, { ...AXIS, pooled: { ...pooled, after: 1, output: 3 } });
  ceil.shape.convolved = [4, 5, 5];
  assert.deepEqual(pooledFrom(ceil, { y: 2, x: 0 }), { top: 4, left: 0, bottom: 5, right: 2 });
});

test("a kernel takes part with its group's channels", () => {
  assert.deepEqual(channelsOf(answer({ groups: 2 }), 1), { first: 0, depth: 3 });
  assert.deepEqual(channelsOf(answer({ groups: 2 }), 2), { first: 3, depth: 3 });
  assert.deepEqual(channelsOf(answer(), 3), { first: 0, depth: 6 });
});
