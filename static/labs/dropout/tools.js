import { html } from "lit";
import { heard } from "../../components/heard.js";
import { gettext, pick } from "../../core/i18n.js";
import { reshaped } from "../../core/tensor-fields.js";
import { hasWeights } from "./layers.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import "../../components/choice-field.js";
import "../../components/number-field.js";
import "../../components/status-notice.js";
import "./take.js";

/** @typedef {typeof session.state.values} Values */

/** `<dropout-tools>`: where the tensor comes from. */
export class DropoutTools extends SessionPart {
  render() {
    const { values } = session.state;
    const { source } = values;
    const notice = session.gone
      ? gettext("A picture of this link is not here any more. The batch goes on without it.")
      : "";
    return html`<div class="tools">
        <choice-field small bare label=${gettext("Source")} .value=${source} .options=${[
          { value: "network", label: gettext("Network layer") },
          { value: "grid", label: gettext("Small tensor") },
        ]} @value-change=${heard(choose)}></choice-field>
        ${source === "network" ? network(values) : shape(values)}
        <dropout-take></dropout-take>
      </div>
      <status-notice .message=${notice} .busy=${session.busy} closable @notice-close=${() => session.dismiss()}></status-notice>`;
  }
}

/** @param {Values["source"]} source */
function choose(source) {
  session.setTouch(null);
  const { variant } = session.state.values;
  const fitting = source === "grid" && variant === "connect" ? "element" : variant;
  session.state.set({ source, variant: fitting, from: 0 }, { push: true });
}

/** @param {Values} values */
function network({ net, layer, variant }) {
  const { networks } = session;
  const cards = networks.cards.length
    ? networks.cards.map(({ name, title }) => ({ value: name, label: pick(title) }))
    : [{ value: net, label: net }];
  const nodes = (networks.info(net)?.nodes ?? []).filter(({ kind }) => kind !== "input");
  const fitting = variant === "connect" ? nodes.filter(hasWeights) : nodes;
  const options = fitting.map(({ name, shape }) => ({
    value: name,
    label: `${name}, ${shape.join("×")}`,
  }));
  // A link may name a layer that does not fit: it is shown, and the server says why.
  if (!fitting.some(({ name }) => name === layer)) options.unshift({ value: layer, label: layer });
  return html`<choice-field list bare label=${gettext("Network")} .value=${net} .options=${cards}
      @value-change=${heard(chooseNetwork)}></choice-field>
    <choice-field list bare label=${gettext("Layer")} .value=${layer} .options=${options}
      @value-change=${heard((/** @type {string} */ value) => session.state.set({ layer: value, from: 0 }, { push: true }))}></choice-field>`;
}

/** Another network, at the same layer or at one of the same kind: known once its description is there.
 * @param {string} net
 */
async function chooseNetwork(net) {
  const { layer, variant } = session.state.values;
  const nodes = (await session.networks.get(net))?.nodes ?? [];
  const kinds = nodes.filter((node) =>
    variant === "connect" ? hasWeights(node) : node.kind === "activation",
  );
  const there = nodes.some(({ name }) => name === layer);
  const other = (kinds[1] ?? kinds[0] ?? nodes.at(1))?.name ?? layer;
  session.state.set({ net, layer: there ? layer : other, from: 0 }, { push: true });
}

/** The axes of a tensor written by hand. @param {Values} values */
function shape({ grid }) {
  const sizes = [
    grid.length,
    grid[0]?.length ?? 1,
    grid[0]?.[0]?.length ?? 1,
    grid[0]?.[0]?.[0]?.length ?? 1,
  ];
  return html`${["N", "C", "H", "W"].map((name, axis) => {
    const act = heard((/** @type {number} */ length) =>
      session.state.set({ grid: reshaped(grid, sizes.with(axis, length)), from: 0 }),
    );
    return html`<number-field label=${name} min="1" max="8" .value=${sizes[axis]} @value-change=${act}></number-field>`;
  })}`;
}

customElements.define("dropout-tools", DropoutTools);
