import { html, nothing } from "lit";
import { gettext } from "../../core/i18n.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import { answerWords } from "./words.js";
import "./canvas.js";
import "./controls.js";
import "./lane.js";
import "./maps.js";
import "./notice.js";
import "./strip.js";

/** `<versus-stage>`: the canvas, what each network makes of it step by step, P(right class) at all places, and the
 * canvas as the MLP gets it. */
export class VersusStage extends SessionPart {
  render() {
    const { answer } = session;
    return html`<section class="versus-stage ${session.error ? "stale" : ""}" aria-label=${gettext("Move the smiley")}>
      <versus-controls></versus-controls>
      <versus-notice></versus-notice>
      <versus-canvas></versus-canvas>
      <div class="versus-lanes">
        <versus-lane kind="mlp"></versus-lane>
        <versus-lane kind="cnn"></versus-lane>
      </div>
      <versus-maps></versus-maps>
      <versus-strip></versus-strip>
      <p class="unseen" role="status">${answer ? answerWords(answer) : nothing}</p>
    </section>`;
  }
}

customElements.define("versus-stage", VersusStage);
