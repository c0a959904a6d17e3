import { html } from "lit";
import { PageElement } from "../../components/element.js";
import { gettext } from "../../core/i18n.js";
import "./controls.js";
import "./kernels.js";

/** `<control-dock>`: all controls of the lab. Beside the stage they stand below each other; on a narrow screen they
 * dock at its lower edge, one part at a time, so that a change is seen while it is made. */
export class ControlDock extends PageElement {
  static properties = { open: { reflect: true } };

  constructor() {
    super();
    /** The part that is open on a narrow screen. @type {"" | "kernels" | "sliding" | "after"} */
    this.open = "";
  }

  /** The figure must not lie below what is opened over it. @param {Map<string, unknown>} changed */
  updated(changed) {
    const stage = this.previousElementSibling;
    if (!changed.has("open") || !this.open || !stage) return;
    if (stage.getBoundingClientRect().top > 0) stage.scrollIntoView({ block: "start" });
  }

  render() {
    /** @type {[typeof this.open, string][]} */ const parts = [
      ["kernels", gettext("Kernels")],
      ["sliding", gettext("How they slide")],
      ["after", gettext("What follows")],
    ];
    return html`<div class="dock-bar" role="group" aria-label=${gettext("Controls")}>${parts.map(
      ([name, words]) =>
        html`<button type="button" class="plain" aria-expanded=${this.open === name} @click=${() => {
          this.open = this.open === name ? "" : name;
        }}>${words}</button>`,
    )}</div>
    <kernel-set></kernel-set><convolution-controls></convolution-controls>`;
  }
}

customElements.define("control-dock", ControlDock);
