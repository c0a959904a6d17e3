/** What depths, their channels and what was seen in them are called. */

import * as format from "../../../../core/format.js";
import { gettext } from "../../../../core/i18n.js";

/** @typedef {import("./judged.js").Kind} Kind */

/** @param {Kind} kind */
export function kindName(kind) {
  return {
    edge: gettext("edge"),
    texture: gettext("texture"),
    part: gettext("part"),
    object: gettext("object"),
  }[kind];
}

/** How deep a layer lies. @param {number} convolutions up to it */
export function depthName(convolutions) {
  return convolutions === 1
    ? gettext("After the first convolution")
    : gettext("After {n} convolutions", { n: convolutions });
}

/** How much of the picture one value depends on.
 * @param {readonly number[]} field @param {readonly number[]} input both [height, width], in pixels
 */
export function fieldWords(field, input) {
  const size = format.shape(field);
  const whole = field.every((length, axis) => length >= (input[axis] ?? 0));
  return whole
    ? gettext("sees {size} pixels: more than the whole picture", { size })
    : gettext("sees {size} pixels", { size });
}
