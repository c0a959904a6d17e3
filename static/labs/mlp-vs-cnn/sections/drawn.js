/** The drawing, as the server wants it. */

import { imageId } from "../../../core/members.js";
import { session } from "../session.js";

/** Where the drawing is, or elsewhere; null while there is none. @param {{dy: number, dx: number}} [place] */
export function drawnScene(place) {
  const { drawing, drawnDown: dy, drawnRight: dx, drawnScale: scale } = session.state.values;
  const image = imageId(drawing);
  if (!image) return null;
  return { kind: /** @type {const} */ ("picture"), image, turned: false, dy, dx, scale, ...place };
}
