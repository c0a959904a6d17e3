/** What is on the canvas, as the server wants it, and where it can be. Knows nothing of the page. */

import { FAR, SIDE } from "./fields.js";

/** @typedef {import("./fields.js").Corner} Corner */
/** @typedef {import("../../core/state.js").Values<typeof import("./fields.js").fields>} Values */

/** The side of the canvas that items are on. */
export const ITEM_SIDE = 28;

/** Whether faces are shown, not items. @param {Pick<Values, "what">} values */
export function isFaces({ what }) {
  return what === "smile" || what === "sad";
}

/** The side of the canvas. @param {Pick<Values, "what">} values */
export function sideOf(values) {
  return isFaces(values) ? SIDE : ITEM_SIDE;
}

/** A face's corner kept inside of the canvas. @param {Corner} corner @param {number} size @returns {Corner} */
export function inside([y, x], size) {
  const keep = (/** @type {number} */ at) => Math.max(0, Math.min(SIDE - size, at));
  return [keep(y), keep(x)];
}

/** What moves, and where it is: a face's corner, an item's way from the middle; null where nothing is there.
 * @param {Values} values @param {number} held which of the faces @returns {Corner | null}
 */
export function placeOf(values, held) {
  if (!isFaces(values)) return [values.dy, values.dx];
  const corner = values.at[Math.min(held, values.at.length - 1)];
  return corner ? inside(corner, values.size) : null;
}

/** What to set so that it is elsewhere. @param {Values} values @param {number} held @param {Corner} place
 * @returns {Partial<Values>}
 */
export function placed(values, held, [y, x]) {
  const keep = (/** @type {number} */ at) => Math.max(-FAR, Math.min(FAR, at));
  if (!isFaces(values)) return { dy: keep(y), dx: keep(x) };
  const index = Math.min(held, values.at.length - 1);
  return index < 0 ? {} : { at: values.at.with(index, inside([y, x], values.size)) };
}

/** The face under a place of the canvas, or the nearest one; −1 where there is none.
 * @param {Values} values @param {number} y @param {number} x
 */
export function faceAt({ at, size }, y, x) {
  const far = (/** @type {Corner} */ corner) => {
    const [top, left] = inside(corner, size);
    return Math.hypot(y - top - size / 2, x - left - size / 2);
  };
  return at.reduce(
    (best, corner, i) => (best < 0 || far(corner) < far(at[best] ?? corner) ? i : best),
    -1,
  );
}

/** The scene in the server's words, what is held in front. @param {Values} values @param {number} held
 * @param {string | null} image the id of the stored picture, where one is shown
 */
export function sceneOf(values, held, image) {
  const { what, turned, dy, dx, scale } = values;
  if (what === "item") return { kind: "item", index: values.item, dy, dx, scale, turned };
  if (what === "picture") return { kind: "picture", image, dy, dx, scale, turned };
  const { at, size } = values;
  const first = Math.min(held, at.length - 1);
  const order = at.length ? [at[first], ...at.filter((_, i) => i !== first)] : [];
  const faces = order.map((corner) => {
    const [y, x] = inside(/** @type {Corner} */ (corner), size);
    return { y, x, mood: what, size, turned };
  });
  return { kind: "faces", faces };
}
