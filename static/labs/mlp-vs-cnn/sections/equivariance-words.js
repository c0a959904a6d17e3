/** What the experiment on equivariance says of itself. */

import { gettext } from "../../../core/i18n.js";

/** @typedef {NonNullable<import("./section.js").Answer["equivariance"]>} Found */
/** @typedef {Found["inside"]["expected"]["reason"]} Reason */

/** Why the two ways were expected to agree, or not to. @param {Reason} reason @param {number} step pixels that one step of
 * the output is wide */
export function reasonWords(reason, step) {
  const words = {
    still: gettext("nothing is moved"),
    whole: gettext("the shift is a whole number of steps of {step} px", { step }),
    stride: gettext("the shift is no whole number of strides: other pixels are looked at"),
    pooling: gettext("the shift is no whole number of pooling windows: others are pooled together"),
    blank: gettext("what is looked at differently is blank"),
    none: gettext("nothing is left inside of the border"),
    circular: gettext("the picture is a ring, which has no border"),
    wrap: gettext("the ring is no whole number of steps long"),
    border: gettext("the padding, or what goes over the border, differs"),
    away: gettext("nothing lies near the border"),
  };
  return words[reason];
}

export function kernelNames() {
  return {
    sobel_x: gettext("Sobel, across"),
    sobel_y: gettext("Sobel, down"),
    laplacian: gettext("Laplacian"),
    gaussian: gettext("Gaussian blur"),
    trained: gettext("trained: the CNN’s first"),
  };
}
