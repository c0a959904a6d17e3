import { html, nothing } from "lit";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";

/** @typedef {{parameters: number, multiply_adds: number}} Cost */

/** `<count-table>`: what the convolution costs, beside layers that give the same output without its two savings:
 * weights of its own at every place, and every input wired to every output. */
export class CountTable extends SessionPart {
  render() {
    const { counts } = session.answer ?? {};
    if (!counts) return nothing;
    const { convolution, locally_connected, dense } = counts;
    /** @type {[string, string, Cost][]} */ const rows = [
      [gettext("Convolution"), gettext("near inputs, the same weights everywhere"), convolution],
      [
        gettext("Locally connected"),
        gettext("near inputs, other weights at every place"),
        locally_connected,
      ],
      [gettext("Dense"), gettext("every input to every output"), dense],
    ];
    const most = Math.max(...rows.flatMap(([, , cost]) => [cost.parameters, cost.multiply_adds]));
    return html`<section aria-label=${gettext("What it costs")}>
      <h2>${gettext("What it costs")}</h2>
      <table class="counts">
        <thead><tr><td></td><th scope="col">${gettext("parameters")}</th><th scope="col">${gettext("multiply-adds")}</th></tr></thead>
        <tbody>${rows.map(
          ([name, words, { parameters, multiply_adds }]) => html`<tr>
            <th scope="row">${name}<small>${words}</small></th>
            ${this.#number(parameters, convolution.parameters, most)}
            ${this.#number(multiply_adds, convolution.multiply_adds, most)}</tr>`,
        )}</tbody>
      </table>
      <p class="hint">${gettext(
        "Output: {n} numbers, {bytes} in 32-bit floats. The bars are logarithmic.",
        {
          n: format.count(counts.outputs),
          bytes: format.bytes(counts.bytes),
        },
      )}</p>
    </section>`;
  }

  /** @param {number} value @param {number} one that of the convolution @param {number} most */
  #number(value, one, most) {
    const part = most > 1 ? Math.log(Math.max(value, 1)) / Math.log(most) : 0;
    const factor = one ? Math.round(value / one) : 0;
    return html`<td><data value=${value}>${format.count(value)}</data>
      ${factor > 1 ? html`<small>${gettext("× {n}", { n: format.count(factor) })}</small>` : nothing}
      <span class="bar" .style=${`--part: ${part}`}></span></td>`;
  }
}

customElements.define("count-table", CountTable);
