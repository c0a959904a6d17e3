import { html } from "lit";
import { PageElement } from "../../components/element.js";
import "./controls.js";
import "./stage.js";
import "./tools.js";
import "./sections/expectation.js";
import "./sections/ensemble.js";
import "./sections/monte-carlo.js";
import "./sections/where.js";
import "./sections/neighbours.js";
import "./sections/zoneout.js";
import "./sections/depth.js";
import "./sections/transformer.js";

/** `<dropout-lab>`: the figure, its controls beside it, and what follows from both below. */
export class DropoutLab extends PageElement {
  render() {
    return html`<div class="desk">
        <dropout-tools></dropout-tools>
        <dropout-stage></dropout-stage>
        <dropout-controls class="side"></dropout-controls>
      </div>
      <div class="below">
        <drop-expectation></drop-expectation>
        <drop-ensemble></drop-ensemble>
        <drop-monte-carlo></drop-monte-carlo>
        <drop-where></drop-where>
        <drop-neighbours></drop-neighbours>
        <drop-zoneout></drop-zoneout>
        <drop-depth></drop-depth>
        <drop-transformer></drop-transformer>
      </div>`;
  }
}

customElements.define("dropout-lab", DropoutLab);
