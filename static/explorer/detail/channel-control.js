import { html } from "lit";
import { gettext } from "../../core/i18n.js";
import { scaleOf, setScale } from "./changes.js";
import { fieldRow, heard } from "./field-row.js";
import { channelWords } from "./words.js";
import "../../components/number-field.js";

/** Silence or scale one channel.
 * @param {import("./change-controls.js").ChangeControls} host
 * @param {import("../../core/wire.js").NetworkInfo} info
 * @param {import("../../core/wire.js").NetworkNode} node
 */
export function channelControl(host, info, node) {
  const { channel, interventions } = host;
  const scale = scaleOf(interventions, node.name, channel);
  const set = (/** @type {number} */ value) =>
    host.set(setScale(interventions, node.name, channel, value), "channels.scale");
  return fieldRow({
    name: "channels",
    changed: scale !== 1,
    trained: 1,
    back: () => set(1),
    control: html`<number-field slider label=${gettext("Multiply {channel} by", { channel: channelWords(info, node, channel) })}
        .value=${scale} .min=${-2} .max=${3} .step=${0.05} @value-input=${heard(set)} @value-change=${heard(set)}></number-field>
      <div class="row"><button type="button" aria-pressed=${scale === 0} @click=${() => set(scale === 0 ? 1 : 0)}>${gettext("Silence it")}</button></div>`,
    said: host.said("channels"),
  });
}
