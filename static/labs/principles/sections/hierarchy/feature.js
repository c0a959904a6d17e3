/** Which channel of which depth is looked at, and where keys lead among those with an image. */

/** @typedef {import("../../../../core/wire.js").Features["stages"][number]} Stage */
/** @typedef {{layer: string, channel: number}} Feature */

/** Nothing is opened. */
export const CLOSED = "-";

/** @param {Feature} feature */
export function written({ layer, channel }) {
  return `${layer}:${channel}`;
}

/** What a link's word means; null: nothing, or what there is no stage or no channel for.
 * @param {string} word @param {readonly Stage[]} stages @returns {Feature | null}
 */
export function featureOf(word, stages) {
  const [, layer = "", digits = ""] = /^(.+):(\d{1,5})$/.exec(word) ?? [];
  const stage = stages.find((each) => each.layer === layer);
  const channel = Number(digits);
  return stage && digits && channel < (stage.shape[0] ?? 0) ? { layer, channel } : null;
}

/** Pixels up to which an image is so small that its pixels are to be seen. */
const FEW = 64;

/** Whether a depth's images have few pixels, because its channels see few.
 * @param {{receptive_field: readonly number[]}} stage
 */
export function isSmall({ receptive_field }) {
  return receptive_field.every((length) => length <= FEW);
}

/** Where a key leads among rows of images; null for one that leads nowhere.
 * @param {readonly number[]} counts of the images in each row
 * @param {{row: number, column: number}} at @param {string} key
 */
export function walk(counts, { row, column }, key) {
  const within = (/** @type {number} */ next) => {
    const last = (counts[row] ?? 1) - 1;
    return { row, column: Math.max(0, Math.min(last, next)) };
  };
  const other = (/** @type {number} */ next) => {
    const count = counts[next];
    return count ? { row: next, column: Math.min(column, count - 1) } : { row, column };
  };
  switch (key) {
    case "ArrowLeft":
      return within(column - 1);
    case "ArrowRight":
      return within(column + 1);
    case "Home":
      return within(0);
    case "End":
      return within(Number.POSITIVE_INFINITY);
    case "ArrowUp":
      return other(row - 1);
    case "ArrowDown":
      return other(row + 1);
    default:
      return null;
  }
}

/** How many convolutions lie between the picture and a layer, itself included.
 * @param {readonly {name: string, kind: string, inputs: readonly string[]}[]} nodes @param {string} layer
 */
export function convolutionsTo(nodes, layer) {
  const named = new Map(nodes.map((node) => [node.name, node]));
  /** @type {Set<string>} */ const seen = new Set();
  const waiting = [layer];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    waiting.push(...(named.get(name)?.inputs ?? []));
  }
  return [...seen].filter((name) => named.get(name)?.kind === "conv").length;
}
