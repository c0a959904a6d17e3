import { gettext } from "../core/i18n.js";

/** What can stand in the padding, as options of a `<choice-field>`.
 * @param {(mode: string) => boolean} fits whether the map is large enough for a mode
 */
export function paddingModes(fits) {
  const labels = {
    zeros: gettext("Zeros"),
    reflect: gettext("Mirror"),
    replicate: gettext("Repeat the edge"),
    circular: gettext("Wrap around"),
  };
  return Object.entries(labels).map(([value, label]) => {
    const disabled = !fits(value);
    const hint = disabled ? gettext("The padding is larger than the map allows.") : "";
    return { value, label, disabled, hint };
  });
}
