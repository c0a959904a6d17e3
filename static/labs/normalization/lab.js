import { html } from "lit";
import { PageElement } from "../../components/element.js";

/** `<normalization-lab>`: the figure, its controls beside it, and what follows from both below. */
export class NormalizationLab extends PageElement {
  render() {
    return html`<normalization-tools></normalization-tools>
      <normalization-stage></normalization-stage>
      <normalization-dock class="side"></normalization-dock>
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
