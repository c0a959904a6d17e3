import assert from "node:assert/strict";
import { test } from "node:test";
import { changeWords } from "../../../static/explorer/change-words.js";
import { fields } from "../../../static/explorer/fields.js";

test("every kind of change has its words", () => {
  const cases = [
    [{ kind: "conv", stride: [4, 4] }, "stride 4"],
    [{ kind: "conv", stride: [1, 2], padding: [0, 1, 0, 1] }, "stride 1×2, padding 0, 1, 0, 1"],
    [
      { kind: "conv", padding: "same", padding_mode: "reflect" },
      "padding same, padded with: Mirror",
    ],
    [{ kind: "kernel", out: 3, in: 1, values: [[1]] }, "kernel 3 for input 1 edited"],
    [{ kind: "kernel_preset", out: 3, preset: "sobel_x" }, "kernel 3 replaced: Sobel, across"],
    [{ kind: "channels", channels: [5], scale: 0 }, "channel 5 silenced"],
    [{ kind: "channels", channels: [1, 2, 3, 4, 5], scale: 2 }, "channels 1, 2, 3… × 2.00"],
    [{ kind: "normalization", statistics: "batch" }, "statistics of this picture"],
    [{ kind: "normalization", method: "group", groups: 4 }, "GroupNorm, 4 groups"],
    [{ kind: "normalization", method: "instance" }, "InstanceNorm"],
    [{ kind: "normalization", method: "layer_channels" }, "LayerNorm, place by place"],
    [{ kind: "normalization", method: "rms" }, "RMSNorm, place by place"],
    [
      { kind: "dropout", p: 0.5, variant: "channel", on: true },
      "dropout on, p = 0.500, whole channels",
    ],
    [{ kind: "dropout", on: false }, "dropout off"],
    [{ kind: "dropout", variant: "block", block_size: 5 }, "dropout on, blocks of 5×5"],
    [
      { kind: "drop_after", p: 0.2, variant: "block", seed: 4 },
      "dropout after it, p = 0.200, square blocks, seed 4",
    ],
    [{ kind: "drop_after", variant: "alpha" }, "dropout after it, single values, as SELU wants it"],
    [{ kind: "drop_connect", p: 0.5 }, "weights dropped (DropConnect), p = 0.500"],
    [{ kind: "recurrent", p: 0.25 }, "zoneout on the state, p = 0.250"],
    [{ kind: "recurrent", rule: "dropout", seed: 0 }, "dropout on the state, seed 0"],
    [{ kind: "recurrent", rule: "none" }, "as trained"],
    [{ kind: "activation", function: "gelu" }, "function: GELU"],
    [{ kind: "pooling", method: "max" }, "pools the maximum"],
  ];
  for (const [change, words] of cases) assert.equal(changeWords({ layer: "a", ...change }), words);
});

test("a link's pin and changes are read with care", () => {
  assert.deepEqual(fields.pin.read("12,30"), { y: 12, x: 30 });
  assert.equal(fields.pin.write({ y: 12, x: 30 }), "12,30");
  assert.equal(fields.pin.read("-1,3"), undefined);
  assert.equal(fields.changes.read("{}"), undefined);
  assert.equal(fields.changes.read('[{"layer": 3}]'), undefined);
  assert.deepEqual(fields.changes.read('[{"kind":"conv","layer":"a"}]'), [
    { kind: "conv", layer: "a" },
  ]);
});
