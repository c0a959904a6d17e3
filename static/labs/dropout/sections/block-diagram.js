import { html, svg } from "lit";
import { gettext } from "../../../core/i18n.js";

/** @typedef {import("./sites.js").SiteName} SiteName */

/** Height of a step in rem, of which the drawing is made. */
const STEP = 2;

/** The block from top to bottom. A step with a `site` is a choice. @returns {{words: string, site?: SiteName, add?: boolean}[]} */
function steps() {
  const dropout = (/** @type {string} */ where) => gettext("dropout: {where}", { where });
  return [
    { words: gettext("patches, embedded, with their places") },
    { words: dropout(gettext("embedding")), site: "embed" },
    { words: "LayerNorm" },
    { words: gettext("attention weights: softmax(q · k / √d)") },
    { words: dropout(gettext("attention")), site: "attention" },
    { words: gettext("mean of the values, projected") },
    { words: dropout(gettext("end of the branch")), site: "proj" },
    { words: "+", add: true },
    { words: "LayerNorm" },
    { words: gettext("dense layer, GELU") },
    { words: dropout(gettext("inside the dense layers")), site: "hidden" },
    { words: gettext("dense layer") },
    { words: dropout(gettext("end of the branch")), site: "reduce" },
    { words: "+", add: true },
    { words: gettext("two more blocks, mean over all tokens, linear layer") },
  ];
}

/** The skip connections: from above a step to an addition. */
const SKIPS = [
  [2, 7],
  [8, 13],
];

/** A Transformer block, drawn from top to bottom; its dropouts are radio buttons.
 * @param {SiteName} chosen @param {(name: SiteName) => void} choose
 */
export function blockDiagram(chosen, choose) {
  const all = steps();
  return html`<fieldset class="block-diagram" .style=${`--step:${STEP}rem`}><legend class="unseen">${gettext("Where it drops out")}</legend>
    <svg viewBox="0 0 24 ${all.length * STEP * 16}" aria-hidden="true">${SKIPS.map(
      ([from = 0, to = 0]) => {
        const [top, bottom] = [from * STEP * 16, (to + 0.5) * STEP * 16];
        return svg`<path d="M24 ${top}H8Q4 ${top} 4 ${top + 6}V${bottom - 6}Q4 ${bottom} 8 ${bottom}H22" class="skip"></path><path d="m18 ${bottom - 4} 5 4-5 4"></path>`;
      },
    )}</svg>
    <ol>${all.map(({ words, site, add }) =>
      site
        ? html`<li class="choice"><label><input type="radio" name="dropout-site" value=${site} .checked=${site === chosen} @change=${() => choose(site)}><span>${words}</span></label></li>`
        : html`<li class=${add ? "add" : ""}><span>${words}</span></li>`,
    )}</ol></fieldset>`;
}
