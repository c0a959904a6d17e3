import { html } from "lit";
import { PageElement } from "../../components/element.js";
import "./controls.js";
import "./stage.js";
import "./tools.js";
import "./sections/counts.js";
import "./sections/sharing.js";
import "./sections/hierarchy/hierarchy.js";

/** `<principles-lab>`: what one unit sees, its controls beside it, and the other principles below. */
export class PrinciplesLab extends PageElement {
  render() {
    return html`<div class="desk">
        <principles-tools></principles-tools>
        <principles-stage></principles-stage>
        <principles-controls class="side"></principles-controls>
      </div>
      <div class="below">
        <principle-counts></principle-counts>
        <principle-sharing></principle-sharing>
        <principle-hierarchy></principle-hierarchy>
      </div>`;
  }
}

customElements.define("principles-lab", PrinciplesLab);
