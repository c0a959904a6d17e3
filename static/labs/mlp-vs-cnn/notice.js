import { html } from "lit";
import { gettext } from "../../core/i18n.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import "../../components/status-notice.js";

/** `<versus-notice>`: what is going on, or went wrong. */
export class VersusNotice extends SessionPart {
  get heardTypes() {
    return ["update", "busy"];
  }

  render() {
    const { error, busy, gone } = session;
    const words = gone
      ? gettext("The picture of this link is not here any more. The smiley is back in its place.")
      : "";
    return html`<status-notice .error=${error} .message=${words} .busy=${busy} ?retry=${Boolean(error)} ?closable=${Boolean(error) || gone}
      @notice-retry=${() => session.retry()} @notice-close=${() => session.dismiss()}></status-notice>`;
  }
}

customElements.define("versus-notice", VersusNotice);
