/** What the input's channels are called and how they shine. */

import { gettext } from "../../core/i18n.js";

const COLOURS = /** @type {const} */ (["red", "green", "blue"]);

/** @param {number} index @param {number} count of channels @returns {string} */
export function channelName(index, count) {
  if (count === 1) return gettext("Input");
  if (count !== 3) return gettext("Channel {n}", { n: index });
  return [gettext("Red"), gettext("Green"), gettext("Blue")][index] ?? "";
}

/** How a channel of a picture is lit; numbers that are no picture have the colours of the scale.
 * @param {import("./session.js").Answer} answer
 * @param {number} index
 * @returns {"" | "grey" | "red" | "green" | "blue"}
 */
export function lightOf({ request, shape }, index) {
  if (request.input.kind !== "picture") return "";
  return shape.input[0] === 3 ? (COLOURS[index] ?? "grey") : "grey";
}
