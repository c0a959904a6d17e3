/** A drawing as strokes in a square of SIDE units, kept so that the last can be taken back. */

export const SIDE = 280;
/** One pixel of a 28 × 28 picture. */
export const PIXEL = 10;
/** Width of a stroke: two such pixels, about as bold as the pictures the small networks know. */
export const WIDTH = 20;

/** @typedef {readonly [number, number]} Point */
/** @typedef {readonly Point[]} Stroke */

/** Paint strokes on ground.
 * @param {CanvasRenderingContext2D} context of a SIDE × SIDE canvas
 * @param {readonly Stroke[]} strokes
 * @param {{ink: string, ground: string}} colours
 */
export function draw(context, strokes, { ink, ground }) {
  context.fillStyle = ground;
  context.fillRect(0, 0, SIDE, SIDE);
  context.strokeStyle = ink;
  context.lineWidth = WIDTH;
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const stroke of strokes) {
    context.beginPath();
    const [first] = stroke;
    if (!first) continue;
    context.moveTo(...first);
    context.lineTo(...first); // a dot, if there is no more
    for (const point of stroke.slice(1)) context.lineTo(...point);
    context.stroke();
  }
}

/** Where a key leads the pen, by one pixel of 28; null for other keys.
 * @param {Point} pen
 * @param {string} key
 * @param {boolean} large
 * @returns {Point | null}
 */
export function movePen([x, y], key, large) {
  const far = PIXEL * (large ? 4 : 1);
  const dx = key === "ArrowLeft" ? -far : key === "ArrowRight" ? far : 0;
  const dy = key === "ArrowUp" ? -far : key === "ArrowDown" ? far : 0;
  if (!dx && !dy) return null;
  const inside = (/** @type {number} */ at) => Math.max(PIXEL / 2, Math.min(SIDE - PIXEL / 2, at));
  return [inside(x + dx), inside(y + dy)];
}
