import { html, nothing } from "lit";
import { guard } from "lit/directives/guard.js";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { Tensor } from "../../core/tensor.js";
import "../../components/heat-map.js";

/** What a linear layer multiplies after maps were flattened, as maps again: inputs × weights = products.
 * @param {readonly number[]} shape [C, H, W] of what was flattened
 * @param {NonNullable<import("../../core/wire.js").UnitAnswer["terms"]>} terms
 */
export function linearPictures(shape, { inputs, weights, products }) {
  const [, height = 1, width = 1] = shape;
  if (height * width === 1) return nothing;
  const tensor = (/** @type {any[]} */ nested) =>
    new Tensor(shape, Float32Array.from(nested.flat(Number.POSITIVE_INFINITY)));
  const figure = (/** @type {any[]} */ nested, /** @type {string} */ words) => {
    const maps = tensor(nested);
    const [lo, hi] = maps.range().map((value) => format.number(value));
    return html`<figure><heat-map mode="still" .tensor=${maps} .range=${maps.range()} label=${words}></heat-map>
      <figcaption>${words} <span class="soft">${gettext("{lo} to {hi}", { lo: lo ?? "", hi: hi ?? "" })}</span></figcaption></figure>`;
  };
  return guard(
    [inputs],
    () => html`<div class="pictures">
    ${figure(inputs, gettext("inputs"))}<span class="sign">×</span>
    ${figure(weights, gettext("weights"))}<span class="sign">=</span>
    ${figure(products, gettext("products"))}</div>`,
  );
}
