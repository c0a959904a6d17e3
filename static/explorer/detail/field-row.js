import { html, nothing } from "lit";
import { gettext } from "../../core/i18n.js";

export { heard } from "../../components/heard.js";

/** A control with its mark of change, the way back, and what was refused about it.
 * @param {{
 *   name: string, label?: string, changed: boolean, trained: string | number, back: () => void,
 *   control: unknown, said?: unknown, below?: unknown,
 * }} row `name`: of the control, for style and tests; `label`: of a group of controls; `trained`: the trained
 * value in words
 */
export function fieldRow({
  name,
  label,
  changed,
  trained,
  back,
  control,
  said = nothing,
  below = nothing,
}) {
  return html`<div class="field-row ${changed ? "changed" : ""}" data-control=${name}
      role=${label ? "group" : nothing} aria-label=${label ?? nothing}>
    ${label ? html`<p class="caption">${label}</p>` : nothing}
    ${control}
    ${below === nothing ? nothing : html`<p class="hint">${below}</p>`}
    ${
      changed
        ? html`<p class="back"><button type="button" class="plain" @click=${back}>${gettext("Back to {value}, as trained", { value: trained })}</button></p>`
        : nothing
    }
    ${said}
  </div>`;
}
