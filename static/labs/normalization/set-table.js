import { html, nothing } from "lit";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import { nameOf, setOf, sharing } from "./sets.js";

/** Rows at once. */
const ROWS = 64;

/** `<set-table>`: mean and variance of every set of the tensor, the pointed element's own marked. */
export class SetTable extends SessionPart {
  static pointed = true;

  /** The row that was brought into sight. */
  #seen = -1;

  render() {
    const { answer, at } = session;
    if (!answer?.sets) return nothing;
    const method = answer.request.method ?? "batch";
    const { shape, sets } = answer;
    const groups = answer.groups;
    const all = sharing(method, shape, groups).sets;
    const own = at ? setOf(method, at, shape, groups) : -1;
    const first = own < 0 ? 0 : Math.floor(own / ROWS) * ROWS;
    const rows = Array.from({ length: Math.min(ROWS, all - first) }, (_, i) => first + i);
    const value = (
      /** @type {import("../../core/tensor.js").Tensor | null} */ tensor,
      /** @type {number} */ set,
    ) => (tensor ? format.number(tensor.values[set], 5) : "–");
    const words = gettext("Mean and variance of every set");
    return html`<section class="sets" aria-label=${words}>
      <header><h2>${words}</h2><p class="soft">${this.#words(first, rows.length, all)}</p></header>
      <div class="sets-scroller" tabindex="0" role="group" aria-label=${words}><table>
        <thead><tr><th scope="col">${gettext("set")}</th><th scope="col"><b class="tone-mean">μ</b> ${gettext("mean")}</th>
          <th scope="col"><b class="tone-deviation">σ²</b> ${gettext("biased, over n")}</th><th scope="col">${gettext("unbiased, over n − 1")}</th></tr></thead>
        <tbody>${rows.map(
          (
            set,
          ) => html`<tr class=${set === own ? "own" : ""} aria-current=${set === own ? "true" : nothing}>
            <th scope="row">${nameOf(method, set, shape, groups)
              .map(([axis, index]) => `${axis} = ${index}`)
              .join(", ")}</th>
            <td>${value(sets.mean, set)}</td><td>${value(sets.variance, set)}</td><td>${value(sets.unbiased, set)}</td></tr>`,
        )}</tbody></table></div></section>`;
  }

  updated() {
    const own = /** @type {HTMLTableRowElement | null} */ (this.querySelector("tr.own"));
    const box = this.querySelector(".sets-scroller");
    if (!own || !box || own.rowIndex === this.#seen) return;
    this.#seen = own.rowIndex;
    const [top, bottom] = [
      own.offsetTop - 2 * own.offsetHeight,
      own.offsetTop + 2 * own.offsetHeight,
    ];
    if (top < box.scrollTop) box.scrollTop = top;
    else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
  }

  /** @param {number} first @param {number} count @param {number} all */
  #words(first, count, all) {
    if (count === all) return gettext("{n} sets.", { n: format.count(all) });
    return gettext("{from} to {to} of {n} sets.", {
      from: format.count(first),
      to: format.count(first + count - 1),
      n: format.count(all),
    });
  }
}

customElements.define("set-table", SetTable);
