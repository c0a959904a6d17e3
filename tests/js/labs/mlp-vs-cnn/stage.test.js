import assert from "node:assert/strict";
import { test } from "node:test";
import { State } from "../../../../static/core/state.js";
import { columnsFor } from "../../../../static/labs/mlp-vs-cnn/columns.js";
import { fields } from "../../../../static/labs/mlp-vs-cnn/fields.js";
import { Scales } from "../../../../static/labs/mlp-vs-cnn/scales.js";
import {
  faceAt,
  inside,
  placed,
  placeOf,
  sceneOf,
} from "../../../../static/labs/mlp-vs-cnn/scene.js";
import { scores } from "../../../../static/labs/mlp-vs-cnn/scores.js";
import { torch } from "../../../../static/labs/mlp-vs-cnn/torch.js";
import { awayWords, sceneWords } from "../../../../static/labs/mlp-vs-cnn/words.js";

/** The values of a link. @param {string} hash */
const read = (hash) => new State(fields).parse(hash);
/** @param {Record<string, unknown>} state */
const link = (state) =>
  read(new URLSearchParams(Object.entries(state).map(([k, v]) => [k, String(v)])).toString());

test("a link says where faces are, and one that cannot be is left out", () => {
  assert.deepEqual(read("at=[[4,3],[17,20]]").at, [
    [4, 3],
    [17, 20],
  ]);
  assert.deepEqual(read("at=[]").at, []);
  for (const wrong of ["[[26,0]]", "[[-1,0]]", "[[1.5,0]]", "[[0]]", "[0,0]", "{}", "null"])
    assert.deepEqual(read(`at=${wrong}`).at, fields.at.value, wrong);
  assert.deepEqual(read("at=[[0,0],[0,0],[0,0],[0,0]]").at, fields.at.value);
});

test("a face stays inside of the canvas, however large it becomes", () => {
  assert.deepEqual(inside([25, 25], 9), [23, 23]);
  assert.deepEqual(inside([-3, 40], 15), [0, 17]);
  const { faces } = /** @type {any} */ (sceneOf(link({ at: "[[25,25]]", size: 15 }), 0, null));
  assert.deepEqual([faces[0].y, faces[0].x, faces[0].size], [17, 17, 15]);
});

test("what is held comes first in the question, and all faces are of one mood", () => {
  const values = link({ at: "[[4,3],[17,20]]", what: "sad", turned: 1 });
  const { faces } = /** @type {any} */ (sceneOf(values, 1, null));
  assert.deepEqual(
    faces.map((/** @type {any} */ { y, x, mood, turned }) => [y, x, mood, turned]),
    [
      [17, 20, "sad", true],
      [4, 3, "sad", true],
    ],
  );
});

test("moving sets the place of what is held and of nothing else", () => {
  const two = link({ at: "[[4,3],[17,20]]" });
  assert.deepEqual(placed(two, 1, [0, 99]), {
    at: [
      [4, 3],
      [0, 23],
    ],
  });
  assert.deepEqual(placeOf(two, 1), [17, 20]);
  assert.deepEqual(placeOf(two, 5), [17, 20], "the last one where there are fewer");
  const none = link({ at: "[]" });
  assert.equal(placeOf(none, 0), null);
  assert.deepEqual(placed(none, 0, [1, 1]), {});
  const item = link({ what: "item", dy: 2, dx: -3 });
  assert.deepEqual(placeOf(item, 0), [2, -3]);
  assert.deepEqual(placed(item, 0, [-50, 7]), { dy: -20, dx: 7 });
});

test("the nearest face is taken hold of", () => {
  const two = link({ at: "[[4,3],[17,20]]" });
  assert.equal(faceAt(two, 6, 6), 0);
  assert.equal(faceAt(two, 31, 31), 1);
  assert.equal(faceAt(link({ at: "[[3,4],[14,4]]" }), 12.6, 8), 0, "by its middle");
  assert.equal(faceAt(link({ at: "[[4,3],[4,14]]" }), 8, 12.6), 0, "by its middle");
  assert.equal(faceAt(link({ at: "[]" }), 1, 1), -1);
});

