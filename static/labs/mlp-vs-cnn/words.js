/** What the stage says of scenes and answers. */

import * as format from "../../core/format.js";
import { gettext, pick } from "../../core/i18n.js";
import { isFaces, placeOf } from "./scene.js";

/** @typedef {import("./session.js").Answer} Answer */
/** @typedef {import("./session.js").Network} Network */
/** @typedef {import("./scene.js").Values} Values */
/** @typedef {Network["kind"]} Kind */

/** @param {Kind} kind */
export function kindName(kind) {
  return kind === "mlp" ? gettext("MLP") : gettext("CNN");
}

/** What the canvas shows, and where. @param {Values} values @param {number} held */
export function sceneWords(values, held) {
  const place = placeOf(values, held);
  if (!place) return gettext("Nothing is on the canvas");
  const [y, x] = place;
  if (!isFaces(values)) return awayWords(y, x);
  const many = values.at.length;
  if (many > 1)
    return gettext("Face {i} of {n}: row {y}, column {x}", {
      i: Math.min(held, many - 1) + 1,
      n: many,
      y,
      x,
    });
  return gettext("Row {y}, column {x}", { y, x });
}

/** How far something is from the middle. @param {number} dy @param {number} dx */
export function awayWords(dy, dx) {
  if (!dy && !dx) return gettext("In the middle");
  const across = dx > 0 ? gettext("{n} px right", { n: dx }) : gettext("{n} px left", { n: -dx });
  const down = dy > 0 ? gettext("{n} px down", { n: dy }) : gettext("{n} px up", { n: -dy });
  return [...(dx ? [across] : []), ...(dy ? [down] : [])].join(gettext(", "));
}

/** The class that a network finds likeliest, and how sure it is of it.
 * @param {Network} network @param {Answer["classes"]} classes
 */
export function saysWords({ predicted, probabilities }, classes) {
  const name = pick(classes[predicted] ?? { en: "", zh: "" });
  const sure = format.percent(probabilities[predicted] ?? Number.NaN);
  return gettext("says “{name}”, {sure} sure", { name, sure });
}

/** Whether a network is right; "" where nothing is. @param {boolean | null} correct */
export function rightWords(correct) {
  if (correct === null) return "";
  return correct ? gettext("is right") : gettext("is wrong");
}

/** Both answers in one sentence, for those who cannot see them. @param {Answer} answer */
export function answerWords({ networks, classes }) {
  return networks
    .map((network) => {
      const words = {
        kind: kindName(network.kind),
        says: saysWords(network, classes),
        right: rightWords(network.correct),
      };
      return words.right
        ? gettext("{kind} {right}: {says}.", words)
        : gettext("{kind} {says}.", words);
    })
    .join(" ");
}
