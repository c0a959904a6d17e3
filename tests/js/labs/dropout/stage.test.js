import assert from "node:assert/strict";
import { test } from "node:test";
import { Tensor } from "../../../../static/core/tensor.js";
import { layoutOf } from "../../../../static/core/tensor-layout.js";
import { equalBits } from "../../../../static/labs/dropout/bits.js";
import { product } from "../../../../static/labs/dropout/element-tex.js";
import { signs } from "../../../../static/labs/dropout/equation.js";
import { fields, VARIANTS } from "../../../../static/labs/dropout/fields.js";
import { weighted } from "../../../../static/labs/dropout/layers.js";
import { falls, lattice, pattern, SIZE } from "../../../../static/labs/dropout/pattern.js";
import { sizesOf } from "../../../../static/labs/dropout/sizes.js";

/** @param {number[]} values */
const row = (...values) => new Tensor([values.length], Float32Array.from(values));
const element = { index: [0], h: 0.75, m: 1, scale: 2, shift: 0, product: 1.5 };
const rest = { inverted: null, classic: null, connections: null };
/** @param {object} [some] @returns {any} */
const made = (some) => ({
  variant: "element",
  mode: "train",
  scaling: "inverted",
  p: 0.5,
  scale: 2,
  ...some,
});

test("equal to the last bit is not nearly equal", () => {
  assert.deepEqual(equalBits(row(1, 2, 0), row(1, 2 + 1e-6, -0)), { equal: 1, all: 3 });
  assert.deepEqual(equalBits(row(1, Number.NaN), row(1, Number.NaN)), { equal: 2, all: 2 });
  assert.equal(equalBits(row(1), new Tensor([1], Uint8Array.of(1), [0], [1])), null);
});

test("the product is written as it was made", () => {
  const written = (/** @type {object} */ some, /** @type {object} */ other = {}) =>
    product({ ...element, ...rest, ...other }, made(some)).tex.replace(
      /\\htmlClass\{tone-\w+\}\{((?:[^{}]|\{[^{}]*\})*)\}/g,
      "$1",
    );
  assert.equal(
    written({}),
    "\\dfrac{m\\,h}{1 - p} = \\dfrac{1 \\cdot 0.7500}{1 - 0.5} = 1 \\cdot 0.7500 \\cdot 2.000 = \\mathbf{1.500}",
  );
  assert.equal(written({ scaling: "classic" }), "m\\,h = 1 \\cdot 0.7500 = \\mathbf{1.500}");
  assert.equal(written({ mode: "eval" }), "h = \\mathbf{1.500}");
  assert.match(written({ variant: "block", keep: { count: 6000, total: 12000 } }), /12\{,\}000/);
  assert.match(
    written({ variant: "alpha" }, { h: -1, shift: -0.5 }),
    /\(-1\.000\) \+ \(-0\.5000\)/,
  );
  assert.doesNotMatch(written({ variant: "alpha" }, { m: 0 }), /0\.75/);
});

test("the sign before the result has the number where there is room", () => {
  assert.match(signs(made(), true)[1].tex, /2\.00/);
  assert.equal(signs(made(), false)[1].tex, "=");
  assert.equal(signs(made({ scaling: "classic" }), true)[1].tex, "=");
  assert.match(
    signs(made({ mode: "eval", scaling: "classic", scale: 0.5 }), true)[1].tex,
    /0\.500/,
  );
});

test("a layer with weights is found before the present one", () => {
  const node = (/** @type {string} */ name, /** @type {string} */ kind) =>
    /** @type {any} */ ({ name, kind });
  const nodes = [
    node("input", "input"),
    node("pool", "pool"),
    node("a", "conv"),
    node("b", "norm"),
    node("c", "linear"),
  ];
  assert.equal(weighted(nodes, "b")?.name, "a");
  assert.equal(weighted(nodes, "c")?.name, "c");
  assert.equal(weighted(nodes, "pool")?.name, "a");
  assert.equal(weighted(nodes.slice(0, 2), "pool"), null);
});

test("drawings of masks keep to their decisions", () => {
  const cells = (/** @type {(cell: any) => boolean} */ wanted, /** @type {any} */ variant) => {
    const found = [];
    for (let y = 0; y < 6; y++)
      for (let x = 0; x < 6; x++) found.push(falls(variant, { b: 0, c: 1, y, x }));
    return found.every(wanted);
  };
  assert.ok(cells(Boolean, "channel"));
  assert.ok(cells(Boolean, "batch"));
  assert.ok(cells((fell) => !fell, "row"));
  assert.ok(!cells(Boolean, "element") && !cells((fell) => !fell, "element"));
  for (const variant of VARIANTS) {
    const { one, dropped } = pattern(variant);
    assert.ok(dropped.length > 0 && lattice(variant).startsWith("M0 0"), variant);
    assert.ok(one.x + one.width <= SIZE.width && one.y + one.height <= SIZE.height, variant);
  }
});

test("three figures and their signs fit beside each other", () => {
  for (const width of [328, 358, 700, 1000]) {
    for (const channels of [
      [0, 1],
      [0, 1, 2, 3],
    ]) {
      const layout = layoutOf({ layout: "maps", shape: [4, 24, 28, 28], channels });
      const { rail, sign, width: wide, row } = sizesOf(layout, width);
      assert.ok(rail + 2 * sign + 3 * wide <= width, `${width}`);
      assert.ok(row >= 20);
    }
  }
  const many = layoutOf({ layout: "maps", shape: [64, 24, 28, 28], channels: [0, 1, 2, 3] });
  assert.ok(sizesOf(many, 1000).scrolls);
});

test("a link's state is read, and nothing else", () => {
  assert.equal(fields.variant.read("block"), "block");
  assert.equal(fields.variant.read("gaussian"), undefined);
  assert.equal(fields.p.read("1.01"), undefined);
  assert.equal(fields.p.read("0.3"), 0.3);
  assert.equal(fields.seed.read("-1"), undefined);
  assert.equal(fields.block.read("32"), undefined);
  assert.deepEqual(fields.batch.read("9.chelsea"), ["9", "chelsea"]);
});
