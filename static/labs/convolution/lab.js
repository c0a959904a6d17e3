import { html } from "lit";
import { PageElement } from "../../components/element.js";
import "./compare.js";
import "./counts.js";
import "./dock.js";
import "./formula.js";
import "./stage.js";
import "./tools.js";

/** `<convolution-lab>`: the figure, its controls beside it, and what follows from both below. */
export class ConvolutionLab extends PageElement {
  render() {
    return html`<convolution-tools></convolution-tools>
      <convolution-stage></convolution-stage>
      <control-dock class="side"></control-dock>
      <div class="below">
        <size-formula></size-formula>
        <count-table></count-table>
        <setting-compare></setting-compare>
      </div>`;
  }
}

customElements.define("convolution-lab", ConvolutionLab);
