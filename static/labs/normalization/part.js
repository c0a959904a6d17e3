import { PageElement } from "../../components/element.js";
import { session } from "./session.js";

/** A part of the page that shows the session: drawn anew with each of its updates, and with each change of
 * what is pointed at where it is `pointed`. */
export class SessionPart extends PageElement {
  static pointed = false;

  /** Draw anew. */
  redraw = () => this.requestUpdate();

  connectedCallback() {
    super.connectedCallback();
    for (const type of this.#types) session.addEventListener(type, this.redraw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    for (const type of this.#types) session.removeEventListener(type, this.redraw);
  }

  get #types() {
    const { pointed } = /** @type {typeof SessionPart} */ (this.constructor);
    return pointed ? ["update", "point"] : ["update"];
  }
}
