import { html } from "lit";
import { heard } from "../../components/heard.js";
import { gettext, pick } from "../../core/i18n.js";
import { isItem } from "../../core/members.js";
import { SessionPart } from "./part.js";
import { PHOTOGRAPH, session } from "./session.js";
import "../../components/choice-field.js";
import "../../components/status-notice.js";
import "./take.js";

/** Those with maps that are worth comparing, in the order in which they are best met. */
const OFFERED = ["tiny_vgg_batch", "mini_resnet", "lenet", "efficientnet_lite0"];

/** A channel that some of the photograph's middle moves in every layer of the network for photographs. */
const AWAKE = 4;

/** `<principles-tools>`: the network, its layer, and what can be taken away. */
export class PrinciplesTools extends SessionPart {
  render() {
    const { net, layer } = session.state.values;
    const { networks } = session;
    const cards = networks.cards.filter(({ name }) => OFFERED.includes(name) || name === net);
    const order = (/** @type {{name: string}} */ { name }) => OFFERED.indexOf(name);
    const nets = cards.length
      ? cards
          .toSorted((a, b) => order(a) - order(b))
          .map(({ name, title }) => ({ value: name, label: pick(title) }))
      : [{ value: net, label: net }];
    const layers = layersOf(net).map(({ name, shape }) => ({
      value: name,
      label: `${name}, ${shape.join("×")}`,
    }));
    // One without maps, or not known yet, is shown as well.
    if (!layers.some(({ value }) => value === layer))
      layers.unshift({ value: layer, label: layer });
    const notice = session.gone
      ? gettext("The picture of this link is not here any more. Another one stands in for it.")
      : "";
    return html`<div class="tools">
        <choice-field list bare data-control="net" label=${gettext("Network")} .value=${net} .options=${nets} @value-change=${heard(chooseNetwork)}></choice-field>
        <choice-field list bare data-control="layer" label=${gettext("Layer")} .value=${layer} .options=${layers}
          @value-change=${heard((/** @type {string} */ value) => session.state.set({ layer: value }, { push: true }))}></choice-field>
        <principles-take></principles-take>
      </div>
      <status-notice .message=${notice} .busy=${session.busy} closable @notice-close=${() => session.dismiss()}></status-notice>`;
  }
}

/** The layers whose units have a place. @param {string} net */
function layersOf(net) {
  const nodes = session.networks.info(net)?.nodes ?? [];
  return nodes.filter(({ kind, shape }) => kind !== "input" && shape.length === 3);
}

/** Another network, with a picture of the kind that it takes.
 * @param {string} net
 */
async function chooseNetwork(net) {
  const info = await session.networks.get(net);
  const { picture, channel } = session.state.values;
  const anew = info?.dataset === "imagenet" && isItem(picture);
  const seen = anew ? { picture: PHOTOGRAPH, channel: AWAKE } : { picture, channel };
  session.state.set({ net, ...seen }, { push: true });
}

customElements.define("principles-tools", PrinciplesTools);
