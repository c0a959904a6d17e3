import { html, nothing } from "lit";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";

/** @typedef {import("../../core/wire.js").DropoutAnswer["keep"]} Keep */

/** `<keep-rate>`: how many decisions fell for keeping, beside where 95 of 100 masks lie. */
export class KeepRate extends SessionPart {
  render() {
    const { answer } = session;
    if (!answer) return nothing;
    const { keep } = answer;
    if (!keep)
      return html`<p class="hint">${gettext("In evaluation no mask is drawn, so there is nothing to count.")}</p>`;
    return html`<p class="kept-words"><b><data id="keep-rate" value=${keep.rate}>${percent(keep.rate)}</data></b>
        ${gettext("kept: {count} of {total}", { count: format.count(keep.count), total: format.count(keep.total) })}</p>
      ${gauge(keep)}
      <p class="hint">${intervalWords(keep)}</p>`;
  }
}

/** A line with the expected share in its middle, the interval, and the share that there is.
 * @param {NonNullable<Keep>} keep
 */
function gauge({ rate, expected, interval }) {
  const [lo, hi] = ends(rate, expected, interval);
  const at = (/** @type {number} */ value) => `${(100 * (value - lo)) / (hi - lo)}%`;
  const words = gettext("Kept {rate}, expected {expected}", {
    rate: percent(rate),
    expected: percent(expected),
  });
  return html`<div class="keep-gauge" role="img" aria-label=${words} .style=${`--at:${at(rate)};--expected:${at(expected)}`}>
    ${interval ? html`<span class="band" .style=${`left:${at(interval[0])};right:calc(100% - ${at(interval[1])})`}></span>` : nothing}
    <span class="middle"></span><span class="dot"></span>
    <span class="end">${percent(lo)}</span><span class="end last">${percent(hi)}</span></div>`;
}

/** What the line shows: the interval and twice as much to either side, the share and the expected one in any case.
 * @param {number} rate @param {number} expected @param {readonly number[] | null} interval
 * @returns {[number, number]}
 */
export function ends(rate, expected, interval) {
  const [from = expected, to = expected] = interval ?? [];
  const reach = Math.max(2 * (to - from), 1.2 * Math.abs(rate - expected), interval ? 0.001 : 0.05);
  return [Math.max(0, expected - reach), Math.min(1, expected + reach)];
}

/** @param {NonNullable<Keep>} keep */
function intervalWords({ interval, inside, expected, total }) {
  if (!interval)
    return gettext(
      "{expected} are likely where squares overlap and fit into the map; decisions are not independent, so there is no binomial interval.",
      { expected: percent(expected) },
    );
  if (interval[0] === interval[1])
    return gettext("With this p every decision is certain: {expected}.", {
      expected: percent(expected),
    });
  const values = { lo: percent(interval[0]), hi: percent(interval[1]), n: format.count(total) };
  const words = gettext("Of masks with {n} decisions, 95% keep between {lo} and {hi}.", values);
  const verdict = inside
    ? gettext("This one is inside.")
    : gettext("This one is outside, as one in twenty is.");
  return html`${words} <b>${verdict}</b>`;
}

/** @param {number} share */
function percent(share) {
  return `${format.number(100 * share, 4)}%`;
}

customElements.define("keep-rate", KeepRate);
