import { html, nothing, svg } from "lit";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { problemAt } from "../../core/problems.js";
import { VARIANTS } from "./fields.js";
import { weighted } from "./layers.js";
import { SessionPart } from "./part.js";
import { lattice, pattern, SIZE } from "./pattern.js";
import { session } from "./session.js";
import { decisions } from "./sharing.js";
import { unitName, variantName, variantWords } from "./words.js";

/** @typedef {import("./fields.js").Variant} Variant */
/** @typedef {import("./session.js").Answer} Answer */

/** `<drop-variants>`: what can be dropped, as small drawings of a mask over two samples of three channels, with one
 * decision outlined. They are radio buttons. */
export class DropVariants extends SessionPart {
  /** The variant that has been brought into sight. */ #seen = "";

  render() {
    const { variant: chosen } = session.state.values;
    const { answer } = session;
    return html`<fieldset class="methods"><legend>${gettext("What is decided together")}</legend>
        <p class="hint variant-words">${variantWords(chosen)}</p>
        <div>${VARIANTS.map((variant) => option(variant, chosen, answer))}</div></fieldset>
      ${refusal(chosen)}`;
  }

  /** On a narrow screen the row of drawings is pushed until the chosen one is in sight. */
  updated() {
    const { variant } = session.state.values;
    if (variant === this.#seen) return;
    this.#seen = variant;
    const chosen = /** @type {HTMLElement | null} */ (this.querySelector(".chosen"));
    const row = chosen?.parentElement;
    if (!row || row.scrollWidth <= row.clientWidth) return;
    row.scrollLeft =
      chosen.offsetLeft - row.offsetLeft - (row.clientWidth - chosen.offsetWidth) / 2;
  }
}

/** @param {Variant} variant @param {Variant} chosen @param {Answer | null} answer */
function option(variant, chosen, answer) {
  const why = unfit(variant, answer);
  return html`<label class="method ${variant === chosen ? "chosen" : ""}" title=${why || nothing}>
    <input type="radio" name="variant" value=${variant} .checked=${variant === chosen} ?disabled=${Boolean(why) && variant !== chosen}
      @change=${() => choose(variant)}>
    ${drawing(variant)}
    <span class="method-name">${variantName(variant)}<small>${unitName(variant)}</small></span>
    <span class="method-size">${answer ? counted(variant, answer) : nothing}</span></label>`;
}

/** Why a variant cannot be chosen here; "" where it can. @param {Variant} variant @param {Answer | null} answer */
function unfit(variant, answer) {
  const { source } = session.state.values;
  if (variant === "connect" && source === "grid")
    return gettext("A tensor by hand has no weights that could be dropped.");
  if (variant === "block" && answer?.layout === "vectors")
    return gettext("This layer gives single numbers: there is no map for squares to lie on.");
  return "";
}

/** How many decisions its mask is made of. @param {Variant} variant @param {Answer} answer */
function counted(variant, { shape, variant: shown, keep }) {
  const total =
    variant === "connect" && shown === "connect" ? keep?.total : decisions(variant, shape);
  if (variant === "block") return gettext("they overlap");
  if (total === undefined || total === null) return nothing;
  return total === 1 ? gettext("1 decision") : gettext("{n} decisions", { n: format.count(total) });
}

/** Choose a variant, with what goes with it: a layer that has weights, a scaling that there is.
 * @param {Variant} variant
 */
export function choose(variant) {
  const { layer, net, scaling } = session.state.values;
  const nodes = session.networks.info(net)?.nodes ?? [];
  const fits = variant !== "connect" || !nodes.length;
  session.state.set(
    {
      variant,
      layer: fits ? layer : (weighted(nodes, layer)?.name ?? layer),
      scaling: variant === "block" || variant === "alpha" ? "inverted" : scaling,
    },
    { push: true },
  );
}

/** Why this variant cannot be, and the way out. @param {Variant} variant */
function refusal(variant) {
  const { error } = session;
  const words = problemAt(error, ["variant"]);
  if (!words) return nothing;
  const { net, layer } = session.state.values;
  const nodes = session.networks.info(net)?.nodes ?? [];
  const other = variant === "connect" && session.network ? weighted(nodes, layer) : null;
  const take = () => session.state.set({ layer: other?.name ?? layer }, { push: true });
  return html`<div class="refusal" role="alert"><p class="problem">${words}</p><div class="row">
    ${other ? html`<button type="button" @click=${take}>${gettext("Take {layer}", { layer: other.name })}</button>` : nothing}
    <button type="button" @click=${() => choose("element")}>${gettext("Drop single values instead")}</button></div></div>`;
}

/** A mask, and one decision. @param {Variant} variant */
function drawing(variant) {
  const { dropped, one } = pattern(variant);
  return html`<svg class="mask-drawing ${variant}" viewBox="-2 -2 ${SIZE.width + 4} ${SIZE.height + 4}" aria-hidden="true">
    ${svg`<path class="kept" d=${lattice(variant)}/><path class="dropped" d=${dropped}/>
    <rect class="one" x=${one.x} y=${one.y} width=${one.width} height=${one.height}/>`}
  </svg>`;
}

customElements.define("drop-variants", DropVariants);
