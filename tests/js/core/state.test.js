import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

/** @type {string[]} */ const written = [];
const place = { pathname: "/en/", search: "", hash: "" };
Object.assign(globalThis, {
  location: place,
  history: {
    replaceState: (/** @type {any} */ ...args) => written.push(`replace ${args[2]}`),
    pushState: (/** @type {any} */ ...args) => written.push(`push ${args[2]}`),
  },
});
const { flag, json, number, State, text } = await import("../../../static/core/state.js");

const make = () =>
  new State({
    network: text("lite", ["lite", "mlp"]),
    channel: number(-1, { min: -1 }),
    p: number(0.5, { min: 0, max: 1, step: 0.05 }),
    overlay: flag(false),
    changes: json(/** @type {{layer: string}[]} */ ([]), Array.isArray),
  });

beforeEach(() => {
  written.length = 0;
  place.hash = "";
});

test("only what differs from the defaults is written, and it is read back", () => {
  const state = make();
  assert.equal(state.format(state.values), "");
  const values = {
    ...state.values,
    network: "mlp",
    p: 0.25,
    overlay: true,
    changes: [{ layer: "a&b=#c" }],
  };
  const hash = state.format(/** @type {any} */ (values));
  assert.match(hash, /^#network=mlp&p=0.25&overlay=1&changes=/);
  assert.deepEqual(state.parse(hash), values);
});

test("a link that was written by hand and is wrong gives the defaults", () => {
  const state = make();
  for (const hash of [
    "#network=vgg",
    "#channel=1.5",
    "#channel=-2",
    "#channel=",
    "#channel=NaN",
    "#p=1e400",
    "#p=2",
    "#overlay=yes",
    "#changes={",
    '#changes={"a":1}',
    "#unknown=1",
    "#%",
    "&&&",
  ])
    assert.deepEqual(state.parse(hash), state.defaults, hash);
});

test("a state begins as its link says", () => {
  place.hash = "#network=mlp&channel=7";
  const { values } = make();
  assert.deepEqual([values.network, values.channel, values.p], ["mlp", 7, 0.5]);
});

test("a change tells which fields changed, and none that did not", () => {
  const state = make();
  /** @type {string[][]} */ const told = [];
  state.addEventListener("change", (event) => {
    told.push([.../** @type {CustomEvent<Set<string>>} */ (event).detail]);
  });
  state.set({ network: "mlp", p: 0.5 });
  state.set({ network: "mlp" });
  state.set({ changes: [] });
  assert.deepEqual(told, [["network"]]);
});

test("many changes are written once; one to go back to is written at once", async () => {
  const state = make();
  for (let i = 0; i < 50; i++) state.set({ channel: i });
  assert.deepEqual(written, []);
  state.set({ network: "mlp" }, { push: true });
  assert.deepEqual(written, ["replace /en/#channel=49", "push /en/#network=mlp&channel=49"]);
});

test("reset puts back some fields or all", () => {
  const state = make();
  state.set({ network: "mlp", channel: 3 }, { push: true });
  state.reset(["channel"]);
  assert.deepEqual([state.values.network, state.values.channel], ["mlp", -1]);
  state.reset();
  assert.deepEqual(state.values, state.defaults);
  assert.equal(written.at(-1), "push /en/");
});

test("a default is never shared", () => {
  const state = make();
  state.values.changes.push({ layer: "x" });
  assert.deepEqual(state.defaults.changes, []);
});

test("a link to another state leaves this one alone", () => {
  const state = make();
  assert.equal(state.href({ network: "mlp" }), "/en/#network=mlp");
  assert.equal(state.values.network, "lite");
});
