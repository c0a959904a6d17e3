import { html } from "lit";
import { PageElement } from "../components/element.js";
import { gettext } from "../core/i18n.js";
import { session } from "./session.js";
import * as take from "./take.js";
import "../components/take-away.js";

/** `<take-menu>`: the page's menu of what can be taken away. */
export class TakeMenu extends PageElement {
  #update = () => this.requestUpdate();

  connectedCallback() {
    super.connectedCallback();
    session.addEventListener("update", this.#update);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    session.removeEventListener("update", this.#update);
  }

  render() {
    return html`<take-away label=${gettext("Take away this figure")} .name=${take.fileName()} .link=${() => session.state.href()}
      .call=${take.call} .picture=${take.picture} .arrays=${take.arrays}></take-away>`;
  }
}

customElements.define("take-menu", TakeMenu);
