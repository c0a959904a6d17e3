/** What several sections experiment on: what the stage shows. */

import { gettext } from "../../../core/i18n.js";
import { memberName } from "../../../core/members.js";
import { session } from "../session.js";

/** What is on the stage's canvas, in words. */
export function subjectWords() {
  const { what, at, item, image } = session.state.values;
  if (what === "item") return memberName(String(item));
  if (what === "picture") return memberName(image);
  if (!at.length) return gettext("the empty canvas");
  return what === "smile"
    ? gettext("the smiley on the stage")
    : gettext("the sad face on the stage");
}

/** The networks of the stage, as they are called. @returns {{mlp: string, cnn: string}} */
export function networkNames() {
  const { what } = session.state.values;
  const faces = what === "smile" || what === "sad";
  return faces ? { mlp: "smiley_mlp", cnn: "smiley_cnn" } : { mlp: "mlp", cnn: "tiny_vgg_batch" };
}
