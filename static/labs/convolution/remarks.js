/** What the present settings do to the rows and columns at the ends, in words. */

import { gettext } from "../../core/i18n.js";
import { channelsOf } from "./links.js";

/** @typedef {import("./session.js").Answer} Answer */

/** @param {Answer} answer @param {number} kernel the chosen one @returns {string[]} */
export function remarks(answer, kernel) {
  const { request, axes } = answer;
  const transposed = request.mode === "transposed";
  const [rows, columns] = axes;
  if (!rows || !columns) return [];
  /** @type {string[]} */ const said = [];
  if (transposed)
    said.push(
      gettext(
        "Each input value lays down the whole kernel, multiplied by it, on the output; where kernels overlap, they add up.",
      ),
    );
  const uneven = !transposed && (rows.before !== rows.after || columns.before !== columns.after);
  if (uneven)
    said.push(
      gettext(
        "The padding is uneven: {top} above and {bottom} below, {left} on the left and {right} on the right.",
        {
          top: rows.before,
          bottom: rows.after,
          left: columns.before,
          right: columns.after,
        },
      ),
    );
  said.push(...lost(rows.remainder, columns.remainder));
  if (rows.pooled && columns.pooled) said.push(...unpooled(rows.pooled, columns.pooled));
  const { depth } = channelsOf(answer, kernel);
  const left = (answer.shape.input[0] ?? 1) - depth;
  if (left > 0)
    said.push(
      gettext("In groups, this kernel sees {n} of {all} channels and leaves out the others.", {
        n: depth,
        all: depth + left,
      }),
    );
  return said;
}

/** @param {number} rows @param {number} columns */
function lost(rows, columns) {
  if (!rows && !columns) return [];
  return [
    gettext(
      "Lost, and crossed out: rows at the bottom: {rows}, columns on the right: {columns}. After the last whole step of the stride no window reaches that far.",
      { rows, columns },
    ),
  ];
}

/** @param {{remainder: number, after: number}} rows @param {{remainder: number, after: number}} columns */
function unpooled(rows, columns) {
  const said = [];
  if (rows.remainder || columns.remainder)
    said.push(
      gettext(
        "Left out by the pooling: rows at the bottom: {rows}, columns on the right: {columns}.",
        {
          rows: rows.remainder,
          columns: columns.remainder,
        },
      ),
    );
  if (rows.after || columns.after)
    said.push(
      gettext(
        "In ceil mode the last pooling windows reach over the edge (rows: {rows}, columns: {columns}); what lies outside counts for nothing.",
        { rows: rows.after, columns: columns.after },
      ),
    );
  return said;
}
