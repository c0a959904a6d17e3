import { html, nothing } from "lit";
import { gettext } from "../../core/i18n.js";
import { kernelName } from "./kernel-words.js";
import { session } from "./session.js";
import "../../components/heat-map.js";

/** The kernels as small pictures to choose from, with what each leaves out of the input.
 * @param {{choose: (index: number) => void, add: (() => void) | null, remove: (() => void) | null}} acts
 */
export function kernelTabs({ choose, add, remove }) {
  const { kernels, k, groups } = session.state.values;
  const each = groups > 1;
  return html`<div class="kernel-tabs" role="group" aria-label=${gettext("Choose a kernel")}>
      ${kernels.map(
        (
          kernel,
          index,
        ) => html`<button type="button" class="kernel-tab" aria-pressed=${index === k} @click=${() => choose(index)}
          title=${kernelName(kernel)}>
          <span class="unseen">${gettext("Kernel {n}", { n: index + 1 })}, ${kernelName(kernel)}</span>
          ${picture(index)}${channels(index)}</button>`,
      )}
      <span class="kernel-count">
        <button type="button" ?disabled=${!remove} @click=${remove}
          aria-label=${each ? gettext("One kernel less in each group") : gettext("Remove this kernel")}>−</button>
        <button type="button" ?disabled=${!add} @click=${add}
          aria-label=${each ? gettext("One kernel more in each group") : gettext("Add a kernel")}>+</button>
      </span>
    </div>
    ${each ? html`<p class="hint">${leftOut()}</p>` : nothing}`;
}

/** @param {number} index */
function picture(index) {
  const tensor = session.answer?.kernels;
  const [count = 0, deep = 1] = tensor?.shape ?? [];
  if (!tensor || index >= count) return html`<span class="thumb-space"></span>`;
  const rgb = deep === 3;
  const maps = rgb ? [index] : Array.from({ length: deep }, (_, slice) => index * deep + slice);
  const [lo, hi] = tensor.range();
  const end = Math.max(Math.abs(lo), Math.abs(hi)) || 1;
  return html`<heat-map mode="still" aria-hidden="true" .tensor=${tensor} .maps=${maps} ?rgb=${rgb} .signed=${true}
    .range=${[-end, end]} .columns=${deep}></heat-map>`;
}

/** A square for each input channel, filled where the kernel sees it. @param {number} index */
function channels(index) {
  const { kernels, groups } = session.state.values;
  const total = session.channels;
  if (total === 1) return nothing;
  const group = Math.floor(index / (kernels.length / groups));
  const deep = total / groups;
  return html`<span class="channels" aria-hidden="true">${Array.from(
    { length: total },
    (_, c) =>
      html`<i class="channel-${total === 3 ? c : "any"} ${Math.floor(c / deep) === group ? "seen" : ""}"></i>`,
  )}</span>`;
}

function leftOut() {
  const { kernels, groups } = session.state.values;
  const total = session.channels;
  const deep = total / groups;
  if (deep === 1 && kernels.length === total)
    return gettext("Depthwise: each kernel sees one channel and leaves the other {n} out.", {
      n: total - 1,
    });
  return gettext("Each kernel sees {n} of {total} channels and leaves the others out.", {
    n: deep,
    total,
  });
}
