import { html, nothing } from "lit";
import { heard } from "../../components/heard.js";
import { gettext, pick } from "../../core/i18n.js";
import { reshaped } from "../../core/tensor-fields.js";
import { SessionPart } from "./part.js";
import { session } from "./session.js";
import "../../components/choice-field.js";
import "../../components/number-field.js";
import "../../components/status-notice.js";
import "./take.js";

/** @typedef {typeof session.state.values} Values */

/** `<normalization-tools>`: where the tensor comes from. */
export class NormalizationTools extends SessionPart {
  render() {
    const { values } = session.state;
    const { source } = values;
    const notice = session.gone
      ? gettext("A picture of this link is not here any more. The batch goes on without it.")
      : "";
    return html`<div class="tools">
        <choice-field small bare label=${gettext("Source")} .value=${source} .options=${[
          { value: "network", label: gettext("Network layer") },
          { value: "tokens", label: gettext("Tokens") },
          { value: "grid", label: gettext("Small tensor") },
        ]} @value-change=${heard(choose)}></choice-field>
        ${source === "network" ? network(values) : nothing}
        ${source === "tokens" ? tokens(values) : nothing}
        ${source === "grid" ? shape(values) : nothing}
        <normalization-take></normalization-take>
      </div>
      <status-notice .message=${notice} .busy=${session.busy} closable @notice-close=${() => session.dismiss()}></status-notice>`;
  }
}

/** @param {Values["source"]} source */
function choose(source) {
  session.setTouch(null);
  const { pin } = session.state.values;
  // A token is one place: y tells which, and even the shortest sample has a few.
  const place = source === "tokens" && pin ? { ...pin, y: Math.min(pin.y, 4), x: 0 } : pin;
  session.state.set({ source, from: 0, gamma: null, beta: null, pin: place }, { push: true });
}

/** @param {Values} values */
function network({ net, layer }) {
  const { networks } = session;
  const cards = networks.cards.length
    ? networks.cards.map(({ name, title }) => ({ value: name, label: pick(title) }))
    : [{ value: net, label: net }];
  const { followed, others } = networks.layers(net);
  const known = followed.length + others.length > 0;
  const options = known
    ? [
        ...followed.map(({ name, shape }) => ({
          value: name,
          label: gettext("{layer} → normalisation, {shape}", {
            layer: name,
            shape: shape.join("×"),
          }),
        })),
        ...others.map(({ name, shape }) => ({ value: name, label: `${name}, ${shape.join("×")}` })),
      ]
    : [{ value: layer, label: layer }];
  return html`<choice-field list bare label=${gettext("Network")} .value=${net} .options=${cards}
      @value-change=${heard(chooseNetwork)}></choice-field>
    <choice-field list bare label=${gettext("Layer")} .value=${layer} .options=${options}
      @value-change=${heard((/** @type {string} */ value) => session.state.set({ layer: value, from: 0, gamma: null, beta: null }, { push: true }))}></choice-field>`;
}

/** Another network, at its first layer that a normalisation follows: known once its description is there.
 * @param {string} net
 */
async function chooseNetwork(net) {
  const info = await session.networks.get(net);
  const { followed, others } = session.networks.layers(net);
  const layer = followed[1] ?? followed[0] ?? others[0];
  const { layer: before } = session.state.values;
  const same = info?.nodes.some(({ name }) => name === before);
  session.state.set(
    { net, layer: same ? before : (layer?.name ?? before), from: 0, gamma: null, beta: null },
    { push: true },
  );
}

/** @param {Values} values */
function tokens({ tokens: layer, keep, padding }) {
  const nodes = session.networks.info("mini_vit")?.nodes ?? [];
  const fitting = nodes.filter(
    ({ shape, kind }) => shape.length === 3 && shape[1] === 7 && kind !== "input",
  );
  const options = fitting.length
    ? fitting.map(({ name, shape }) => ({ value: name, label: `${name}, D = ${shape[0]}` }))
    : [{ value: layer, label: layer }];
  const act = heard((/** @type {number} */ value) => session.state.set({ padding: value }));
  return html`<choice-field list bare label=${gettext("Layer")} .value=${layer} .options=${options}
      @value-change=${heard((/** @type {string} */ value) => session.state.set({ tokens: value, from: 0 }, { push: true }))}></choice-field>
    <choice-field small bare label=${gettext("Tokens kept")} .value=${keep} .options=${[
      {
        value: "content",
        label: gettext("with content"),
        hint: gettext(
          "Only those whose patch of the picture is not empty: samples differ in length.",
        ),
      },
      { value: "all", label: gettext("all 49") },
    ]} @value-change=${heard((/** @type {"content" | "all"} */ value) => session.state.set({ keep: value }, { push: true }))}></choice-field>
    <number-field slider label=${gettext("Padding")} min="0" max="64" .value=${padding} @value-input=${act} @value-change=${act}></number-field>`;
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

customElements.define("normalization-tools", NormalizationTools);
