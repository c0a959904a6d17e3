import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../../../static/core/api.js";
import { State } from "../../../../static/core/state.js";
import { Dream } from "../../../../static/labs/principles/sections/hierarchy/dream.js";
import {
  convolutionsTo,
  featureOf,
  walk,
  written,
} from "../../../../static/labs/principles/sections/hierarchy/feature.js";
import { hierarchyFields } from "../../../../static/labs/principles/sections/hierarchy/fields.js";
import {
  judge,
  judgementOf,
  verdict,
} from "../../../../static/labs/principles/sections/hierarchy/judged.js";

const STAGES = /** @type {any} */ (
  ["stem.act", "block4.add", "features.act"].map((layer, depth) => ({
    layer,
    shape: [32, 8, 8],
    channels: [{ channel: depth + 3 }, { channel: 9 }],
  }))
);

test("judgements of single depths are kept, changed and taken back", () => {
  let word = judge("", 2, "texture");
  assert.equal(word, "--t");
  word = judge(judge(word, 0, "edge"), 2, "part");
  assert.deepEqual(
    [0, 1, 2, 3].map((depth) => judgementOf(word, depth)),
    ["edge", null, "part", null],
  );
  assert.equal(judge(word, 2, null), "e");
  assert.equal(judge(judge("", 1, "object"), 1, null), "");
});

test("judgements hold against the notes where none steps back behind one before it", () => {
  assert.deepEqual(verdict("eet-po", 6), { judged: 5, back: null, kinds: 4 });
  assert.deepEqual(verdict("et-e", 4), {
    judged: 3,
    back: { depth: 3, from: "texture", to: "edge" },
    kinds: 2,
  });
  assert.deepEqual(verdict("", 7), { judged: 0, back: null, kinds: 0 });
  assert.equal(verdict("eeop", 3).back, null); // there is no fourth depth
});

test("a link brings judgements back, and nothing that is none", () => {
  const state = new State(hierarchyFields);
  assert.equal(state.parse("#judged=e-tpo").judged, "e-tpo");
  for (const bad of ["exp", "e".repeat(33), "E"])
    assert.equal(state.parse(`#judged=${bad}`).judged, "");
  assert.equal(state.parse("#dreamSteps=513").dreamSteps, 128);
});

test("a feature is one that its layer has", () => {
  const feature = { layer: "features.act", channel: 31 };
  assert.deepEqual(featureOf(written(feature), STAGES), feature);
  for (const word of ["-", "", "stem.act:32", "stem.conv:0", "stem.act", "stem.act:", "3"])
    assert.equal(featureOf(word, STAGES), null);
  assert.equal(featureOf(written(feature), []), null);
});

test("keys lead along the rows and from row to row", () => {
  const counts = [3, 2, 4];
  assert.deepEqual(walk(counts, { row: 0, column: 2 }, "ArrowRight"), { row: 0, column: 2 });
  assert.deepEqual(walk(counts, { row: 0, column: 2 }, "ArrowDown"), { row: 1, column: 1 });
  assert.deepEqual(walk(counts, { row: 2, column: 3 }, "ArrowDown"), { row: 2, column: 3 });
  assert.deepEqual(walk(counts, { row: 1, column: 0 }, "End"), { row: 1, column: 1 });
  assert.deepEqual(walk(counts, { row: 1, column: 1 }, "ArrowUp"), { row: 0, column: 1 });
  assert.equal(walk(counts, { row: 1, column: 1 }, "a"), null);
});

test("convolutions are counted along all ways to a layer, each once", () => {
  const node = (
    /** @type {string} */ name,
    /** @type {string} */ kind,
    /** @type {string[]} */ inputs,
  ) => ({
    name,
    kind,
    inputs,
  });
  const nodes = [
    node("input", "input", []),
    node("a", "conv", ["input"]),
    node("b", "conv", ["a"]),
    node("add", "add", ["b", "a"]),
    node("c", "conv", ["add"]),
    node("side", "conv", ["add"]),
  ];
  assert.deepEqual(
    ["input", "add", "c"].map((layer) => convolutionsTo(nodes, layer)),
    [0, 2, 3],
  );
});

const IMAGE = {
  shape: [3, 1, 1],
  dtype: "uint8",
  encoding: "list",
  lo: [0, 0, 0],
  hi: [1, 1, 1],
  data: [[[0]], [[255]], [[51]]],
};
const BODY = /** @type {any} */ ({ layer: "stem.act", channel: 3 });

/** A server that tells `events` and keeps the signals it was given. @param {any[]} events @param {boolean} [endless] */
function server(events, endless = false) {
  /** @type {AbortSignal[]} */ const signals = [];
  async function* ask(
    /** @type {string} */ _name,
    /** @type {any} */ _body,
    /** @type {any} */ { signal },
  ) {
    signals.push(signal);
    yield* events;
    if (endless)
      await new Promise((_, fail) => signal.addEventListener("abort", () => fail(signal.reason)));
  }
  return { signals, ask };
}

const step = (/** @type {number} */ n) => ({
  kind: "step",
  step: n,
  activation: n / 2,
  peak: 2 * n,
  image: IMAGE,
});

test("a run's steps add up to a curve and its last image stays", async () => {
  const { ask } = server([
    { kind: "begun", steps: 8 },
    step(4),
    step(8),
    { kind: "done", step: 8, activation: 4, seconds: 0.5 },
  ]);
  const dream = new Dream(/** @type {any} */ (ask));
  await dream.start("net", BODY);
  assert.deepEqual(
    [dream.steps, dream.activations, dream.peaks],
    [
      [4, 8],
      [2, 4],
      [8, 16],
    ],
  );
  assert.ok(Math.abs((dream.image?.at(2, 0, 0) ?? 0) - 0.2) < 1e-6);
  assert.deepEqual([dream.running, dream.stopped, dream.seconds], [false, false, 0.5]);
});

test("stopping ends the request at once and says no more; a new run stops the one before", async () => {
  const { ask, signals } = server([{ kind: "begun" }, step(1)], true);
  const dream = new Dream(/** @type {any} */ (ask));
  const first = dream.start("net", BODY);
  await new Promise((done) => setTimeout(done, 5));
  const second = dream.start("net", { ...BODY, channel: 4 });
  await first;
  assert.deepEqual([signals.length, signals[0]?.aborted, signals[1]?.aborted], [2, true, false]);
  await new Promise((done) => setTimeout(done, 5));
  dream.stop();
  assert.deepEqual([dream.running, dream.stopped, signals[1]?.aborted], [false, true, true]);
  await second;
  assert.deepEqual([dream.error, dream.steps, dream.subject?.body.channel], [null, [1], 4]);
});

test("what goes wrong on the way is an error, and the image so far stays", async () => {
  const { ask } = server([{ kind: "begun" }, step(1)]);
  const dream = new Dream(
    /** @type {any} */ (
      async function* (/** @type {[string, any, any]} */ ...asked) {
        yield* ask(...asked);
        throw new ApiError({ code: "busy" });
      }
    ),
  );
  await dream.start("net", BODY);
  assert.deepEqual([dream.error?.code, dream.running, dream.stopped], ["busy", false, false]);
  assert.ok(dream.image);
  dream.clear();
  assert.deepEqual([dream.error, dream.image, dream.steps], [null, null, []]);
});
