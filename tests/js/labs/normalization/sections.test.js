import assert from "node:assert/strict";
import { test } from "node:test";
import { Tensor } from "../../../../static/core/tensor.js";
import { counted, keptTex, share } from "../../../../static/labs/normalization/sections/kept.js";
import { mapsOf } from "../../../../static/labs/normalization/sections/maps.js";
import { quoted } from "../../../../static/labs/normalization/sections/quoted.js";
import { SWAPPED, swaps, trained } from "../../../../static/labs/normalization/sections/swaps.js";

test("a batch goes into the running value with its weight, in the numbers of that step", () => {
  const { tex, plain } = keptTex("mean", [0, 0.1, 0.25], [1, -1.5], 2, 0.1);
  assert.equal(plain, "μ ← 0.9 · 0.100 + 0.1 · −1.50 = 0.250");
  assert.match(tex, /tone-mean.*0\.9 \\cdot 0\.100 \+ 0\.1 \\cdot \(-1\.50\) = 0\.250$/);
});

test("without a momentum each batch weighs as much as those before it", () => {
  assert.equal(share(4), 0.25);
  assert.equal(share(0), 1);
  const { plain } = keptTex("deviation", [1, 2, 2, 2, 3], [2, 2, 2, 6], 4, share(4));
  assert.equal(plain, "σ² ← 0.75 · 2.00 + 0.25 · 6.00 = 3.00");
});

test("how far one is", () => {
  assert.equal(counted(3, 60), "3 of 60 batches");
});

test("PyTorch’s own words are taken out of a refusal", () => {
  const words =
    "Expected more than 1 value per channel when training, got input size torch.Size([1, 512])";
  const said = `A set has a single value, which has no spread. PyTorch says: ValueError: ${words}`;
  assert.equal(quoted(new Error(said)), `ValueError: ${words}`);
  assert.equal(quoted(new Error(`${said}”.`)), `ValueError: ${words}`);
  assert.equal(quoted(new Error("Something else.")), "Something else.");
  assert.equal(quoted({ torch: "2" }), "");
});

test("every normalisation is swapped, and nothing else", () => {
  const nodes = /** @type {any[]} */ ([
    { name: "conv1.conv", kind: "conv" },
    { name: "conv1.norm", kind: "norm" },
    { name: "conv2.norm", kind: "norm" },
  ]);
  const rows = swaps(nodes);
  assert.deepEqual(
    rows.map(({ key }) => key),
    ["trained", "batch", "layer", "layer_channels", "group", "instance", "none"],
  );
  for (const { network, interventions, key } of rows) {
    assert.equal(network, SWAPPED);
    const layers = interventions.map(({ layer }) => layer);
    assert.deepEqual(layers, key === "trained" ? [] : ["conv1.norm", "conv2.norm"]);
  }
  const group = /** @type {any} */ (rows[4]?.interventions[0]);
  assert.deepEqual(group, {
    kind: "normalization",
    layer: "conv1.norm",
    method: "group",
    groups: 8,
  });
});

test("the trained networks are as they are", () => {
  assert.deepEqual(
    trained().map(({ network, interventions }) => [network, interventions.length]),
    ["batch", "layer", "group", "instance", "none"].map((name) => [`tiny_vgg_${name}`, 0]),
  );
});

test("tokens and vectors are maps of one row", () => {
  const maps = new Tensor([2, 3, 4], new Float32Array(24));
  assert.equal(mapsOf(maps), maps);
  assert.deepEqual(mapsOf(new Tensor([2, 5], new Float32Array(10))).shape, [2, 1, 5]);
  assert.deepEqual(mapsOf(new Tensor([3], new Float32Array(3))).shape, [3, 1, 1]);
});
