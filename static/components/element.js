import { LitElement } from "lit";
import { equal } from "../core/equal.js";

/** A property that is a small list, map or object: an equal one is no change, so that nothing is drawn again for it. */
export const plain = {
  attribute: false,
  hasChanged: (/** @type {unknown} */ now, /** @type {unknown} */ before) => !equal(now, before),
};

/** What all our elements have in common: they render into the page itself, so that its style sheets
 * apply, and tell their news by bubbling CustomEvents. */
export class PageElement extends LitElement {
  createRenderRoot() {
    return this;
  }

  /** @param {string} type @param {unknown} detail */
  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  }
}
