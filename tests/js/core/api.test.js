import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import * as api from "../../../static/core/api.js";

/** @type {{url: string, init: RequestInit}[]} */ let asked = [];
/** @type {(() => Response | Promise<Response>)[]} */ let answers = [];

beforeEach(() => {
  asked = [];
  answers = [];
  mock.method(
    globalThis,
    "fetch",
    async (/** @type {string} */ url, /** @type {RequestInit} */ init) => {
      asked.push({ url, init });
      const answer = answers.shift();
      if (!answer) throw new TypeError("fetch failed");
      return answer();
    },
  );
});

const json =
  (/** @type {unknown} */ body, status = 200, headers = {}) =>
  () =>
    Response.json(body, { status, headers });

test("a run is posted to its network with the encoding asked for", async () => {
  answers = [json({ network: "mlp" })];
  await api.run("mlp", { images: ["a"] }, { tensors: "float32" });
  assert.equal(asked[0]?.url, "/api/networks/mlp/run?tensors=float32");
  assert.equal(asked[0]?.init.method, "POST");
  assert.deepEqual(JSON.parse(String(asked[0]?.init.body)), { images: ["a"] });
});

test("names are escaped", async () => {
  answers = [json({})];
  await api.network("../x?y");
  assert.equal(asked[0]?.url, "/api/networks/..%2Fx%3Fy");
  assert.equal(api.imageUrl("a b", 96), "/api/images/a%20b?format=webp&size=96");
});

test("lists come without their wrapping", async () => {
  answers = [json({ networks: [2] })];
  assert.deepEqual(await api.networks(), [2]);
});

test("a picture is sent as what it is, or as bytes where that is not known", async () => {
  answers = [json({ id: "1" }), json({ id: "2" })];
  await api.upload(new Blob(["x"], { type: "image/webp" }));
  await api.upload(new Blob(["x"], { type: "text/html" }));
  const types = asked.map(({ init }) => new Headers(init.headers).get("content-type"));
  assert.deepEqual(types, ["image/webp", "application/octet-stream"]);
});

test("a refusal is an ApiError with its code and field", async () => {
  answers = [json({ code: "wrong-size", detail: "No.", field: "interventions.0.values" }, 422)];
  await assert.rejects(api.run("mlp", { images: ["a"] }), (error) => {
    assert.ok(error instanceof api.ApiError);
    const { code, status, detail, field } = error;
    assert.deepEqual(
      [code, status, detail, field],
      ["wrong-size", 422, "No.", "interventions.0.values"],
    );
    return true;
  });
});

test("an answer that is no problem document is an ApiError, too", async () => {
  answers = [() => new Response("<html>", { status: 502 })];
  await assert.rejects(api.networks(), { name: "ApiError", status: 502, code: "unknown" });
});

test("a server that cannot be reached has a code of its own", async () => {
  await assert.rejects(api.networks(), { name: "ApiError", status: 0, code: "unreachable" });
});

test("a busy server is asked again after the pause it wished for", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  answers = [json({ code: "busy" }, 503, { "retry-after": "2" }), json({ networks: [] })];
  const found = api.networks();
  await new Promise((done) => setImmediate(done));
  assert.equal(asked.length, 1);
  context.mock.timers.tick(1999);
  await new Promise((done) => setImmediate(done));
  assert.equal(asked.length, 1);
  context.mock.timers.tick(1);
  assert.deepEqual(await found, []);
});

test("waiting for a busy server ends when the caller gives up", async () => {
  answers = [json({ code: "busy" }, 503)];
  const giveUp = new AbortController();
  const found = api.networks(giveUp.signal);
  setTimeout(() => giveUp.abort(), 10);
  await assert.rejects(found, { name: "AbortError" });
  assert.equal(asked.length, 1);
});
