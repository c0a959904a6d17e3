import assert from "node:assert/strict";
import { mock, test } from "node:test";
import * as api from "../../../static/core/api.js";
import { documents } from "../../../static/core/stream.js";

/** An answer that comes in these pieces; `left` is called when its reader leaves.
 * @param {(string | Uint8Array)[]} pieces @param {() => void} [left]
 */
function answer(pieces, left) {
  const encoder = new TextEncoder();
  const rest = pieces.map((piece) => (typeof piece === "string" ? encoder.encode(piece) : piece));
  return new Response(
    new ReadableStream({
      pull(controller) {
        const piece = rest.shift();
        if (piece) controller.enqueue(piece);
        else controller.close();
      },
      ...(left && { cancel: left }),
    }),
  );
}

/** @param {AsyncIterable<any>} stream */
async function all(stream) {
  const found = [];
  for await (const each of stream) found.push(each);
  return found;
}

test("lines are put together from the pieces that they come in", async () => {
  assert.deepEqual(await all(documents(answer(['{"a"', ':1}\n{"a":2}\n\n{"', 'a":3}\n']))), [
    { a: 1 },
    { a: 2 },
    { a: 3 },
  ]);
  assert.deepEqual(await all(documents(answer(['{"last":true}']))), [{ last: true }]);
  assert.deepEqual(await all(documents(new Response(null))), []);
});

test("a letter may be cut in two", async () => {
  const bytes = new TextEncoder().encode('{"word":"卷积"}\n');
  const pieces = [...bytes].map((byte) => Uint8Array.of(byte));
  assert.deepEqual(await all(documents(answer(pieces))), [{ word: "卷积" }]);
});

test("a line is told before the next one is there", async () => {
  /** @type {ReadableStreamDefaultController<Uint8Array>} */ let controller;
  const stream = new ReadableStream({
    start(given) {
      controller = given;
      given.enqueue(new TextEncoder().encode("1\n"));
    },
  });
  const told = documents(new Response(stream));
  assert.deepEqual(await told.next(), { done: false, value: 1 });
  // @ts-expect-error it is set by now
  controller.enqueue(new TextEncoder().encode("2\n"));
  assert.deepEqual(await told.next(), { done: false, value: 2 });
});

test("who leaves the loop ends the answer", async () => {
  const left = mock.fn();
  for await (const _ of documents(answer(["1\n", "2\n", "3\n"], left))) break;
  assert.equal(left.mock.callCount(), 1);
});

/** The server answers with these lines. @param {string[]} lines @param {() => void} [left] */
function serve(lines, left) {
  mock.method(globalThis, "fetch", async () => answer(lines, left));
}

/** @param {AbortSignal} [signal] */
const run = (signal) =>
  api.maximise("mlp", { layer: "hidden1.act", channel: 3 }, signal ? { signal } : {});

test("a run is told to its end", async () => {
  serve(['{"kind":"begun"}\n', '{"kind":"step","step":0}\n', '{"kind":"done","step":8}\n']);
  assert.deepEqual(
    (await all(run())).map(({ kind }) => kind),
    ["begun", "step", "done"],
  );
});

test("a fault on the way is an ApiError, and so is an answer that breaks off", async () => {
  serve(['{"kind":"begun"}\n{"kind":"problem","code":"overflow","status":422,"detail":"No."}\n']);
  await assert.rejects(all(run()), { name: "ApiError", code: "overflow", detail: "No." });
  for (const lines of [['{"kind":"begun"}\n'], ['{"kind":"begun"}\n{"kin'], []]) {
    serve(lines);
    await assert.rejects(all(run()), { name: "ApiError", code: "unreachable" });
  }
});

test("to abort is no fault of the server", async () => {
  const giveUp = new AbortController();
  mock.method(globalThis, "fetch", async () => {
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"kind":"begun"}\n'));
        giveUp.signal.addEventListener("abort", () => controller.error(giveUp.signal.reason));
      },
    });
    return new Response(stream);
  });
  const told = run(giveUp.signal);
  assert.equal((await told.next()).value?.kind, "begun");
  giveUp.abort();
  await assert.rejects(told.next(), { name: "AbortError" });
});
