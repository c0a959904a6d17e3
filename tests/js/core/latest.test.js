import assert from "node:assert/strict";
import { test } from "node:test";
import { Latest } from "../../../static/core/latest.js";

/** A task whose calls are answered by hand. */
function bench() {
  /** @type {{value: number, signal: AbortSignal, answer: (result: string) => Promise<void>,
   *   fail: (error: Error) => Promise<void>}[]} */
  const calls = [];
  /** @type {unknown[]} */ const heard = [];
  const settle = () => new Promise((done) => setImmediate(() => done(undefined)));
  const latest = new Latest(
    (/** @type {number} */ value, signal) =>
      new Promise((/** @type {(result: string) => void} */ done, failed) => {
        calls.push({
          value,
          signal,
          answer: async (result) => {
            done(result);
            await settle();
          },
          fail: async (error) => {
            failed(error);
            await settle();
          },
        });
      }),
    {
      done: (result, value) => heard.push([value, result]),
      failed: (error) => heard.push(String(error)),
      busy: (busy) => heard.push(busy),
    },
  );
  return { latest, calls, heard };
}

test("of calls that come while one is in flight only the last is made", async () => {
  const { latest, calls, heard } = bench();
  for (const value of [1, 2, 3, 4]) latest.send(value);
  assert.deepEqual(
    calls.map(({ value }) => value),
    [1],
  );
  await calls[0]?.answer("a");
  assert.deepEqual(
    calls.map(({ value }) => value),
    [1, 4],
  );
  assert.ok(latest.busy);
  await calls[1]?.answer("b");
  assert.deepEqual(heard, [true, [1, "a"], [4, "b"], false]);
  assert.ok(!latest.busy);
});

test("after a change of subject the old reply is not heard", async () => {
  const { latest, calls, heard } = bench();
  latest.send(1);
  latest.send(2);
  latest.replace(3);
  assert.ok(calls[0]?.signal.aborted);
  assert.deepEqual(
    calls.map(({ value }) => value),
    [1, 3],
  );
  await calls[0]?.answer("old");
  await calls[1]?.answer("new");
  assert.deepEqual(heard, [true, false, true, [3, "new"], false]);
});

test("a failure is told, and the next call is made", async () => {
  const { latest, calls, heard } = bench();
  latest.send(1);
  latest.send(2);
  await calls[0]?.fail(new Error("no"));
  await calls[1]?.answer("yes");
  assert.deepEqual(heard, [true, "Error: no", [2, "yes"], false]);
});

test("what is cancelled is heard of no more", async () => {
  const { latest, calls, heard } = bench();
  latest.send(1);
  latest.cancel();
  await calls[0]?.fail(new Error("aborted"));
  assert.deepEqual(heard, [true, false]);
  latest.send(2);
  await calls[1]?.answer("b");
  assert.deepEqual(heard, [true, false, true, [2, "b"], false]);
});
