/** Drawings to begin with. */

import { WIDTH } from "../../../core/strokes.js";

/** @typedef {readonly [number, number]} Point x and y on the drawing pad */

/** From one line of hatching to the next: closer than a stroke is wide. */
const STEP = WIDTH * 0.7;

/** Strokes that fill an outline with lines across.
 * @param {readonly Point[]} outline its corners, in turn
 * @returns {Point[][]}
 */
export function hatched(outline) {
  const ys = outline.map(([, y]) => y);
  const half = WIDTH / 2;
  /** @type {Point[][]} */ const strokes = [];
  for (let y = Math.min(...ys) + half; y <= Math.max(...ys) - half + 1; y += STEP) {
    const crossed = outline
      .flatMap(([x, top], i) => {
        const [right = 0, bottom = 0] = outline[(i + 1) % outline.length] ?? [];
        const crosses = top <= y !== bottom <= y;
        return crosses ? [x + ((right - x) * (y - top)) / (bottom - top)] : [];
      })
      .sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossed.length; i += 2) {
      const [from = 0, to = 0] = [crossed[i], crossed[i + 1]];
      const middle = (from + to) / 2;
      const ends = to - from > WIDTH ? [from + half, to - half] : [middle, middle];
      strokes.push(ends.map((x) => /** @type {Point} */ ([x, y])));
    }
  }
  return strokes;
}

/** By the class that each is. @type {readonly {said: number, strokes: readonly (readonly Point[])[]}[]} */
export const SKETCHES = [
  {
    said: 0,
    strokes: hatched([
      [95, 35],
      [185, 35],
      [250, 85],
      [225, 120],
      [190, 100],
      [190, 245],
      [90, 245],
      [90, 100],
      [55, 120],
      [30, 85],
    ]),
  },
  {
    said: 1,
    strokes: hatched([
      [90, 20],
      [190, 20],
      [205, 260],
      [155, 260],
      [140, 90],
      [125, 260],
      [75, 260],
    ]),
  },
  {
    said: 8,
    strokes: [
      ...hatched([
        [35, 120],
        [245, 120],
        [250, 235],
        [30, 235],
      ]),
      [
        [90, 120],
        [95, 75],
        [140, 55],
        [185, 75],
        [190, 120],
      ],
    ],
  },
  {
    said: 9,
    strokes: hatched([
      [120, 40],
      [215, 40],
      [215, 230],
      [25, 230],
      [30, 185],
      [90, 160],
      [125, 120],
    ]),
  },
];
