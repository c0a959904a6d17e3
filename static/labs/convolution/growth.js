/** How one magnification becomes the other: the part of the picture that the cells are grows into them, or
 * shrinks back to its place. */

import { fit } from "./crop.js";

const TIME = 400;
const EASE = "cubic-bezier(0.4, 0, 0.2, 1)";
const SELECTORS = {
  cells: ["#input-grid .grid-plane", "#output-grid .grid-plane"],
  picture: ["#input-map .plane", "#output-map .plane"],
};

/** @typedef {{view: "cells" | "picture", rects: (DOMRect | null)[]}} Places where input and output were */
/** @typedef {{left: number, top: number, width: number, height: number}} Rect */

/** @param {HTMLElement} stage @param {"cells" | "picture"} view @returns {Places} */
export function places(stage, view) {
  const rects = SELECTORS[view].map(
    (selector) => stage.querySelector(selector)?.getBoundingClientRect() ?? null,
  );
  return { view, rects };
}

/** @param {HTMLElement} stage drawn anew @param {Places} before
 * @param {Rect | null} part which part of the picture the cells are, in fractions; null: they are no part of it
 */
export function grow(stage, { view, rects }, part) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const zooming = view === "cells" ? "picture" : "cells";
  SELECTORS[zooming].forEach((selector, i) => {
    const item = /** @type {HTMLElement | null} */ (stage.querySelector(selector));
    const from = rects[i];
    if (!item || !from?.width) return;
    const to = item.getBoundingClientRect();
    const start = view === "cells" ? around(from, to, part) : within(from, to, part);
    animate(item, start, view === "cells");
  });
}

/** The cells begin as their part of the picture. @param {Rect} picture @param {Rect} cells @param {Rect | null} part */
export function within(picture, cells, part) {
  const at = part ?? { left: 0, top: 0, width: 1, height: 1 };
  return {
    x: picture.left + at.left * picture.width - cells.left,
    y: picture.top + at.top * picture.height - cells.top,
    across: (at.width * picture.width) / cells.width,
    down: (at.height * picture.height) / cells.height,
  };
}

/** The picture begins so large that its part is where the cells were. @param {Rect} cells @param {Rect} picture @param {Rect | null} part */
export function around(cells, picture, part) {
  const at = part ?? { left: 0, top: 0, width: 1, height: 1 };
  const across = cells.width / (at.width * picture.width);
  const down = cells.height / (at.height * picture.height);
  return {
    x: cells.left - picture.left - at.left * picture.width * across,
    y: cells.top - picture.top - at.top * picture.height * down,
    across,
    down,
  };
}

/** The part of the picture that a crop is, in fractions.
 * @param {{top: number, left: number, height: number, width: number}} crop
 * @param {readonly number[]} size height and width of the picture
 * @returns {Rect}
 */
export function partOf(crop, [high = 1, wide = 1]) {
  const { top, left, height, width } = fit(crop, [high, wide]);
  return { left: left / wide, top: top / high, width: width / wide, height: height / high };
}

/** @param {HTMLElement} item @param {{x: number, y: number, across: number, down: number}} start @param {boolean} clip */
function animate(item, { x, y, across, down }, clip) {
  const transform = `translate(${x}px, ${y}px) scale(${across}, ${down})`;
  const motion = item.animate(
    [
      { transform, transformOrigin: "0 0", opacity: 0.4 },
      { transform: "none", transformOrigin: "0 0", opacity: 1 },
    ],
    { duration: TIME, easing: EASE },
  );
  const frame = item.parentElement;
  if (!clip || !frame) return;
  frame.style.overflow = "hidden"; // the picture comes from far larger than its place
  motion.finished.catch(() => undefined).then(() => frame.style.removeProperty("overflow"));
}
