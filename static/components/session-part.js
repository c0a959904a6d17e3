import { PageElement } from "./element.js";

/** The base of a page's elements that show its session: drawn anew with each of its updates, and with each change of
 * what is pointed at where the element is `pointed`.
 * @param {EventTarget} session dispatches "update" and "point"
 */
export function partOf(session) {
  return class SessionPart extends PageElement {
    static pointed = false;

    /** Draw anew. */
    redraw = () => this.requestUpdate();

    connectedCallback() {
      super.connectedCallback();
      for (const type of this.heardTypes) session.addEventListener(type, this.redraw);
    }

    disconnectedCallback() {
      super.disconnectedCallback();
      for (const type of this.heardTypes) session.removeEventListener(type, this.redraw);
    }

    /** What it is drawn anew with. */
    get heardTypes() {
      const { pointed } = /** @type {typeof SessionPart} */ (this.constructor);
      return pointed ? ["update", "point"] : ["update"];
    }
  };
}
