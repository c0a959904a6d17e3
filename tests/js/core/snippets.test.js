import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { curl, literal, python } from "../../../static/core/snippets.js";

const body = {
  images: ["it's"],
  layer: null,
  difference: true,
  p: 0.5,
  words: '"$HOME" `x` \\ 猫',
  none: undefined,
};
const call = {
  method: "POST",
  url: "http://localhost:8000/api/networks/mlp/run?tensors=list",
  body,
};

test("a shell reads the words of the command as they were meant", () => {
  const shown = execFileSync("sh", ["-c", `curl() { printf '%s\\0' "$@"; }; ${curl(call)}`]);
  const words = shown.toString().split("\0").slice(0, -1);
  assert.equal(words.at(-1), call.url);
  assert.deepEqual(JSON.parse(words.at(-2) ?? ""), JSON.parse(JSON.stringify(body)));
});

test("other methods than curl's own choice are named", () => {
  assert.match(curl({ method: "DELETE", url: "/x" }), /--request DELETE/);
  assert.doesNotMatch(curl({ method: "GET", url: "/x" }), /--request/);
  assert.doesNotMatch(curl(call), /--request/);
});

test("Python reads the literal as the value that it is", () => {
  const long = {
    rows: Array.from({ length: 30 }, (_, i) => [i / 8, -i, i % 2 === 0, null, `行${i}`]),
  };
  for (const value of [body, long, [], {}, [[]], "'\"", 1e-7, 1e300]) {
    const program = `import json,sys; sys.stdout.write(json.dumps(${literal(value)}))`;
    const read = execFileSync("python3", ["-c", program], {
      env: { ...process.env, PYTHONUTF8: "1" },
    });
    assert.deepEqual(JSON.parse(read.toString()), JSON.parse(JSON.stringify(value)));
  }
});

test("an answer that comes line by line is not waited for", () => {
  const stream = { ...call, stream: true };
  assert.match(curl(stream), /--no-buffer/);
  assert.doesNotMatch(curl(call), /--no-buffer/);
  const lines = 'for line in [b\'{"kind": "begun"}\', b\'{"kind": "done", "step": 8}\']';
  const program = `${python(stream)
    .replace("for line in response", lines)
    .replace(/with urlopen.*/, "if True:")}`;
  assert.equal(
    String(execFileSync("python3", ["-c", program])),
    "begun ['kind']\ndone ['kind', 'step']\n",
  );
});

test("the program compiles", () => {
  for (const each of [call, { method: "GET", url: "http://localhost:8000/api/networks" }])
    execFileSync("python3", [
      "-c",
      "import sys; compile(sys.argv[1], 'program', 'exec')",
      python(each),
    ]);
});