test("a clothing scene names its image, its shift and its scale", () => {
  const values = link({ what: "item", item: 7, dx: -2, scale: 0.8 });
  assert.deepEqual(sceneOf(values, 0, null), {
    kind: "item",
    index: 7,
    dy: 0,
    dx: -2,
    scale: 0.8,
    turned: false,
  });
  assert.equal(/** @type {any} */ (sceneOf(link({ what: "picture" }), 0, "abc")).image, "abc");
});

test("few classes keep their order; of many the likeliest come first, and the right one is among them", () => {
  const name = { en: "", zh: "" };
  const indices = (/** @type {number[]} */ p, /** @type {number | null} */ right) =>
    scores(
      { probabilities: p, logits: p.map(Math.log) },
      p.map(() => name),
      right,
      3,
    ).map(({ index }) => index);
  assert.deepEqual(indices([0.1, 0.7, 0.2], 0), [0, 1, 2]);
  assert.deepEqual(indices([0.1, 0.4, 0.2, 0.3], null), [1, 3, 2]);
  assert.deepEqual(indices([0.1, 0.4, 0.2, 0.3], 0), [1, 3, 0]);
  assert.deepEqual(indices([0.1, 0.4, 0.2, 0.3], 3), [1, 3, 2]);
});

test("a range of colours grows and does not shrink, until the subject is another", () => {
  const scales = new Scales();
  assert.deepEqual(scales.of("maps", "a", [0, 2]), [0, 2]);
  assert.deepEqual(scales.of("maps", "a", [-1, 1]), [-1, 2]);
  assert.deepEqual(scales.of("maps", "a", [-1, 3]), [-1, 3]);
  assert.deepEqual(scales.of("units", "a", [0, 1]), [0, 1]);
  assert.deepEqual(scales.of("maps", "b", [0, 1]), [0, 1]);
});

test("maps fill their rows where they can", () => {
  assert.deepEqual(
    [8, 16, 24, 48].map((n) => columnsFor(n, 2)),
    [4, 8, 8, 12],
  );
  assert.deepEqual(
    [8, 16, 24].map((n) => columnsFor(n, 0.5)),
    [2, 4, 4],
  );
  assert.equal(columnsFor(1, 2), 1);
  assert.equal(columnsFor(7, 1), 3, "no number of columns divides a prime");
});

test("a place is said in words", () => {
  assert.equal(sceneWords(link({ at: "[[4,3]]" }), 0), "Row 4, column 3");
  assert.equal(sceneWords(link({ at: "[]" }), 0), "Nothing is on the canvas");
  assert.match(sceneWords(link({ at: "[[4,3],[17,20]]" }), 1), /2.*2.*17.*20/);
  assert.equal(awayWords(0, 0), "In the middle");
  assert.equal(awayWords(-2, 3), "3 px right, 2 px up");
});

test("the program fetches each layer's weights and goes through the layers in order", () => {
  const node = (/** @type {object} */ of) => /** @type {any} */ ({ settings: null, ...of });
  const text = torch({
    request: /** @type {any} */ ({ scene: { kind: "faces", faces: [] } }),
    networks: [
      {
        name: "net",
        nodes: [
          node({ name: "input", kind: "input", shape: [1, 32, 32] }),
          node({
            name: "c",
            kind: "conv",
            shape: [8, 32, 32],
            settings: { padding: [1, 2, 3, 4] },
          }),
          node({ name: "a", kind: "activation", shape: [8, 32, 32] }),
          node({ name: "p", kind: "pool", shape: [8, 16, 16] }),
          node({ name: "g", kind: "pool", shape: [8, 1, 1] }),
          node({ name: "f", kind: "flatten", shape: [8] }),
          node({ name: "h", kind: "linear", shape: [3] }),
        ],
      },
    ],
    host: "http://host",
  });
  const order = [
    '"c", 8',
    "(3, 4, 1, 2)",
    "relu",
    "max_pool2d(x, 2)",
    "adaptive",
    "flatten",
    '"h", 3',
    "print",
  ];
  const places = order.map((part) => text.indexOf(part, text.indexOf("x = canvas")));
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  );
  assert.ok(places.every((at) => at > 0));
});
