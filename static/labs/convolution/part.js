import { PageElement } from "../../components/element.js";
import { session } from "./session.js";

/** A part of the page that shows the session: drawn anew with each of its updates. */
export class SessionPart extends PageElement {
  #update = () => this.requestUpdate();

  connectedCallback() {
    super.connectedCallback();
    session.addEventListener("update", this.#update);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    session.removeEventListener("update", this.#update);
  }
}
