import assert from "node:assert/strict";
import { test } from "node:test";
import { firstRoom, gap, inSight, layout } from "../../../static/explorer/layout.js";

const maps = (channels, side) => ({
  name: `${channels}x${side}`,
  vector: false,
  channels,
  height: side,
  width: side,
  node: { shape: [channels, side, side] },
});
const vector = (channels) => ({
  name: `v${channels}`,
  vector: true,
  channels,
  height: 1,
  width: 1,
  node: { shape: [channels] },
});
const deep = [
  ...[32, 16].map((channels) => maps(channels, 112)),
  ...[24, 24].map((channels) => maps(channels, 56)),
  ...[40, 40].map((channels) => maps(channels, 28)),
  ...[80, 80, 80, 112, 112, 112].map((channels) => maps(channels, 14)),
  ...[192, 192, 192, 192, 320, 1280].map((channels) => maps(channels, 7)),
  ...[1280, 1280, 1280, 1000].map(vector),
];
const wide = { width: 972, height: 400, compact: false };
const total = (slots, between) =>
  slots.reduce((sum, { width }) => sum + width, 0) + between * (slots.length - 1);
const height = (column, { width, rows }) =>
  (rows + (rows - 1) / 28) * width * (column.height / column.width);

test("a deep network fits a common screen, all columns equally high", () => {
  const slots = layout(deep, wide);
  assert.ok(total(slots, gap(slots, wide)) <= wide.width);
  const heights = deep.slice(0, 18).map((column, i) => height(column, slots[i]));
  assert.ok(Math.max(...heights) - Math.min(...heights) < 1);
});

test("deeper columns hold more and smaller maps", () => {
  const slots = layout(deep, wide);
  const [stem, second, third] = [slots[0], slots[4], slots[16]];
  assert.ok(stem.width > second.width && second.width > third.width);
  assert.ok(stem.rows < second.rows && second.rows < third.rows);
});

test("no column holds more maps than there are channels", () => {
  const [slot] = layout([maps(2, 7)], wide);
  assert.equal(slot.rows, 2);
});

test("beside an open layer the same columns are lower", () => {
  const full = layout(deep, wide);
  const compact = layout(deep, { ...wide, compact: true });
  deep.forEach((column, i) => {
    assert.equal(compact[i].width, full[i].width);
    if (!column.vector) assert.ok(height(column, compact[i]) <= 118 || compact[i].rows === 1);
  });
});

test("a vector is folded to the height of the strip, a short one stands in a single file", () => {
  const [long, short] = layout([vector(784), vector(10)], wide);
  assert.ok(long.fold > 1 && Math.ceil(784 / long.fold) * (long.width / long.fold) <= 401);
  assert.equal(short.fold, 1);
});

test("a narrow strip scrolls, and what it shows is known beforehand", () => {
  const narrow = { width: 340, height: 300, compact: false };
  const seen = inSight(deep, narrow);
  assert.ok(seen.length > 2 && seen.length < deep.length);
  assert.equal(inSight(deep, wide).length, deep.length);
});

test("few columns move apart", () => {
  const slots = layout([vector(784), vector(10)], wide);
  assert.equal(gap(slots, wide), 40);
});

test("the first guess of the room follows the window", () => {
  assert.ok(firstRoom({ innerWidth: 390, innerHeight: 844 }).width < 390);
  assert.equal(firstRoom({ innerWidth: 4000, innerHeight: 900 }).width, 1324);
});

test("the traces of a recurrent state stand side by side", () => {
  const traces = { ...maps(112, 28), width: 1 };
  const [slot, other] = layout([traces, vector(112)], wide);
  assert.deepEqual([slot.rows, slot.across], [28, 28]);
  assert.ok(slot.width > 200 && slot.width <= 280 && other.across === 1);
  const [compact] = layout([traces, vector(112)], { ...wide, compact: true });
  assert.equal(compact.rows, slot.rows, "no other maps need be asked for");
  assert.ok(compact.width <= 118);
  const [few] = layout([{ ...traces, channels: 7 }], wide);
  assert.deepEqual([few.rows, few.across, few.width], [7, 7, 70]);
});
