import assert from "node:assert/strict";
import { test } from "node:test";
import { fit } from "../../../static/labs/convolution/crop.js";

test("a crop lies within the picture and has as many cells as can be read", () => {
  const crop = { top: 60, left: 76, height: 10, width: 10 };
  assert.deepEqual(fit(crop, [149, 224]), crop);
  assert.deepEqual(fit(crop, [64, 80]), { ...crop, top: 54, left: 70 });
  assert.deepEqual(fit({ ...crop, height: 2, width: 300 }, [149, 224]), {
    ...crop,
    height: 4,
    width: 16,
  });
  assert.deepEqual(fit(crop, [2, 3]), { top: 0, left: 0, height: 2, width: 3 });
});
