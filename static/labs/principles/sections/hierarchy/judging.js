/** Where the visitor says what the depths show, and what that makes together. */

import { html, nothing } from "lit";
import { heard } from "../../../../components/heard.js";
import { gettext } from "../../../../core/i18n.js";
import { session } from "../../session.js";
import { fieldFigure } from "./field-figure.js";
import { judge, judgementOf, KINDS, verdict } from "./judged.js";
import { kindName } from "./words.js";
import "../../../../components/choice-field.js";

/** @typedef {import("./feature.js").Stage} Stage */

/** What one depth shows, to be said. @param {number} depth @param {string} name of the depth */
export function question(depth, name) {
  const { judged } = session.state.values;
  const set = heard((/** @type {import("./judged.js").Kind} */ kind) =>
    session.state.set({ judged: judge(judged, depth, kind) }),
  );
  return html`<choice-field small class="judge" label=${gettext("{name}: what do you see?", { name })} bare .value=${judgementOf(judged, depth) ?? ""}
    .options=${KINDS.map((kind) => ({ value: kind, label: kindName(kind) }))} @value-change=${set}></choice-field>`;
}

/** All judgements in a row, each below the receptive field of its depth.
 * @param {readonly Stage[]} stages @param {readonly number[]} input [height, width]
 */
export function summary(stages, input) {
  const { judged } = session.state.values;
  const found = verdict(judged, stages.length);
  const forget = () => session.state.set({ judged: "" }, { push: true });
  return html`<div class="as-judged"><h3 id="as-judged">${gettext("As you judged it")}</h3>
    <ol aria-labelledby="as-judged">${stages.map((stage, depth) => {
      const kind = judgementOf(judged, depth);
      return html`<li>${fieldFigure(stage.receptive_field ?? input, input)}<span class=${kind ? "said" : "soft"}>${kind ? kindName(kind) : "–"}</span></li>`;
    })}</ol>
    <p role="status" class="verdict-words">${verdictWords(found, stages.length)}</p>
    ${found.judged ? html`<button type="button" @click=${forget}>${gettext("Forget my judgements")}</button>` : nothing}</div>`;
}

/** @param {ReturnType<typeof verdict>} found @param {number} depths */
function verdictWords({ judged, back, kinds }, depths) {
  if (!judged)
    return gettext("Say of each row what its images and patches show you. Nothing is judged yet.");
  if (judged < depths) return gettext("{n} of {all} depths judged.", { n: judged, all: depths });
  if (back)
    return gettext(
      "Not quite in the order of the notes: at depth {n} you saw “{to}” after “{from}” before it.",
      { n: back.depth + 1, from: kindName(back.from), to: kindName(back.to) },
    );
  if (kinds < KINDS.length)
    return gettext(
      "In the order of the notes, no depth behind the one before it, though you saw {n} of the four kinds only.",
      { n: kinds },
    );
  return gettext("In the order of the notes: edges, textures, parts, objects.");
}
