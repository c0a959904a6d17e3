import { html, nothing } from "lit";
import { gettext } from "../../core/i18n.js";
import { part } from "./picture.js";
import "../../components/heat-map.js";

/** @typedef {import("../../core/tensor.js").Tensor} Tensor */
/** @typedef {import("../../core/places.js").Box} Box */

/** Pixels along the lens. */
const SIDE = 25;
/** A window of more pixels than this is large enough to be seen without. */
const LARGEST = 19;
const LIGHT = /** @type {const} */ ([0, 1]);
const COLOURS = [0];

/** The pixels around a window, enlarged; a place is kept for it while there is none.
 * @param {Tensor} picture [3, H, W] @param {Box | null} box of pixels of the picture
 */
export function lens(picture, box) {
  if (Math.min(picture.width, picture.height) < 2 * SIDE) return nothing;
  const size = box ? Math.max(box.bottom - box.top, box.right - box.left) : 0;
  if (!box || size > LARGEST) return html`<div class="conv-lens empty"></div>`;
  const middle = { y: (box.top + box.bottom) / 2, x: (box.left + box.right) / 2 };
  const { tensor, top, left } = part(picture, middle, SIDE);
  const inside = {
    top: Math.max(0, box.top - top),
    left: Math.max(0, box.left - left),
    bottom: Math.min(SIDE, box.bottom - top),
    right: Math.min(SIDE, box.right - left),
  };
  return html`<heat-map class="conv-lens" mode="still" rgb .tensor=${tensor} .maps=${COLOURS} .range=${LIGHT}
    .marks=${[{ map: 0, box: inside, tone: "window" }]} .names=${[""]}
    label=${gettext("The pixels around the window, enlarged")}></heat-map>`;
}
