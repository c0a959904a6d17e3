/** What is pointed at and marked, in words. */

import { place } from "../../components/number-details.js";
import { gettext } from "../../core/i18n.js";
import { channelName } from "./channels.js";

/** @typedef {import("./session.js").Answer} Answer */
/** @typedef {import("./session.js").Touch} Touch */
/** @typedef {import("./decor.js").Decor} Decor */

/**
 * @param {Answer} answer
 * @param {Touch | import("./decor.js").FinalTouch | null} touch what is pointed at
 * @param {{y: number, x: number} | null} at the output element that is looked at otherwise
 * @param {Decor} decor
 * @param {boolean} written whether the weights stand in the cells
 * @returns {string}
 */
export function pointedWords(answer, touch, at, decor, written) {
  if (touch?.kind === "kernel")
    return gettext("Kernel row {i}, column {j}: every cell it meets while it slides.", {
      i: touch.i,
      j: touch.j,
    });
  if (touch?.kind === "input") {
    const { y, x, channel } = touch;
    const place = { channel: channelName(channel, answer.shape.input[0] ?? 1), y, x };
    if (!decor.fed) return gettext("{channel}, row {y}, column {x}: no window reaches it.", place);
    const words = { ...place, n: decor.fed };
    return written
      ? gettext(
          "{channel}, row {y}, column {x} takes part in {n} outputs, in each with the weight written there.",
          words,
        )
      : gettext("{channel}, row {y}, column {x} takes part in {n} outputs.", words);
  }
  if (touch?.kind === "final")
    return gettext(
      "Row {y}, column {x} after pooling: the frame on the output is what it is made of.",
      {
        y: touch.y,
        x: touch.x,
      },
    );
  if (!at) return gettext("Point at an output value to see its window, its products and its sum.");
  const { y, x } = at;
  if (answer.request.mode === "transposed")
    return gettext("Output row {y}, column {x}. Inputs that add to it: {n}.", {
      y,
      x,
      n: decor.sources,
    });
  const box = decor.input.box ?? { top: 0, left: 0, bottom: 1, right: 1 };
  return gettext(
    "Output row {y}, column {x}: the window lies on rows {top} to {bottom}, columns {left} to {right}.",
    {
      y,
      x,
      top: place(box.top),
      bottom: place(box.bottom - 1),
      left: place(box.left),
      right: place(box.right - 1),
    },
  );
}
