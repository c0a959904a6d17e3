import { html, nothing } from "lit";
import { gettext } from "../../core/i18n.js";
import { Tensor } from "../../core/tensor.js";
import { markBox } from "./field.js";
import "../../components/heat-map.js";

/** @typedef {import("../../core/wire.js").Box} Box */
/** @typedef {import("./input-figure.js").Seen} Seen */

/** A box of more pixels than this is large enough to be seen without. */
const LARGEST = 24;
/** Pixels around the box. */
const AROUND = 4;

/** A few pixels of the picture around a small box, enlarged.
 * @param {Tensor} picture [3, H, W]
 * @param {Box | null} box
 * @param {readonly Seen[]} seen boxes to outline, where they lie inside
 */
export function lens(picture, box, seen) {
  if (!box) return nothing;
  const size = Math.max(box.bottom - box.top, box.right - box.left) + 1;
  if (size > LARGEST || Math.min(picture.width, picture.height) < 2 * LARGEST) return nothing;
  const side = size + 2 * AROUND;
  const start = (
    /** @type {number} */ first,
    /** @type {number} */ last,
    /** @type {number} */ length,
  ) => Math.max(0, Math.min(length - side, Math.round((first + last - side + 1) / 2)));
  const top = start(box.top, box.bottom, picture.height);
  const left = start(box.left, box.right, picture.width);
  const inside = seen.flatMap(({ box, tone }) => {
    const moved = {
      top: box.top - top,
      left: box.left - left,
      bottom: box.bottom - top,
      right: box.right - left,
    };
    const there = moved.top >= 0 && moved.left >= 0 && moved.bottom < side && moved.right < side;
    return there ? [{ map: 0, box: markBox(moved), tone }] : [];
  });
  return html`<heat-map class="lens" mode="still" rgb .tensor=${crop(picture, top, left, side)} .range=${[0, 1]}
    .marks=${inside} .names=${[""]} label=${gettext("The pixels around, enlarged")}></heat-map>`;
}

/** A square part of a picture. @param {Tensor} picture @param {number} top @param {number} left @param {number} side */
function crop(picture, top, left, side) {
  const values = new Float32Array(3 * side * side);
  for (let colour = 0; colour < 3; colour++) {
    const plane = picture.map(colour);
    for (let y = 0; y < side; y++) {
      const from = (top + y) * picture.width + left;
      values.set(plane.subarray(from, from + side), (colour * side + y) * side);
    }
  }
  return new Tensor([3, side, side], values);
}
