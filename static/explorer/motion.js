/** How the strip re-forms: each column grows out of the place where what it shows was before. */

/** @typedef {import("./columns.js").Column} Column */
/** @typedef {{group: string, left: number, width: number}} Place */

const TIME = 350;
const EASE = "cubic-bezier(0.4, 0, 0.2, 1)";

/** Where the columns are now, and which block stands at the left edge.
 * @param {HTMLElement} strip
 * @param {readonly Column[]} columns as drawn
 */
export function places(strip, columns) {
  const items = /** @type {HTMLElement[]} */ ([...strip.querySelectorAll("li")]);
  const edge = strip.querySelector(".scroller")?.getBoundingClientRect().left ?? 0;
  /** @type {Place[]} */ const found = items.map((item, i) => {
    const { left, width } = item.getBoundingClientRect();
    return { group: columns[i]?.group ?? "", left, width };
  });
  return { found, first: found.find(({ left, width }) => left + width > edge)?.group ?? "" };
}

/** Let the columns come from where their blocks were; columns of another network come from the same
 * depth. Keeps the block at the left edge there.
 * @param {HTMLElement} strip drawn anew
 * @param {{found: Place[], first: string}} before
 * @param {readonly Column[]} columns as drawn now
 */
export function reform(strip, { found, first }, columns) {
  const items = /** @type {HTMLElement[]} */ ([...strip.querySelectorAll("li")]);
  const scroller = strip.querySelector(".scroller");
  const start = items[columns.findIndex(({ group }) => group === first)];
  if (scroller) scroller.scrollLeft = start && start !== items[0] ? start.offsetLeft : 0;
  if (matchMedia("(prefers-reduced-motion: reduce)").matches || !found.length) return;
  items.forEach((item, i) => {
    const { left, width } = item.getBoundingClientRect();
    const group = columns[i]?.group;
    const own = found.filter((place) => place.group === group);
    const depth = Math.round((i / Math.max(1, items.length - 1)) * (found.length - 1));
    const from = own[0] ?? found[depth];
    const to = own.at(-1) ?? from;
    if (!from || !to || (Math.min(left, from.left) > innerWidth && Math.max(left, from.left) < 0))
      return;
    const span = to.left + to.width - from.left;
    const transform = `translateX(${from.left - left}px) scaleX(${Math.min(3, Math.max(0.1, span / width))})`;
    item.animate(
      [{ transform, transformOrigin: "left", opacity: 0.15 }, { transformOrigin: "left" }],
      { duration: TIME, easing: EASE },
    );
  });
}
