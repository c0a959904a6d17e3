import { html } from "lit";
import { PageElement } from "../../components/element.js";
import "./controls.js";
import "./stage.js";
import "./tools.js";
import "./sections/training.js";
import "./sections/mates.js";
import "./sections/batch-size.js";
import "./sections/tokens.js";
import "./sections/swap.js";
import "./sections/folding.js";
import "./sections/bn-ln-table.js";

/** `<normalization-lab>`: the figure, its controls beside it, and what follows from both below. */
export class NormalizationLab extends PageElement {
  render() {
    return html`<div class="desk">
        <normalization-tools></normalization-tools>
        <normalization-stage></normalization-stage>
        <normalization-controls class="side"></normalization-controls>
      </div>
      <div class="below">
        <norm-training></norm-training>
        <norm-mates></norm-mates>
        <norm-batch-size></norm-batch-size>
        <norm-tokens></norm-tokens>
        <norm-swap></norm-swap>
        <norm-folding></norm-folding>
        <bn-ln-table></bn-ln-table>
      </div>`;
  }
}

customElements.define("normalization-lab", NormalizationLab);
