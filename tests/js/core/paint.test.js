import assert from "node:assert/strict";
import { test } from "node:test";
import { colourOf, NON_FINITE, palette, scaleFor } from "../../../static/core/colour.js";
import { grid, part } from "../../../static/core/grid.js";
import { paintColour, paintMaps } from "../../../static/core/paint.js";
import { Tensor } from "../../../static/core/tensor.js";

/** The canvas pixel in the middle of a value.
 * @param {Uint32Array} pixels @param {import("../../../static/core/grid.js").Grid} each
 * @param {number} slot @param {number} y @param {number} x */
function pixel(pixels, each, slot, y, x) {
  const at = part(each, slot, { top: y, left: x, bottom: y + 1, right: x + 1 });
  const column = Math.floor((at.left + at.width / 2) * each.width);
  return pixels[Math.floor((at.top + at.height / 2) * each.height) * each.width + column];
}

const colours = palette("diverging", "light");

for (const [name, data] of /** @type {const} */ ([
  ["quantised", Uint8Array.from({ length: 60 }, (_, i) => (i * 37) % 256)],
  ["float", Float32Array.from({ length: 60 }, (_, i) => Math.sin(i))],
]))
  for (const [width, height, columns] of /** @type {const} */ ([
    [4, 5, 2], // zoomed
    [20, 1, 1], // folded vectors
  ]))
    test(`${name} maps of ${height} × ${width} are painted value by value in a common scale`, () => {
      const shape = height > 1 ? [3, height, width] : [3, width];
      const quantised = data instanceof Uint8Array;
      const tensor = quantised
        ? new Tensor(shape, data, [-1, 0, -3], [1, 2, 4])
        : new Tensor(shape, data);
      const scale = scaleFor(...tensor.range());
      const maps = [2, 0];
      const each = grid(2, tensor, { columns });
      const pixels = new Uint32Array(each.width * each.height);
      paintMaps(pixels, each, tensor, maps, () => ({ scale, colours }));
      maps.forEach((map, slot) => {
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++)
            assert.equal(
              pixel(pixels, each, slot, y, x),
              colourOf(tensor.at(map, y, x), scale, colours),
            );
      });
    });

test("gaps stay clear", () => {
  const tensor = new Tensor([2, 28, 28], new Float32Array(2 * 784));
  const each = grid(2, tensor, { columns: 2 });
  const pixels = new Uint32Array(each.width * each.height);
  paintMaps(pixels, each, tensor, [0, 1], () => ({ scale: scaleFor(-1, 1), colours }));
  assert.equal(pixels.filter((colour) => colour === 0).length, each.gap * each.height);
});

test("values that are not finite have their own colour; those beyond the scale its ends", () => {
  const tensor = new Tensor([1, 2, 3], Float32Array.of(Number.NaN, Infinity, -Infinity, 9, -9, 0));
  const each = grid(1, tensor);
  const pixels = new Uint32Array(6);
  paintMaps(pixels, each, tensor, [0], () => ({ scale: scaleFor(-1, 1), colours }));
  const expected = [NON_FINITE, NON_FINITE, NON_FINITE, colours.at(-1), colours[0], colours[256]];
  assert.deepEqual([...pixels], expected);
});

test("three maps are red, green and blue", () => {
  const tensor = new Tensor([6, 1, 2], Float32Array.of(0, 0, 0, 0, 0, 0, 1, 0, -1, 1, 0.2, 2));
  const each = grid(1, tensor);
  const pixels = new Uint32Array(2);
  paintColour(pixels, each, tensor, [1], () => [0, 1]);
  const bytes = [...new Uint8Array(pixels.buffer)];
  assert.deepEqual(bytes, [255, 0, 51, 255, 0, 255, 255, 255]);
});
