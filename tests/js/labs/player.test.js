import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Player, SPEEDS } from "../../../static/labs/convolution/player.js";

/** @type {((now: number) => void)[]} */ let frames = [];
let time = 0;

/** Let milliseconds go by, a frame each 20. @param {number} milliseconds */
function pass(milliseconds) {
  for (let gone = 0; gone < milliseconds; gone += 20) {
    time += 20;
    for (const frame of frames.splice(0)) frame(time);
  }
}

beforeEach(() => {
  frames = [];
  globalThis.requestAnimationFrame = (frame) => frames.push(frame);
  globalThis.cancelAnimationFrame = () => {
    frames = [];
  };
  performance.now = () => time;
});

/** A session with an output of 3 × 4, and where it was pointed. */
function stage() {
  /** @type {any[]} */ const touched = [];
  /** @type {any} */ const session = {
    answer: { shape: { convolved: [2, 3, 4] } },
    state: { values: { k: 1, pin: null } },
    at: null,
    setTouch(/** @type {any} */ touch) {
      session.at = touch;
      touched.push([touch.channel, touch.y, touch.x]);
    },
    pin() {},
    tell() {},
  };
  return { player: new Player(session), session, touched };
}

test("it steps and goes back row by row, and stops at the ends", () => {
  const { player, touched } = stage();
  player.move(1);
  player.scrub(3);
  player.move(1);
  player.move(-1);
  player.scrub(99);
  player.move(1);
  assert.deepEqual(touched, [
    [1, 0, 0],
    [1, 0, 3],
    [1, 1, 0],
    [1, 0, 3],
    [1, 2, 3],
    [1, 2, 3],
  ]);
  assert.equal(player.length, 12);
});

test("it plays at its speed from where it is, to the end, and then again from the start", () => {
  const { player, session, touched } = stage();
  session.at = { channel: 1, y: 2, x: 0 };
  player.shift(SPEEDS.indexOf(4));
  player.playPause();
  pass(520);
  assert.deepEqual(touched.at(-1), [1, 2, 2]);
  assert.ok(player.playing);
  pass(400);
  assert.deepEqual(touched.at(-1), [1, 2, 3]);
  assert.ok(!player.playing);
  player.playPause();
  assert.deepEqual(touched.at(-1), [1, 0, 0]);
  player.playPause();
  pass(2000);
  assert.deepEqual(touched.at(-1), [1, 0, 0]);
});

test("at great speed it takes several places at once", () => {
  const { player, touched } = stage();
  player.shift(SPEEDS.indexOf(240));
  player.playPause();
  pass(20);
  assert.deepEqual(touched, [
    [1, 0, 0],
    [1, 1, 0],
  ]);
});

test("whoever points elsewhere takes over", () => {
  const { player, session } = stage();
  player.playPause();
  session.at = { channel: 1, y: 1, x: 1 };
  player.release();
  assert.ok(!player.playing);
  assert.equal(player.here, 5);
});

test("it survives an output that shrank, and one that is gone", () => {
  const { player, session } = stage();
  player.scrub(11);
  session.answer = { shape: { convolved: [1, 1, 2] } };
  assert.equal(player.here, 1);
  session.answer = null;
  player.playPause();
  assert.ok(!player.playing);
});
