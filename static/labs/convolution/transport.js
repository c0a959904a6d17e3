import { html } from "lit";
import * as format from "../../core/format.js";
import { gettext } from "../../core/i18n.js";
import { SessionPart } from "./part.js";
import { SPEEDS } from "./player.js";
import { session } from "./session.js";

/** `<scan-transport>`: lets the window move by itself, step by step, or to any place. */
export class ScanTransport extends SessionPart {
  static pointed = true;

  render() {
    const { play } = session;
    const { length, here, playing, speed } = play;
    const at = Math.max(0, here);
    const words = gettext("{n} of {all}", {
      n: format.count(here + 1),
      all: format.count(length),
    });
    return html`<div class="transport" role="group" aria-label=${gettext("Let the window slide")}>
      <button type="button" class="step" ?disabled=${here <= 0} @click=${() => play.move(-1)}
        aria-label=${gettext("One place back")} title=${gettext("One place back")}>${icon("back")}</button>
      <button type="button" class="play" ?disabled=${!length} @click=${() => play.playPause()}
        aria-pressed=${playing}>${icon(playing ? "pause" : "play")}<span>${playing ? gettext("Pause") : gettext("Play")}</span></button>
      <button type="button" class="step" ?disabled=${here >= length - 1} @click=${() => play.move(1)}
        aria-label=${gettext("One place on")} title=${gettext("One place on")}>${icon("on")}</button>
      <input type="range" class="scrub" min="0" max=${Math.max(0, length - 1)} step="1" .value=${String(at)}
        ?disabled=${length < 2} aria-label=${gettext("Place of the window")} aria-valuetext=${words}
        .style=${`--part:${at / Math.max(1, length - 1)}`}
        @input=${(/** @type {Event} */ event) => play.scrub(/** @type {HTMLInputElement} */ (event.target).valueAsNumber)}>
      <span class="count soft">${words}</span>
      <label class="speed"><span class="caption">${gettext("Speed")}</span>
        <select @change=${(/** @type {Event} */ event) => play.shift(Number(/** @type {HTMLSelectElement} */ (event.target).value))}>
          ${SPEEDS.map(
            (each, i) =>
              html`<option value=${i} .selected=${each === speed}>${gettext("{n} a second", { n: format.count(each) })}</option>`,
          )}
        </select></label>
    </div>`;
  }

  updated() {
    const range = /** @type {HTMLInputElement | null} */ (this.querySelector(".scrub"));
    if (range) range.value = String(Math.max(0, session.play.here)); // again, now that max is in place
  }
}

/** @param {"play" | "pause" | "back" | "on"} name */
function icon(name) {
  const paths = {
    play: "M4 2.5v11l9-5.5z",
    pause: "M4 2.5h3v11H4zM9 2.5h3v11H9z",
    back: "M4 2.5h2v11H4zM13 2.5v11L6.5 8z",
    on: "M10 2.5h2v11h-2zM3 2.5v11L9.500 8z",
  };
  return html`<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path d=${paths[name]} fill="currentColor"/></svg>`;
}

customElements.define("scan-transport", ScanTransport);
