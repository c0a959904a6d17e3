/** How an image is made: what a person can set of it, and what the server is asked with that. */

import { html, nothing } from "lit";
import { heard } from "../../../../components/heard.js";
import { gettext } from "../../../../core/i18n.js";
import { session } from "../../session.js";
import { RANGES, VARIATIONS } from "./fields.js";
import "../../../../components/choice-field.js";
import "../../../../components/number-field.js";
import "../../../../components/scale-field.js";

/** Images of a run, about: enough to look like one that moves, or few where nothing should. */
const IMAGES = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches ? 8 : 96;
/** The most steps between two images that the server takes. */
const SELDOM = 64;

/** The question for a channel, as it is set now. @param {string} layer @param {number} channel
 * @returns {import("../../../../core/wire.js").MaximiseRequest}
 */
export function requestFor(layer, channel) {
  const { aim, dreamSteps, jitter, variation, dreamSeed } = session.state.values;
  return {
    layer,
    channel,
    aim,
    steps: dreamSteps,
    jitter,
    total_variation: variation,
    seed: dreamSeed,
    every: Math.min(SELDOM, Math.ceil(dreamSteps / IMAGES)),
  };
}

/** @param {boolean} other a run is going on that was started otherwise */
export function settings(other) {
  const { aim, dreamSteps, jitter, variation, dreamSeed } = session.state.values;
  const set = (/** @type {"aim" | "dreamSteps" | "jitter" | "variation" | "dreamSeed"} */ name) =>
    heard((/** @type {unknown} */ value) => session.state.set({ [name]: value }));
  const number = (
    /** @type {"dreamSteps" | "jitter" | "dreamSeed"} */ name,
    /** @type {string} */ label,
    /** @type {number} */ value,
    /** @type {{min: number, max: number, step?: number}} */ { min, max, step = 1 },
    slider = true,
  ) => html`<number-field label=${label} .value=${value} .min=${min} .max=${max} .step=${step} ?slider=${slider}
    @value-input=${set(name)} @value-change=${set(name)}></number-field>`;
  return html`<div class="how">
    <choice-field small label=${gettext("What is to grow")} .value=${aim} .options=${[
      { value: "map", label: gettext("the whole map") },
      { value: "middle", label: gettext("its middle value") },
    ]} @value-change=${set("aim")}></choice-field>
    ${number("dreamSteps", gettext("Steps"), dreamSteps, RANGES.steps)}
    ${number("jitter", gettext("Jitter"), jitter, RANGES.jitter)}
    <scale-field label=${gettext("Total variation")} .values=${VARIATIONS} .value=${variation} .write=${String}
      @value-input=${set("variation")} @value-change=${set("variation")}></scale-field>
    ${number("dreamSeed", gettext("Seed"), dreamSeed, RANGES.seed, false)}
    ${other ? html`<p class="hint" role="status">${gettext("The new settings count from the next start.")}</p>` : nothing}
    <p class="hint">${gettext("Jitter shifts the image by up to so many pixels before each step; total variation holds down differences between neighbouring pixels. Without both, what excites a channel most looks like noise.")}</p>
  </div>`;
}
