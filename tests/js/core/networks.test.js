import assert from "node:assert/strict";
import { test } from "node:test";
import { Networks } from "../../../static/core/networks.js";

test("a network that is not there is asked for once, though every answer asks again", async (t) => {
  let asked = 0;
  t.mock.method(globalThis, "fetch", async () => {
    asked += 1;
    return new Response(JSON.stringify({ code: "no-such-network", status: 404 }), {
      status: 404,
      headers: { "Content-Type": "application/problem+json" },
    });
  });
  const networks = new Networks(() => networks.get("nowhere"));
  assert.equal(await networks.get("nowhere"), null);
  assert.equal(await networks.get("nowhere"), null);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(asked, 1);
});
