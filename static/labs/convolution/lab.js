import { html } from "lit";
import { PageElement } from "../../components/element.js";
import "./compare.js";
import "./controls.js";
import "./counts.js";
import "./formula.js";
import "./kernels.js";
import "./stage.js";
import "./tools.js";

/** `<convolution-lab>`: the figure, its controls beside it, and what follows from both below. */
export class ConvolutionLab extends PageElement {
  render() {
    return html`<convolution-tools></convolution-tools>
      <convolution-stage></convolution-stage>
      <div class="side"><kernel-set></kernel-set><convolution-controls></convolution-controls></div>
      <div class="below">
        <size-formula></size-formula>
        <count-table></count-table>
        <setting-compare></setting-compare>
      </div>`;
  }
}

customElements.define("convolution-lab", ConvolutionLab);
