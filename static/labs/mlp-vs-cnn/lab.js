import { html } from "lit";
import { PageElement } from "../../components/element.js";
import "./stage.js";
import "./sections/flatten.js";
import "./sections/permuted.js";
import "./sections/equivariance.js";
import "./sections/likeness.js";
import "./sections/challenge.js";

/** `<mlp-vs-cnn-lab>`: the canvas and what both networks make of it, and what follows from it below. */
export class MlpVsCnnLab extends PageElement {
  render() {
    return html`<versus-stage></versus-stage>
      <div class="below">
        <versus-flatten></versus-flatten>
        <versus-permuted></versus-permuted>
        <versus-equivariance></versus-equivariance>
        <versus-likeness></versus-likeness>
        <versus-challenge></versus-challenge>
      </div>`;
  }
}

customElements.define("mlp-vs-cnn-lab", MlpVsCnnLab);
