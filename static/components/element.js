import { LitElement } from "lit";

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
