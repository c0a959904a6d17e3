import assert from "node:assert/strict";
import { test } from "node:test";
import { columnsOf } from "../../../static/explorer/columns.js";
import { keyOf, nextJob } from "../../../static/explorer/requests.js";
import { Subject } from "../../../static/explorer/subject.js";
import { info } from "./network.js";

const columns = columnsOf(info, "blocks");
const sight = columns.map((column) => ({ column, slot: { width: 40, rows: 3, fold: 0 } }));
const still = { changes: [], diff: false, seed: 0, class: -1 };
const silence = [{ kind: "channels", layer: "block1.add", channels: [5], scale: 0 }];
const changedHow = { ...still, changes: silence };
const touched = new Set(["block1.add", "pool", "flatten", "head"]);

/** An answer to a job, all of its values `value`. */
function answer(job, value, range = [0, 1]) {
  const layers = job.body.record.map(({ layer, channels }) => {
    const { shape } = info.nodes.find(({ name }) => name === layer);
    const picked =
      channels?.indices ??
      Array.from({ length: channels?.strongest ?? shape[0] }, (_, i) => shape[0] - 1 - i);
    const full = shape.length > 1 ? [1, picked.length, ...shape.slice(1)] : [1, shape[0]];
    const size = full.reduce((a, b) => a * b, 1);
    const count = shape.length > 1 ? picked.length : 1;
    const tensor = {
      shape: full,
      dtype: "float32",
      encoding: "list",
      lo: new Array(count).fill(value),
      hi: new Array(count).fill(value),
      data: new Array(size).fill(value),
    };
    const difference = job.body.difference ? tensor : null;
    return {
      layer,
      shape: [1, ...shape],
      channels: picked,
      activation: tensor,
      difference,
      range,
      receptive_field: null,
    };
  });
  return { layers, predictions: [[{ index: 0, probability: 1 }]] };
}

const unchanged = () => {
  const subject = new Subject(info, "f".repeat(64));
  const job = nextJob(subject, sight, still, { touched: new Set(), refused: null });
  subject.take(job, answer(job, 1));
  return { subject, job };
};

test("first the strongest channels of what is in sight, each layer once", () => {
  const { job } = unchanged();
  assert.equal(job.key, null);
  assert.deepEqual(job.body.record, [
    { layer: "stem.act", channels: { strongest: 3 } },
    { layer: "block1.add", channels: { strongest: 3 } },
    { layer: "flatten" },
    { layer: "head" },
  ]);
});

test("nothing more where nothing is missing", () => {
  const { subject } = unchanged();
  const known = { touched: new Set(), refused: null };
  assert.equal(nextJob(subject, sight, still, known), null);
  const more = sight.map(({ column, slot }) => ({ column, slot: { ...slot, rows: 4 } }));
  const job = nextJob(subject, more, still, known);
  assert.deepEqual(
    job.columns.map(({ name }) => name),
    ["stem.act", "block1.add"],
  );
});

test("with changes the same channels again, of the layers that they reach", () => {
  const { subject } = unchanged();
  const job = nextJob(subject, sight, changedHow, { touched, refused: null });
  assert.deepEqual(job.body.interventions, silence);
  assert.deepEqual(job.body.record[0], {
    layer: "block1.add",
    channels: { indices: [7, 6, 5] },
  });
  assert.deepEqual(job.body.classes, [0]);
  subject.take(job, answer(job, 2));
  assert.equal(nextJob(subject, sight, changedHow, { touched, refused: null }), null);
  assert.equal(subject.shown(columns[0]).follows, false);
  assert.equal(subject.shown(columns[1]).follows, true);
  assert.equal(subject.shown(columns[1]).layer.tensor.at(0, 0, 0), 2);
});

test("a change that was refused is not asked for again", () => {
  const { subject } = unchanged();
  const refused = keyOf(changedHow);
  assert.equal(nextJob(subject, sight, changedHow, { touched, refused }), null);
  const other = { ...changedHow, seed: 1 };
  assert.notEqual(nextJob(subject, sight, other, { touched, refused }), null);
});

test("a difference is 0 where no change can be felt", () => {
  const { subject } = unchanged();
  const how = { ...changedHow, diff: true };
  const job = nextJob(subject, sight, how, { touched, refused: null });
  subject.take(job, answer(job, -1));
  const before = subject.painted(subject.shown(columns[0]));
  assert.deepEqual([before.differs, ...before.range], [true, 0, 0]);
  assert.deepEqual(subject.painted(subject.shown(columns[1])).range, [-1, -1]);
  assert.deepEqual(subject.range(columns), [-1, 0]);
  subject.restore();
  assert.equal(subject.painted(subject.shown(columns[1])).differs, false);
});
