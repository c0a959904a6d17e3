/** What the visitor saw at each depth: a letter each, in the order of the depths. */

/** @typedef {"edge" | "texture" | "part" | "object"} Kind */

/** @type {readonly Kind[]} as the notes order them */
export const KINDS = ["edge", "texture", "part", "object"];
const NONE = "-";
const MOST = 32;

/** Whether a link's word is a row of judgements. @param {string} word */
export function isJudged(word) {
  return word.length <= MOST && /^[etpo-]*$/.test(word);
}

/** The judgement of one depth; null where there is none. @param {string} word @param {number} depth
 * @returns {Kind | null}
 */
export function judgementOf(word, depth) {
  return KINDS.find(([letter]) => letter === word[depth]) ?? null;
}

/** The word with one depth judged otherwise. @param {string} word @param {number} depth @param {Kind | null} kind */
export function judge(word, depth, kind) {
  const letters = [...word.padEnd(depth + 1, NONE)];
  letters[depth] = kind?.[0] ?? NONE;
  return letters.join("").replace(/-+$/, "");
}

/** Whether the judgements go the way of the notes.
 * @param {string} word @param {number} depths how many there are
 * @returns {{judged: number, back: {depth: number, from: Kind, to: Kind} | null, kinds: number}} `back`: the first
 *   depth that was judged earlier in the row of kinds than one before it; `kinds`: how many of the four were seen
 */
export function verdict(word, depths) {
  const seen = Array.from({ length: depths }, (_, depth) => judgementOf(word, depth));
  /** @type {ReturnType<typeof verdict>["back"]} */ let back = null;
  /** @type {Kind | null} */ let furthest = null;
  for (const [depth, kind] of seen.entries()) {
    if (!kind) continue;
    const [now, before] = [KINDS.indexOf(kind), furthest ? KINDS.indexOf(furthest) : -1];
    if (furthest && now < before) back ??= { depth, from: furthest, to: kind };
    if (now > before) furthest = kind;
  }
  const known = seen.filter((kind) => kind !== null);
  return { judged: known.length, back, kinds: new Set(known).size };
}
