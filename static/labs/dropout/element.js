import { html, nothing } from "lit";
import * as api from "../../core/api.js";
import { Experiment } from "../../core/experiment.js";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { placeName } from "../../core/place-words.js";
import { product } from "./element-tex.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import "../../components/math-formula.js";

/** @typedef {import("./session.js").Answer} Answer */
/** @typedef {import("./session.js").Element} Element */
/** @typedef {import("./session.js").Request} Request */

/** `<drop-element>`: the element that is pointed at: h, m, the scale and their product; and what each way of scaling
 * makes of it in training and at test time. */
export class DropElement extends SessionPart {
  static pointed = true;

  /** In evaluation: what the mask would do to the element. */
  #trained = new Experiment((/** @type {Request} */ body, signal) =>
    api.dropout(body, { tensors: "list", signal }),
  );

  connectedCallback() {
    super.connectedCallback();
    this.#trained.addEventListener("update", this.redraw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#trained.removeEventListener("update", this.redraw);
  }

  willUpdate() {
    const { answer, at } = session;
    if (!answer || !at || answer.mode === "train") return;
    this.#trained.ask({ ...answer.request, mode: "train", at, record: [] });
  }

  render() {
    const { answer, element } = session;
    if (!answer) return nothing;
    if (!element)
      return html`<p class="hint">${gettext("Point at a value, or walk there with the arrow keys.")}</p>`;
    const [b = 0, c = 0, y = 0, x = 0] = element.index;
    const { tex, plain } = product(element, answer);
    return html`<section class="drop-element" aria-label=${gettext("One value")}>
      <header><h2>${answer.variant === "connect" ? gettext("One output") : gettext("One value")}</h2>
        <p class="soft"><data id="element-value" value=${element.product}>${placeName(answer.layout, { b, c, y, x })}</data></p></header>
      <div class="product"><math-formula class="formula" .tex=${tex} plain=${plain}></math-formula>
        <p class="hint">${fate(answer, element)}</p></div>
      ${this.#sides(answer, element)}
    </section>`;
  }

  /** Both ways of scaling, in training and at test time. @param {Answer} answer @param {Element} element */
  #sides(answer, element) {
    const trained = this.#trained.answer?.element;
    const same = String(trained?.index) === String(element.index);
    const { inverted, classic } = answer.mode === "train" || !same ? element : (trained ?? element);
    if (!inverted || !classic) return nothing;
    const { mode, scaling } = answer;
    const cell = (
      /** @type {"inverted" | "classic"} */ way,
      /** @type {"train" | "eval"} */ when,
      /** @type {string} */ formula,
      /** @type {number} */ value,
    ) =>
      html`<td class=${way === scaling && when === mode ? "own" : ""}><span class="soft">${formula} =</span> ${format.number(value, 4)}</td>`;
    return html`<table class="ways"><caption>${gettext("Where it is made up for")}</caption>
      <thead><tr><td></td><th scope="col">${gettext("in training")}</th><th scope="col">${gettext("at test time")}</th></tr></thead>
      <tbody><tr><th scope="row">${gettext("inverted")}</th>${cell("inverted", "train", "m h ∕ (1 − p)", inverted.train)}${cell("inverted", "eval", "h", inverted.test)}</tr>
        <tr><th scope="row">${gettext("classic")}</th>${cell("classic", "train", "m h", classic.train)}${cell("classic", "eval", "(1 − p) h", classic.test)}</tr></tbody></table>`;
  }
}

/** What became of the element, in words. @param {Answer} answer @param {Element} element */
function fate({ variant, mode, scaling, p, keep }, { m, connections, scale, h }) {
  if (variant === "connect" && connections)
    return gettext("With all {total} weights of its channel it is {h}. {kept} of them were kept.", {
      h: format.number(h, 4),
      kept: format.count(connections.kept),
      total: format.count(connections.total),
    });
  if (mode === "eval")
    return scaling === "classic"
      ? gettext("Trained with the mask alone, it is multiplied by 1 − p = {scale} now.", {
          scale: format.number(scale, 3),
        })
      : gettext("Nothing happens to it: training has made up for the mask already.");
  if (m === 0)
    return variant === "alpha"
      ? gettext("Dropped: it takes SELU’s lowest value, scaled and shifted as all others.")
      : gettext("Dropped: whatever it was, 0 goes on.");
  if (variant === "alpha")
    return gettext("Kept, scaled by a and shifted by b, which restore mean and variance.");
  if (scaling === "classic")
    return gettext("Kept as it is; at test time it will be multiplied by 1 − p = {keep}.", {
      keep: format.number(keep?.expected ?? 1 - p, 3),
    });
  return gettext("Kept, and multiplied by {scale}, so that the mean over all masks is h.", {
    scale: format.number(scale, 4),
  });
}

customElements.define("drop-element", DropElement);
